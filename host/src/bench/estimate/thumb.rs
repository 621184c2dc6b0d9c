//! Thumb instructions, decoded as far as their timing requires.
//!
//! Encodings: Armv7-M Architecture Reference Manual (DDI 0403), chapter A5 and A6.

/// The kind of an instruction, which determines its cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One cycle on every core.
    Simple,
    /// MUL.
    Multiply,
    /// MLA, MLS.
    MultiplyAdd,
    /// A 64-bit product, with or without addition.
    MultiplyLong,
    /// SDIV, UDIV.
    Divide,
    /// MRS, MSR and barriers.
    System,
    /// A load of one register.
    Load,
    /// A store of one register.
    Store,
    /// Loads or stores of this many words.
    Multiple(u32),
    /// A branch that is always taken.
    Jump,
    /// BL: on Armv6-M it takes one cycle more than other branches.
    Call,
    /// A conditional branch.
    Branch,
    /// TBB, TBH and LDR to pc: a load and a branch.
    LoadJump,
    /// POP or LDM of this many words, one of which is pc.
    MultipleJump(u32),
    /// Floating-point arithmetic: add, subtract, multiply, convert.
    Float,
    /// Floating-point moves, signs, comparisons.
    FloatMove,
    /// A move of two registers between core and FPU.
    FloatMovePair,
    /// VMLA, VFMA and similar.
    FloatMultiplyAdd,
    /// VDIV, VSQRT.
    FloatDivide,
    /// VLDR, VSTR.
    FloatAccess,
}

impl Kind {
    /// Whether a result takes one cycle longer if the next instruction needs it.
    fn is_arithmetic(self) -> bool {
        matches!(self, Self::Float | Self::FloatMultiplyAdd | Self::FloatDivide)
    }
}

/// An instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Its kind, which determines its time.
    pub kind: Kind,
    /// Single-precision registers that it reads, as bits.
    reads: u32,
    /// The single-precision register that arithmetic writes, as a bit.
    writes: u32,
}

impl Instruction {
    const fn new(kind: Kind) -> Self {
        Self { kind, reads: 0, writes: 0 }
    }

    /// Whether this instruction waits for the floating-point result of the previous one.
    pub fn waits_for(&self, before: &Self) -> bool {
        before.kind.is_arithmetic() && before.writes & self.reads != 0
    }

    /// Decodes an instruction of one halfword, or of two.
    pub fn decode(first: u16, second: Option<u16>) -> Self {
        match second {
            None => Self::new(short(first)),
            Some(second) if first & 0xfc00 == 0xec00 && second & 0x0e00 == 0x0a00 => {
                float(first, second)
            }
            Some(second) => Self::new(long(first, second)),
        }
    }
}

/// A 16-bit instruction.
fn short(code: u16) -> Kind {
    let words = u32::from(code & 0x00ff).count_ones();
    match code >> 11 {
        0b01000 if code & 0xffc0 == 0x4340 => Kind::Multiply,
        0b01000 if code & 0xff80 == 0x4780 => Kind::Call,
        0b01000 if code & 0xff80 == 0x4700 => Kind::Jump,
        // ADD and MOV to pc.
        0b01000 if matches!(code & 0xff87, 0x4487 | 0x4687) => Kind::Jump,
        0b01001 => Kind::Load,
        0b01010 if code & 0x0600 != 0x0600 => Kind::Store,
        0b01010 | 0b01011 | 0b01101 | 0b01111 | 0b10001 | 0b10011 => Kind::Load,
        0b01100 | 0b01110 | 0b10000 | 0b10010 => Kind::Store,
        0b10110 | 0b10111 if code & 0xf500 == 0xb100 => Kind::Branch,
        0b10110 if code & 0xfe00 == 0xb400 => Kind::Multiple(words + u32::from(code >> 8 & 1)),
        0b10111 if code & 0xff00 == 0xbd00 => Kind::MultipleJump(words + 1),
        0b10111 if code & 0xff00 == 0xbc00 => Kind::Multiple(words),
        0b11000 | 0b11001 => Kind::Multiple(words),
        0b11010 | 0b11011 if code & 0x0e00 != 0x0e00 => Kind::Branch,
        0b11100 => Kind::Jump,
        _ => Kind::Simple,
    }
}

