//! The branch targets in a function's code.

/// Thumb code of a Cortex-M.
pub mod thumb {
    /// Targets of the 32-bit branches `BL` and `B.W` in Thumb code; constants within the code may look
    /// like a branch, but hardly ever point to the start of a function.
    pub fn branches(start: u64, code: &[u8]) -> Vec<u64> {
        let halves: Vec<u32> =
            code.chunks_exact(2).map(|h| u32::from(u16::from_le_bytes([h[0], h[1]]))).collect();
        let mut targets = Vec::new();
        for (index, pair) in halves.windows(2).enumerate() {
            let (first, second) = (pair[0], pair[1]);
            // 11110 S imm10, then 1 link J1 1 J2 imm11.
            if first & 0xf800 != 0xf000 || second & 0x9000 != 0x9000 {
                continue;
            }
            let sign = (first >> 10) & 1;
            let (j1, j2) = ((second >> 13) & 1, (second >> 11) & 1);
            let (i1, i2) = (1 ^ j1 ^ sign, 1 ^ j2 ^ sign);
            let offset = (sign << 24)
                | (i1 << 23)
                | (i2 << 22)
                | ((first & 0x3ff) << 12)
                | ((second & 0x7ff) << 1);
            // Sign-extended from 25 bits; relative to the instruction after the next.
            let offset = i64::from((offset << 7).cast_signed() >> 7);
            targets.push((start + 2 * index as u64 + 4).wrapping_add_signed(offset));
        }
        targets
    }
}

/// Code of a 32-bit RISC-V.
pub mod riscv {
    /// Targets of `JAL`, of its compressed forms `C.JAL` and `C.J`, and of the pair `AUIPC` and `JALR`,
    /// which reaches farther.
    pub fn branches(start: u64, code: &[u8]) -> Vec<u64> {
        let mut targets = Vec::new();
        // The last instruction, if it was an `AUIPC`: its register and the address that it computes.
        let mut upper: Option<(u32, u64)> = None;
        let mut at = 0;
        while let Some([low, high]) = code.get(at..at + 2) {
            let address = start + at as u64;
            let half = u32::from(u16::from_le_bytes([*low, *high]));
            let before = upper.take();
            if half & 3 != 3 {
                if matches!(half & 0xe003, 0x2001 | 0xa001) {
                    targets.push(address.wrapping_add_signed(compressed(half)));
                }
                at += 2;
                continue;
            }
            let Some([third, fourth]) = code.get(at + 2..at + 4) else { break };
            let word = half | u32::from(u16::from_le_bytes([*third, *fourth])) << 16;
            let source = (word >> 15) & 31;
            match (word & 0x7f, before) {
                (0x6f, _) => targets.push(address.wrapping_add_signed(jump(word))),
                (0x17, _) => {
                    let offset = i64::from((word & 0xffff_f000).cast_signed());
                    upper = Some(((word >> 7) & 31, address.wrapping_add_signed(offset)));
                }
                (0x67, Some((register, base))) if register == source => {
                    targets.push(base.wrapping_add_signed(i64::from(word.cast_signed() >> 20)));
                }
                _ => {}
            }
            at += 4;
        }
        targets
    }

    /// The offset of a `JAL`: imm[20|10:1|11|19:12] in bits 31 to 12.
    fn jump(word: u32) -> i64 {
        let offset = ((word >> 31) << 20)
            | (((word >> 21) & 0x3ff) << 1)
            | (((word >> 20) & 1) << 11)
            | (word & 0xff000);
        i64::from((offset << 11).cast_signed() >> 11)
    }

    /// The offset of a `C.JAL` or `C.J`: imm[11|4|9:8|10|6|7|3:1|5] in bits 12 to 2.
    fn compressed(half: u32) -> i64 {
        let bits = |from: u32, count: u32, to: u32| ((half >> from) & ((1 << count) - 1)) << to;
        let offset = bits(12, 1, 11)
            | bits(11, 1, 4)
            | bits(9, 2, 8)
            | bits(8, 1, 10)
            | bits(7, 1, 6)
            | bits(6, 1, 7)
            | bits(3, 3, 1)
            | bits(2, 1, 5);
        i64::from((offset << 20).cast_signed() >> 20)
    }

    #[cfg(test)]
    mod tests {
        use super::branches;

        /// Assembled by LLVM 19 for rv32imac.
        #[test]
        fn targets_are_those_of_the_assembler() {
            let halves: [u16; 11] = [
                0x2819, // c.jal to 0x116
                0xbffd, // c.j to 0x100
                0x10ef, 0x7840, // jal to 0x1888
                0xf4ef, 0xff9f, // jal s1 to 0x100
                0x1317, 0x0000, // auipc t1, 1
                0x00e7, 0xff83, // jalr -8(t1) to 0x1104
                0x6515, // lui a0, 5
            ];
            let code: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
            assert_eq!(branches(0x100, &code), [0x116, 0x100, 0x1888, 0x100, 0x1104]);
        }
    }
}
