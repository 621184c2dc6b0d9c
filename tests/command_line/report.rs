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
        .stderr(contains("run `situ reproduce` or `situ fit` here first"));
}

#[test]
fn the_page_holds_every_claim_and_every_plot() {
    let directory = tempfile::tempdir().unwrap();
    let run = situ(directory.path()).args(["reproduce", "newton", "--json"]).assert().success();
    let run: serde_json::Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    situ(directory.path()).arg("report").assert().success().stdout(contains("report.html"));
    let page = std::fs::read_to_string(directory.path().join("target/situ/report.html")).unwrap();
    let system = &run["systems"][0];
    for claim in system["claims"].as_array().unwrap() {
        let id = claim["id"].as_str().unwrap();
        assert!(page.contains(id), "{id}");
    }
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
