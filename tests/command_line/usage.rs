//! Bad usage.

use crate::{Folder, situ};
use predicates::str::contains;

#[test]
fn unknown_flag_is_named_in_one_line() {
    Folder::new().refuses(&["reproduce", "--fast"], &["--fast"]);
}

#[test]
fn unknown_system_is_named_with_those_there_are() {
    let directory = Folder::new();
    directory.refuses(&["reproduce", "astrology"], &["situ: no system 'astrology'; available: "]);
}

#[test]
fn training_is_reproducible_to_the_byte() {
    let directory = Folder::new();
    let train = |seed: &str| {
        let out = directory.join("model.bin");
        let steps = ["train", "newton", "--layers", "1", "--steps", "3", "--seed", seed, "--out"];
        situ(&directory).args(steps).arg(&out).assert().success();
        std::fs::read(out).unwrap()
    };
    assert_eq!(train("1"), train("1"));
    assert_ne!(train("1"), train("2"));
}

#[test]
fn language_models_are_a_feature() {
    Folder::new().refuses(
        &["reproduce", "superposition", "--model", "some.gguf"],
        &["situ: --model: ", "--features llm\n"],
    );
}

#[test]
fn help_goes_to_stdout() {
    Folder::new().situ(&["--help"]).success().stdout(contains("reproduce"));
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
