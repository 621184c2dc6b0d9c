//! Instruction sequences that the kernels of Cortex-M share.
//!
//! A product and its sum are rounded one after the other, as in Rust: VMLA rounds the product before
//! it adds, unlike VFMA. On Cortex-M4 VMLA takes three cycles where VMUL and VADD take one each, but a
//! cycle is lost where an instruction needs the result of the one before: four products come before
//! their four sums.

/// `s[sum] += s[left] * s[right]`, four times; s28 to s31 are lost.
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

/// `s[sum] -= s[left] * s[right]`, four times; s28 to s31 are lost.
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

/// Instructions on single-precision registers, one for each place of the three lists.
macro_rules! four {
    ($($operation:literal, $($out:literal)*; $($left:literal)*; $($right:literal)*),*) => {
        concat!($($(
            $operation, " s", stringify!($out), ", s", stringify!($left), ", s",
            stringify!($right), "\n",
        )*)*)
    };
}
