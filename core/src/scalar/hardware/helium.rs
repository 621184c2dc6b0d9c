//! Products of matrices with Helium, the vector extension of Cortex-M55 and M85.
//!
//! VFMA rounds a product and its sum at once, and vector instructions treat subnormal numbers as
//! zero: results may differ from those of the portable kernels by the rounding of each product.

use core::arch::asm;

/// Columns of a tile.
const COLUMNS: usize = 8;

/// A start and the distance from one row to the next, in numbers.
type Lines<P> = (P, usize);

/// `out[i * stride + j] = Σ_k a[i * a_stride + k] b[k * b_stride + j]` for `rows` i and as many of
/// the `columns` first j as whole tiles hold; returns how many those are. Zero if rows of `b` have
/// an unusual length: an immediate offset saves an addition at each step, so each length has its own copy.
///
/// # Safety
/// All of these numbers lie in memory that the caller owns; `rows` is even, `depth` not zero.
pub(super) unsafe fn product(
    a: Lines<*const f32>,
    (b, b_stride): Lines<*const f32>,
    (rows, depth, columns): (usize, usize, usize),
    out: Lines<*mut f32>,
) -> usize {
    let columns = columns - columns % COLUMNS;
    let pairs = match b_stride {
        8 => pairs::<32>,
        16 => pairs::<64>,
        32 => pairs::<128>,
        64 => pairs::<256>,
        _ => return 0,
    };
    // SAFETY: as of the caller.
    unsafe { pairs(a, b, (rows, depth, columns), out) };
    columns
}

/// Tiles of two rows by eight columns; rows of `b` are `BYTES` apart.
///
/// # Safety
/// As of [`product`].
#[inline(never)]
unsafe fn pairs<const BYTES: usize>(
    (mut a, a_stride): Lines<*const f32>,
    b: *const f32,
    (rows, depth, columns): (usize, usize, usize),
    (mut out, stride): Lines<*mut f32>,
) {
    for _ in (0..rows).step_by(2) {
        for column in (0..columns).step_by(COLUMNS) {
            // SAFETY: as of the caller; the stack is as before at the end. Four steps a turn, which need
            // every register: where the sums go waits on the stack.
            unsafe {
                asm!(
                    "push {{r3, r4, r5}}",
                    "vmov.i32 q0, #0", "vmov.i32 q1, #0", "vmov.i32 q2, #0", "vmov.i32 q3, #0",
                    "wls lr, lr, 3f", "2:",
                    "ldmia r0!, {{r3, r4, r5, r8}}", "ldmia r1!, {{r9, r10, r11, r12}}",
                    "vldrw.u32 q5, [r2, #16]", "vldrw.u32 q4, [r2], #{bytes}",
                    "vfma.f32 q0, q4, r3", "vfma.f32 q1, q5, r3",
                    "vfma.f32 q2, q4, r9", "vfma.f32 q3, q5, r9",
                    "vldrw.u32 q5, [r2, #16]", "vldrw.u32 q4, [r2], #{bytes}",
                    "vfma.f32 q0, q4, r4", "vfma.f32 q1, q5, r4",
                    "vfma.f32 q2, q4, r10", "vfma.f32 q3, q5, r10",
                    "vldrw.u32 q5, [r2, #16]", "vldrw.u32 q4, [r2], #{bytes}",
                    "vfma.f32 q0, q4, r5", "vfma.f32 q1, q5, r5",
                    "vfma.f32 q2, q4, r11", "vfma.f32 q3, q5, r11",
                    "vldrw.u32 q5, [r2, #16]", "vldrw.u32 q4, [r2], #{bytes}",
                    "vfma.f32 q0, q4, r8", "vfma.f32 q1, q5, r8",
                    "vfma.f32 q2, q4, r12", "vfma.f32 q3, q5, r12",
                    "le lr, 2b",
                    "3:",
                    "pop {{r3, r4, r5}}", "cbz r5, 5f",
                    "4:",
                    "ldr r9, [r0], #4", "ldr r10, [r1], #4",
                    "vldrw.u32 q5, [r2, #16]", "vldrw.u32 q4, [r2], #{bytes}",
                    "vfma.f32 q0, q4, r9", "vfma.f32 q1, q5, r9",
                    "vfma.f32 q2, q4, r10", "vfma.f32 q3, q5, r10",
                    "subs r5, r5, #1", "bne 4b",
                    "5:",
                    "vstrw.32 q0, [r3]", "vstrw.32 q1, [r3, #16]", "add r3, r3, r4",
                    "vstrw.32 q2, [r3]", "vstrw.32 q3, [r3, #16]",
                    bytes = const BYTES,
                    inout("r0") a => _,
                    inout("r1") a.wrapping_add(a_stride) => _,
                    inout("r2") b.wrapping_add(column) => _,
                    inout("r3") out.wrapping_add(column) => _,
                    inout("r4") stride << 2 => _,
                    inout("r5") depth % 4 => _,
                    inout("lr") depth / 4 => _,
                    out("r8") _, out("r9") _, out("r10") _, out("r11") _, out("r12") _,
                    out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
                    out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
                    out("s12") _, out("s13") _, out("s14") _, out("s15") _, out("s16") _,
                    out("s17") _, out("s18") _, out("s19") _, out("s20") _, out("s21") _,
                    out("s22") _, out("s23") _,
                );
            }
        }
        (a, out) = (a.wrapping_add(a_stride << 1), out.wrapping_add(stride << 1));
    }
}
