//! The command `situ merge`: joins the parts of a run.

use super::{command, table};
use crate::report::{self, Run, Shard};
use crate::{Failure, console};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Maximum number of missing parts to name.
const SHOWN: usize = 8;

/// Arguments of `situ merge`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Outputs of `situ reproduce --shard K/N --json`, one file for each K
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

/// Runs `situ merge`: the parts become the run that one machine would have made.
///
/// # Errors
/// [`Failure::Input`] for a file that is no part, parts of different runs, and missing or doubled parts;
/// [`Failure::Check`] if a claim does not hold, after everything is printed and saved.
pub fn merge(arguments: &Arguments) -> Result<Run, Failure> {
    let parts = arguments.files.iter().map(|path| Ok((path.clone(), read(path)?)));
    let run = merged(parts.collect::<Result<_, Failure>>()?)?;
    if arguments.json {
        console::json(&run)?;
    } else {
        for outcome in &run.systems {
            console::line(table::claims_table(outcome))?;
        }
    }
    report::save(report::REPRODUCE, &run)?;
    command::verdict(&run)?;
    Ok(run)
}

fn read(path: &Path) -> Result<Run, Failure> {
    let fail = |error: &dyn std::fmt::Display| {
        let line = error.to_string().replace('\n', " ");
        Failure::Input(format!("{}: {line}", path.display()))
    };
    let text = std::fs::read_to_string(path).map_err(|error| fail(&error))?;
    serde_json::from_str(&text).map_err(|error| fail(&error))
}

/// One run of all parts.
fn merged(parts: Vec<(PathBuf, Run)>) -> Result<Run, Failure> {
    let mut whole: Option<(PathBuf, Run, Shard)> = None;
    let mut origins = BTreeMap::new();
    for (path, mut part) in parts {
        let fail = |line: String| Err(Failure::Input(format!("{}: {line}", path.display())));
        let Some(shard) = part.shard.take() else {
            return fail(
                "not a part of a run; `situ reproduce --shard K/N --json` makes one".into(),
            );
        };
        if shard.index == 0 || shard.index > shard.count {
            return fail(format!("part {} of {}", shard.index, shard.count));
        }
        if let Some((first, run, of)) = &mut whole {
            if let Some(what) = difference(run, of, &part, &shard) {
                return fail(format!("another {what} than {}", first.display()));
            }
            run.systems.append(&mut part.systems);
        } else {
            whole = Some((path.clone(), part, shard.clone()));
        }
        if let Some(other) = origins.insert(shard.index, path.clone()) {
            return fail(format!("part {} again, after {}", shard.index, other.display()));
        }
    }
    let Some((_, mut run, shard)) = whole else {
        return Err(Failure::Input("no parts to merge".to_owned()));
    };
    let missing = (1..=shard.count).filter(|index| !origins.contains_key(index));
    let missing: Vec<_> =
        missing.map(|index| format!("{index}/{}", shard.count)).take(SHOWN).collect();
    if !missing.is_empty() {
        return Err(Failure::Input(format!("missing parts: {}", missing.join(", "))));
    }
    let place = |name: &str| shard.systems.iter().position(|system| system == name);
    run.systems.sort_by_key(|system| place(&system.system));
    let names = run.systems.iter().map(|system| &system.system);
    if !names.eq(&shard.systems) {
        return Err(Failure::Input("the parts lack a system of the run, or repeat one".into()));
    }
    Ok(run)
}

/// The first property that two parts must share but do not.
fn difference(a: &Run, of_a: &Shard, b: &Run, of_b: &Shard) -> Option<&'static str> {
    let differs = [
        (a.version != b.version, "version"),
        (a.seed != b.seed, "seed"),
        (a.mode != b.mode, "mode"),
        (a.precision != b.precision, "precision"),
        (a.set != b.set, "--set"),
        (of_a.count != of_b.count, "number of parts"),
        (of_a.systems != of_b.systems, "list of systems"),
    ];
    differs.into_iter().find_map(|(differs, what)| differs.then_some(what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Mode, Precision, SystemRun};
    use crate::reproduce::System;
    use crate::reproduce::part::Part;

    /// Not those of the papers: they would be compiled into the unit tests too.
    static SYSTEMS: [System; 5] = [
        System::new("first", "a paper"),
        System::new("second", "a paper"),
        System::new("third", "a paper"),
        System::new("fourth", "a paper"),
        System::new("fifth", "a paper"),
    ];

    fn part(index: usize, count: usize) -> (PathBuf, Run) {
        let all: Vec<_> = SYSTEMS.iter().collect();
        let part = Part { index, count };
        let system = |system: &&'static System| SystemRun {
            system: system.name.to_owned(),
            paper: String::new(),
            precision: Precision::F64,
            seconds: 0.0,
            claims: Vec::new(),
            series: Vec::new(),
            error: None,
        };
        let run = Run {
            version: "1".to_owned(),
            seed: 1,
            precision: Precision::F64,
            mode: Mode::Full,
            set: Default::default(),
            systems: part.select(&all).iter().map(system).collect(),
            shard: Some(part.shard(&all)),
        };
        (PathBuf::from(format!("{index}.json")), run)
    }

    fn complaint(parts: Vec<(PathBuf, Run)>) -> String {
        let line = merged(parts).unwrap_err().to_string();
        line.strip_prefix("situ: ").unwrap().to_owned()
    }

    /// For every number of parts, in every rotation of the files: the systems in their order.
    #[test]
    fn parts_make_the_whole() {
        let names: Vec<_> = SYSTEMS.iter().map(|system| system.name).collect();
        for count in 1..=SYSTEMS.len() + 2 {
            for first in 0..count {
                let mut parts: Vec<_> = (1..=count).map(|index| part(index, count)).collect();
                parts.rotate_left(first);
                let run = merged(parts).unwrap();
                assert!(run.shard.is_none());
                let merged: Vec<_> = run.systems.iter().map(|system| &*system.system).collect();
                assert_eq!(merged, names, "{count} parts from {first}");
            }
        }
    }

    #[test]
    fn parts_that_do_not_belong_together_are_refused() {
        let change = |change: fn(&mut Run)| {
            let (path, mut run) = part(2, 2);
            change(&mut run);
            complaint(vec![part(1, 2), (path, run)])
        };
        assert_eq!(change(|run| run.seed = 2), "2.json: another seed than 1.json");
        assert_eq!(change(|run| run.version = "2".into()), "2.json: another version than 1.json");
        assert_eq!(change(|run| run.mode = Mode::Quick), "2.json: another mode than 1.json");
        assert!(change(|run| run.shard = None).starts_with("2.json: not a part of a run"));
        assert!(change(|run| run.systems.clear()).contains("lack a system"));
        assert_eq!(complaint(vec![part(1, 2)]), "missing parts: 2/2");
        let doubled = complaint(vec![part(1, 2), part(1, 2)]);
        assert_eq!(doubled, "1.json: part 1 again, after 1.json");
        let other = complaint(vec![part(1, 2), part(2, 3)]);
        assert_eq!(other, "2.json: another number of parts than 1.json");
    }
}
