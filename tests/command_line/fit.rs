//! `situ fit`: what it prints, and one clear line for every kind of bad input.

use crate::{Folder, situ};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_match};

/// Runs `situ fit data.csv --target y` on this text and expects exit 2 with one line on stderr that
/// contains all of `expected`.
fn refused(csv: &str, arguments: &[&str], expected: &[&str]) {
    let directory = Folder::with("data.csv", csv);
    directory.refuses(&[&["fit", "data.csv", "--target", "y"], arguments].concat(), expected);
}

const GOOD: &str = "a,b,y\n1,2,no\n2,1,yes\n3,5,no\n4,1,yes\n";

#[test]
fn missing_target_flag_is_named() {
    let directory = Folder::with("data.csv", GOOD);
    directory.refuses(&["fit", "data.csv", "--task", "classify"], &["--target"]);
}

#[test]
fn missing_file_is_named() {
    Folder::new().refuses(&["fit", "nowhere.csv", "--target", "y"], &["situ: nowhere.csv: "]);
}

#[test]
fn bad_flags_are_named() {
    refused(GOOD, &["--target", "z"], &["--target"]);
    refused(GOOD, &["--learner", "oracle"], &["--learner 'oracle'", "least-squares"]);
    // One window of three rows, and hops of as many.
    refused(GOOD, &["--window", "3"], &["one example"]);
    refused(GOOD, &["--rank", "mae"], &["--rank MAE"]);
    refused(GOOD, &["--decimal", "'"], &["--decimal"]);
    refused(GOOD, &["--delimiter", "→"], &["--delimiter"]);
    refused(GOOD, &["--window", "0", "--hop", "1"], &["--window 0"]);
    refused(GOOD, &["--window", "9", "--hop", "1"], &["no group has 9 rows"]);
}

#[test]
fn unknown_columns_are_named_with_those_there_are() {
    refused("a,b\n1,2\n", &[], &["data.csv", "--target", "'y'", "a, b"]);
    let many: Vec<String> = (0..60).map(|column| format!("x{column}")).collect();
    refused(&format!("{}\n", many.join(",")), &[], &["x18, x19 and 40 more"]);
    refused(GOOD, &["--group", "g"], &["data.csv", "--group", "'g'", "a, b, y"]);
    refused(GOOD, &["--drop", "c"], &["data.csv", "--drop", "'c'"]);
    refused(GOOD, &["--drop", "a", "--drop", "b"], &["no column is left"]);
}

#[test]
fn ragged_row_is_named_by_line() {
    refused("a,b,y\n1,2,no\n2,yes\n", &[], &["data.csv", "line 3", "2 cells", "has 3"]);
}

#[test]
fn cells_that_are_no_numbers_are_named_by_line_and_column() {
    refused("a,b,y\n1,2,no\n2,NaN,yes\n", &[], &["data.csv", "line 3", "column b", "'NaN'"]);
    refused("a,b,y\n1,inf,no\n2,1,yes\n", &[], &["line 2", "column b", "'inf'"]);
    refused("a,b,y\n1,2,no\n2,warm,yes\n", &[], &["line 3", "column b", "'warm'", "--drop"]);
    refused("a,b,y\n1,2,no\n,1,yes\n", &[], &["line 3", "column a", "''"]);
    refused("a,b,y\n1,2,no\n1,1e99,yes\n", &[], &["line 3", "column b", "1e99"]);
    refused("a,b,y\n1,2,no\n1,1,\n", &["--task", "classify"], &["column y", "'no'"]);
    refused(GOOD, &["--task", "regress"], &["line 2", "column y", "'no'"]);
}

#[test]
fn empty_files_are_refused() {
    refused("", &[], &["data.csv", "empty"]);
    refused("a,b,y\n", &[], &["data.csv", "no rows"]);
}

#[test]
fn data_without_anything_to_learn_are_refused() {
    let classify = ["--task", "classify"];
    refused("a,y\n1,yes\n2,yes\n", &classify, &["data.csv", "column y", "'yes'"]);
    refused("a,y\n1,2.5\n2,2.5\n", &["--task", "regress"], &["column y", "'2.5'"]);
    refused("a,y\n1,yes\n1,no\n", &[], &["data.csv", "constant", "a"]);
}

