//! Products of matrices with Helium, the vector extension of Cortex-M55 and M85.
//!
//! VFMA rounds a product and its sum at once, and vector instructions treat subnormal numbers as
//! zero: results may differ from those of the portable kernels by the rounding of each product.

use core::arch::asm;

/// Columns of a tile.
const COLUMNS: usize = 8;

/// Steps of a turn of the inner loop.
const TURN: usize = 4;

/// A start and the distance from one row to the next, in numbers.
type Lines<P> = (P, usize);

/// `out[i * stride + j] = Σ_k a[i * a_stride + k] b[k * b_stride + j]` for `rows` i and as many of
/// the `columns` first j as whole tiles hold; returns how many those are. Zero if sums have less than four
/// terms, or if rows of `b` have an unusual length: an immediate offset saves an addition at each step, so each
/// length has its own copy.
///
/// # Safety
/// All of these numbers lie in memory that the caller owns; `rows` is even and not zero.
#[inline(always)]
pub(in super::super) unsafe fn product(
    a: Lines<*const f32>,
    (b, b_stride): Lines<*const f32>,
    (rows, depth, columns): (usize, usize, usize),
    (out, stride): Lines<*mut f32>,
) -> usize {
    let strip = match b_stride {
        8 => strip::<32>,
        16 => strip::<64>,
        32 => strip::<128>,
        64 => strip::<256>,
        _ => return 0,
    };
    if depth < TURN {
        return 0;
    }
    let mut done = 0;
    while columns.wrapping_sub(done) >= COLUMNS {
        // SAFETY: as of the caller.
        unsafe { strip(a, b.wrapping_add(done), (rows, depth), (out.wrapping_add(done), stride)) };
        done = done.wrapping_add(COLUMNS);
    }
    done
}

/// One step of two sums of rows: eight numbers of `b` times the numbers of `a` in the registers named.
macro_rules! step {
    ($operation:literal, $first:literal $second:literal) => {
        concat!(
            "vldrw.u32 q5, [r2, #16]\n vldrw.u32 q4, [r2], #{bytes}\n",
            $operation,
            " q0, q4, ",
            $first,
            "\n",
            $operation,
            " q1, q5, ",
            $first,
            "\n",
            $operation,
            " q2, q4, ",
            $second,
            "\n",
            $operation,
            " q3, q5, ",
            $second,
            "\n",
        )
    };
}

/// Four steps, the first by this operation.
macro_rules! turn {
    ($operation:literal) => {
        concat!(
            "ldmia r0!, {{r3, r4, r5, r8}}\n ldmia r1!, {{r9, r10, r11, r12}}\n",
            step!($operation, "r3" "r9"),
            step!("vfma.f32", "r4" "r10"),
            step!("vfma.f32", "r5" "r11"),
            step!("vfma.f32", "r8" "r12"),
        )
    };
}

/// Tiles of two rows by the eight columns at `b` and `out`; rows of `b` are `BYTES` apart.
///
/// # Safety
/// As of [`product`]; sums have at least [`TURN`] terms.
#[inline(never)]
unsafe fn strip<const BYTES: usize>(
    (a, a_stride): Lines<*const f32>,
    b: *const f32,
    (rows, depth): (usize, usize),
    (out, stride): Lines<*mut f32>,
) {
    // SAFETY: as of the caller; the stack, r6 and r7 are as before at the end. A turn needs every
    // register, so what stays the same lies on the stack: r2 to r9, which are loaded after each tile. r6
    // counts the tiles, r7 is where the sums go.
    unsafe {
        asm!(
            "push {{r6, r7}}", "push {{r2-r5, r8, r9}}",
            "mov r6, r10", "mov r7, r11",
            "2:",
            "mov lr, r9",
            turn!("vmul.f32"),
            "wls lr, lr, 4f",
            "3:", turn!("vfma.f32"), "le lr, 3b",
            "4:", "ldr r3, [sp, #4]", "cbz r3, 6f",
            "5:", "ldr r9, [r0], #4", "ldr r10, [r1], #4",
            step!("vfma.f32", "r9" "r10"),
            "subs r3, r3, #1", "bne 5b",
            "6:", "ldm sp, {{r2-r5, r8, r9}}",
            "vstrw.32 q0, [r7]", "vstrw.32 q1, [r7, #16]", "add r7, r7, r5",
            "vstrw.32 q2, [r7]", "vstrw.32 q3, [r7, #16]", "add r7, r7, r5",
            "add r0, r1, r4", "add r1, r0, r8",
            "subs r6, r6, #1", "bne 2b",
            "add sp, sp, #24", "pop {{r6, r7}}",
            bytes = const BYTES,
            inout("r0") a => _,
            inout("r1") a.wrapping_add(a_stride) => _,
            inout("r2") b => _,
            inout("r3") depth % TURN => _,
            inout("r4") a_stride.wrapping_sub(depth) << 2 => _,
            inout("r5") stride << 2 => _,
            inout("r8") a_stride << 2 => _,
            inout("r9") (depth / TURN).wrapping_sub(1) => _,
            inout("r10") rows / 2 => _,
            inout("r11") out => _,
            out("r12") _, out("lr") _,
            out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
            out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
            out("s12") _, out("s13") _, out("s14") _, out("s15") _, out("s16") _, out("s17") _,
            out("s18") _, out("s19") _, out("s20") _, out("s21") _, out("s22") _, out("s23") _,
        );
    }
}
