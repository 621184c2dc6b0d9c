//! SUBLEQ and FLEQ programs.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::host().program(bytes));
