//! What a board counts, and the unit of a count.

use super::{Board, Run};
use serde::{Deserialize, Serialize};

/// Unit of the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Counter {
    /// Executed instructions: SysTick under QEMU, where one instruction takes one nanosecond, or
    /// `minstret` of an emulated RISC-V.
    Instructions,
    /// Clock cycles, from DWT CYCCNT or `mcycle` of a chip.
    Cycles,
    /// Ticks of SysTick at the core's clock, on a chip without CYCCNT.
    Ticks,
    /// Cycles estimated from executed instructions; no board counts them.
    Estimate,
}

impl std::fmt::Display for Counter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Instructions => "instructions",
            Self::Cycles => "cycles",
            Self::Ticks => "ticks",
            Self::Estimate => "estimated cycles",
        })
    }
}

/// The working counter that the firmware found, as named in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// DWT CYCCNT, or `mcycle` of a RISC-V.
    Cycles,
    /// `minstret` of a RISC-V.
    Instret,
    /// SysTick at the core's clock.
    Systick,
}

impl Source {
    /// The unit of this source's counts on a board, and the number of units per count.
    ///
    /// # Errors
    /// For cycles from an emulator, which does not model them.
    pub fn unit(self, board: &Board) -> Result<(Counter, f64), String> {
        match (self, &board.run) {
            // With `-icount shift=0` an instruction takes 1 ns, and a tick is 10⁹ / clock instructions.
            (Self::Systick, Run::Qemu(_)) => {
                Ok((Counter::Instructions, 1e9 / board.clock_hz as f64))
            }
            (Self::Instret, _) => Ok((Counter::Instructions, 1.0)),
            (Self::Systick, Run::Probe(_)) => Ok((Counter::Ticks, 1.0)),
            (Self::Cycles, Run::Probe(_)) => Ok((Counter::Cycles, 1.0)),
            (Self::Cycles, Run::Qemu(_)) => {
                Err(format!("{} is emulated: its cycle counts are meaningless", board.id))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_chip_counts_cycles() {
        let mut board = Board::find("qemu-m4").unwrap();
        // 25 MHz: a tick of 40 ns.
        assert_eq!(Source::Systick.unit(&board), Ok((Counter::Instructions, 40.0)));
        assert!(Source::Cycles.unit(&board).is_err());
        assert_eq!(Source::Instret.unit(&board), Ok((Counter::Instructions, 1.0)));
        board.run = Run::Probe("STM32F407VGTx".into());
        assert_eq!(Source::Systick.unit(&board), Ok((Counter::Ticks, 1.0)));
        assert_eq!(Source::Cycles.unit(&board), Ok((Counter::Cycles, 1.0)));
    }
}
