//! `situ boards`, and what `situ bench` says to a wrong board.

use crate::{Folder, situ};
use predicates::str::contains;
use situ_host::bench::{Board, Run};

#[test]
fn every_board_is_listed() {
    let names = Board::all().unwrap();
    assert!(names.len() >= 13);
    let mut listing = Folder::new().situ(&["boards"]).success();
    for board in names {
        listing = listing.stdout(contains(board.id));
    }
}

#[test]
fn boards_are_possible() {
    for board in Board::all().unwrap() {
        let end = |memory: situ_host::bench::Memory| memory.origin + memory.length;
        assert!(
            end(board.flash) <= board.ram.origin || end(board.ram) <= board.flash.origin,
            "{}: flash and RAM overlap",
            board.id
        );
        // The 24-bit counter and its conversion want a clock that is one.
        assert!((1_000_000..=1_000_000_000).contains(&board.clock_hz), "{}", board.id);
        assert_eq!(board.id.starts_with("qemu-"), matches!(board.run, Run::Qemu(_)));
        let armv6 = board.core.starts_with("cortex-m0");
        assert_eq!(board.target == "thumbv6m-none-eabi", armv6, "{}", board.id);
    }
}

#[test]
fn unknown_board_is_named_with_those_there_are() {
    Folder::new().refuses(
        &["bench", "--board", "abacus"],
        &["situ: no board 'abacus'; available: ", "qemu-m4"],
    );
}

#[test]
fn filter_that_selects_nothing_is_an_error() {
    Folder::new().refuses(&["bench", "--board", "qemu-m4", "--filter", "weather"], &["weather"]);
}

#[test]
fn a_wrong_board_file_is_named_with_line_and_column() {
    let directory = Folder::new();
    let boards = directory.join("firmware").join("boards");
    std::fs::create_dir_all(&boards).unwrap();
    std::fs::write(boards.join("mine.toml"), "name = \"Mine\"\ncore = 7\n").unwrap();
    directory.refuses(&["boards"], &["mine.toml:2:8: "]);
}

#[test]
fn a_missing_tool_is_named_with_the_command_that_installs_it() {
    let nothing = Folder::new();
    for (board, cure) in [
        ("qemu-m4", "no qemu-system-arm: run `apt-get install qemu-system-arm`"),
        ("nrf52840-dk", "no probe-rs: run `cargo install probe-rs-tools --locked`"),
    ] {
        // The situ binary is built before its PATH is taken away.
        situ(&Folder::new())
            .env("PATH", nothing.as_os_str())
            .args(["bench", "--board", board])
            .assert()
            .code(3)
            .stdout("")
            .stderr(format!("situ: {cure}\n"));
    }
}
