//! What is on disk after a kill, a full disk, or two runs at once: the old file or the new one, whole.

use crate::{Folder, situ};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

const GAME: &str = "NFG 1 R \"Pennies\" { \"A\" \"B\" } { 2 2 }\n1 -1 -1 1 -1 1 1 -1\n";

/// `situ play`, with the trajectory of this seed as its file.
fn play(directory: &Path, seed: u64) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_situ"));
    command
        .args(["play", "game.nfg", "--steps", "2000", "--feedback", "bandit"])
        .args(["--seed", &seed.to_string(), "--trajectory", "play.csv"])
        .current_dir(directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn written(directory: &Path) -> String {
    std::fs::read_to_string(directory.join("play.csv")).unwrap()
}

/// Whether a run left a file that it was writing.
fn leftovers(directory: &Path) -> bool {
    let names = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    names.into_iter().any(|name| name.to_string_lossy().ends_with(".part"))
}

/// A folder with a game, the files that these seeds write, and the longest time it took.
fn start(seeds: std::ops::Range<u64>) -> (Folder, BTreeSet<String>, u128) {
    let directory = Folder::with("game.nfg", GAME);
    let (mut files, mut longest) = (BTreeSet::new(), 1);
    for seed in seeds.clone() {
        let begun = Instant::now();
        assert!(play(&directory, seed).status().unwrap().success());
        longest = longest.max(begun.elapsed().as_micros());
        files.insert(written(&directory));
    }
    assert_eq!(files.len() as u64, seeds.end - seeds.start, "each seed has its own file");
    (directory, files, longest)
}

/// Kills at random times, of which some fall before the file is written, some into it, some after it.
#[test]
fn a_killed_run_leaves_the_old_file_or_the_new_one() {
    let (directory, files, longest) = start(0..2);
    // A linear congruence is random enough for a time.
    let mut state = u128::from(std::process::id());
    let kills = 60;
    for round in 0..kills {
        state = (state * 6_364_136_223_846_793_005 + 1) % (1 << 64);
        let mut child = play(&directory, round % 2).spawn().unwrap();
        let wait = (state >> 16) % longest;
        std::thread::sleep(std::time::Duration::from_micros(wait as u64));
        let _ = child.kill();
        let _ = child.wait();
        assert!(files.contains(&written(&directory)), "after {wait} microseconds");
    }
}

#[test]
fn runs_at_once_leave_the_file_of_one_of_them() {
    let (directory, files, _) = start(0..4);
    for _ in 0..4 {
        let runs: Vec<Child> = (0..4).map(|s| play(&directory, s).spawn().unwrap()).collect();
        for mut run in runs {
            assert!(run.wait().unwrap().success());
        }
        assert!(files.contains(&written(&directory)));
    }
    // Nothing is left beside it.
    assert!(!leftovers(&directory));
}

/// A limit on the size of files stands for a disk that fills up in the middle of a write.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_old_file() {
    let (directory, files, _) = start(0..1);
    let limited = format!(
        "trap '' XFSZ; ulimit -f 1; exec '{}' play game.nfg --steps 2000 --feedback bandit --seed 7 \
         --trajectory play.csv",
        env!("CARGO_BIN_EXE_situ")
    );
    let output = Command::new("sh").args(["-c", &limited]).current_dir(&*directory).output();
    let output = output.unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains("play.csv") && complaint.lines().count() == 1, "{complaint}");
    assert!(!output.stdout.is_empty(), "what was computed is printed first");
    assert!(files.contains(&written(&directory)));
    assert!(!leftovers(&directory));
}

/// Predictions are opened before the data is read: a run that fails later, or a disk that fills up, leaves
/// the old ones, and the table is printed.
#[test]
#[cfg(target_os = "linux")]
fn predictions_are_replaced_by_whole_ones() {
    let directory = Folder::new();
    let here: &Path = &directory;
    let rows: String = (0..600).map(|i| format!("{},{}\n", i % 7, ["a", "b"][i % 2])).collect();
    std::fs::write(here.join("d.csv"), format!("x,y\n{rows}")).unwrap();
    let run = |limit: &str, options: &str| {
        let program = env!("CARGO_BIN_EXE_situ");
        let line = format!("{limit} exec '{program}' fit {options} --predictions p.csv");
        Command::new("sh").args(["-c", &line]).current_dir(here).output().unwrap()
    };
    let predictions = || std::fs::read_to_string(here.join("p.csv")).unwrap();
    let learn = "d.csv --target y --learner bayes";
    assert!(run("", learn).status.success());
    let whole = predictions();
    assert_eq!(whole.lines().count(), 601);
    std::fs::write(here.join("p.csv"), "old").unwrap();
    let full = "trap '' XFSZ; ulimit -f 2;";
    for (limit, options, shown) in [
        ("", "missing.csv --target y", ""),
        ("", "d.csv --target missing", ""),
        (full, learn, "bayes"),
        (full, "d.csv --drop y", "mahalanobis"),
    ] {
        let output = run(limit, options);
        let [out, complaint] = [output.stdout, output.stderr].map(String::from_utf8);
        let (out, complaint) = (out.unwrap(), complaint.unwrap());
        assert_eq!(output.status.code(), Some(2), "{options}: {complaint}");
        assert_eq!(complaint.lines().count(), 1, "{options}: {complaint}");
        assert!(out.contains(shown), "{options}: {out}");
        assert_eq!(predictions(), "old", "{options}");
        assert!(!leftovers(here), "{options}");
    }
    assert!(run("", learn).status.success());
    assert_eq!(predictions(), whole);
}

/// A device is written to, and stays a device.
#[test]
#[cfg(target_os = "linux")]
fn a_device_is_not_replaced_by_a_file() {
    use std::os::unix::fs::FileTypeExt;
    let directory = Folder::with("game.nfg", GAME);
    for (device, status) in [("/dev/null", 0), ("/dev/full", 2)] {
        directory.situ(&["play", "game.nfg", "--steps", "10", "--trajectory", device]).code(status);
        let kind = std::fs::metadata(device).unwrap().file_type();
        assert!(kind.is_char_device(), "{device}");
    }
}

/// `target` cannot be a folder: the table is printed all the same.
#[test]
fn results_are_printed_where_they_cannot_be_saved() {
    let rows: String = (0..60).map(|i| format!("{},{}\n", i % 7, ["a", "b"][i % 2])).collect();
    let directory = Folder::with("d.csv", format!("x,y\n{rows}"));
    directory.write("target", "a file");
    let output = situ(&directory)
        .args(["fit", "d.csv", "--target", "y", "--learner", "bayes"])
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("bayes"));
}
