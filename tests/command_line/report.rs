//! `situ report`: one page from saved results.

use crate::situ;
use predicates::str::contains;

#[test]
fn without_results_it_says_what_to_run() {
    let directory = tempfile::tempdir().unwrap();
    situ(directory.path())
        .arg("report")
        .assert()
        .code(2)
        .stderr(contains("run `situ reproduce`, `situ fit` or `situ play` here first"));
}

#[test]
fn the_page_holds_every_claim_and_every_plot() {
    let directory = tempfile::tempdir().unwrap();
    let run = situ(directory.path()).args(["reproduce", "newton", "--json"]).assert().success();
    let run_text = run.get_output().stdout.clone();
    let run: serde_json::Value = serde_json::from_slice(&run_text).unwrap();
    situ(directory.path()).arg("report").assert().success().stdout(contains("report.html"));
    let page = std::fs::read_to_string(directory.path().join("target/situ/report.html")).unwrap();
    let system = &run["systems"][0];
    for claim in system["claims"].as_array().unwrap() {
        let id = claim["id"].as_str().unwrap();
        assert!(page.contains(id), "{id}");
        assert!(claim["standard_error"].is_number(), "{id}");
    }
    // Numbers that JSON cannot express are not written as null.
    assert!(!String::from_utf8_lossy(&run_text).contains("null"));
    let plots = system["series"].as_array().unwrap().len();
    assert_eq!(page.matches("<svg").count(), plots);
}

#[test]
fn a_damaged_result_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let results = directory.path().join("target/situ");
    std::fs::create_dir_all(&results).unwrap();
    std::fs::write(results.join("reproduce.json"), "{\"version\":").unwrap();
    situ(directory.path())
        .arg("report")
        .assert()
        .code(2)
        .stderr(predicates::str::is_match("^situ: [^\n]*reproduce.json[^\n]*\n$").unwrap());
}

#[test]
fn a_precision_that_a_system_does_not_support_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    situ(directory.path())
        .args(["reproduce", "variational", "--precision", "f32"])
        .assert()
        .code(2)
        .stdout("")
        .stderr(
            predicates::str::is_match("^situ: --precision f32: [^\n]*variational[^\n]*\n$")
                .unwrap(),
        );
}

#[test]
fn results_are_printed_even_if_they_cannot_be_saved() {
    let directory = tempfile::tempdir().unwrap();
    // A file where the directory of results should be.
    std::fs::write(directory.path().join("target"), "").unwrap();
    situ(directory.path())
        .args(["reproduce", "newton", "--json"])
        .assert()
        .code(2)
        .stdout(contains("newton.quadratic"))
        .stderr(predicates::str::is_match("^situ: [^\n]*reproduce.json[^\n]*\n$").unwrap());
}

#[test]
fn an_unknown_size_is_refused_with_those_of_the_system() {
    let directory = tempfile::tempdir().unwrap();
    situ(directory.path())
        .args(["reproduce", "newton", "--set", "size=3"])
        .assert()
        .code(2)
        .stdout("")
        .stderr(predicates::str::is_match("^situ: --set size=3: [^\n]*kappa[^\n]*\n$").unwrap());
}
