//! `situ play`: where learning ends, and one clear line for each kind of bad input.

use crate::situ;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_match};

/// The prisoner's dilemma by outcomes, with named actions.
const DILEMMA: &str = r#"NFG 1 R "The prisoner's dilemma" { "Row" "Column" }
{ { "silent" "confess" } { "silent" "confess" } }
{ { "both silent" 3, 3 } { "" 5, 0 } { "" 0, 5 } { "both confess" 1, 1 } }
1 2 3 4
"#;

/// Matching pennies by payoffs.
const PENNIES: &str = "NFG 1 R \"Pennies\" { \"A\" \"B\" } { 2 2 }\n1 -1 -1 1 -1 1 1 -1\n";

/// The JSON object that `situ play` prints for this game.
fn played(game: &str, arguments: &[&str]) -> serde_json::Value {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("game.nfg"), game).unwrap();
    let mut command = situ(directory.path());
    let output =
        command.args(["play", "game.nfg", "--json"]).args(arguments).assert().success().stderr("");
    serde_json::from_slice(&output.get_output().stdout).unwrap()
}

#[test]
fn euclidean_learning_ends_exactly_at_the_strict_equilibrium() {
    for feedback in ["full", "noisy", "realised", "bandit"] {
        let play = played(DILEMMA, &["--regularizer", "euclidean", "--feedback", feedback]);
        assert_eq!(play["profile"], serde_json::json!([1, 1]), "{feedback}");
        assert_eq!(play["distance"], 0.0, "{feedback}");
        assert_eq!(play["strict"], true);
        assert_eq!(play["exploitability"], 0.0);
        assert!((play["margin"].as_f64().unwrap() - 1.0).abs() < 1e-12);
    }
}

#[test]
fn average_play_of_a_zero_sum_game_is_near_its_equilibrium() {
    let play = played(PENNIES, &["--steps", "20000"]);
    assert_eq!(play["strict"], false);
    assert!(play["average_exploitability"].as_f64().unwrap() < 0.05, "{play}");
    let (last, average) = (&play["exploitability"], &play["average_exploitability"]);
    assert!(last.as_f64().unwrap() > 5.0 * average.as_f64().unwrap(), "{play}");
}

#[test]
fn the_table_says_where_play_ended() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("game.nfg"), DILEMMA).unwrap();
    situ(directory.path())
        .args(["play", "game.nfg", "--regularizer", "euclidean"])
        .assert()
        .success()
        .stdout(contains("exactly at the profile (confess, confess), a strict Nash equilibrium"))
        .stdout(contains("The prisoner's dilemma").and(contains("exploitability 0")));
}

#[test]
fn bad_input_is_one_line_with_file_line_and_column() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("bad.nfg"), "NFG 1 R \"\" { \"A\" } { 2 }\n1 two\n")
        .unwrap();
    for (arguments, line) in [
        (["bad.nfg", "--seed", "1"], "^situ: bad.nfg: line 2, column 3: 'two' [^\n]+\n$"),
        (["nowhere.nfg", "--seed", "1"], "^situ: nowhere.nfg: [^\n]+\n$"),
        (["bad.nfg", "--steps", "0"], "^situ: [^\n]*--steps[^\n]+\n$"),
        (["bad.nfg", "--feedback", "psychic"], "^situ: [^\n]*--feedback[^\n]+\n$"),
        (["bad.nfg", "--regularizer", "none"], "^situ: [^\n]*--regularizer[^\n]+\n$"),
    ] {
        let expected = is_match(line).unwrap();
        situ(directory.path())
            .arg("play")
            .args(arguments)
            .assert()
            .code(2)
            .stdout("")
            .stderr(expected);
    }
}
