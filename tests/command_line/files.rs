//! `situ fit` on files as loggers write them: what is understood, what is said, and what is refused.

use crate::Folder;
use crate::field::{fit, fit_text, json, json_text, number};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use std::fmt::Write;

/// The same kind of table with other line ends, marks and spaces.
#[test]
fn line_ends_marks_and_spaces_change_nothing() {
    for (file, rows) in [
        ("bom.csv", 200),
        ("crlf.csv", 200),
        ("cr.csv", 200),
        ("quoted-newline.csv", 200),
        ("blank-lines.csv", 60),
    ] {
        assert_eq!(json(file, "label", "--learner ftrl")["rows"], rows, "{file}");
    }
    assert_eq!(json("spaces.csv", "label", "--learner ftrl")["features"], 2);
}

#[test]
fn a_cut_last_line_is_skipped_and_said() {
    fit("truncated.csv", "label", "--learner ftrl")
        .success()
        .stdout(contains("skipped line 61, the last one: it is incomplete"));
    for file in ["ragged.csv", "nul.csv"] {
        fit(file, "label", "").code(2).stderr(contains("line 51: 1 cell where the header has 3"));
    }
}

#[test]
fn points_in_time_are_left_out_or_taken_as_intervals() {
    let run = fit("date.csv", "label", "--learner ftrl").success();
    run.stdout(contains("ignored when: timestamps"));
    assert_eq!(json("date.csv", "label", "--learner ftrl")["features"], 1);
    // A reading every 20 ms; when the machine runs, it is late: the interval tells.
    let mut text = "epoch_ms,x,label\n".to_owned();
    let mut time = 1_793_527_203_000_u64;
    for row in 0..300_u64 {
        let late = row * row % 7 % 2;
        time += 20 + 5 * late;
        writeln!(text, "{time},{},{}", row % 3, ["no", "yes"][late as usize]).unwrap();
    }
    let run = json_text(&text, "label", "--learner newton --times interval");
    assert_eq!(run["features"], 2);
    assert!(number(&run["learners"][0]["score"]) > 0.95, "{run}");
    fit_text(&text, "label", "--learner newton").success().stdout(contains("ignored epoch_ms"));
}

/// Noise, and a name that decides the label.
fn named(names: usize) -> String {
    let mut text = "mode,x,label\n".to_owned();
    for row in 0..400 {
        let mode = row * 7919 % 401 % names;
        writeln!(text, "mode {mode},{},{}", row * 37 % 19, ["off", "on"][mode % 2]).unwrap();
    }
    text.replace("mode 0,", ",")
}

#[test]
fn names_become_features_of_their_own() {
    let run = json_text(named(4), "label", "--learner newton");
    // Three names; no name is none of them.
    assert_eq!(run["features"], 4);
    assert!(number(&run["learners"][0]["score"]) > 0.95, "{run}");
    let many = fit_text(named(60), "label", "--learner ftrl").success();
    many.stdout(contains("one feature for each of 32 names; names beyond the first 32 have none"));
    // Numbers in a notation that is not understood are no names.
    fit("percent.csv", "label", "").code(2).stderr(contains("'44.6%' is not a number"));
    let fortran = "x,label\n-1.5D+01,a\n2.5D-01,b\n";
    fit_text(fortran, "label", "").code(2).stderr(contains("'-1.5D+01' is not a number"));
}

#[test]
fn columns_that_count_the_rows_are_left_out() {
    for (name, said) in [("", "it has no name"), ("sample", "sample"), ("Unnamed: 0", "Unnamed: 0")]
    {
        let mut text = format!("{name},x,label\n");
        for row in 0..100 {
            writeln!(text, "{},{},{}", row + 5, row * 7 % 10, ["a", "b"][row * 7 % 10 / 5])
                .unwrap();
        }
        let run = fit_text(&text, "label", "--learner ftrl").success();
        run.stdout(contains(format!("ignored column 1, {said}: it numbers the rows (--keep)")));
        let directory = Folder::with("d.csv", &text);
        directory
            .situ(&["fit", "d.csv", "--target", "label", "--learner", "ftrl", "--keep", name])
            .success()
            .stdout(contains("100 examples of 2 features"));
    }
}

#[test]
fn compressed_files_are_read() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/command_line/csv/float-labels.csv");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::copy(&mut std::fs::File::open(path).unwrap(), &mut encoder).unwrap();
    let bytes = encoder.finish().unwrap();
    let plain = json("float-labels.csv", "label", "--learner ftrl");
    let run = json_text(&bytes, "label", "--learner ftrl");
    assert_eq!(run["learners"][0]["score"], plain["learners"][0]["score"]);
    fit_text(&bytes, "label", "--learner ftrl").success().stdout(contains("decompressed (gzip)"));
    fit_text(&bytes[..bytes.len() / 2], "label", "").code(2).stderr(contains("situ: "));
}

