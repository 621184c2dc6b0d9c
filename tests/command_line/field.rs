//! `situ fit` on data as they come: each file of `csv/` stands for a kind of log that was refused, or
//! praised, for the wrong reason.

use crate::{Folder, situ};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use serde_json::Value;
use std::path::Path;

/// `situ fit csv/NAME --target TARGET`, with more arguments.
pub fn fit(name: &str, target: &str, more: &str) -> assert_cmd::assert::Assert {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/command_line/csv").join(name);
    let directory = Folder::new();
    let mut command = situ(&directory);
    command.arg("fit").arg(file).args(["--target", target]).args(more.split_whitespace()).assert()
}

/// The same on a file with this content.
pub fn fit_text(text: impl AsRef<[u8]>, target: &str, more: &str) -> assert_cmd::assert::Assert {
    let directory = Folder::with("data.csv", text);
    let mut command = situ(&directory);
    command.args(["fit", "data.csv", "--target", target]).args(more.split_whitespace()).assert()
}

/// The result as JSON.
pub fn json(name: &str, target: &str, more: &str) -> Value {
    parsed(&fit(name, target, &format!("{more} --json")).success())
}

/// The same on a file with this content.
pub fn json_text(text: impl AsRef<[u8]>, target: &str, more: &str) -> Value {
    parsed(&fit_text(text, target, &format!("{more} --json")).success())
}

