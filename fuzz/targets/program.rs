//! SUBLEQ and FLEQ programs: assembled, interpreted, and run on the transformer for some loops.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, text)) = bytes.split_first() else { return };
    let path = fuzz::file(if first & 1 == 0 { "subleq" } else { "fleq" }, text);
    fuzz::situ("compute", &path, &["--engine", "interpreter", "--max-loops", "1000", "--json"]);
    if first & 2 == 0 {
        fuzz::situ("compute", &path, &["--max-loops", "3", "--trace"]);
    }
});
