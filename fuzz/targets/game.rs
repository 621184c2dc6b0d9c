//! Games in Gambit's strategic form.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::host().game(bytes));
