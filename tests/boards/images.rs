//! The suite's image for every chip, within its budget. Minutes of building: run by name, `.ci/run budgets`.

mod budgets;

use situ_host::bench::{Board, Run, Toolchain};

/// The suite for each chip: what is linked, and no stack, which only a run measures.
#[test]
fn every_image_for_a_chip_is_within_its_budget() {
    let mut boards = Board::all().unwrap();
    boards.retain(|board| matches!(board.run, Run::Probe(_)));
    assert!(boards.len() > 5, "{} boards", boards.len());
    for board in boards {
        let toolchain =
            Toolchain::find(&board.target).unwrap_or_else(|failure| panic!("{failure}"));
        budgets::check_linked(&board.id, &toolchain.build(&board, "").unwrap());
    }
}
