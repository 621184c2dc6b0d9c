//! Instruction sequences that the kernels of Cortex-M share.
//!
//! A product and its sum are rounded one after the other, as in Rust: VMLA rounds the product before
//! it adds, unlike VFMA. On Cortex-M4 VMLA takes three cycles where VMUL and VADD take one each, but a
//! cycle is lost where an instruction needs the result of the one before: four products come before
//! their four sums. Operands pass as bits through core registers: stable Rust takes no `sreg` operand for
//! Armv7E-M.

/// `s[sum] += s[left] * s[right]`, four times; s28 to s31 change.
#[cfg(not(chained_multiply_add))]
macro_rules! add_products {
    ($($sum:literal)*; $($left:literal)*; $($right:literal)*) => {
        four!("vmul.f32", 28 29 30 31; $($left)*; $($right)*, "vadd.f32", $($sum)*; $($sum)*; 28 29 30 31)
    };
}
#[cfg(chained_multiply_add)]
macro_rules! add_products {
    ($($sum:literal)*; $($left:literal)*; $($right:literal)*) => {
        four!("vmla.f32", $($sum)*; $($left)*; $($right)*)
    };
}

/// `s[sum] -= s[left] * s[right]`, four times; s28 to s31 change.
#[cfg(not(chained_multiply_add))]
macro_rules! subtract_products {
    ($($sum:literal)*; $($left:literal)*; $($right:literal)*) => {
        four!("vmul.f32", 28 29 30 31; $($left)*; $($right)*, "vsub.f32", $($sum)*; $($sum)*; 28 29 30 31)
    };
}
#[cfg(chained_multiply_add)]
macro_rules! subtract_products {
    ($($sum:literal)*; $($left:literal)*; $($right:literal)*) => {
        four!("vmls.f32", $($sum)*; $($left)*; $($right)*)
    };
}

/// `s[product] = s[left] * s[right]`, four times.
macro_rules! products {
    ($($product:literal)*; $($left:literal)*; $($right:literal)*) => {
        four!("vmul.f32", $($product)*; $($left)*; $($right)*)
    };
}

/// Adds the products of `rest` more numbers at `x` and `y` to s[sum], one by one, and gives it out; s0 and
/// s8 change. Takes the labels 8 and 9.
macro_rules! add_rest {
    ($sum:literal) => {
        concat!(
            "cmp {rest}, #0\n beq 9f\n",
            "8: vldmia {x}!, {{s0}}\n vldmia {y}!, {{s8}}\n vmul.f32 s0, s0, s8\n",
            "subs {rest}, {rest}, #1\n",
            "vadd.f32 s",
            stringify!($sum),
            ", s",
            stringify!($sum),
            ", s0\n",
            "bne 8b\n",
            "9: vmov {sum}, s",
            stringify!($sum),
            "\n",
        )
    };
}

/// Instructions on single-precision registers, one for each place of the three lists.
macro_rules! four {
    ($($operation:literal, $($out:literal)*; $($left:literal)*; $($right:literal)*),*) => {
        concat!($($(
            $operation, " s", stringify!($out), ", s", stringify!($left), ", s",
            stringify!($right), "\n",
        )*)*)
    };
}

/// Runs instructions that change s0 to s15, s28 to s31, which the macros above take, and the registers
/// named first.
macro_rules! run {
    ([$($register:tt)*]; $($template:expr),*; $($operands:tt)*) => {
        asm!(
            $($template,)*
            $($operands)*
            $(out($register) _,)*
            out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
            out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
            out("s12") _, out("s13") _, out("s14") _, out("s15") _,
            out("s28") _, out("s29") _, out("s30") _, out("s31") _,
            options(nostack),
        )
    };
}

/// Runs instructions that change all single-precision registers.
macro_rules! run_on_all {
    ($($instructions:tt)*) => {
        run!(
            ["s16" "s17" "s18" "s19" "s20" "s21" "s22" "s23" "s24" "s25" "s26" "s27"];
            $($instructions)*
        )
    };
}

/// A loop of `n` turns that the compiler does not unroll, although it counts a kernel as one instruction.
macro_rules! repeat {
    ($n:expr, $body:block) => {
        let mut left = $n;
        loop {
            $body
            left = left.wrapping_sub(1);
            // SAFETY: no instruction.
            unsafe { asm!("/* {0} */", inout(reg) left, options(nomem, nostack, preserves_flags)) };
            if left == 0 {
                break;
            }
        }
    };
}

/// The result of one instruction on these bits, in s0.
macro_rules! convert {
    ($instruction:literal, $bits:expr) => {{
        let mut bits: u32 = $bits;
        // SAFETY: computes on registers only; this target has an FPU (eabihf) and s0 is declared as
        // changed.
        unsafe {
            asm!(
                "vmov s0, {bits}", $instruction, "vmov {bits}, s0",
                bits = inout(reg) bits,
                out("s0") _,
                options(pure, nomem, nostack, preserves_flags),
            );
        }
        bits
    }};
}
