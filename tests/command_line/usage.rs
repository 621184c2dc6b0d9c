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
        .stderr(is_match("^situ: no system 'astrology'; there are: [^\n]*\n$").unwrap());
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