/// The first bytes, from which the encoding is found, are all ASCII.
#[test]
fn latin_1_is_read_and_said_wherever_it_begins() {
    let mut text = "x,y\n".to_owned();
    for row in 0..20_000_u32 {
        let label = if row < 19_000 { ["kalt", "warm"] } else { ["kalt", "heiß"] };
        writeln!(text, "{},{}", row * 7919 % 10, label[(row * 7919 % 10 / 5) as usize]).unwrap();
    }
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let run = json_text(&latin, "y", "--learner ftrl");
    assert_eq!(run["classes"], serde_json::json!(["heiß", "kalt", "warm"]));
    let score = |run: &serde_json::Value| run["learners"][0]["score"].clone();
    assert_eq!(score(&run), score(&json_text(&text, "y", "--learner ftrl")));
    let line = 2 + text.lines().skip(1).position(|line| line.contains('ß')).unwrap();
    let said = format!("read as Latin-1 where it is not UTF-8, first in line {line}");
    fit_text(&latin, "y", "--learner ftrl").success().stdout(contains(said));
    let refused = format!("line {line}: not UTF-8");
    fit_text(&latin, "y", "--encoding utf-8").code(2).stderr(contains(refused));
}

#[test]
fn a_column_without_any_number_is_named() {
    let text = "x,e,y\n1,,a\n2,,b\n1,,a\n";
    for policy in ["last", "mean", "skip"] {
        fit_text(text, "y", &format!("--missing {policy}"))
            .code(2)
            .stderr(contains("column e: no number in any row").and(contains("--drop")));
    }
}

#[test]
fn comments_between_rows_are_skipped() {
    // The second one has as many cells as a row.
    let text = "x,y\n1,a\n# restarted\n2,b\n# restarted, again\n1,a\n2,b\n";
    fit_text(text, "y", "--learner ftrl").success().stdout(contains("skipped 2 comments"));
    // Names are no comments.
    assert_eq!(json_text("x,z,y\n#1,1,a\n#2,2,b\n#1,3,a\n", "y", "--learner ftrl")["rows"], 3);
}

#[test]
fn few_rows_give_an_answer_or_a_reason() {
    fit("two-rows.csv", "label", "--learner ftrl").success();
    fit("one-row.csv", "label", "").code(2).stderr(contains("one example, and nothing to score"));
    fit("three-const.csv", "y", "").code(2).stderr(contains("every feature is constant (a)"));
}

#[test]
fn labels_that_are_many_or_late_are_scored_or_refused() {
    let refused = contains("300 classes").and(contains("at most 1040 and 64"));
    fit("id-target.csv", "label", "").code(2).stderr(refused);
    fit("150-classes.csv", "label", "").code(2).stderr(contains("150 classes"));
    let rare = json("singletons.csv", "label", "--learner ftrl");
    assert_eq!(rare["classes"].as_array().unwrap().len(), 25);
    assert_eq!(number(&rare["learners"][0]["score"]), 0.0);
    let late = json("late-class.csv", "label", "--learner ftrl");
    let classes = late["learners"][0]["per_class"].as_array().unwrap();
    assert!(classes.iter().all(|class| number(&class["recall"]) > 0.5), "{classes:?}");
}

/// One reading of a feature is off the scale: what was learned before it stands.
#[test]
fn an_extreme_of_a_feature_spoils_nothing() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/command_line/csv/feature-outlier.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let usual: String = text
        .lines()
        .filter(|line| {
            line.split(',').all(|cell| {
                cell.parse().is_ok_and(|x: f64| x.abs() < 1e4) || cell.parse::<f64>().is_err()
            })
        })
        .fold(String::new(), |text, line| text + line + "\n");
    assert!(usual.lines().count() < text.lines().count());
    let without = json_text(&usual, "label", "--learner ftrl --learner newton --learner memory");
    let with =
        json("feature-outlier.csv", "label", "--learner ftrl --learner newton --learner memory");
    let best = |run: &serde_json::Value| number(&run["learners"][0]["score"]);
    assert!(best(&with) > best(&without) - 0.02, "{with} {without}");
}

#[test]
fn every_prediction_can_be_written() {
    let directory = Folder::new();
    let file = directory.join("predictions.csv");
    let more = format!("--learner ftrl --learner bayes --predictions {}", file.display());
    let text = "x,y\n".to_owned() + &"0,low\n9,high\n1,low\n8,\n".repeat(20);
    let run = json_text(&text, "y", &more);
    let written = std::fs::read_to_string(&file).unwrap();
    let mut lines = written.lines();
    let header = lines.next().unwrap();
    assert!(header == "line,y,ftrl,bayes" || header == "line,y,bayes,ftrl");
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 80);
    // Rows without a target are predicted too.
    assert_eq!(rows[79][..2], ["81", ""]);
    assert_eq!(rows[79][2], "high");
    // The score is the share of rows with a target, but for the first, that are predicted.
    let known: Vec<_> = rows[1..].iter().filter(|row| !row[1].is_empty()).collect();
    let right = known.iter().filter(|row| row[1] == row[2]).count();
    let score = number(&run["learners"][0]["score"]);
    assert!((score - right as f64 / known.len() as f64).abs() < 1e-9, "{score}");
    let nowhere = "--predictions nowhere/below/predictions.csv";
    fit_text(&text, "y", nowhere).code(2).stderr(contains("--predictions nowhere"));
}

