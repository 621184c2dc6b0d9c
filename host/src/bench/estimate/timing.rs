//! Tables of cycles that Arm publishes.

use super::thumb::{Instruction, Kind};

/// The cycles of a core's instructions.
#[derive(Debug)]
pub struct Timing {
    /// The core, as in a board's file.
    core: &'static str,
    /// The source of the numbers, and the assumptions.
    pub source: &'static str,
    load: u32,
    /// A load right after a load or a store of one register.
    load_after_access: u32,
    store: u32,
    multiply_add: u32,
    multiply_long: u32,
    system: u32,
    /// Extra cycles of a taken branch.
    refill: u32,
    /// Those of BL.
    call: u32,
    /// Those of POP with pc.
    return_: u32,
}

/// 2 to 12 by the manuals, depending on the operands.
const DIVIDE: u32 = 7;

/// The tables.
const TIMINGS: [Timing; 4] = [
    armv6m(
        "cortex-m0",
        "Cortex-M0 Technical Reference Manual r0p0, table 3-1; single-cycle multiplier, no wait states",
    ),
    Timing {
        refill: 1,
        call: 2,
        return_: 2,
        system: 3,
        ..armv6m(
            "cortex-m0plus",
            "Cortex-M0+ Technical Reference Manual r0p1, table 3-1; single-cycle multiplier, no wait states",
        )
    },
    Timing {
        core: "cortex-m3",
        source: "Cortex-M3 Technical Reference Manual r2p1, table 3-1; taken branches 3, divisions 7, \
                 long products 4 cycles, no wait states",
        multiply_add: 2,
        multiply_long: 4,
        ..CORTEX_M4
    },
    CORTEX_M4,
];

const CORTEX_M4: Timing = Timing {
    core: "cortex-m4",
    source: "Cortex-M4 Technical Reference Manual r0p1, tables 3-1 and 7-1; taken branches 3, \
             divisions 7 cycles, no wait states",
    load: 2,
    load_after_access: 1,
    store: 1,
    multiply_add: 1,
    multiply_long: 1,
    system: 1,
    refill: 2,
    call: 2,
    return_: 2,
};

const fn armv6m(core: &'static str, source: &'static str) -> Timing {
    Timing {
        core,
        source,
        load: 2,
        load_after_access: 2,
        store: 2,
        multiply_add: 1,
        multiply_long: 1,
        system: 4,
        refill: 2,
        call: 3,
        return_: 3,
    }
}

impl Timing {
    /// The table of a core.
    pub fn of(core: &str) -> Option<&'static Self> {
        TIMINGS.iter().find(|timing| timing.core == core)
    }

    /// Cycles of an instruction that follows another, as long as no branch is taken.
    pub fn cycles(&self, instruction: &Instruction, before: Option<&Instruction>) -> u32 {
        let follows_access =
            before.is_some_and(|before| matches!(before.kind, Kind::Load | Kind::Store));
        let stall = u32::from(before.is_some_and(|before| instruction.waits_for(before)));
        let cycles = match instruction.kind {
            Kind::Load if follows_access => self.load_after_access,
            Kind::Load => self.load,
            Kind::Store => self.store,
            Kind::MultiplyAdd => self.multiply_add,
            Kind::MultiplyLong => self.multiply_long,
            Kind::Divide => DIVIDE,
            Kind::System => self.system,
            Kind::Multiple(words) | Kind::MultipleJump(words) => 1 + words,
            Kind::LoadJump | Kind::FloatAccess | Kind::FloatMovePair => 2,
            Kind::FloatMultiplyAdd => 3,
            Kind::FloatDivide => 14,
            Kind::Simple
            | Kind::Multiply
            | Kind::Jump
            | Kind::Call
            | Kind::Branch
            | Kind::Float
            | Kind::FloatMove => 1,
        };
        cycles + stall
    }

    /// Cycles that a taken branch adds.
    pub fn branch(&self, kind: Kind) -> u32 {
        match kind {
            Kind::Call => self.call,
            Kind::MultipleJump(_) => self.return_,
            Kind::Jump | Kind::Branch | Kind::LoadJump => self.refill,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counted by hand with the manual's table.
    #[test]
    fn a_loop_of_cortex_m4_takes_what_the_manual_says() {
        let timing = Timing::of("cortex-m4").unwrap();
        let code = [
            (0xecb0, Some(0x0a04)), // vldmia r0!, {s0-s3}: 5
            (0xee20, Some(0x0a01)), // vmul.f32 s0, s0, s2: 1
            (0xee30, Some(0x0a01)), // vadd.f32 s0, s0, s2: 2, it waits
            (0x6808, None),         // ldr r0, [r1]: 2
            (0x6848, None),         // ldr r0, [r1, #4]: 1
            (0xd1f8, None),         // bne: 1
        ];
        let code = code.map(|(first, second)| Instruction::decode(first, second));
        let cycles = code.iter().enumerate().map(|(index, instruction)| {
            timing.cycles(instruction, index.checked_sub(1).map(|before| &code[before]))
        });
        assert_eq!(cycles.collect::<Vec<_>>(), [5, 1, 2, 2, 1, 1]);
        assert_eq!(timing.branch(code[5].kind), 2);
        assert!(Timing::of("cortex-m7").is_none());
    }
}
