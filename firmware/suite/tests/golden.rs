//! Golden vectors: the checksum of every row's output, the same bits on every machine.
//!
//! `firmware/reference/golden.csv` has a line for each row: its key, and the FNV-1a sum of the bits of its
//! output. Only fused matrix products on a core with Helium may have other bits. On every machine the output
//! is within the row's tolerance of f64.
//!
//! ```sh
//! SITU_ACCEPT=1 cargo test --manifest-path firmware/Cargo.toml -p situ-suite   # writes it
//! cargo test --manifest-path firmware/Cargo.toml -p situ-suite                 # without AVX2
//! cargo test --manifest-path firmware/Cargo.toml -p situ-suite --features std  # with AVX2
//! ```

use situ::random::Generator;
use situ_suite::{Benchmark, CHECKSUM_OF_NOTHING, SEED, Visitor};
use std::collections::BTreeMap;
use std::path::PathBuf;

type Key = (String, usize, String);

/// Runs every row and keeps the sum of its output's bits.
#[derive(Default)]
struct Sums {
    rows: Vec<(Key, u32)>,
}

impl Visitor for Sums {
    const REDUCED: bool = false;

    fn visit<B: Benchmark>(&mut self) {
        let mut benchmark = B::new(&mut Generator::new(SEED));
        benchmark.load();
        (0..B::RUNS).for_each(|_| benchmark.run());
        let mut output = Vec::new();
        benchmark.output(&mut |value| output.push(value));
        let mut expected = Vec::new();
        B::new(&mut Generator::new(SEED)).reference(&mut |value| expected.push(value));
        let scale = expected.iter().fold(0.0_f64, |scale, value| scale.max(value.abs()));
        let errors = output.iter().zip(&expected).map(|(o, e)| (f64::from(*o) - e).abs());
        let error = errors.fold(0.0, f64::max);
        let key = (B::NAME.to_owned(), B::SIZE, B::SCALAR.to_owned());
        assert_eq!(output.len(), expected.len(), "{key:?}");
        let bound = B::TOLERANCE * scale;
        assert!(error <= bound, "{key:?}: {error:e} from f64, more than {bound:e}");
        let sum = output.into_iter().fold(CHECKSUM_OF_NOTHING, situ_suite::checksum);
        self.rows.push((key, sum));
    }
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../reference/golden.csv")
}

/// The sums by key.
fn golden() -> BTreeMap<Key, u32> {
    let text = std::fs::read_to_string(path()).unwrap_or_default();
    let lines = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    lines
        .map(|cells| {
            let key = (cells[0].to_owned(), cells[1].parse().unwrap(), cells[2].to_owned());
            (key, u32::from_str_radix(cells[3], 16).unwrap())
        })
        .collect()
}

#[test]
fn every_row_has_its_bits() {
    let mut sums = Sums::default();
    situ_suite::each(&mut sums);
    situ_suite::each_model(&mut sums);
    situ_suite::each_learner(&mut sums);
    // The empty row is in every image.
    let rows: BTreeMap<Key, u32> = sums.rows.into_iter().collect();
    if std::env::var_os("SITU_ACCEPT").is_some() {
        let mut text = "name,size,scalar,bits\n".to_owned();
        for ((name, size, scalar), sum) in &rows {
            text += &format!("{name},{size},{scalar},{sum:08x}\n");
        }
        std::fs::write(path(), text).unwrap();
        return;
    }
    let golden = golden();
    let other: Vec<_> = rows.iter().filter(|(key, sum)| golden.get(key) != Some(sum)).collect();
    assert!(other.is_empty(), "other bits: {other:#?}");
    assert_eq!(rows.len(), golden.len(), "lines of rows that are not there");
}
