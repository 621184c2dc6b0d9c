//! What the host does with bytes from outside. The tests of the command compile this file too: they try
//! inputs near the corpora in every run, and what they compile cannot fall behind the host.

use situ_host::bench::{Board, Image, Stream, Table};
use situ_host::compare::Column;
use situ_host::games::StrategicForm;
use std::fmt::Display;
use std::path::{Path, PathBuf};

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

/// The parsers, and the command behind them.
pub struct Host<'a> {
    /// Where the bytes are written as a file.
    pub folder: &'a Path,
    /// Runs `situ`: a command, a file, options. However it ends, [`assert_plain`] must pass.
    pub situ: &'a dyn Fn(&str, &Path, &[&str]),
}

/// A failure must be one line that a terminal can show.
pub fn assert_plain(failure: &dyn Display) {
    let text = failure.to_string();
    assert!(!text.chars().any(char::is_control), "not one plain line: {text:?}");
}

impl Host<'_> {
    fn file(&self, extension: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.join("input").with_extension(extension);
        std::fs::write(&path, bytes).expect("a writable folder");
        path
    }

    /// Board files.
    pub fn board(&self, bytes: &[u8]) {
        if let Err(failure) = Board::read(&self.file("toml", bytes)) {
            assert_plain(&failure);
        }
    }

    /// Games in Gambit's strategic form, read and, if they are small, played.
    pub fn game(&self, bytes: &[u8]) {
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        if let Ok(form) = StrategicForm::read(text)
            && form.payoffs.len() <= 64
        {
            (self.situ)("play", &self.file("nfg", bytes), &["--steps", "20"]);
        }
    }

    /// The boards' log: frames of defmt in pieces of any length, and images of any bytes.
    pub fn log(&self, bytes: &[u8]) {
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
    }

    /// SUBLEQ and FLEQ programs: assembled, interpreted, and run on the transformer for some loops.
    pub fn program(&self, bytes: &[u8]) {
        let Some((first, text)) = bytes.split_first() else { return };
        let path = self.file(if first & 1 == 0 { "subleq" } else { "fleq" }, text);
        let interpreter = ["--engine", "interpreter", "--max-loops", "1000", "--json"];
        (self.situ)("compute", &path, &interpreter);
        if first & 2 == 0 {
            (self.situ)("compute", &path, &["--max-loops", "3", "--trace"]);
        }
    }

    /// Saved results of boards, and files of other libraries' counts.
    pub fn results(&self, bytes: &[u8]) {
        for estimate in [false, true] {
            if let Err(failure) = Column::run(&self.file("json", bytes), estimate) {
                assert_plain(&failure);
            }
        }
        if let Err(failure) = Column::peers(&self.file("csv", bytes), "cortex-m4") {
            assert_plain(&failure);
        }
    }

    /// CSV files with the options of `situ fit`.
    pub fn table(&self, bytes: &[u8]) {
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
        (self.situ)("fit", &self.file("csv", text), &options);
    }
}
