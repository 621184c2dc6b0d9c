//! Learners exported as firmware: their predictions on the board are those on the host.

use crate::suite::OTHERS;
use crate::{TOOL_MISSING, budgets, required, situ, skipped};
use assert_cmd::Command;
use serde_json::Value;
use situ::decoder::File;
use situ::random::Generator;
use situ_host::bench::{Board, Toolchain, firmware, run};
use situ_suite::tuning::{RULE, TOKENS, Tuned, hits, prompt};
use situ_suite::weights::{LANG_32, LANG_32_SHAPE};
use std::path::Path;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn bytes(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// `situ fit` on the motion recordings.
pub fn fit_motion(directory: &Path, learner: &[&str]) -> Command {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/basic-motions.csv");
    let mut command = situ(directory);
    command
        .arg("fit")
        .arg(data)
        .args(["--target", "activity", "--group", "recording", "--drop", "split"])
        .args(["--drop", "seconds", "--window", "20", "--hop", "10", "--shuffle", "0"])
        .arg("--learner")
        .args(learner);
    command
}

/// Learns from the motion recordings on the emulated Cortex-M4; nothing if a tool is missing.
pub fn motion_on_board(learner: &[&str]) -> Option<Value> {
    motion_on("qemu-m4", learner)
}

/// What `fit` says of a learner of the motion recordings on an emulated board, compiled at this optimization
/// level; nothing if a tool is missing.
///
/// `fit` itself fails if one prediction of the board, each made before its example is learned, is not
/// the host's: the accuracies are equal.
pub fn fitted(board: &str, learner: &[&str], level: &str) -> Option<Value> {
    let _turn = OTHERS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    // A second run finds here what the first one built.
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let output = fit_motion(directory, learner)
        .args(["--board", board, "--measure", "--json"])
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(TOOL_MISSING) {
        skipped(complaint.trim());
        return None;
    }
    assert!(output.status.success(), "{complaint}");
    let run: Value = serde_json::from_slice(&output.stdout).unwrap();
    let fitted = run["learners"][0].clone();
    let measured = &fitted["board"];
    assert_eq!(measured["id"], board);
    assert_eq!(measured["counter"], "instructions");
    assert_eq!(measured["replayed"], 720);
    let bytes = ["flash_bytes", "ram_bytes", "stack_bytes"].map(|key| bytes(&measured[key]));
    let size = if level == "s" { " for size" } else { "" };
    budgets::check(&(learner.join(" ") + size), board, bytes);
    // The estimate, which boards and budgets are compared with, is made for speed: enough, and not by much.
    let (ram, estimate) = (bytes[1], fitted["ram_bytes"].as_u64().unwrap());
    let close = ram <= estimate && estimate <= ram + 1024;
    assert!(close || level == "s", "{learner:?}: {ram} bytes of RAM, estimated {estimate}");
    // Created in place: all frames of `begin` together, and that of `main`, which grows with the state otherwise.
    let begun = number(&measured["begin_stack_bytes"]);
    assert!(begun < 2048.0, "{learner:?}, level {level}: {begun} bytes of stack to begin");
    Some(fitted)
}

/// Learns from the motion recordings on an emulated board; nothing if a tool is missing.
fn motion_on(id: &str, learner: &[&str]) -> Option<Value> {
    let board = fitted(id, learner, "3")?["board"].clone();
    assert!(number(&board["per_predict"]) < number(&board["per_update"]));
    Some(board)
}

#[test]
fn exported_motion_firmware_predicts_as_the_host() {
    let Some(board) = motion_on_board(&["hedge", "--budget", "16384"]) else { return };
    assert!(board["per_update"].as_f64().unwrap() > 1000.0, "{board}");
    assert!(board["ram_bytes"].as_u64().unwrap() <= 16_384, "{board}");
}

/// 720 steps of scales and shifts alone, of 256 units on weights that are nowhere stored.
#[test]
fn normalization_is_tuned_on_the_board_as_on_the_host() {
    let Some(board) = motion_on_board(&["normtune", "--budget", "8192"]) else { return };
    assert!(board["per_update"].as_f64().unwrap() < 200_000.0, "{board}");
    assert!(board["ram_bytes"].as_u64().unwrap() <= 8192, "{board}");
}

/// The same export on a RISC-V, whose sampling interrupt is an environment call: 720 predictions, each
/// of them the host's.
#[test]
fn exported_motion_firmware_runs_on_riscv() {
    let boards =
        if required() { &["qemu-rv32imac", "qemu-rv32imafc"][..] } else { &["qemu-rv32imac"] };
    for board in boards {
        let Some(board) = motion_on(board, &["ftrl"]) else { return };
        assert!(number(&board["per_update"]) > 1000.0, "{board}");
    }
}

/// Every learner, exported for speed and for size, learns from the motion recordings on the Cortex-M4.
#[test]
fn every_exported_learner_is_within_its_budget() {
    if !required() {
        return;
    }
    for learner in situ_host::fit::NAMES {
        for level in ["3", "s"] {
            // It checks the budget, and the stack of creation.
            fitted("qemu-m4", &[learner], level);
        }
    }
}

/// Created in place: RAM is the state and little more, where returning the learner by value took up to
/// 2.7 times the state. At optimization level s too, which keeps more frames apart. `fitted` also checks the
/// stack of creation alone.
#[test]
fn creation_needs_no_second_copy_of_the_state() {
    let levels = if required() { &["3", "s"][..] } else { &["3"] };
    for level in levels {
        for (learner, state, ram) in [
            (&["hedge"][..], 68_128, 68_128 + 6 * 1024),
            (&["least-squares"], 46_512, 52 * 1024),
            // Of 66 features; the open windows alone have 2 KB.
            (&["ftrl", "--features", "all"], 6 * 1024, 10 * 1024),
        ] {
            let Some(fitted) = fitted("qemu-m4", learner, level) else { return };
            let bytes = bytes(&fitted["board"]["ram_bytes"]);
            assert!(bytes >= state && bytes <= ram, "{learner:?}, {level}: {bytes} bytes of RAM");
        }
    }
}

/// The costs in README's table of learners, as they are measured now.
#[test]
fn readme_shows_what_learners_cost() {
    if !required() {
        return;
    }
    let page = include_str!("../../README.md");
    let table = page.lines().skip_while(|line| !line.contains("| RAM, bytes |")).skip(2);
    let mut rows = 0;
    for line in table.take_while(|line| line.starts_with('|')) {
        let name = line.split('`').nth(1).unwrap();
        let shown = line.split('|').filter_map(|cell| cell.trim().replace(',', "").parse().ok());
        let shown: Vec<f64> = shown.collect();
        let Some(board) = motion_on_board(&[name]) else { return };
        let keys = ["ram_bytes", "flash_bytes", "per_update", "per_predict"];
        assert_eq!(shown.len(), 2 + keys.len(), "accuracy, state and costs of {name}");
        for (key, shown) in keys.iter().zip(&shown[2..]) {
            let now = number(&board[*key]);
            assert!((now / shown - 1.0).abs() < 0.05, "{name}, {key}: {now}, README has {shown}");
        }
        rows += 1;
    }
    assert_eq!(rows, 6);
}

/// What the bundled example replays: whole recordings of 100 samples.
const BUNDLED_BYTES: usize = 20 * 100 * 4 * 8;

/// `firmware/learner` is what `fit --export` writes: the file that depends on the data is the same but
/// for its format.
#[test]
fn the_bundled_learner_is_an_export() {
    let directory = tempfile::tempdir().unwrap();
    let learner = firmware().unwrap().join("learner");
    let mut command = fit_motion(directory.path(), &["hedge", "--budget", "16384"]);
    assert!(command.args(["--export", "out"]).output().unwrap().status.success());
    let export = directory.path().join("out");
    let words = |path: &Path| -> String {
        let text = std::fs::read_to_string(path).unwrap();
        text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect()
    };
    let (bundled, exported) = (learner.join("src/model.rs"), export.join("src/model.rs"));
    assert_eq!(words(&bundled), words(&exported), "copy the model of a new export");
    let [bundled, exported] =
        [learner, export].map(|place| std::fs::read(place.join("recording.bin")).unwrap());
    assert_eq!(bundled.len(), BUNDLED_BYTES);
    assert!(exported.starts_with(&bundled));
}

/// Builds a crate of a learner as its README says, with its own configuration, and runs it.
fn build_and_run(directory: &Path) -> Option<Vec<String>> {
    build_and_run_as(directory, "qemu-m4", "learner")
}

/// Builds and runs the program of this name.
fn build_and_run_as(directory: &Path, board: &str, name: &str) -> Option<Vec<String>> {
    let board = Board::find(board).unwrap();
    let toolchain = match Toolchain::find(&board.target) {
        Ok(toolchain) => toolchain,
        Err(failure) => {
            skipped(&failure.to_string());
            return None;
        }
    };
    // An export has its own: cargo does not tell two of them apart.
    let firmware = firmware().unwrap();
    let place = if directory.starts_with(&firmware) { firmware.as_path() } else { directory };
    let target = place.join("target");
    let core = format!("-Ctarget-cpu={}", board.core);
    let mut cargo = toolchain.cargo("build", &board.target, &[&core]);
    cargo.current_dir(directory).env("SITU_BOARD", &board.id).arg("--target-dir").arg(&target);
    let status = cargo.status().unwrap();
    assert!(status.success(), "{}", directory.display());
    let mut log = Vec::new();
    let elf = target.join(&board.target).join("release").join(name);
    run(&board, &elf, &mut |line| {
        log.push(line.to_owned());
        Ok(())
    })
    .unwrap();
    Some(log)
}

/// Twenty recordings of ten seconds: nine windows each, of which the model names most.
#[test]
fn the_bundled_learner_runs_as_it_stands() {
    let _turn = OTHERS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let learner = firmware().unwrap().join("learner");
    let Some(log) = build_and_run(&learner) else { return };
    let (finish, predictions) = log.split_last().unwrap();
    assert_eq!(predictions.len(), 180);
    let finish: Value = serde_json::from_str(finish).unwrap();
    let finish = &finish["finish"];
    assert_eq!([&finish["predictions"], &finish["updates"]], [180, 180]);
    assert_eq!([&finish["refused"], &finish["skipped"], &finish["lost"]], [0, 0, 0]);
    // Nothing was saved before; one state is, after a hundred labels.
    assert_eq!([&finish["restored"], &finish["saves"]], [&Value::from(false), &Value::from(1)]);
}

/// An export builds where it is moved to, far from any checkout. A sample that is not finite is
/// counted and skipped; a sample without a label is predicted all the same.
#[test]
fn an_export_can_be_moved_and_survives_bad_samples() {
    let _turn = OTHERS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let directory = tempfile::tempdir().unwrap();
    let mut command = fit_motion(directory.path(), &["ftrl", "--export", "out"]);
    assert!(command.output().unwrap().status.success());
    let moved = directory.path().join("elsewhere with spaces");
    std::fs::rename(directory.path().join("out"), &moved).unwrap();
    let path = moved.join("recording.bin");
    let mut recording = std::fs::read(&path).unwrap();
    recording.truncate(BUNDLED_BYTES);
    let row = |index: usize| 32 * index;
    // Sample 105: a channel is NaN. From sample 1000 on: no labels.
    recording[row(105) + 8..row(105) + 12].copy_from_slice(&f32::NAN.to_le_bytes());
    for index in 1000..2000 {
        recording[row(index)] &= !2;
    }
    std::fs::write(&path, recording).unwrap();
    let Some(log) = build_and_run(&moved) else { return };
    let (finish, predictions) = log.split_last().unwrap();
    let finish: Value = serde_json::from_str(finish).unwrap();
    let finish = &finish["finish"];
    assert_eq!([&finish["refused"], &finish["skipped"], &finish["lost"]], [0, 1, 0]);
    // One sample less leaves room for eight windows, not nine.
    assert_eq!(predictions.len(), 179);
    assert_eq!([&finish["predictions"], &finish["updates"]], [179, 89]);
}

/// What a program of the plain example logs before it resets itself, and after it, with the state restored.
fn runs_around_a_reset(board: &str, name: &str) -> Option<[Value; 2]> {
    let _turn = OTHERS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let example = firmware().unwrap().join("examples/plain");
    let log = build_and_run_as(&example, board, name)?;
    let runs: Vec<Value> = log.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let Ok([cut, whole]) = <[Value; 2]>::try_from(runs) else { panic!("{log:?}") };
    assert_eq!([&cut["restored"], &whole["restored"]], [false, true]);
    Some([cut, whole])
}

/// The plain example: its first run finds no state, saves one after every thirty labels and is reset after a
/// hundred predictions. The second run restores the state and names more of its first thirty windows.
#[test]
fn a_state_survives_a_reset_of_the_board() {
    let boards = if required() { &["qemu-m4", "qemu-m33", "qemu-m55"][..] } else { &["qemu-m4"] };
    for board in boards {
        let Some([cut, whole]) = runs_around_a_reset(board, "plain") else { return };
        assert_eq!([&cut["predictions"], &whole["predictions"]], [100, 180], "{board}");
        assert_eq!([&cut["saves"], &whole["saves"]], [3, 6], "{board}");
        let hits = |run: &Value| run["hits"].as_u64().unwrap();
        assert!(hits(&whole) > hits(&cut), "{board}: {cut} {whole}");
    }
}

/// The bandit of the plain example: the run after the reset knows the channel that delivers nine packets of
/// ten from its first packet on.
#[test]
fn a_bandit_survives_a_reset_of_the_board() {
    let Some([cut, whole]) = runs_around_a_reset("qemu-m4", "radio") else { return };
    assert_eq!([&cut["sent"], &whole["sent"]], [2000, 4000]);
    assert_eq!([&cut["saves"], &whole["saves"]], [8, 16]);
    let delivered = |run: &Value| run["delivered"].as_u64().unwrap();
    // Of 500 packets; the best channel delivers 450, a blind choice 231.
    assert!(delivered(&cut) < 400 && delivered(&whole) > 400, "{cut} {whole}");
}

/// A language that the model has never seen: its gains, tuned on the board, make it answer as many prompts as
/// those that the host tunes.
#[test]
fn gains_are_tuned_on_the_board() {
    let _turn = OTHERS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let example = firmware().unwrap().join("examples/plain");
    let Some(log) = build_and_run_as(&example, "qemu-m4", "gains") else { return };
    let run: Value = serde_json::from_str(log.last().unwrap()).unwrap();
    let decoder = File::open(LANG_32).unwrap();
    let mut workspace = [0.0; LANG_32_SHAPE.tuning_workspace(TOKENS)];
    let before = hits(&decoder, &mut workspace);
    let (mut tuned, mut generator) = (Tuned::EMPTY, Generator::new(1));
    tuned.begin(&decoder).unwrap();
    for _ in 0..300 {
        tuned.step(&decoder, &RULE, &prompt(&mut generator), &mut workspace).unwrap();
    }
    let after = hits(&decoder.with_gains(tuned.values()).unwrap(), &mut workspace);
    assert_eq!([&run["before"], &run["after"]], [before, after]);
    assert!(before <= 20 && after >= 95, "{run}");
}

/// The example on Embassy's executor predicts what the plain loop does.
#[test]
fn the_embassy_example_learns() {
    let _turn = OTHERS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let example = firmware().unwrap().join("examples/embassy");
    let Some(log) = build_and_run_as(&example, "qemu-m4", "embassy") else { return };
    let [run] = &log[..] else { panic!("{log:?}") };
    let run: Value = serde_json::from_str(run).unwrap();
    assert_eq!(run["predictions"], 180);
    assert!(run["hits"].as_u64().unwrap() > 120, "{run}");
}