#[test]
fn data_beyond_the_built_size_are_refused_with_the_maximum() {
    let columns: Vec<String> = (0..1041).map(|index| format!("x{index}")).collect();
    let row = vec!["1"; 1041].join(",");
    let other = vec!["2"; 1041].join(",");
    let csv = format!("{},y\n{row},a\n{other},b\n", columns.join(","));
    refused(&csv, &[], &["1041 features", "at most 1040"]);
}

#[test]
fn json_follows_the_contract_alone_on_stdout() {
    let rows: Vec<String> = (0..60)
        .map(|row| format!("{},{},{}", row % 7, row % 2, if row % 2 == 0 { "even" } else { "odd" }))
        .collect();
    let directory = Folder::with("d.csv", format!("a,b,y\n{}\n", rows.join("\n")));
    let run = directory.json(&["fit", "d.csv", "--target", "y", "--json"]);
    assert_eq!(run["data"], "d.csv");
    assert_eq!(run["rows"], 60);
    assert_eq!(run["features"], 2);
    assert_eq!(run["classes"], serde_json::json!(["even", "odd"]));
    assert_eq!(run["task"], "classify");
    assert_eq!(run["best"], run["learners"][0]["learner"]);
    let mut last = f64::INFINITY;
    assert_eq!(run["not_scored"], 1);
    let baselines = run["baselines"].as_array().unwrap();
    assert_eq!(baselines.len(), 2);
    // One count of two classes, and one comparison.
    let majority = baselines.iter().find(|baseline| baseline["name"] == "majority").unwrap();
    assert_eq!((&majority["flops_per_update"], &majority["predict_flops"]), (&2.into(), &1.into()));
    for learner in run["learners"].as_array().unwrap() {
        for key in ["balanced_accuracy", "kappa", "ram_bytes", "predict_flops"] {
            assert!(learner[key].as_f64().unwrap() > 0.0, "{key}: {learner}");
        }
        assert_eq!(learner["confusion"].as_array().unwrap().len(), 2);
        assert!(learner["predict_flops"].as_u64() < learner["flops_per_update"].as_u64());
        let score = learner["score"].as_f64().unwrap();
        assert!(score > 0.9 && score <= last, "{learner}");
        last = score;
        assert_eq!(learner["metric"], "accuracy");
        assert_eq!(learner["score_curve"].as_array().unwrap().last().unwrap(), &learner["score"]);
        assert!(learner["state_bytes"].as_u64().unwrap() > 0);
        assert!(learner["flops_per_update"].as_u64().unwrap() > 0);
        assert!(learner["update_ns"].as_f64().unwrap() > 0.0);
        assert!(learner["board"].is_null());
    }
}

#[test]
fn a_value_is_regressed_and_scored_by_r2() {
    let rows: Vec<String> = (0..200)
        .map(|row| {
            let (a, b) = (f64::from(row % 11), f64::from(row % 17));
            format!("{a},{b},{}", 0.5 * a - 2.0 * b + 3.25)
        })
        .collect();
    let directory = Folder::with("d.csv", format!("a,b,y\n{}\n", rows.join("\n")));
    directory
        .situ(&["fit", "d.csv", "--target", "y", "--learner", "least-squares"])
        .success()
        .stdout(contains("a value").and(contains("R²")).and(contains("0.9")));
}

#[test]
fn numeric_labels_are_ordered_as_numbers_and_constant_features_are_named() {
    let rows: Vec<String> = (0..40).map(|row| format!("{},7,{}", row % 4, row % 4 * 5)).collect();
    let directory = Folder::with("d.csv", format!("a,k,y\n{}\n", rows.join("\n")));
    directory
        .situ(&["fit", "d.csv", "--target", "y"])
        .success()
        .stdout(contains("ignored (constant): k"));
    let run = directory.json(&["fit", "d.csv", "--target", "y", "--json"]);
    assert_eq!(run["classes"], serde_json::json!(["0", "5", "10", "15"]));
}

