//! What a run on a board found, as `bench --save` writes it and `compare` reads it.

use serde::{Deserialize, Serialize};

/// Unit of the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Counter {
    /// Executed instructions: SysTick under QEMU, where one instruction lasts one nanosecond.
    Instructions,
    /// Clock cycles, by DWT CYCCNT on a chip.
    Cycles,
    /// Ticks of SysTick at the core's clock, on a chip without CYCCNT.
    Ticks,
}

impl std::fmt::Display for Counter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Instructions => "instructions",
            Self::Cycles => "cycles",
            Self::Ticks => "ticks",
        })
    }
}

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
    /// Commit that was built; `+` if files had changed since. Unknown outside a repository.
    pub commit: Option<String>,
    /// Program and constants of the whole image.
    pub flash_bytes: u64,
    /// Variables of the whole image and the most stack that was in use.
    pub ram_bytes: u64,
    /// One a row.
    pub results: Vec<Row>,
}

/// One row of the suite.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// What was computed; with `size` and `scalar` the key of a row.
    pub name: String,
    /// Rows of a matrix, length of a vector.
    pub size: u64,
    /// Storage format of the operands.
    pub scalar: String,
    /// Least cost of a call.
    pub count_min: f64,
    /// Median cost of a call.
    pub count_median: f64,
    /// Greatest cost of a call.
    pub count_max: f64,
    /// Calls that a sample is the mean of.
    pub calls: u64,
    /// Code of the row and of all that it calls.
    pub text_bytes: u64,
    /// What the algorithm keeps between calls.
    pub state_bytes: u64,
    /// Stack that a call touches.
    pub stack_bytes: u64,
    /// Largest error against f64, relative to the largest element.
    pub max_error: f64,
    /// FNV-1a over the bits of the output.
    pub checksum: u32,
}

impl Row {
    /// The key that rows of two runs are joined on.
    pub fn key(&self) -> (&str, u64, &str) {
        (&self.name, self.size, &self.scalar)
    }
}
