//! Flash, variables and stack of every image that a test runs, within 10 % of `firmware/budgets.csv`; of an
//! image for a chip, which no test runs, flash and variables.
//!
//! `SITU_ACCEPT=1` adds the line of an image that has none; without, its bytes are printed.

use situ_host::bench::Image;
use std::io::Write;
use std::path::Path;

/// What an image may exceed its budget by.
const MARGIN: f64 = 1.1;

/// Checks the bytes of flash, variables and stack of an image on a board.
pub fn check(image: &str, board: &str, [flash, ram, stack]: [u64; 3]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../firmware/budgets.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let measured = [flash, ram - stack, stack];
    let line = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let mut budget =
        line.filter(|cells| cells[..2] == [image, board]).map(|cells| cells[2..].to_vec());
    let Some(budget) = budget.next_back() else {
        let [flash, ram, stack] = measured;
        let line = format!("{image},{board},{flash},{ram},{stack}\n");
        if std::env::var_os("SITU_ACCEPT").is_none() {
            println!("no line in firmware/budgets.csv: {line}");
            return;
        }
        let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(line.as_bytes()).unwrap();
        return;
    };
    for ((what, bytes), budget) in ["flash", ".bss", "stack"].iter().zip(measured).zip(budget) {
        let budget: f64 = budget.parse().unwrap();
        let within = bytes as f64 <= MARGIN * budget;
        assert!(within, "{image} on {board}: {bytes} bytes of {what}, budget {budget} and 10 %");
    }
}

/// Checks what is linked into the suite's image for a chip.
pub fn check_linked(board: &str, elf: &Path) {
    let image = Image::read(&std::fs::read(elf).unwrap()).unwrap();
    check("suite", board, [image.flash_bytes, image.variable_bytes, 0]);
}
