//! CSV files with the options of `situ fit`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::host().table(bytes));
