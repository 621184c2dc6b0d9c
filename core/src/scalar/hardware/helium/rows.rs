//! Sums over rows: the four interleaved sums of a dot product are one register, and so are those of four
//! rows that are added up in order.

use core::arch::asm;

/// Numbers of one turn of the loop over a long vector.
const TURN: usize = 32;

/// Adds the products of four numbers at `x` and `y` to the sums.
macro_rules! add_block {
    () => {
        "vldrw.u32 q1, [{x}], #16\n vldrw.u32 q2, [{y}], #16\n \
         vmul.f32 q1, q1, q2\n vadd.f32 q0, q0, q1\n"
    };
}
macro_rules! add_two_blocks {
    () => {
        concat!(add_block!(), add_block!())
    };
}

/// Dot product up to the shorter length: four interleaved sums, then the rest one by one.
#[inline(never)]
pub(crate) fn dot(x: &[f32], y: &[f32]) -> f32 {
    let length = x.len().min(y.len());
    let sum: u32;
    // SAFETY: reads `length` numbers of both slices: turns, blocks of four, then the rest. VCADD rotates
    // what it adds: #270 adds the odd number of a pair to the even one.
    unsafe {
        run!(
            ["s16"];
            "vdup.32 q0, {sum}",
            "wls lr, {turns}, 3f",
            "2:",
            add_two_blocks!(), add_two_blocks!(), add_two_blocks!(), add_two_blocks!(),
            "le lr, 2b",
            "3:", "wls lr, {blocks}, 5f",
            "4:", add_block!(), "le lr, 4b",
            "5:", "vcadd.f32 q1, q0, q0, #270", "vadd.f32 s16, s4, s6",
            add_rest!(16);
            x = inout(reg) x.as_ptr() => _,
            y = inout(reg) y.as_ptr() => _,
            turns = in(reg) length / TURN,
            blocks = in(reg) length % TURN / 4,
            rest = inout(reg) length % 4 => _,
            sum = inout(reg) (-0.0_f32).to_bits() => sum,
            out("lr") _,
        );
    }
    f32::from_bits(sum)
}

/// The dot products of groups of four rows, `stride` apart, with `blocks` blocks of four numbers at `x`, at
/// least one of each.
///
/// # Safety
/// All of these numbers lie in memory that the caller owns.
#[inline(never)]
pub(in super::super) unsafe fn dot_groups(
    a: *const f32,
    stride: usize,
    x: *const f32,
    blocks: usize,
    groups: &mut [[f32; 4]],
) {
    let length = blocks << 4;
    // SAFETY: as of the caller. The products of the first block are the sums.
    unsafe {
        run_on_all!(
            "5:",
            "add {a1}, {a0}, {stride}", "add {a2}, {a1}, {stride}", "add {a3}, {a2}, {stride}",
            "vldrw.u32 q4, [{x}], #16",
            "vldrw.u32 q0, [{a0}], #16", "vldrw.u32 q1, [{a1}], #16",
            "vmul.f32 q0, q0, q4", "vldrw.u32 q2, [{a2}], #16",
            "vmul.f32 q1, q1, q4", "vldrw.u32 q3, [{a3}], #16",
            "vmul.f32 q2, q2, q4", "vmul.f32 q3, q3, q4",
            "wls lr, {n}, 3f",
            "2:",
            "vldrw.u32 q4, [{x}], #16",
            "vldrw.u32 q5, [{a0}], #16", "vldrw.u32 q6, [{a1}], #16",
            "vmul.f32 q5, q5, q4", "vldrw.u32 q7, [{a2}], #16",
            "vmul.f32 q6, q6, q4", "vadd.f32 q0, q0, q5", "vldrw.u32 q5, [{a3}], #16",
            "vmul.f32 q7, q7, q4", "vadd.f32 q1, q1, q6",
            "vmul.f32 q5, q5, q4", "vadd.f32 q2, q2, q7", "vadd.f32 q3, q3, q5",
            "le lr, 2b",
            "3:",
            "vcadd.f32 q4, q0, q0, #270", "vcadd.f32 q0, q1, q1, #270",
            "vcadd.f32 q1, q2, q2, #270", "vcadd.f32 q2, q3, q3, #270",
            four!("vadd.f32", 12 13 14 15; 16 0 4 8; 18 2 6 10),
            "vstrw.32 q3, [{o}], #16",
            // From the fourth row's end on to the next row.
            "sub {x}, {x}, {length}", "add {a0}, {a3}, {gap}",
            "subs {groups}, {groups}, #1", "bne 5b";
            a0 = inout(reg) a => _,
            a1 = out(reg) _,
            a2 = out(reg) _,
            a3 = out(reg) _,
            stride = in(reg) stride << 2,
            gap = in(reg) (stride << 2).wrapping_sub(length),
            x = inout(reg) x => _,
            length = in(reg) length,
            n = in(reg) blocks.wrapping_sub(1),
            o = inout(reg) groups.as_mut_ptr() => _,
            groups = inout(reg) groups.len() => _,
            out("lr") _,
        );
    }
}

/// Adds the magnitudes of the next number of each of four rows.
macro_rules! add_magnitude {
    () => {
        "vldrw.u32 q1, [q0, #4]!\n vabs.f32 q1, q1\n vadd.f32 q2, q2, q1\n"
    };
}

/// The largest sum of the magnitudes of a row of `a`, `stride` apart, each added up in order; NaN if one
/// of them is. `None` where there are less than four rows or `a` is too short.
#[inline(never)]
pub(crate) fn largest_row_sum(a: &[f32], stride: usize, rows: usize) -> Option<f32> {
    if rows < 4 || rows.saturating_mul(stride) > a.len() {
        return None;
    }
    // One number before their starts. The last four rows overlap those before.
    let mut row = a.as_ptr().wrapping_sub(1);
    let last = row.wrapping_add(rows.wrapping_sub(4).wrapping_mul(stride));
    let mut largest = 0_u32;
    repeat!(rows.div_ceil(4), {
        // SAFETY: as was just checked. Bits of sums of magnitudes are in the order of the numbers, NaN last.
        unsafe {
            asm!(
                "vidup.u32 q0, r4, #1", "vmul.i32 q0, q0, {stride}", "vadd.i32 q0, q0, {row}",
                "vmov.i32 q2, #0",
                "wls lr, {turns}, 3f",
                "2:", add_magnitude!(), add_magnitude!(), add_magnitude!(), add_magnitude!(), "le lr, 2b",
                "3:", "wls lr, {rest}, 5f",
                "4:", add_magnitude!(), "le lr, 4b",
                "5:", "vmaxv.u32 {largest}, q2",
                row = in(reg) row,
                stride = in(reg) stride << 2,
                turns = in(reg) stride / 4,
                rest = in(reg) stride % 4,
                largest = inout(reg) largest,
                // VIDUP takes an even register.
                inout("r4") 0 => _,
                out("lr") _,
                out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
                out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
                options(nostack, readonly),
            );
        }
        row = row.wrapping_add(stride << 2).min(last);
    });
    Some(f32::from_bits(largest))
}
