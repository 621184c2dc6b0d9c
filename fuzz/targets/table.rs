//! CSV files with the options of `situ fit`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, text)) = bytes.split_first() else { return };
    let mut options = vec!["--target", "y", "--learner", "ftrl", "--learner", "bayes"];
    let choices: [&[&str]; 6] = [
        &["--group", "g"],
        &["--window", "3", "--hop", "2"],
        &["--shuffle", "1"],
        &["--task", "regress"],
        &["--drift"],
        &["--drop", "x"],
    ];
    for (bit, choice) in choices.iter().enumerate() {
        if first >> bit & 1 == 1 {
            options.extend(*choice);
        }
    }
    fuzz::situ("fit", &fuzz::file("csv", text), &options);
});
