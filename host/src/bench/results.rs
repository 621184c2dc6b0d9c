//! The results of a run on a board, as `bench --save` writes and `compare` reads them.

use super::Counter;
use serde::{Deserialize, Serialize};

/// One run of the suite on one board.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Results {
    /// Name of the board's file.
    pub board: String,
    /// The core, as for `rustc -C target-cpu`.
    pub core: String,
    /// Target triple.
    pub target: String,
    /// Clock of the core.
    pub clock_hz: u64,
    /// Unit of the counts.
    pub counter: Counter,
    /// Version of the compiler.
    pub rustc: String,
    /// Flags of the compiler.
    pub flags: String,
    /// Commit that was built, with `+` if files had changed since. `None` outside a repository.
    pub commit: Option<String>,
    /// Program and constants of the whole image.
    pub flash_bytes: u64,
    /// Variables of the whole image and the maximum stack in use.
    pub ram_bytes: u64,
    /// The maximum stack in use; 0 in files of older versions.
    #[serde(default)]
    pub stack_bytes: u64,
    /// The source of the timing for the estimated cycles, or why there is no estimate.
    #[serde(default)]
    pub estimate: String,
    /// One result per row of the table.
    pub results: Vec<Row>,
}

/// One row of the suite.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// What was computed; `name`, `size` and `scalar` are the key of a row.
    pub name: String,
    /// Rows of a matrix, length of a vector.
    pub size: u64,
    /// Storage format of the operands.
    pub scalar: String,
    /// Minimum cost of a call.
    pub count_min: f64,
    /// Median cost of a call.
    pub count_median: f64,
    /// Maximum cost of a call.
    pub count_max: f64,
    /// Estimated cycles of a call; `None` if the core's timing is not published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles_estimate: Option<f64>,
    /// Calls per sample; a sample is their mean.
    pub calls: u64,
    /// Code of the row and of everything it calls.
    pub text_bytes: u64,
    /// Software floating-point routines that the row calls, directly or indirectly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub soft_float: Vec<String>,
    /// State that the algorithm keeps between calls.
    pub state_bytes: u64,
    /// Stack that a call touches.
    pub stack_bytes: u64,
    /// Largest error against f64, relative to the largest element.
    pub max_error: f64,
    /// FNV-1a over the bits of the output.
    pub checksum: u32,
    /// Address of the counted function.
    #[serde(skip)]
    pub entry: u64,
}

impl Row {
    /// The key on which rows of two runs are joined.
    pub fn key(&self) -> (&str, u64, &str) {
        (&self.name, self.size, &self.scalar)
    }
}