/// A 32-bit instruction other than those of the FPU.
fn long(first: u16, second: u16) -> Kind {
    let words = u32::from(second).count_ones();
    let to_pc = second >> 12 == 15;
    match first >> 8 {
        0xe8 | 0xe9 if first & 0x0040 == 0 => {
            if first & 0x0010 != 0 && second & 0x8000 != 0 {
                Kind::MultipleJump(words)
            } else {
                Kind::Multiple(words)
            }
        }
        0xe8 if first & 0xfff0 == 0xe8d0 && second & 0xffe0 == 0xf000 => Kind::LoadJump,
        // LDREX and STREX.
        0xe8 if first & 0xffe0 == 0xe840 => Kind::Load,
        0xe8 | 0xe9 => Kind::Multiple(2),
        0xf0..=0xf7 if second & 0x8000 != 0 => match second & 0x5000 {
            0x0000 if first & 0x0380 != 0x0380 => Kind::Branch,
            // A hint is a NOP.
            0x0000 if first & 0xfff0 == 0xf3a0 => Kind::Simple,
            0x0000 => Kind::System,
            0x1000 => Kind::Jump,
            _ => Kind::Call,
        },
        0xf8 | 0xf9 if first & 0x0010 == 0 => Kind::Store,
        0xf8 if first & 0x0070 == 0x0050 && to_pc => Kind::LoadJump,
        // PLD and similar.
        0xf8 | 0xf9 if to_pc => Kind::Simple,
        0xf8 | 0xf9 => Kind::Load,
        0xfb => match first >> 4 & 0xf {
            0..=7 if to_pc => Kind::Multiply,
            0..=7 => Kind::MultiplyAdd,
            9 | 11 => Kind::Divide,
            _ => Kind::MultiplyLong,
        },
        _ => Kind::Simple,
    }
}

/// An instruction of the FPU on single-precision registers.
fn float(first: u16, second: u16) -> Instruction {
    let register = |high: u16, low: u16| 1_u32 << ((high & 15) << 1 | low & 1);
    let d = register(second >> 12, first >> 6);
    let n = register(first, second >> 7);
    let m = register(second, second >> 5);
    if first & 0xff00 != 0xee00 {
        return float_access(first, second, d, m);
    }
    if second & 0x0010 != 0 {
        // A move to the core reads Sn.
        let reads = if first & 0x00f0 == 0x0010 { n } else { 0 };
        return Instruction { kind: Kind::FloatMove, reads, writes: 0 };
    }
    let odd = second & 0x0040 != 0;
    let (kind, reads) = match (first >> 4 & 0xb, odd) {
        (0 | 1 | 9 | 10, _) => (Kind::FloatMultiplyAdd, d | n | m),
        (2 | 3, _) => (Kind::Float, n | m),
        (8, _) => (Kind::FloatDivide, n | m),
        (_, false) => (Kind::FloatMove, 0),
        (_, true) => match (first & 15, second >> 7 & 1) {
            (1, 1) => (Kind::FloatDivide, m),
            (0 | 1, _) => (Kind::FloatMove, m),
            (4, _) => (Kind::FloatMove, d | m),
            (5, _) => (Kind::FloatMove, d),
            _ => (Kind::Float, m),
        },
    };
    Instruction { kind, reads, writes: d }
}

/// Loads, stores and moves of pairs.
fn float_access(first: u16, second: u16, d: u32, m: u32) -> Instruction {
    let load = first & 0x0010 != 0;
    if first & 0xffe0 == 0xec40 {
        let reads = if load { m | m << 1 } else { 0 };
        return Instruction { kind: Kind::FloatMovePair, reads, writes: 0 };
    }
    let words = u32::from(second & 0xff);
    let single = first & 0x0120 == 0x0100;
    let kind = if single { Kind::FloatAccess } else { Kind::Multiple(words) };
    let stored = if single { d } else { (0..words.min(32)).fold(0, |all, k| all | d << k) };
    Instruction { kind, reads: if load { 0 } else { stored }, writes: 0 }
}

#[cfg(test)]
mod tests {
    //! Against the assembler: encodings that `llvm-mc` gave for these lines.

    use super::*;

    fn kind(code: &[u16]) -> Kind {
        Instruction::decode(code[0], code.get(1).copied()).kind
    }

