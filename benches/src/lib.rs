//! The benchmarks are in `suites`, one file per subject; see `README.md`.
