//! A learner in C: the header is that of the library, and the example predicts as the host does, at the
//! cost of the export in Rust.

use crate::fit::{fit_motion, motion_on_board};
use crate::skipped;
use crate::suite::OTHERS;
use situ_host::bench::{Image, firmware};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// What the example may cost beyond the export in Rust.
const MARGIN: f64 = 1.1;

fn library(file: &str) -> String {
    std::fs::read_to_string(firmware().unwrap().join("c").join(file)).unwrap()
}

/// The text up to `end`, after `start`.
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text.split_once(start).unwrap_or_default();
    rest.split_once(end).unwrap_or_default().0
}

/// A type of C as Rust names it.
fn rust_type(parameter: &str) -> String {
    let words = parameter.trim().rsplit_once([' ', '*']).map_or("", |(words, _)| words);
    let pointer = parameter.contains('*');
    let constant = words.starts_with("const ");
    let name = words.trim_start_matches("const ").trim_end_matches(['*', ' ']);
    let name = match name {
        "situ_learner" => "Learner",
        "float" => "f32",
        "uint8_t" => "u8",
        "size_t" => "usize",
        "int32_t" => "i32",
        other => other,
    };
    match (pointer, constant) {
        (true, true) => format!("*const {name}"),
        (true, false) => format!("*mut {name}"),
        _ => name.to_owned(),
    }
}

#[test]
fn the_header_declares_the_functions_of_the_library() {
    let mut declared = BTreeMap::new();
    for line in library("include/situ.h").lines().filter(|line| line.starts_with("int32_t situ_")) {
        let name = between(line, "int32_t ", "(").to_owned();
        let types: Vec<_> = between(line, "(", ")").split(',').map(rust_type).collect();
        declared.insert(name, types);
    }
    let mut defined = BTreeMap::new();
    for function in library("src/lib.rs").split("pub unsafe extern \"C\" fn ").skip(1) {
        let (name, rest) = function.split_once('(').unwrap();
        let (parameters, rest) = rest.split_once(')').unwrap();
        assert!(rest.starts_with(" -> i32"), "{name}");
        let types = parameters.split(',').filter_map(|parameter| parameter.split_once(':'));
        defined.insert(name.to_owned(), types.map(|(_, kind)| kind.trim().to_owned()).collect());
    }
    assert_eq!(declared, defined);
    assert!(declared.len() >= 8, "{declared:?}");
}

#[test]
fn the_header_has_the_numbers_of_the_library() {
    let numbers = |text: &str, start: &str, separator: &str, end: &str| -> BTreeMap<String, i32> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(start)?.split_once(separator));
        let number = |(name, number): (&str, &str)| {
            Some((name.to_owned(), number.trim_end_matches(end).parse().ok()?))
        };
        lines.filter_map(number).collect()
    };
    let declared = numbers(&library("include/situ.h"), "#define ", " ", "");
    let defined = numbers(&library("src/status.rs"), "pub const ", ": i32 = ", ";");
    assert_eq!(declared, defined);
    assert!(declared.len() >= 17, "{declared:?}");
}

/// Runs a target of the export's Makefile; its output.
fn make(directory: &Path, target: &str) -> String {
    let mut make = Command::new("make");
    let target_dir = firmware().unwrap().join("target");
    make.arg("--silent").arg(target).arg(format!("TARGET_DIR={}", target_dir.display()));
    let output = make.current_dir(directory).output().unwrap();
    let [out, complaint] =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "make {target}: {out}{complaint}");
    out
}

/// What the compiler and the emulator for C lack here.
fn missing() -> Option<&'static str> {
    let runs = |program: &str| Command::new(program).arg("--version").output().is_ok();
    let programs = ["make", "arm-none-eabi-gcc", "qemu-system-arm", "/usr/bin/rustc"];
    programs.into_iter().find(|program| !runs(program))
}

/// The number that a line of the log ends with.
fn number(log: &str, name: &str) -> f64 {
    let line = log.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in {log}")).trim().parse().unwrap()
}

/// 720 predictions in C are those of the host, for at most 10 % more flash and instructions than in Rust;
/// bad input returns codes and changes nothing.
#[test]
fn the_c_example_predicts_as_the_host() {
    if let Some(program) = missing() {
        skipped(&format!("no {program}"));
        return;
    }
    let learner = ["hedge", "--budget", "16384"];
    let Some(rust) = motion_on_board(&learner) else { return };
    let _turn = OTHERS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let directory = tempfile::tempdir().unwrap();
    let mut command = fit_motion(directory.path(), &learner);
    command.args(["--export", "out", "--language", "c"]).assert().success();
    let export = directory.path().join("out");
    let log = make(&export, "check");
    assert_eq!(number(&log, "predictions "), 720.0);
    assert_eq!([number(&log, "updates "), number(&log, "refused ")], [720.0, 0.0]);
    assert!(make(&export, "checks").starts_with("checks passed: "));

    let image = Image::read(&std::fs::read(export.join("build/example.elf")).unwrap()).unwrap();
    let recording = std::fs::metadata(export.join("recording.bin")).unwrap().len();
    let flash = (image.flash_bytes - recording) as f64;
    // A tick of SysTick is 40 instructions.
    let [predict, update] =
        ["prediction", "update"].map(|what| 40.0 * number(&log, &format!("ticks per {what} ")));
    for (what, c, key) in [
        ("flash", flash, "flash_bytes"),
        ("instructions per prediction", predict, "per_predict"),
        ("instructions per update", update, "per_update"),
    ] {
        let rust = rust[key].as_f64().unwrap();
        println!("{what}: {c} in C, {rust} in Rust");
        assert!(c <= MARGIN * rust, "{what}: {c} in C, {rust} in Rust");
    }
}

/// A board without a Cortex-M has no example in C.
#[test]
fn riscv_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = fit_motion(directory.path(), &["ftrl"]);
    command.args(["--export", "out", "--language", "c", "--board", "qemu-rv32imac"]);
    let complaint = command.assert().code(2).get_output().stderr.clone();
    assert!(String::from_utf8_lossy(&complaint).contains("--language c"), "{complaint:?}");
}
