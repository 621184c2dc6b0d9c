//! Nothing here: the suites are under `suites/`, one a subject. `cargo bench` runs them.
