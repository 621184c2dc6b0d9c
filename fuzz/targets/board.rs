//! Board files.

#![no_main]

use libfuzzer_sys::fuzz_target;
use situ_host::bench::Board;

fuzz_target!(|bytes: &[u8]| {
    if let Err(failure) = Board::read(&fuzz::file("toml", bytes)) {
        let text = failure.to_string();
        assert!(!text.chars().any(char::is_control), "not one plain line: {text:?}");
    }
});
