//! Links with the scripts of cortex-m-rt and defmt; `situ-board` provides `memory.x`.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for argument in ["-Tlink.x", "-Tdefmt.x", "--nmagic"] {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
}
