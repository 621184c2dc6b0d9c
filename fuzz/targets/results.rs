//! Saved results of boards, and files of other libraries' counts.

#![no_main]

use libfuzzer_sys::fuzz_target;
use situ_host::compare::Column;

fuzz_target!(|bytes: &[u8]| {
    let _ = Column::run(&fuzz::file("json", bytes));
    let _ = Column::peers(&fuzz::file("csv", bytes), "cortex-m4");
});