    #[test]
    fn instructions_have_their_kinds() {
        let cases: [(&str, &[u16], Kind); 52] = [
            ("movs r0, #1", &[0x2001], Kind::Simple),
            ("add r0, r1", &[0x4408], Kind::Simple),
            ("muls r0, r1, r0", &[0x4348], Kind::Multiply),
            ("bx lr", &[0x4770], Kind::Jump),
            ("blx r3", &[0x4798], Kind::Call),
            ("mov pc, r1", &[0x468f], Kind::Jump),
            ("ldr r0, [pc, #8]", &[0x4802], Kind::Load),
            ("str r0, [r1, r2]", &[0x5088], Kind::Store),
            ("ldrsb r0, [r1, r2]", &[0x5688], Kind::Load),
            ("ldr r0, [r1, r2]", &[0x5888], Kind::Load),
            ("str r0, [r1, #4]", &[0x6048], Kind::Store),
            ("ldrh r0, [r1, #4]", &[0x8888], Kind::Load),
            ("strb r0, [r1]", &[0x7008], Kind::Store),
            ("ldr r0, [sp, #4]", &[0x9801], Kind::Load),
            ("push {r4, r5, lr}", &[0xb530], Kind::Multiple(3)),
            ("pop {r4, r5, pc}", &[0xbd30], Kind::MultipleJump(3)),
            ("pop {r4, r5}", &[0xbc30], Kind::Multiple(2)),
            ("cbz r0, #8", &[0xb120], Kind::Branch),
            ("it eq", &[0xbf08], Kind::Simple),
            ("nop", &[0xbf00], Kind::Simple),
            ("stm r0!, {r1, r2}", &[0xc006], Kind::Multiple(2)),
            ("bne #8", &[0xd104], Kind::Branch),
            ("b #8", &[0xe004], Kind::Jump),
            ("push.w {r8, r9, r11}", &[0xe92d, 0x0b00], Kind::Multiple(3)),
            ("pop.w {r8, pc}", &[0xe8bd, 0x8100], Kind::MultipleJump(2)),
            ("ldrd r0, r1, [r2, #8]", &[0xe9d2, 0x0102], Kind::Multiple(2)),
            ("tbb [pc, r0]", &[0xe8df, 0xf000], Kind::LoadJump),
            ("add.w r8, r0, #64", &[0xf100, 0x0840], Kind::Simple),
            ("orr.w r2, r2, r1", &[0xea42, 0x0201], Kind::Simple),
            ("bne.w #1000", &[0xf040, 0x81f4], Kind::Branch),
            ("b.w #100000", &[0xf018, 0xbb50], Kind::Jump),
            ("bl #100000", &[0xf018, 0xfb50], Kind::Call),
            ("dsb sy", &[0xf3bf, 0x8f4f], Kind::System),
            ("mrs r0, primask", &[0xf3ef, 0x8010], Kind::System),
            ("str.w r0, [r8, #4]", &[0xf8c8, 0x0004], Kind::Store),
            ("ldr.w r0, [r8, r1, lsl #2]", &[0xf858, 0x0021], Kind::Load),
            ("ldr.w pc, [r0, #4]", &[0xf8d0, 0xf004], Kind::LoadJump),
            ("ldrsh.w r0, [r8]", &[0xf9b8, 0x0000], Kind::Load),
            ("mul r8, r1, r2", &[0xfb01, 0xf802], Kind::Multiply),
            ("mla r0, r1, r2, r3", &[0xfb01, 0x3002], Kind::MultiplyAdd),
            ("umull r0, r1, r2, r3", &[0xfba2, 0x0103], Kind::MultiplyLong),
            ("udiv r0, r1, r2", &[0xfbb1, 0xf0f2], Kind::Divide),
            ("vadd.f32 s0, s1, s2", &[0xee30, 0x0a81], Kind::Float),
            ("vmul.f32 s31, s1, s2", &[0xee60, 0xfa81], Kind::Float),
            ("vfma.f32 s0, s1, s2", &[0xeea0, 0x0a81], Kind::FloatMultiplyAdd),
            ("vdiv.f32 s0, s1, s2", &[0xee80, 0x0a81], Kind::FloatDivide),
            ("vsqrt.f32 s0, s1", &[0xeeb1, 0x0ae0], Kind::FloatDivide),
            ("vcvtb.f32.f16 s0, s1", &[0xeeb2, 0x0a60], Kind::Float),
            ("vcmp.f32 s0, s1", &[0xeeb4, 0x0a60], Kind::FloatMove),
            ("vmov r0, s3", &[0xee11, 0x0a90], Kind::FloatMove),
            ("vmov r0, r1, s3, s4", &[0xec51, 0x0a31], Kind::FloatMovePair),
            ("vldmia r0!, {s0-s7}", &[0xecb0, 0x0a08], Kind::Multiple(8)),
        ];
        for (text, code, expected) in cases {
            assert_eq!(kind(code), expected, "{text}");
        }
    }

    #[test]
    fn a_result_needed_at_once_is_waited_for() {
        let decode = |code: [u16; 2]| Instruction::decode(code[0], Some(code[1]));
        // vmul.f32 s3, s1, s2; vadd.f32 s0, s0, s3
        assert!(decode([0xee30, 0x0a21]).waits_for(&decode([0xee60, 0x1a81])));
        // vmul.f32 s3, s1, s2; vadd.f32 s3, s0, s1
        assert!(!decode([0xee70, 0x1a20]).waits_for(&decode([0xee60, 0x1a81])));
        // vadd.f32 s9, s1, s2; vstm r0, {s8-s11}
        assert!(decode([0xec80, 0x4a04]).waits_for(&decode([0xee70, 0x4a81])));
        // vadd.f32 s12, s1, s2; vstm r0, {s8-s11}
        assert!(!decode([0xec80, 0x4a04]).waits_for(&decode([0xee30, 0x6a81])));
        // vadd.f32 s5, s1, s2; vmov r0, s5
        assert!(decode([0xee12, 0x0a90]).waits_for(&decode([0xee70, 0x2a81])));
        // vmov.f32 s5, s1; vadd.f32 s0, s5, s5
        assert!(!decode([0xee32, 0x0aa2]).waits_for(&decode([0xeef0, 0x2a60])));
        // vadd.f32 s0, s1, s2; vfma.f32 s0, s4, s5
        assert!(decode([0xeea2, 0x0a22]).waits_for(&decode([0xee30, 0x0a81])));
        // vcvtb.f32.f16 s3, s4; vcmp.f32 s3, #0
        assert!(decode([0xeef5, 0x1a40]).waits_for(&decode([0xeef2, 0x1a42])));
        // vldr s3, [r0]; vadd.f32 s0, s3, s3
        assert!(!decode([0xee31, 0x0aa1]).waits_for(&decode([0xedd0, 0x1a00])));
    }
}
