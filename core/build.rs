//! Tells the code which Cortex-M it is compiled for: stable Rust names no target feature of these cores.

/// Cores whose VMLA takes no longer than VMUL and VADD apart. On Cortex-M4 it takes three cycles.
const CHAINED: [&str; 5] = ["cortex-m7", "cortex-m33", "cortex-m35p", "cortex-m55", "cortex-m85"];

/// Cores with the vector extension for floating point (Helium).
const HELIUM: [&str; 2] = ["cortex-m55", "cortex-m85"];

/// Cores with the DSP extension, apart from those of the target `thumbv7em`, which all have it.
const DSP: [&str; 4] = ["cortex-m33", "cortex-m35p", "cortex-m55", "cortex-m85"];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    println!("cargo:rustc-check-cfg=cfg(chained_multiply_add, dsp, helium)");
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let cpu = flags.split('\u{1f}').filter_map(|flag| flag.split_once("target-cpu=")).next_back();
    let cpu = cpu.map_or("", |(_, cpu)| cpu);
    let target = std::env::var("TARGET").unwrap_or_default();
    if target.starts_with("thumbv7em") || DSP.contains(&cpu) {
        println!("cargo:rustc-cfg=dsp");
    }
    if CHAINED.contains(&cpu) {
        println!("cargo:rustc-cfg=chained_multiply_add");
    }
    if HELIUM.contains(&cpu) {
        println!("cargo:rustc-cfg=helium");
    }
}
