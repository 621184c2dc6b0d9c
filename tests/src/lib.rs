//! Nothing here: the tests are beside this folder, one a subject. `cargo test` runs them.
