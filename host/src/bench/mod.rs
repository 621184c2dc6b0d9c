//! `situ bench` and `situ boards`: the suite on a board, counted and checked.
//!
//! The firmware is built for the board (`toolchain`), run in QEMU or flashed through a probe
//! (`runner`), its log decoded (`log`), every result held against f64 (`reference`), and what
//! is left to know read from the ELF file (`image`).
//!
//! ```
//! use situ_host::bench::Board;
//!
//! let board = Board::find("qemu-m4")?;
//! assert_eq!(board.core, "cortex-m4");
//! # Ok::<(), situ_host::Failure>(())
//! ```

mod board;
mod command;
mod defmt;
mod image;
mod log;
mod reference;
mod results;
mod runner;
mod toolchain;

pub use board::{Board, Memory, Run, Suite, boards, firmware};
pub use command::{Arguments, bench};
pub use image::Image;
pub use reference::{Expected, expected};
pub use results::{Counter, Results, Row};
pub use runner::run;
pub use toolchain::Toolchain;