/// What was done to the configurations, or to the labels, and which examples are not scored.
#[test]
fn tuning_and_drift_are_told() {
    let rows: Vec<String> = (0..101).map(|row| format!("{},{}", row % 7, row % 7 / 4)).collect();
    let directory = Folder::with("d.csv", format!("x,y\n{}\n", rows.join("\n")));
    let fit = |more: &[&str]| {
        let mut command = situ(&directory);
        command.args(["fit", "d.csv", "--target", "y", "--learner", "ftrl"]).args(more).assert()
    };
    let configured = contains("not the default: ").or(contains("every learner kept its default"));
    let tuned = contains("tuned on the first 20 examples; they are not scored\n");
    fit(&["--tune"]).success().stdout(tuned.and(configured));
    fit(&["--tune", "--json"]).success().stdout(contains(r#""tuned_on":20"#));
    let drift = contains("not scored: the first 50 examples\n");
    let labels = contains("from there on, each label becomes the next one, and the last the first");
    fit(&["--drift"]).success().stdout(drift.and(labels));
    fit(&["--drift", "--json"])
        .success()
        .stdout(contains(r#""not_scored":50"#).and(contains(r#""drift":true"#)));
    fit(&[]).success().stdout(contains("not scored: the first example\n"));
}

/// The classes of the recommended learner, each with its figures.
#[test]
fn the_confusion_is_printed_with_the_figures_of_each_class() {
    let rows: Vec<String> = (0..101).map(|row| format!("{},{}", row % 7, row % 7 / 4)).collect();
    let directory = Folder::with("d.csv", format!("x,y\n{}\n", rows.join("\n")));
    let mut command = situ(&directory);
    command.args(["fit", "d.csv", "--target", "y", "--learner", "memory"]);
    let header = is_match("memory: class, predicted as +0 +1 +precision +recall +F1").unwrap();
    let row =
        is_match("\n 0 +[0-9]+ +[0-9]+ +0\\.[0-9]{3} +[01]\\.[0-9]{3} +0\\.[0-9]{3}").unwrap();
    command.assert().success().stdout(header.and(row));
}

#[test]
fn budgets_that_nothing_fits_are_refused() {
    refused(GOOD, &["--budget", "20"], &["--budget 20"]);
    refused("a,y\n1,0.5\n2,2.5\n3,1.0\n", &["--learner", "bayes"], &["--learner bayes"]);
    refused("a,y\n1,0.5\n2,2.5\n3,1.0\n", &["--drift"], &["--drift"]);
    refused(GOOD, &["--board", "toaster"], &["no board 'toaster'"]);
    refused(GOOD, &["--measure"], &["--board"]);
}

/// The table is printed all the same, and the export says how much is too much.
#[test]
fn exports_that_exceed_the_board_are_refused_by_how_much() {
    let directory = Folder::with("d.csv", GOOD.repeat(9).replace("\na,b,y", ""));
    let mut command = situ(&directory);
    command.args(["fit", "d.csv", "--target", "y", "--learner", "least-squares"]);
    command.args(["--board", "qemu-m0", "--export", "out"]);
    let table = contains("least-squares").and(contains("No learner fits the 16384 bytes of RAM"));
    let refused =
        is_match("^situ: least-squares needs [0-9]+ bytes of RAM, [0-9]+ more than qemu-m0");
    command.assert().code(2).stdout(table).stderr(refused.unwrap());
    let mut command = situ(&directory);
    command.args(["fit", "d.csv", "--target", "y", "--learner", "ftrl", "--learner", "hedge"]);
    command.args(["--board", "qemu-m0", "--export", "out"]);
    // What fits is recommended, and exported without any hardware.
    command.assert().success().stdout(contains("Take ftrl").and(contains("hedge needs")));
}

#[test]
fn exports_do_not_write_over_what_is_there() {
    let directory = Folder::with("d.csv", GOOD);
    let export = |more: &[&str]| {
        let mut command = situ(&directory);
        command.args(["fit", "d.csv", "--target", "y", "--learner", "ftrl", "--export", "out"]);
        command.args(more).assert()
    };
    export(&[]).success();
    for file in
        ["Cargo.toml", "boards/qemu-m4.toml", "src/main.rs", "src/model.rs", "recording.bin"]
    {
        assert!(directory.join("out").join(file).is_file(), "{file}");
    }
    let expected = is_match("^situ: --export out: [^\n]*--force[^\n]*\n$").unwrap();
    export(&[]).code(2).stderr(expected);
    export(&["--force", "--trained"]).success();
    assert!(directory.join("out/state.bin").is_file());
    directory.write("file", "");
    directory.refuses(
        &["fit", "d.csv", "--target", "y", "--export", "file/below"],
        &["--export file/below"],
    );
}
