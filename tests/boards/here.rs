//! The suite on this machine: every row within its tolerance of f64, with no board at all.

use situ::random::Generator;
use situ_host::bench::{Expected, Suite, expected};
use situ_suite::{Kernel, SEED, Visitor};

struct Here<'e> {
    expected: std::slice::Iter<'e, Expected>,
}

impl Visitor for Here<'_> {
    const REDUCED: bool = false;

    fn visit<K: Kernel>(&mut self) {
        let expected = self.expected.next().expect("a row for each kernel");
        let mut kernel = K::new(&mut Generator::new(SEED));
        for _ in 0..K::RUNS {
            kernel.run();
        }
        let mut output = Vec::new();
        kernel.output(&mut |value| output.push(value));
        let (error, bound) = (expected.error(&output), expected.tolerance);
        assert!(error <= bound, "{} {} {}: {error:e} > {bound:e}", K::NAME, K::SIZE, K::SCALAR);
        // A row that computes nothing of interest checks nothing.
        let moved = expected.values.iter().any(|value| *value != 0.0);
        assert!(moved || matches!(K::NAME, "empty" | "every_f16"), "{} is all zeros", K::NAME);
    }
}

#[test]
fn every_row_agrees_with_f64() {
    let expected = expected(Suite::Full, "");
    let mut here = Here { expected: expected.iter() };
    situ_suite::each(&mut here);
    assert_eq!(here.expected.len(), 0);
}

#[test]
fn rows_have_names_of_their_own() {
    let rows = expected(Suite::Full, "");
    let mut keys: Vec<_> = rows.iter().map(|row| (row.name, row.size, row.scalar)).collect();
    keys.sort_unstable();
    let count = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), count);
    let reduced = expected(Suite::Reduced, "");
    assert!(!reduced.is_empty() && reduced.len() < count);
}
