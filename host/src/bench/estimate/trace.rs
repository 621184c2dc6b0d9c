//! QEMU's log of translated and executed blocks.

use super::thumb::{Instruction, Kind};
use super::timing::Timing;
use std::collections::HashMap;

/// A run of instructions with no branch except at its end.
#[derive(Debug, Default)]
struct Block {
    instructions: u64,
    /// Cycles if the branch at its end is not taken.
    cycles: u64,
    last: Option<Kind>,
    /// Address after it.
    end: u64,
}

/// Instructions and cycles of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Executed instructions.
    pub instructions: u64,
    /// Estimated cycles.
    pub cycles: u64,
}

/// Sums the cost of each call of given functions from the lines of the log.
pub struct Trace<'t> {
    timing: &'t Timing,
    /// Address of each function, and the cost of its calls so far.
    pub calls: HashMap<u64, Vec<Cost>>,
    blocks: HashMap<u64, Block>,
    /// The block being listed.
    listed: Vec<(u64, Vec<u16>)>,
    /// The block executed last.
    last: Option<u64>,
    /// The running call: its function, its return address, its cost so far.
    open: Option<(u64, u64, Cost)>,
}

impl<'t> Trace<'t> {
    /// For the functions at these addresses.
    pub fn new(timing: &'t Timing, entries: impl Iterator<Item = u64>) -> Self {
        let calls = entries.map(|entry| (entry & !1, Vec::new())).collect();
        let (blocks, listed) = (HashMap::new(), Vec::new());
        Self { timing, calls, blocks, listed, last: None, open: None }
    }

    /// Reads a line; ignores lines that are not about blocks.
    pub fn line(&mut self, line: &str) {
        if line.starts_with("IN:") {
            self.listed.clear();
        } else if let Some(line) = line.strip_prefix("0x") {
            self.listed.extend(listed(line));
        } else if line.starts_with("Trace ")
            && let Some(address) = executed(line)
        {
            self.execute(address);
        }
    }

    fn execute(&mut self, address: u64) {
        if self.listed.first().is_some_and(|(first, _)| *first == address) {
            let block = self.block();
            self.blocks.insert(address, block);
        }
        self.listed.clear();
        let before = self.last.replace(address).and_then(|last| self.blocks.get(&last));
        if let (Some((_, _, cost)), Some(before)) = (&mut self.open, before)
            && address != before.end
        {
            cost.cycles += before.last.map_or(0, |kind| u64::from(self.timing.branch(kind)));
        }
        match self.open {
            Some((entry, back, cost)) if back == address => {
                self.calls.entry(entry).or_default().push(cost);
                self.open = None;
            }
            None if self.calls.contains_key(&address) => {
                let back = before.map_or(0, |before| before.end);
                self.open = Some((address, back, Cost::default()));
            }
            _ => (),
        }
        if let (Some((_, _, cost)), Some(block)) = (&mut self.open, self.blocks.get(&address)) {
            cost.instructions += block.instructions;
            cost.cycles += block.cycles;
        }
    }

    /// The listed block.
    fn block(&self) -> Block {
        let mut block = Block::default();
        let mut before = None;
        for (address, code) in &self.listed {
            let Some(first) = code.first() else { continue };
            let instruction = Instruction::decode(*first, code.get(1).copied());
            block.instructions += 1;
            block.cycles += u64::from(self.timing.cycles(&instruction, before.as_ref()));
            block.last = Some(instruction.kind);
            block.end = address + 2 * code.len() as u64;
            before = Some(instruction);
        }
        block
    }
}

/// Address and code of a listed instruction: `00000404:  480e       ldr ...`.
fn listed(line: &str) -> Option<(u64, Vec<u16>)> {
    let (address, rest) = line.split_once(':')?;
    let halves = rest.split_whitespace().map_while(|word| {
        let half = (word.len() == 4).then(|| u16::from_str_radix(word, 16).ok());
        half.flatten()
    });
    // An instruction has two at most: a mnemonic may look like a third.
    let halves: Vec<u16> = halves.take(2).collect();
    let long = halves.first()? >> 11 >= 0b11101;
    let halves = halves.into_iter().take(1 + usize::from(long)).collect();
    Some((u64::from_str_radix(address, 16).ok()?, halves))
}

/// Address of an executed block: `Trace 0: 0x7f03b4000100 [00800408/00000400/00000110/ff000200] Reset`.
fn executed(line: &str) -> Option<u64> {
    let address = line.split('[').nth(1)?.split('/').nth(1)?;
    u64::from_str_radix(address, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A call of two rounds of a loop: 2 + 3 + 3 + 1 instructions.
    #[test]
    fn a_loop_is_added_up_by_its_executed_blocks() {
        let log = "\
IN: caller
0x00000100:  4798       blx      r3
Trace 0: 0x7f03b4000100 [00800408/00000100/00000110/ff000200] caller
----------------
IN: work
0x00000200:  2002       movs     r0, #2
0x00000202:  f04f 0100  mov.w    r1, #0
0x00000206:  3801       subs     r0, #1
0x00000208:  1849       adds     r1, r1, r1
0x0000020a:  d1fc       bne      #0x206
Trace 0: 0x7f03b4000240 [00800408/00000200/00000110/ff000200] work
IN: work
0x00000206:  3801       subs     r0, #1
0x00000208:  1849       adds     r1, r1, r1
0x0000020a:  d1fc       bne      #0x206
Trace 0: 0x7f03b4000500 [00800408/00000206/00000110/ff000200] work
IN: work
0x0000020c:  4770       bx       lr
Trace 0: 0x7f03b4000740 [00800408/0000020c/00000110/ff000200] work
IN: caller
0x00000102:  4798       blx      r3
Trace 0: 0x7f03b4000100 [00800408/00000102/00000110/ff000200] caller
Trace 0: 0x7f03b4000240 [00800408/00000200/00000110/ff000200] work
";
        let timing = Timing::of("cortex-m4").unwrap();
        let mut trace = Trace::new(timing, [0x201].into_iter());
        log.lines().for_each(|line| trace.line(line));
        // 9 instructions of one cycle; one branch and the return are taken.
        assert_eq!(trace.calls[&0x200], [Cost { instructions: 9, cycles: 9 + 2 * 2 }]);
    }
}
