//! `situ report`: one page from saved results.

use crate::{Folder, situ};
use predicates::str::contains;

#[test]
fn without_results_it_says_what_to_run() {
    Folder::new()
        .refuses(&["report"], &["run `situ reproduce`, `situ fit` or `situ play` here first"]);
}

#[test]
fn the_page_holds_every_claim_and_every_plot() {
    let directory = Folder::new();
    let run = directory.json(&["reproduce", "newton", "--json"]);
    directory.situ(&["report"]).success().stdout(contains("report.html"));
    let page = directory.read("target/situ/report.html");
    let system = &run["systems"][0];
    for claim in system["claims"].as_array().unwrap() {
        let id = claim["id"].as_str().unwrap();
        assert!(page.contains(id), "{id}");
        assert!(claim["standard_error"].is_number(), "{id}");
    }
    // Numbers that JSON cannot express are not written as null.
    assert!(!run.to_string().contains("null"));
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
    let directory = Folder::new();
    fit(&directory, &["--drift"]);
    fit(&directory, &[]);
    directory.situ(&["reproduce", "newton"]).success();
    directory.situ(&["report"]).success();
    let page = directory.read("target/situ/report.html");
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
    let directory = Folder::new();
    let fits = directory.join("target/situ/fits");
    std::fs::create_dir_all(&fits).unwrap();
    for day in 1..=28 {
        std::fs::write(fits.join(format!("2020-01-{day:02}T000000.000Z.json")), "{}").unwrap();
    }
    fit(&directory, &[]);
    let mut kept: Vec<_> =
        std::fs::read_dir(&fits).unwrap().map(|f| f.unwrap().file_name()).collect();
    kept.sort_unstable();
    assert_eq!(kept.len(), 21);
    assert_eq!(kept[0], "2020-01-09T000000.000Z.json");
}

#[test]
fn figures_are_written_as_files() {
    let directory = Folder::new();
    fit(&directory, &[]);
    directory
        .situ(&["report", "--svg", "new/pictures"])
        .success()
        .stdout(contains("4 figures are in new/pictures."));
    for entry in std::fs::read_dir(directory.join("new/pictures")).unwrap() {
        let path = entry.unwrap().path();
        let drawing = std::fs::read_to_string(&path).unwrap();
        assert!(drawing.starts_with("<svg") && drawing.contains("viewBox"), "{}", path.display());
    }
}

#[test]
fn without_a_browser_the_page_is_written_all_the_same() {
    let directory = Folder::new();
    fit(&directory, &[]);
    situ(&directory)
        .args(["report", "--open"])
        .env("PATH", directory.as_os_str())
        .assert()
        .code(3)
        .stdout(contains("report.html"))
        .stderr(predicates::str::is_match("^situ: [^\n]*no browser[^\n]*\n$").unwrap());
}

#[test]
fn a_damaged_result_is_named() {
    let directory = Folder::new();
    let results = directory.join("target/situ");
    std::fs::create_dir_all(&results).unwrap();
    std::fs::write(results.join("reproduce.json"), "{\"version\":").unwrap();
    directory.refuses(&["report"], &["reproduce.json"]);
}

#[test]
fn a_precision_that_a_system_does_not_support_is_refused() {
    Folder::new().refuses(
        &["reproduce", "variational", "--precision", "f32"],
        &["situ: --precision f32: ", "variational"],
    );
}

#[test]
fn results_are_printed_even_if_they_cannot_be_saved() {
    let directory = Folder::new();
    // A file where the directory of results should be.
    directory.write("target", "");
    directory
        .situ(&["reproduce", "newton", "--json"])
        .code(2)
        .stdout(contains("newton.quadratic"))
        .stderr(predicates::str::is_match("^situ: [^\n]*reproduce.json[^\n]*\n$").unwrap());
}

#[test]
fn an_unknown_size_is_refused_with_those_of_the_system() {
    Folder::new()
        .refuses(&["reproduce", "newton", "--set", "size=3"], &["situ: --set size=3: ", "kappa"]);
}
