//! The boards' log.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::host().log(bytes));
