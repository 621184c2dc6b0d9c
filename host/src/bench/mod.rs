//! `situ bench` and `situ boards`: the suite on a board, counted and checked.
//!
//! The firmware is built for the board (`toolchain`), run in QEMU or flashed through a probe
//! (`runner`), and its log decoded (`log`). Every result is checked against f64 (`reference`); sizes
//! are read from the ELF file (`image`), `counter` converts counts to units, and `estimate` estimates
//! cycles from the core's manual.
//!
//! ```
//! use situ_host::bench::Board;
//!
//! let board = Board::find("qemu-m4")?;
//! assert_eq!(board.core, "cortex-m4");
//! # Ok::<(), situ_host::Failure>(())
//! ```

mod board;
mod branches;
mod command;
mod counter;
mod defmt;
mod estimate;
mod image;
mod log;
mod reference;
mod results;
mod runner;
mod sources;
mod toolchain;

pub use board::{Board, Memory, Run, Suite, boards};
pub use command::{Arguments, bench};
pub use counter::{Counter, Source};
pub use defmt::{Stream, Table};
pub use image::Image;
pub use reference::{Expected, expected};
pub use results::{Results, Row};
pub use runner::run;
pub use sources::firmware;
pub use toolchain::Toolchain;
