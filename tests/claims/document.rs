//! `docs/claims.md`: the claims of all systems, generated from their lists.

#[path = "../mutations/list.rs"]
mod list;

use list::MUTATIONS;
use situ_host::reproduce::{Claim, EXTENSIONS, SYSTEMS};
use std::fmt::Write;

const HEAD: &str = "\
# Claims

The claims of all systems, as `situ reproduce` measures them; without a name it runs all but `mesa`, which goes beyond
the papers. The claims on a language model are in [superposition](systems/superposition.md). `SITU_ACCEPT=1 cargo test
-p situ-tests --test claims document` generates this page, and a test checks it.

- **Reference**: the result that the measurement is compared with, independent of the measured code.
- **Sampled**: an estimate, printed with its standard error. At seed 1 it must be four standard errors or more from
  its bound; a number that is itself in standard errors has a bound of four. The others are exact, the largest error
  over all cases tried, or a statistic without a standard error, such as a p-value.
- **Mutations**: deliberate one-line faults that are known to break the claim:
  `cargo test -p situ-host --features mutations --test mutations` activates them one by one. Where no fault is
  possible, the table says why.

`SITU_SEEDS=1-50 cargo test -p situ-tests --test claims seeds` measures all claims at many seeds. In November 2026,
in quick mode, all claims held at these seeds and commits; later changes to a claim's numbers are not covered:

| system | seeds | commit |
|---|---|---|
| `newton` | 1 to 50 | 1 to 10 before f8642de, 11 to 50 d547101 |
| `looped` | 1 to 50 | before f8642de |
| `superposition` | 1 to 50 | 1 to 8 f211480, 9 to 50 d547101 |
| `variational` | 1 to 50 | a68ffde |
| `mesa` | 1 to 50 | f8642de |
| `chain-of-thought` | 1 to 50 | 1 bfce677, 2 to 50 d547101 |
| `ftrl` | 1 to 50 | 616b6a8 |
| `policy-gradient` | 1 to 50 | 1 to 6 bfce677, 7 to 50 d547101 |
| `normtune` | 1 to 50 | d547101; there `skip` was the largest of all errors and failed at seed 34; 2f7b9ea holds |

With `--full`, all systems held at seeds 1 to 3: seed 1 at f8642de (`normtune`, `chain-of-thought` and `superposition` at
41e61ff), seed 2 of `newton` and `mesa` at 616b6a8, all others at d547101 or 41e61ff. No other seed was run in that mode.
";

/// (claim, why no fault can break it).
const WITHOUT: &[(&str, &str)] = &[
    (
        "newton.logistic_loglog",
        "the iteration runs on the host, as the reference for the transformer's claims",
    ),
    (
        "chain-of-thought.below_threshold",
        "it measures what too few examples leave undetermined; no core code runs",
    ),
    ("chain-of-thought.informed_rival", "the rival runs on the host"),
    ("chain-of-thought.relu", "the least squares run on the host"),
    ("mesa.state", "it is the size of a type"),
];

/// The expected page.
fn page() -> String {
    let mut page = HEAD.to_owned();
    for system in SYSTEMS.iter().chain(EXTENSIONS) {
        let _ = write!(page, "\n## {}\n\n{}.\n\n", system.name, system.paper);
        page += "| claim | statement | bound | reference | sampled | mutations |\n";
        page += "|---|---|---|---|---|---|\n";
        for claim in system.claims.iter().chain(system.model_claims) {
            page += &row(claim);
        }
    }
    page
}

fn row(claim: &Claim) -> String {
    let Claim { id, statement, relation, bound, unit, reference, sampled, .. } = claim;
    let faults = MUTATIONS.iter().filter(|(_, broken)| broken == id);
    let mut faults: Vec<_> = faults.map(|(fault, _)| format!("`{fault}`")).collect();
    faults.extend(WITHOUT.iter().filter(|(of, _)| of == id).map(|(_, why)| format!("none: {why}")));
    let bound = format!("{relation} {bound:?} {unit}");
    format!(
        "| `{id}` | {} | {} | {reference} | {} | {} |\n",
        statement.replace('|', "\\|"),
        bound.trim_end(),
        if *sampled { "yes" } else { "" },
        faults.join(", "),
    )
}

#[test]
fn the_document_lists_every_claim() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/claims.md");
    let page = page();
    if std::env::var_os("SITU_ACCEPT").is_some() {
        std::fs::write(path, &page).expect("docs/claims.md can be written");
    }
    let written = std::fs::read_to_string(path).expect("docs/claims.md");
    assert!(
        written == page,
        "docs/claims.md is out of date: SITU_ACCEPT=1 cargo test -p situ-tests --test claims document"
    );
}

#[test]
fn every_claim_has_a_mutation_or_a_reason() {
    for claim in SYSTEMS.iter().chain(EXTENSIONS).flat_map(|system| system.claims) {
        let names =
            |list: &[(&str, &str)]| list.iter().any(|pair| [pair.0, pair.1].contains(&claim.id));
        assert!(names(MUTATIONS) != names(WITHOUT), "{}", claim.id);
    }
}

#[test]
fn every_claim_has_a_reference() {
    for claim in SYSTEMS.iter().chain(EXTENSIONS).flat_map(|system| system.claims) {
        assert!(!claim.reference.is_empty(), "{}", claim.id);
    }
}
