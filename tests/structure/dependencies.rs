//! Where dependencies come from, under which licenses, and which are there twice.

use super::source::root;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Each package must be usable under one of these.
const LICENSES: [&str; 6] =
    ["MIT", "Apache-2.0", "Zlib", "Unlicense", "BSD-2-Clause", "Apache-2.0 WITH LLVM-exception"];

/// Terms that apply beside a license, in an `AND`.
const BESIDE: [&str; 1] = ["Unicode-3.0"];

/// Packages that are there in several versions, because of what dependencies depend on.
const TWICE: [&str; 10] = [
    "equator",
    "equator-macro",
    "getrandom",
    "glam",
    "rand",
    "rand_chacha",
    "rand_core",
    "rand_distr",
    "rand_xoshiro",
    "syn",
];

/// Whether one of the alternatives of a license expression is allowed.
fn allowed(expression: &str) -> bool {
    expression.split(" AND ").all(|part| {
        let part = part.trim_matches(['(', ')']).replace('/', " OR ");
        let known = |license: &str| LICENSES.contains(&license) || BESIDE.contains(&license);
        part.split(" OR ").map(str::trim).any(known)
    })
}

#[test]
fn dependencies_are_known_free_and_seldom_twice() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 100, "{} packages", packages.len());
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        *versions.entry(name).or_default() += 1;
        let license = package["license"].as_str().unwrap_or("none");
        assert!(allowed(license), "{name}: license {license}");
        let source = package["source"].as_str();
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        assert!(source.is_none_or(|source| source == registry), "{name}: from {source:?}");
    }
    let twice: BTreeSet<&str> =
        versions.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect();
    assert_eq!(twice, BTreeSet::from(TWICE), "packages in several versions");
}

#[test]
fn expressions_of_licenses_are_read() {
    for good in ["MIT OR Apache-2.0", "MIT/Apache-2.0", "(MIT OR Apache-2.0) AND Unicode-3.0"] {
        assert!(allowed(good), "{good}");
    }
    for bad in ["GPL-3.0", "none", "MIT AND GPL-2.0", "MPL-2.0"] {
        assert!(!allowed(bad), "{bad}");
    }
}