/// A slow and a fast wave of the same size: only their bands tell them apart.
#[test]
fn features_of_windows_are_chosen_by_name() {
    let mut text = "x,label\n".to_owned();
    for row in 0..3200_u32 {
        let fast = row / 32 * 7 % 5 % 2;
        let angle = f64::from(row % 32) * std::f64::consts::TAU / 32.0 * f64::from(1 + 8 * fast);
        writeln!(text, "{:.4},{}", angle.sin(), ["slow", "fast"][fast as usize]).unwrap();
    }
    let window = "--window 32 --learner bayes";
    let bands = json_text(&text, "label", &format!("{window} --features bands,rms"));
    assert_eq!((&bands["rows"], &bands["features"]), (&100.into(), &5.into()));
    assert!(number(&bands["learners"][0]["score"]) > 0.95, "{bands}");
    assert_eq!(json_text(&text, "label", &format!("{window} --features all"))["features"], 11);
    fit_text(&text, "label", "--window 32 --features loudness")
        .code(2)
        .stderr(contains("no --features 'loudness'").and(contains("kurtosis")));
}

/// More rows than are kept in memory: the answer is that of the learner on all of them.
#[test]
fn rows_beyond_memory_are_read_back() {
    let rows = 200_000_u64;
    let mut text = "a,b,c,d,e,f,y\n".to_owned();
    for row in 0..rows {
        let x = |k: u64| (row * 7 + k) % 100_003 * 40_503 % 100_019 % 1000;
        let label = ["no", "yes"][usize::from(x(1) + x(2) > 1000)];
        writeln!(text, "{},{},{},{},{},{},{label}", x(1), x(2), x(3), x(4), x(5), x(6)).unwrap();
    }
    let run = json_text(&text, "y", "--learner ftrl");
    assert_eq!(run["rows"], rows);
    let last = run["learners"][0]["score_curve"].as_array().unwrap();
    assert!(number(&last[49]) > 0.9, "{last:?}");
}

/// A machine whose temperature follows its load, until it does not.
fn machine(labels: [&str; 2]) -> String {
    let mut text = "load,temperature,state\n".to_owned();
    for row in 0..4000_u64 {
        let random = |k: u64| ((row * 2_654_435_761 + k * 40_503) % 10_007) as f64 / 10_007.0;
        let broken = row > 1000 && row % 400 < 4;
        let load = random(1);
        let temperature = if broken { 75.0 - 30.0 * load } else { 20.0 + 30.0 * load };
        let noise = random(2) + random(3) - 1.0;
        let state = labels[usize::from(broken)];
        writeln!(text, "{load:.4},{:.3},{state}", temperature + noise).unwrap();
    }
    text
}

#[test]
fn anomalies_are_found_at_the_rate_of_false_alarms_asked_for() {
    let more = "--task anomaly --false-alarms 0.005";
    let run = json_text(machine(["ok", "broken"]), "state", more);
    assert_eq!((&run["task"], &run["known"]), (&"anomaly".into(), &28.into()));
    for learner in run["learners"].as_array().unwrap() {
        assert_eq!(learner["learner"], "anomaly");
        assert!(number(&learner["detected"]) > 0.9, "{learner}");
        assert!(number(&learner["false_alarm_share"]) < 0.015, "{learner}");
        // Variables and stack of firmware beside the state.
        let beside = number(&learner["ram_bytes"]) - number(&learner["state_bytes"]);
        assert!((1600.0..4000.0).contains(&beside), "{learner}");
    }
    fit_text(machine(["ok", "broken"]), "state", more).success().stdout(
        contains("normal: state 'ok'")
            .and(contains("nearest of 256: lines ").and(contains(", 1202"))),
    );
}

#[test]
fn without_a_target_or_with_one_label_anomalies_are_looked_for() {
    let directory = Folder::with("d.csv", machine(["ok", "ok"]));
    let fit = |more: &[&str]| {
        let mut command = crate::situ(&directory);
        command.args(["fit", "d.csv"]).args(more).assert()
    };
    fit(&["--drop", "state"]).success().stdout(contains("anomalies at 0.01 false alarms"));
    let predictions = ["--target", "state", "--predictions", "p.csv", "--budget", "4000"];
    fit(&predictions)
        .success()
        .stdout(contains("state is 'ok' in all rows").and(contains("nearest of 128")));
    let written = directory.read("p.csv");
    assert_eq!(written.lines().count(), 4001);
    // Its state alone would fit; with stack and variables it does not.
    fit(&["--drop", "state", "--budget", "1500"]).code(2).stderr(contains("--budget 1500"));
    fit(&["--drop", "state", "--export", "out"]).code(2).stderr(contains("--export"));
    fit(&["--drop", "state", "--false-alarms", "0.9"])
        .code(2)
        .stderr(contains("--false-alarms 0.9"));
}
