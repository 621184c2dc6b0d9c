//! `situ bench` on each emulated board.

use crate::{TOOL_MISSING, budgets, golden, required, situ, skipped};
use object::{Object, ObjectSection};
use situ_host::bench::{Board, Counter, Results, Row, Run, Toolchain};
use std::sync::Mutex;

/// One board of a target at a time: they share the directory that they are built in. Cortex-M0, whose
/// emulation takes longest, has its target to itself, and so has each RISC-V.
static CORTEX_M0: Mutex<()> = Mutex::new(());
static RISCV: Mutex<()> = Mutex::new(());
pub static OTHERS: Mutex<()> = Mutex::new(());

/// Runs a suite on `board`; nothing if a tool is missing.
fn bench(board: &str, suite: Option<&str>, arguments: &[&str]) -> Option<Results> {
    let directory = tempfile::tempdir().unwrap();
    let turn = match board {
        "qemu-m0" => &CORTEX_M0,
        _ if board.starts_with("qemu-rv32") => &RISCV,
        _ => &OTHERS,
    };
    let _turn = turn.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut command = situ(directory.path());
    command.args(["bench", "--board", board, "--json"]).args(arguments);
    command.args(suite.map(|suite| ["--suite", suite]).into_iter().flatten());
    let output = command.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(TOOL_MISSING) {
        skipped(&format!("{board}: {}", complaint.trim()));
        return None;
    }
    // A wrong result is named on stderr.
    assert!(output.status.success(), "{board}: {complaint}");
    let results: Results = serde_json::from_slice(&output.stdout).expect("the results as JSON");
    budgets::check(
        suite.unwrap_or("suite"),
        board,
        [results.flash_bytes, results.ram_bytes, results.stack_bytes],
    );
    golden::check(&results);
    Some(results)
}

/// Runs `board` repeatedly: the same instructions and bits each time. Three times where all boards are
/// required; else twice, and Cortex-M0, which takes half a minute per run, once.
fn repeatable(board: &str) -> Option<Results> {
    // The estimate takes another run, traced and slow: once is enough.
    let fast = ["--no-estimate"];
    let first = bench(board, None, if board == "qemu-m4" { &[] } else { &fast })?;
    assert_eq!(first.counter, Counter::Instructions);
    assert!(!first.results.is_empty());
    let repeats = if required() { 2 } else { usize::from(board != "qemu-m0") };
    for _ in 0..repeats {
        let again = bench(board, None, &fast)?;
        assert_eq!(again.results.len(), first.results.len());
        for (first, again) in first.results.iter().zip(&again.results) {
            assert_eq!(first.key(), again.key());
            let counts =
                |row: &Row| [row.count_min, row.count_median, row.count_max].map(f64::to_bits);
            assert_eq!(counts(first), counts(again), "{board}: {:?}", first.key());
            assert_eq!(first.checksum, again.checksum, "{board}: {:?}", first.key());
        }
    }
    Some(first)
}

fn row<'a>(results: &'a Results, key: (&str, u64, &str)) -> &'a Row {
    results.results.iter().find(|row| row.key() == key).expect("a row")
}

fn count(results: &Results, key: (&str, u64, &str)) -> f64 {
    row(results, key).count_median
}

#[test]
fn cortex_m4_keeps_its_promises() {
    let Some(results) = repeatable("qemu-m4") else { return };
    assert!(count(&results, ("product", 16, "f32")) <= 12_500.0);
    assert!(count(&results, ("inverse", 16, "f32")) <= 20_000.0);
    assert!(count(&results, ("inverse", 4, "f32")) <= 600.0);
    no_soft_float(&results);
    // Estimated cycles: at least one per instruction, and most for a division.
    for row in &results.results {
        let per_instruction = row.cycles_estimate.expect("an estimate") / row.count_median;
        assert!((1.0..4.0).contains(&per_instruction), "{:?}: {per_instruction}", row.key());
    }
    let product = row(&results, ("product", 16, "f32")).cycles_estimate;
    assert!(product.is_some_and(|cycles| cycles <= 13_200.0), "{product:?}");
    // A write and a read of 16 keys and 4 values; the state in both formats.
    assert!(count(&results, ("mesa", 16, "f32")) <= 9_000.0);
    for (scalar, bound) in [("f32", 1_638), ("f16", 921)] {
        let bytes = row(&results, ("mesa", 16, scalar)).state_bytes;
        assert!(bytes <= bound, "{scalar}: {bytes} bytes");
    }
    // A frozen weight, amortized over a row of 256.
    for (law, bound) in [("draw_sign", 12.0), ("draw_uniform", 12.0), ("draw_gaussian", 30.0)] {
        let weight = count(&results, (law, 256, "f32")) / 256.0;
        assert!(weight <= bound, "{law}: {weight} instructions");
    }
    // Parameters, gradients and sums of two frozen layers of 256 units.
    for (scalar, bound) in [("f32", 12 * 1024), ("f16", 7 * 1024)] {
        let bytes = row(&results, ("normtune_step", 256, scalar)).state_bytes;
        assert!(bytes < bound, "{scalar}: {bytes} bytes");
    }
    // 341 KB, of which the rows that check bits are 16 KB, those of the mesa memory 19 KB, and the bandits 19 KB.
    assert!(results.flash_bytes <= 344 * 1024, "{} bytes of flash", results.flash_bytes);
    assert!(results.ram_bytes <= 64 * 1024, "{} bytes of RAM", results.ram_bytes);
}

