//! Bad usage.

use crate::situ;
use predicates::str::{contains, is_match};

#[test]
fn unknown_flag_is_named_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    situ(directory.path())
        .args(["reproduce", "--fast"])
        .assert()
        .code(2)
        .stdout("")
        .stderr(is_match("^situ: [^\n]*--fast[^\n]*\n$").unwrap());
}

#[test]
fn unknown_system_is_named_with_those_there_are() {
    let directory = tempfile::tempdir().unwrap();
    situ(directory.path())
        .args(["reproduce", "astrology"])
        .assert()
        .code(2)
        .stderr(is_match("^situ: no system 'astrology'; available: [^\n]*\n$").unwrap());
}

#[test]
fn training_is_reproducible_to_the_byte() {
    let directory = tempfile::tempdir().unwrap();
    let train = |seed: &str| {
        let out = directory.path().join("model.bin");
        let steps = ["train", "newton", "--layers", "1", "--steps", "3", "--seed", seed, "--out"];
        situ(directory.path()).args(steps).arg(&out).assert().success();
        std::fs::read(out).unwrap()
    };
    assert_eq!(train("1"), train("1"));
    assert_ne!(train("1"), train("2"));
}

#[test]
fn language_models_are_a_feature() {
    let directory = tempfile::tempdir().unwrap();
    situ(directory.path())
        .args(["reproduce", "superposition", "--model", "some.gguf"])
        .assert()
        .code(2)
        .stderr(is_match("^situ: --model: [^\n]*--features llm\n$").unwrap());
}

#[test]
fn help_goes_to_stdout() {
    let directory = tempfile::tempdir().unwrap();
    situ(directory.path()).arg("--help").assert().success().stdout(contains("reproduce"));
}

#[test]
fn completions_and_manual_pages_name_every_command_and_option() {
    let here = std::env::temp_dir();
    let text = |arguments: &[&str]| {
        let run = situ(&here).args(arguments).assert().success();
        String::from_utf8(run.get_output().stdout.clone()).unwrap()
    };
    for shell in ["bash", "zsh", "fish"] {
        let completions = text(&["completions", shell]);
        assert!(completions.contains("reproduce") && completions.contains("holdout"), "{shell}");
    }
    assert!(text(&["man"]).contains(".SH SUBCOMMANDS"));
    assert!(text(&["man", "fit"]).contains(r"\-\-holdout"));
    situ(&here)
        .args(["man", "nothing"])
        .assert()
        .code(2)
        .stderr("situ: man nothing: no such command; `situ --help` lists them\n");
}
