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

/// Two classes, told apart by the sign of the only feature.
fn fit(directory: &std::path::Path, options: &[&str]) {
    let rows: String = (0..60).map(|i| format!("{},{}\n", i % 2 * 2 - 1, i % 2)).collect();
    std::fs::write(directory.join("a & b.csv"), format!("x,label\n{rows}")).unwrap();
    let arguments = ["fit", "a & b.csv", "--target", "label", "--learner", "ftrl"];
    situ(directory).args(arguments).args(options).assert().success();
}

#[test]
fn the_users_fit_comes_first_and_says_where_it_comes_from() {
    let directory = tempfile::tempdir().unwrap();
    fit(directory.path(), &["--drift"]);
    fit(directory.path(), &[]);
    situ(directory.path()).args(["reproduce", "newton"]).assert().success();
    situ(directory.path()).arg("report").assert().success();
    let page = std::fs::read_to_string(directory.path().join("target/situ/report.html")).unwrap();
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    let first = at("<code>situ fit 'a &amp; b.csv' --target label --learner ftrl</code>");
    let earlier = at("<code>situ fit 'a &amp; b.csv' --target label --learner ftrl --drift</code>");
    let systems = at("<code>situ reproduce newton</code>");
    assert!(first < at("Earlier fits") && at("Earlier fits") < earlier && earlier < systems);
    assert!(page.contains("name=\"viewport\"") && page.contains("prefers-color-scheme: dark"));
    // Each link of the contents list has its section.
    for link in page.split("href=\"#").skip(1) {
        let (anchor, _) = link.split_once('"').unwrap();
        assert!(page.contains(&format!("<section id=\"{anchor}\"")), "{anchor}");
    }
}

#[test]
fn only_the_last_fits_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let fits = directory.path().join("target/situ/fits");
    std::fs::create_dir_all(&fits).unwrap();
    for day in 1..=28 {
        std::fs::write(fits.join(format!("2020-01-{day:02}T000000.000Z.json")), "{}").unwrap();
    }
    fit(directory.path(), &[]);
    let mut kept: Vec<_> =
        std::fs::read_dir(&fits).unwrap().map(|f| f.unwrap().file_name()).collect();
    kept.sort_unstable();
    assert_eq!(kept.len(), 21);
    assert_eq!(kept[0], "2020-01-09T000000.000Z.json");
}

#[test]
fn figures_are_written_as_files() {
    let directory = tempfile::tempdir().unwrap();
    fit(directory.path(), &[]);
    situ(directory.path())
        .args(["report", "--svg", "new/pictures"])
        .assert()
        .success()
        .stdout(contains("4 figures are in new/pictures."));
    for entry in std::fs::read_dir(directory.path().join("new/pictures")).unwrap() {
        let path = entry.unwrap().path();
        let drawing = std::fs::read_to_string(&path).unwrap();
        assert!(drawing.starts_with("<svg") && drawing.contains("viewBox"), "{}", path.display());
    }
}

#[test]
fn without_a_browser_the_page_is_written_all_the_same() {
    let directory = tempfile::tempdir().unwrap();
    fit(directory.path(), &[]);
    situ(directory.path())
        .args(["report", "--open"])
        .env("PATH", directory.path())
        .assert()
        .code(3)
        .stdout(contains("report.html"))
        .stderr(predicates::str::is_match("^situ: [^\n]*no browser[^\n]*\n$").unwrap());
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