/// The kernels: what algorithms stand on.
const KERNELS: [&str; 14] = [
    "product",
    "matrix_vector",
    "dot",
    "inverse",
    "cholesky",
    "inverse_positive",
    "newton_warm",
    "exp",
    "sqrt",
    "softmax",
    "linear_attention",
    "delta_rule",
    "ftrl_proximal",
    "normtune_step",
];

/// No kernel in f32 or f16 computes in software: a constant or a conversion in f64 would.
fn no_soft_float(results: &Results) {
    let mut checked = 0;
    for row in results.results.iter().filter(|row| KERNELS.contains(&&*row.name)) {
        assert!(row.soft_float.is_empty(), "{:?} calls {:?}", row.key(), row.soft_float);
        checked += 1;
    }
    assert!(checked >= KERNELS.len());
}

/// The reduced suite is built for size: opt-level s.
#[test]
fn kernels_built_for_size_use_the_fpu() {
    if let Some(results) = bench("qemu-m4", Some("reduced"), &["--no-estimate"]) {
        assert!(results.flags.contains("opt-level=s"), "{}", results.flags);
        no_soft_float(&results);
    }
}

#[test]
fn cortex_m0_keeps_its_promises() {
    let Some(results) = repeatable("qemu-m0") else { return };
    assert!(results.flash_bytes <= 64 * 1024, "{} bytes of flash", results.flash_bytes);
    assert!(results.ram_bytes <= 12 * 1024, "{} bytes of RAM", results.ram_bytes);
}

#[test]
fn other_cores_compute_the_same() {
    if !required() {
        return;
    }
    for board in ["qemu-m3", "qemu-m7", "qemu-m33", "qemu-m55"] {
        repeatable(board);
    }
}

/// Without an FPU and with one: the same bits, by other instructions.
#[test]
fn riscv_computes_the_same() {
    let Some(soft) = repeatable("qemu-rv32imac") else { return };
    if !required() {
        return;
    }
    let Some(hard) = repeatable("qemu-rv32imafc") else { return };
    for (soft, hard) in soft.results.iter().zip(&hard.results) {
        assert_eq!(soft.key(), hard.key());
        assert_eq!(soft.checksum, hard.checksum, "{:?}", soft.key());
    }
    // What software floats cost, and what they do not: drawing signs needs integers alone.
    let product = ("product", 16, "f32");
    assert!(count(&soft, product) > 5.0 * count(&hard, product));
    let signs = ("draw_sign", 256, "f32");
    assert!(count(&soft, signs) < 2.0 * count(&hard, signs));
}

/// First word of the description that Espressif's second boot stage reads where constants begin, and of the
/// block that RP2350's boot code looks for in the first 4 KB of a program.
const ESPRESSIF: u32 = 0xabcd_5432;
const RP2350: u32 = 0xffff_ded3;

/// Images for the chips with a RISC-V link into their memories, with what the boot code wants. They were never
/// flashed.
#[test]
fn images_for_riscv_chips_are_built() {
    if !required() {
        return;
    }
    let _turn = RISCV.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut boards = Board::all().unwrap();
    boards.retain(|board| board.is_riscv() && matches!(board.run, Run::Probe(_)));
    assert_eq!(boards.len(), 3);
    for board in boards {
        let elf = Toolchain::find(&board.target).unwrap().build(&board, "").unwrap();
        budgets::check_linked(&board.id, &elf);
        let file = std::fs::read(elf).unwrap();
        let image = object::File::parse(&*file).unwrap();
        let flash = board.flash.origin..board.flash.origin + board.flash.length;
        assert!(flash.contains(&image.entry()), "{}: starts at {:#x}", board.id, image.entry());
        let (start, length, word) = match board.constants {
            Some(constants) => (constants.origin, 4, ESPRESSIF),
            None => (board.flash.origin, 4096, RP2350),
        };
        let mut sections = image.sections();
        let bytes = sections.find_map(|section| section.data_range(start, length).ok()?);
        let bytes = bytes.unwrap_or_default();
        assert!(bytes.windows(4).any(|bytes| bytes == word.to_le_bytes()), "{}", board.id);
    }
}

/// The trained model answers every prompt as on the host, with its weights read from flash.
#[test]
fn models_keep_their_promises() {
    let boards = if required() {
        &["qemu-m4", "qemu-m7", "qemu-rv32imac", "qemu-rv32imafc"][..]
    } else {
        &["qemu-m4"]
    };
    for board in boards {
        let Some(results) = bench(board, Some("models"), &["--no-estimate"]) else { return };
        // 53 KB of it are weights, 18 KB the tuning of gains.
        assert!(results.flash_bytes <= 150 * 1024, "{} bytes of flash", results.flash_bytes);
        assert!(results.ram_bytes <= 64 * 1024, "{} bytes of RAM", results.ram_bytes);
    }
}

/// Every learner, on every emulated core: the bits of the host.
#[test]
fn learners_keep_their_promises() {
    let all = ["qemu-m4", "qemu-m0", "qemu-m3", "qemu-m7", "qemu-m33", "qemu-m55"];
    let boards = if required() { &all[..] } else { &all[..1] };
    for board in boards {
        let Some(results) = bench(board, Some("learners"), &["--no-estimate"]) else { return };
        assert!(results.results.len() >= 20, "{} rows", results.results.len());
    }
}