fn parsed(assert: &assert_cmd::assert::Assert) -> Value {
    serde_json::from_slice(&assert.get_output().stdout).unwrap()
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// A temperature near 290 K: the first prediction, before anything is learned, is off by all of it.
#[test]
fn a_target_far_from_zero_is_scored_by_its_variance() {
    let run = json("kelvin.csv", "T", "");
    assert_eq!(run["not_scored"], 1);
    for learner in run["learners"].as_array().unwrap() {
        assert!(number(&learner["score"]) > 0.9, "{learner}");
        assert!(number(&learner["mae"]) < number(&learner["rmse"]));
    }
    assert!(number(&run["baselines"][0]["score"]) < 0.1);
}

/// Classes in long runs, features that say nothing: to repeat the last label is right 397 of 399 times.
#[test]
fn persistence_is_not_praised_as_skill() {
    let run = json("sorted.csv", "label", "");
    assert_eq!(run["baselines"][0]["name"], "last-label");
    assert!(number(&run["baselines"][0]["score"]) > 0.99);
    assert!(run.get("recommended").is_none());
    fit("sorted.csv", "label", "").success().stdout(contains("No learner beats last-label"));
}

/// One example in a hundred is a fault: who never predicts it is right 99 times.
#[test]
fn imbalanced_classes_are_ranked_by_kappa() {
    let run = json("imbalance.csv", "label", "--learner bayes --learner delta --learner ftrl");
    assert_eq!(run["rank"], "kappa");
    assert_eq!(run["best"], "bayes");
    let first = &run["learners"][0];
    assert!(number(&first["kappa"]) > 0.6 && number(&first["balanced_accuracy"]) > 0.75);
    // 3,000 examples but for the first.
    let cells =
        first["confusion"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap());
    assert_eq!(cells.map(|cell| cell.as_u64().unwrap()).sum::<u64>(), 2999);
    assert_eq!(first["per_class"][0]["label"], "fault");
    let run = json("imbalance.csv", "label", "--learner ftrl --rank accuracy");
    assert_eq!(run["rank"], "accuracy");
}

/// One reading of 65535 decides every square: the absolute errors tell.
#[test]
fn extremes_of_a_value_are_ranked_by_absolute_error() {
    let run = json("adc-target.csv", "y", "--learner ftrl --learner newton");
    assert_eq!(run["rank"], "MAE");
    let first = &run["learners"][0];
    assert!(number(&first["median_error"]) < 2.0, "{first}");
    assert!(number(&first["median_error"]) < number(&first["mae"]));
    assert!(run["recommended"].is_string());
}

#[test]
fn whole_numbers_with_a_fraction_are_labels() {
    let run = json("float-labels.csv", "label", "--learner bayes");
    assert_eq!(run["classes"], serde_json::json!(["0", "1"]));
}

#[test]
fn a_column_that_is_there_twice_is_refused() {
    for (file, column) in [("dup-target.csv", "'label'"), ("dup-feature.csv", "'a'")] {
        let named = contains(column).and(contains("twice"));
        fit(file, "label", "").code(2).stderr(named);
    }
    // Every problem of the header in one message.
    let named = contains("--target names no column 'z'").and(contains("'a' appears twice"));
    fit("dup-feature.csv", "z", "").code(2).stderr(named);
}

#[test]
fn missing_cells_are_filled_or_skipped_as_asked() {
    for file in ["missing.csv", "nan-feature.csv"] {
        fit(file, "label", "").code(2).stderr(contains("--missing"));
        let rows = |policy| {
            let run = json(file, "label", &format!("--learner ftrl --missing {policy}"));
            run["rows"].as_u64().unwrap()
        };
        assert!(rows("skip") < rows("mean"), "{file}");
        assert!(rows("last") >= rows("skip"), "{file}");
    }
    fit("missing.csv", "label", "--missing last --learner ftrl")
        .success()
        .stdout(contains("missing: 3 cells filled"));
}

/// The same 200 rows in other clothes.
#[test]
fn dialects_are_read_alike() {
    let plain = json("float-labels.csv", "label", "--learner ftrl");
    for (file, note) in [
        ("semicolon.csv", "separator ';', decimal sign ','"),
        ("tab.csv", "separator tab"),
        ("comment.csv", ""),
        ("units-row.csv", "skipped line 2: units"),
        ("latin1.csv", "read as Latin-1"),
        ("utf16.csv", "read as UTF-16"),
    ] {
        let run = json(file, "label", "--learner ftrl");
        assert_eq!(run["rows"], 200, "{file}");
        assert_eq!(run["learners"][0]["score"], plain["learners"][0]["score"], "{file}");
        fit(file, "label", "--learner ftrl").success().stdout(contains(note));
    }
    fit("repeat-header.csv", "label", "--learner ftrl")
        .success()
        .stdout(contains("skipped 1 repeated header"));
    fit("bool-feature.csv", "label", "--learner ftrl").success();
}

/// 1.7e9 and a signal of a few units, which single precision rounds away.
#[test]
fn a_large_offset_does_not_hide_a_column() {
    let run = json("offset-1e9.csv", "label", "--learner newton");
    assert!(number(&run["learners"][0]["score"]) > 0.7);
    fit("offset-1e9.csv", "label", "--learner newton")
        .success()
        .stdout(contains("relative to its first value"));
}

/// Two sensors whose rows alternate: 400 rows each, windows of 20 every 10.
#[test]
fn rows_of_a_group_need_not_stand_together() {
    let more = "--group sensor --window 20 --hop 10 --learner ftrl";
    assert_eq!(json("interleaved.csv", "label", more)["rows"], 2 * 39);
}

#[test]
fn windows_that_mix_targets_are_told_and_can_be_skipped() {
    let window = "--window 40 --hop 20 --learner ftrl";
    fit("label-change.csv", "label", window).success().stdout(contains("100 % of the windows mix"));
    let skip = format!("{window} --mixed-windows skip");
    fit("label-change.csv", "label", &skip).code(2).stderr(contains("every window mixes targets"));
    let short = "--window 10 --learner ftrl";
    let all = json("label-change.csv", "label", short)["rows"].as_u64().unwrap();
    let pure = format!("{short} --mixed-windows skip");
    let pure = json("label-change.csv", "label", &pure)["rows"].as_u64().unwrap();
    // A change every 37 rows: two or three of eight windows mix.
    assert!(all == 80 && pure > 50 && pure < 65, "{pure} of {all}");
}

#[test]
fn many_classes_and_many_columns_fit() {
    let run = json("forty-classes.csv", "label", "--learner ftrl");
    assert_eq!(run["classes"].as_array().unwrap().len(), 40);
    let columns: Vec<String> = (0..1000).map(|column| format!("x{column}")).collect();
    let mut text = format!("{},y\n", columns.join(","));
    for row in 0..12 {
        let cells: Vec<String> =
            (0..1000).map(|column| ((row * 7 + column * (row % 2 + 1)) % 11).to_string()).collect();
        text += &format!("{},{}\n", cells.join(","), row % 2);
    }
    let directory = Folder::with("wide.csv", text);
    let mut command = situ(&directory);
    command.args(["fit", "wide.csv", "--target", "y", "--learner", "ftrl", "--learner", "newton"]);
    // The state of newton grows with the square of the columns.
    command.assert().success().stdout(contains("left out").and(contains("newton")));
}

/// Rows without a target are part of the stream, and not learned.
#[test]
fn blank_targets_are_not_learned() {
    let rows: String = (0..40)
        .map(|row| format!("{},{}\n", row % 2, if row % 4 == 3 { "" } else { ["a", "b"][row % 2] }))
        .collect();
    let directory = Folder::with("d.csv", format!("x,y\n{rows}"));
    directory.situ(&["fit", "d.csv", "--target", "y", "--learner", "ftrl"]).success().stdout(
        contains("30 examples of 1 feature,").and(contains("10 examples without a target")),
    );
}

/// Three wearers; the third one's sensor is turned, so that the signs of its features are exchanged.
fn wearers() -> String {
    let mut text = "x,y,who,label\n".to_owned();
    for (who, sign) in [("a", 1.0), ("b", 1.0), ("c", -1.0)] {
        for row in 0..300_i32 {
            // Classes without an order that a baseline could follow.
            let class = (row * row / 7 + row) % 3 % 2;
            let noise = f64::from(row * 37 % 19) / 19.0 - 0.5;
            let x = sign * (f64::from(2 * class - 1) + noise);
            text += &format!(
                "{x},{},{who},{}\n",
                noise + f64::from(row % 5),
                ["rest", "run"][class as usize]
            );
        }
    }
    text
}

fn hold_out(more: &[&str]) -> Value {
    let directory = Folder::with("d.csv", wearers());
    let mut command = situ(&directory);
    command.args(["fit", "d.csv", "--target", "label", "--group", "who", "--learner", "memory"]);
    let output = command.args(more).arg("--json").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Value>(&output.stdout).unwrap()["holdout"].clone()
}

/// A learner that goes on learning makes up for a wearer whom it has never met.
#[test]
fn unseen_groups_are_met_frozen_and_adapting() {
    let holdout = hold_out(&["--holdout", "who"]);
    assert_eq!((&holdout["by"], &holdout["groups"]), (&"who".into(), &3.into()));
    let learner = &holdout["learners"][0];
    let (frozen, adapting) = (number(&learner["frozen"]), number(&learner["adapting"]));
    assert!(adapting > frozen + 0.15, "{learner}");
    let [low, high] = [0, 1].map(|end| number(&learner["frozen_interval"][end]));
    assert!(low <= frozen && frozen <= high, "{learner}");
    let after = learner["after_labels"].as_array().unwrap();
    assert_eq!(
        after.iter().map(|pair| pair[0].as_u64().unwrap()).collect::<Vec<_>>(),
        [0, 10, 50, 200]
    );
    assert!(number(&after[3][1]) > number(&after[0][1]), "{learner}");
    assert_eq!(holdout["baselines"].as_array().unwrap().len(), 2);
}

/// A sensor that is mounted another way confuses a frozen learner; one that adapts makes up for it.
#[test]
fn a_turned_sensor_is_met_with_its_columns_exchanged() {
    let plain = hold_out(&["--holdout", "0.3"]);
    let turned = hold_out(&["--holdout", "0.3", "--turn", "x,y"]);
    assert_eq!(turned["turned"], serde_json::json!(["x,y"]));
    let score = |run: &Value, key: &str| number(&run["learners"][0][key]);
    assert!(score(&turned, "frozen") < score(&plain, "frozen") - 0.1, "{turned} {plain}");
    assert!(score(&turned, "adapting") > score(&turned, "frozen") + 0.1, "{turned}");
    fit("sorted.csv", "label", "--holdout 0.2 --turn a").code(2).stderr(contains("--turn a"));
    fit("sorted.csv", "label", "--holdout 0.2 --turn a,q").code(2).stderr(contains("'q'"));
}

/// The parts held out are the groups, too: no window spans two of them.
#[test]
fn windows_stay_inside_the_parts_held_out() {
    let window = "--window 20 --hop 10 --learner ftrl --holdout sensor";
    let run = json("interleaved.csv", "label", window);
    assert_eq!((&run["rows"], &run["holdout"]["groups"]), (&(2 * 39).into(), &2.into()));
}

/// Without labels there is nothing to adapt to; late ones help later.
#[test]
fn labels_may_be_few_and_late() {
    let none = hold_out(&["--holdout", "who", "--label-rate", "0"]);
    let learner = &none["learners"][0];
    assert_eq!(learner["frozen"], learner["adapting"]);
    assert_eq!(learner["after_labels"].as_array().unwrap().len(), 1);
    // The baselines are told no more than the learners.
    for baseline in none["baselines"].as_array().unwrap() {
        assert_eq!(baseline["frozen"], baseline["adapting"], "{baseline}");
    }
    let late = hold_out(&["--holdout", "who", "--label-delay", "30"]);
    let soon = hold_out(&["--holdout", "who"]);
    let adapting = |holdout: &Value| number(&holdout["learners"][0]["adapting"]);
    assert!(adapting(&late) < adapting(&soon));
}

#[test]
fn the_end_of_a_stream_can_be_held_out() {
    let holdout = hold_out(&["--holdout", "0.25"]);
    assert_eq!(holdout["groups"], 1);
    // A single part is cut into blocks: its interval is not a point.
    for key in ["frozen_interval", "interval"] {
        let interval = &holdout["baselines"][0][key];
        assert!(number(&interval[0]) < number(&interval[1]), "{holdout}");
    }
    fit("sorted.csv", "label", "--holdout nobody").code(2).stderr(contains("--holdout names no"));
    fit("sorted.csv", "label", "--holdout 0.2 --label-rate 3")
        .code(2)
        .stderr(contains("--label-rate 3"));
}
