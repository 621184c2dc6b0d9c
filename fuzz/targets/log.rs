//! The boards' log: frames of defmt in pieces of any length, and images of any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use situ_host::bench::{Image, Stream, Table};

/// Format strings of the firmware, and others that are nested or empty.
const FORMATS: [&str; 8] = [
    "{{\"bits\":{=[?]}}}",
    "{=u32}",
    "{{\"row\":{{\"name\":\"{=str}\",\"size\":{=usize}}}}}",
    "{=?} {=bool} {=i64} {=f32}",
    "hard fault at {=u32:#010x}",
    "A|B({=?})|C({=[u8]})",
    "{=[?;3]} {=char} {=u128}",
    "",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let _ = Table::read(rest);
    let _ = Image::read(rest);
    let table = Table::of(&FORMATS);
    let mut stream = Stream::new(&table);
    for piece in rest.chunks(usize::from(*first).max(1)) {
        let mut heard = |line: &str| {
            assert!(line.len() < 1 << 24, "a frame of 64 KB at most says no more");
            Ok(())
        };
        if stream.receive(piece, &mut heard).is_err() {
            break;
        }
    }
});
