//! Data that a chip's boot code requires in the image, in addition to the program.

/// The description that Espressif's second boot stage and its flash tools look for: a magic word, then
/// names and dates, which may be zero.
#[cfg(espressif)]
#[unsafe(no_mangle)]
#[unsafe(link_section = ".description")]
#[used]
#[allow(non_upper_case_globals, reason = "the tools look for this name")]
pub static esp_app_desc: [u32; 64] = {
    let mut words = [0; 64];
    words[0] = 0xabcd_5432;
    words
};

// The block by which RP2350's boot code recognizes a program for its RISC-V cores (datasheet, section
// 5.9.5.2): the kind of image, entry point and stack, and a loop of one block. It must stand in the
// first 4 KB, like the start-up code.
#[cfg(rp2350)]
core::arch::global_asm!(
    ".section .init, \"ax\"",
    ".balign 4",
    ".word 0xffffded3, 0x11010142, 0x00000344, _start, _stack_start, 0x000004ff, 0, 0xab123579",
);

// Espressif's cores require a trap vector whose address is a multiple of 256.
#[cfg(espressif)]
core::arch::global_asm!(
    ".section .trap.vector, \"ax\"",
    ".balign 256",
    ".global _start_trap",
    "_start_trap: j _default_start_trap",
);
