//! The bits of every row on a board are those of `firmware/reference/golden.csv`, which a host wrote.

use situ_host::bench::Results;
use std::collections::BTreeMap;
use std::path::Path;

/// Rows of matrix products, which a core with Helium fuses: within their tolerance of f64, as everywhere, with
/// bits of their own.
const PRODUCTS: [&str; 3] = ["product", "newton_cold", "newton_warm"];

/// Checks the checksums of a run.
pub fn check(results: &Results) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../firmware/reference/golden.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let golden: BTreeMap<_, _> = text
        .lines()
        .skip(1)
        .map(|line| {
            let [name, size, scalar, bits] =
                line.split(',').collect::<Vec<_>>().try_into().expect("four cells");
            let bits = u32::from_str_radix(bits, 16).unwrap();
            ((name, size.parse::<u64>().unwrap(), scalar), bits)
        })
        .collect();
    let other: Vec<_> = results
        .results
        .iter()
        .filter(|row| results.core != "cortex-m55" || !PRODUCTS.contains(&&*row.name))
        .filter(|row| golden.get(&row.key()) != Some(&row.checksum))
        .map(|row| format!("{:?}: {:08x}", row.key(), row.checksum))
        .collect();
    assert!(other.is_empty(), "other bits on {}: {other:#?}", results.board);
}
