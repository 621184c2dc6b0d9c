//! The pictures of the guide: the page of each system shows a plot of its quick run.

use situ_host::report::{SystemRun, svg};
use std::path::Path;

/// How the title of the plot that a page shows begins.
const SHOWN: [(&str, &str); 9] = [
    ("newton", "Newton's step by two layers"),
    ("variational", "Bias against step"),
    ("policy-gradient", "Share of runs that stay"),
    ("ftrl", "Distance from the strict equilibrium"),
    ("chain-of-thought", "Examples needed with and without"),
    ("looped", "FLEQ products of 1 to 10: error against scale"),
    ("normtune", "Best reconstruction by width"),
    ("superposition", "Single prompts settle on a task"),
    ("mesa", "Recall of ill-conditioned keys by load"),
];

/// Pixels by which a drawing of another machine may differ: errors near rounding differ by a few bits.
const TOLERANCE: f64 = 12.0;

/// Compares the picture of a system with its run, or takes it if `SITU_ACCEPT` is set.
pub fn compare(run: &SystemRun) {
    let (_, title) = SHOWN.iter().find(|(system, _)| *system == run.system).expect("a picture");
    let series = run.series.iter().find(|series| series.title.starts_with(title));
    let drawing = svg(series.expect("a plot of this title")).expect("a drawing");
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let path = docs.join(format!("pictures/{}.svg", run.system));
    if std::env::var_os("SITU_ACCEPT").is_some() {
        std::fs::write(&path, &drawing).expect("docs/pictures can be written");
    }
    let shown = std::fs::read_to_string(&path).expect("the picture");
    let stale = "is stale: SITU_ACCEPT=1 cargo test -p situ-tests --test claims takes the new one";
    assert!(alike(&shown, &drawing), "{} {stale}", path.display());
    let page = docs.join(format!("systems/{}.md", run.system));
    let page = std::fs::read_to_string(page).expect("the page");
    assert!(page.contains(&format!("](../pictures/{}.svg)", run.system)), "the page shows it");
}

/// The same words, and numbers within the tolerance.
fn alike(one: &str, other: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split([' ', ',', '"', '<', '>', '\n']).map(str::to_owned).collect()
    };
    let (one, other) = (words(one), words(other));
    let near = |a: &String, b: &String| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => (a - b).abs() <= TOLERANCE,
        _ => a == b,
    };
    one.len() == other.len() && one.iter().zip(&other).all(|(a, b)| near(a, b))
}

#[test]
fn drawings_differ_by_words_and_by_pixels() {
    let drawing = "<polyline points=\"70,10 80,20\"/><text>condition 3</text>";
    assert!(alike(drawing, &drawing.replace("80,20", "81,19")));
    assert!(!alike(drawing, &drawing.replace("80,20", "81,99")));
    assert!(!alike(drawing, &drawing.replace("condition", "order")));
}
