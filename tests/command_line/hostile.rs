//! Hostile text in files and paths: a terminal, a TOML parser and a shell see it as text.

use crate::situ;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A name that a terminal would obey: red, clear the screen, turn the direction.
const NAME: &str = "\u{1b}[31mred\u{1b}[2J\u{202e}drow\u{9b}1m";

fn stdout(directory: &Path, arguments: &[&str]) -> String {
    let output = situ(directory).args(arguments).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

fn assert_plain(text: &str) {
    let control = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!text.chars().any(control), "{text:?}");
    assert!(text.contains("red"), "the name is shown: {text}");
}

#[test]
fn names_in_tables_and_json_do_not_control_a_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let game = format!(
        "NFG 1 R \"{NAME}\" {{ \"A\" \"B\" }}\n{{ {{ \"{NAME}\" \"x\" }} {{ \"u\" \"{NAME}\" }} }}\n\"\"\n\
         {{ {{ \"\" 3, 3 }} {{ \"\" 0, 1 }} {{ \"\" 1, 0 }} {{ \"\" 0, 0 }} }}\n1 2 3 4\n"
    );
    std::fs::write(here.join("game.nfg"), game).unwrap();
    assert_plain(&stdout(here, &["play", "game.nfg", "--steps", "10"]));
    let json = stdout(here, &["play", "game.nfg", "--steps", "10", "--json"]);
    assert_plain(&json);
    assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    // Column names and labels.
    let rows: String = (0..80).map(|i| format!("{},1,{}{}\n", i % 7, NAME, i % 2)).collect();
    std::fs::write(here.join("d.csv"), format!("x,{NAME},y\n{rows}")).unwrap();
    let fit = ["fit", "d.csv", "--target", "y", "--learner", "bayes"];
    let text = stdout(here, &fit);
    assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text:?}");
}

/// A copy of the program, as after an installation, in a folder whose name needs quotes everywhere.
#[test]
fn an_installed_program_works_outside_a_checkout_and_in_odd_paths() {
    let directory = tempfile::tempdir().unwrap();
    let odd = directory.path().join("it's a \"folder\" $HOME of Bär & 東京");
    std::fs::create_dir(&odd).unwrap();
    let installed = odd.join("situ copy");
    // By another process: a test that forks while a program is written here would keep it open, too busy to run.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_situ")).arg(&installed).status();
    assert!(copied.unwrap().success());
    let rows: String = (0..80).map(|i| format!("{},{}\n", i % 7, ["a", "b"][i % 2])).collect();
    std::fs::write(odd.join("d ü.csv"), format!("x,y\n{rows}")).unwrap();
    std::fs::write(odd.join("7!.subleq"), include_str!("../../host/programs/factorial.subleq"))
        .unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(&installed).args(arguments).current_dir(&odd).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {complaint}");
        output.stdout
    };
    assert!(!run(&["compute", "7!.subleq", "--engine", "interpreter"]).is_empty());
    assert!(!run(&["fit", "d ü.csv", "--target", "y", "--learner", "ftrl"]).is_empty());
    run(&["report"]);
    // The boards are those of the tree that it was built from, or it says what it needs.
    run(&["boards"]);
    let export = ["--export", "app 'of' \"mine\""];
    run(&[&["fit", "d ü.csv", "--target", "y", "--learner", "ftrl"], &export[..]].concat());
    for manifest in manifests(&odd.join(export[1])) {
        let text = std::fs::read_to_string(&manifest).unwrap();
        assert!(toml::from_str::<toml::Table>(&text).is_ok(), "{}: {text}", manifest.display());
    }
}

fn manifests(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            found.extend(manifests(&path));
        } else if path.ends_with("Cargo.toml") {
            found.push(path);
        }
    }
    assert!(!found.is_empty() || !folder.join("src").is_dir(), "{}", folder.display());
    found
}

/// What would be allocated before it is refused: a game of 10⁹ cells, includes without end, a machine of
/// 65,536 columns.
#[test]
fn size_bombs_are_refused_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let header =
        format!("NFG 1 R \"\" {{ {} }} {{ {} }}\n1\n", "\"p\" ".repeat(9), "10 ".repeat(9));
    std::fs::write(here.join("cells.nfg"), header).unwrap();
    std::fs::write(here.join("wide.nfg"), "NFG 1 R \"\" { \"p\" } { 4000000000 }\n1\n").unwrap();
    std::fs::write(here.join("self.subleq"), ".include \"self.subleq\"\n").unwrap();
    std::fs::write(here.join("columns.subleq"), ".columns 65536\nhalt: 0\n").unwrap();
    let mut many = String::new();
    for _ in 0..3000 {
        many += ".include \"many2.subleq\"\n";
    }
    std::fs::write(here.join("many2.subleq"), many.replace("many2", "many3")).unwrap();
    std::fs::write(here.join("many3.subleq"), "").unwrap();
    std::fs::write(here.join("many.subleq"), many).unwrap();
    for file in ["cells.nfg", "wide.nfg", "self.subleq", "columns.subleq", "many.subleq"] {
        let command = if file.ends_with("nfg") { "play" } else { "compute" };
        let mut situ = situ(here);
        // Memory of a process that allocates nothing in proportion to the sizes.
        let output =
            situ.args([command, file]).timeout(std::time::Duration::from_secs(60)).output();
        let output = output.unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{file}: {complaint}");
        assert_eq!(complaint.lines().count(), 1, "{file}: {complaint}");
    }
}

/// Markup in the name of a file, and quotes and code in labels: shown in HTML, and literals in Rust.
#[test]
fn html_and_rust_have_hostile_names_as_text() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let label = "\"]; fn main() { loop {} } /* \\ \u{202e}";
    let data = "<script>alert(1)</script>.csv".replace('/', "_");
    let quoted = label.replace('"', "\"\"");
    let rows: String = (0..80).map(|i| format!("{},\"{quoted}{}\"\n", i % 7, i % 2)).collect();
    std::fs::write(here.join(&data), format!("\"<img src=x>\",y\n{rows}")).unwrap();
    stdout(here, &["fit", &data, "--target", "y", "--learner", "ftrl", "--export", "app"]);
    stdout(here, &["report"]);
    let html = std::fs::read_to_string(here.join("target/situ/report.html")).unwrap();
    assert!(!html.contains("<script>alert") && !html.contains("<img src=x"));
    assert!(html.contains("&lt;script&gt;alert"));
    for file in ["src/model.rs", "src/recording.rs", "src/main.rs"] {
        let Ok(text) = std::fs::read_to_string(here.join("app").join(file)) else { continue };
        // A label that left its literal would be code.
        let code = text.replace("\\\"", "").split('"').step_by(2).collect::<String>();
        assert!(!code.contains("loop {} } /*"), "{file}: {text}");
        assert!(!text.contains('\u{202e}'), "{file}");
    }
}
