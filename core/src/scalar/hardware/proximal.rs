//! A step of FTRL-proximal.
//!
//! The same operations in the same order as the portable loop, so the same bits.

use core::arch::asm;

/// `norm' = √(norm² + g²)` with `g = slope x`, `z += g − (norm' − norm) (scale w)`, in the registers named:
/// the weights replace g². s16 is the slope and s17 the scale; moves on.
macro_rules! step {
    (
        $x:literal: $($g:literal)*; $n:literal: $($norm:literal)*; $z:literal: $($dual:literal)*;
        $w:literal: $($weight:literal)*; $new:literal: $($root:literal)*
    ) => {
        concat!(
            "vldmia {x}!, {{", $x, "}}\n vldm {n}, {{", $n, "}}\n vldm {z}, {{", $z, "}}\n",
            $("vmul.f32 s", $g, ", s", $g, ", s16\n",)*
            $("vmul.f32 s", $root, ", s", $norm, ", s", $norm, "\n",)*
            $("vmul.f32 s", $weight, ", s", $g, ", s", $g, "\n",)*
            $("vadd.f32 s", $root, ", s", $root, ", s", $weight, "\n",)*
            $("vsqrt.f32 s", $root, ", s", $root, "\n",)*
            "vldmia {w}!, {{", $w, "}}\n",
            $("vadd.f32 s", $dual, ", s", $dual, ", s", $g, "\n",)*
            $("vmul.f32 s", $weight, ", s", $weight, ", s17\n",)*
            $("vsub.f32 s", $norm, ", s", $root, ", s", $norm, "\n",)*
            $("vmul.f32 s", $norm, ", s", $norm, ", s", $weight, "\n",)*
            $("vsub.f32 s", $dual, ", s", $dual, ", s", $norm, "\n",)*
            "vstmia {n}!, {{", $new, "}}\n vstmia {z}!, {{", $z, "}}\n",
        )
    };
}

/// One step of all coordinates, up to the shortest length: four at a time, then one by one.
#[inline(never)]
pub(crate) fn proximal_step(
    slope: f32,
    scale: f32,
    x: &[f32],
    weights: &[f32],
    z: &mut [f32],
    norm: &mut [f32],
) {
    let length = x.len().min(weights.len()).min(z.len()).min(norm.len());
    // SAFETY: reads `length` numbers of all four slices and writes as many of the last two.
    unsafe {
        run!(
            ["s16" "s17"];
            "vmov s16, {slope}", "vmov s17, {scale}",
            "subs {left}, {left}, #4", "blt 3f",
            "2:",
            step!(
                "s0-s3": 0 1 2 3; "s4-s7": 4 5 6 7; "s8-s11": 8 9 10 11; "s12-s15": 12 13 14 15;
                "s28-s31": 28 29 30 31
            ),
            "subs {left}, {left}, #4", "bge 2b",
            "3:", "adds {left}, {left}, #4", "beq 5f",
            "4:",
            step!("s0": 0; "s4": 4; "s8": 8; "s12": 12; "s28": 28),
            "subs {left}, {left}, #1", "bne 4b",
            "5:";
            x = inout(reg) x.as_ptr() => _,
            w = inout(reg) weights.as_ptr() => _,
            n = inout(reg) norm.as_mut_ptr() => _,
            z = inout(reg) z.as_mut_ptr() => _,
            left = inout(reg) length => _,
            slope = in(reg) slope.to_bits(),
            scale = in(reg) scale.to_bits(),
        );
    }
}
