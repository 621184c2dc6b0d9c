//! Writes the linker script of the board that `SITU_BOARD` names, from `../boards/<id>.toml`.

use std::path::{Path, PathBuf};

fn main() {
    let board = std::env::var("SITU_BOARD").unwrap_or_else(|_| "qemu-m4".to_owned());
    let path = Path::new("../boards").join(format!("{board}.toml"));
    println!("cargo:rerun-if-env-changed=SITU_BOARD");
    println!("cargo:rerun-if-changed={}", path.display());
    println!("cargo:rerun-if-changed=build.rs");

    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let table: toml::Table =
        text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let number = |section: &str, key: &str| {
        let value = table.get(section).and_then(|section| section.get(key));
        value
            .and_then(toml::Value::as_integer)
            .unwrap_or_else(|| panic!("{}: no number `{key}` in [{section}]", path.display()))
    };
    let region = |name: &str, section: &str| {
        let (origin, length) = (number(section, "origin"), number(section, "length"));
        format!("  {name} : ORIGIN = {origin:#x}, LENGTH = {length:#x}\n")
    };
    let chip = table.get("run").and_then(|run| run.get("probe")).and_then(toml::Value::as_str);
    let is_chip = |name: &str| chip.is_some_and(|chip| chip.to_lowercase().starts_with(name));
    let (flash, ram) = (region("FLASH", "flash"), region("RAM", "ram"));
    let storage = table.get("storage").map_or((0, 0), |_| {
        let start = number("storage", "origin");
        (start, start + number("storage", "length"))
    });
    let storage = format!("_storage_start = {:#x};\n_storage_end = {:#x};\n", storage.0, storage.1);
    let target = std::env::var("TARGET").unwrap_or_default();
    let script = if target.starts_with("riscv") {
        // Some chips read constants through a different bus than the program.
        let (constants, bus) = match table.get("constants") {
            Some(_) => (region("CONSTANTS", "constants"), "CONSTANTS"),
            None => (String::new(), "FLASH"),
        };
        let first = if is_chip("esp32") { DESCRIPTION } else { "" };
        format!("MEMORY\n{{\n{flash}{constants}{ram}}}\n{storage}{}{first}", aliases(bus))
    } else {
        format!("MEMORY\n{{\n{flash}{ram}}}\n{storage}")
    };

    // The search path reaches the linker of every firmware that depends on this crate.
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("set by cargo"));
    std::fs::write(out.join("memory.x"), script).expect("OUT_DIR is writable");
    println!("cargo:rustc-link-search={}", out.display());
    for (condition, holds) in [
        // Armv6-M has no cycle counter, and its core cannot see the debugger.
        ("armv6m", target.starts_with("thumbv6m")),
        // Their own counter, trap vectors and boot code.
        ("espressif", is_chip("esp32")),
        ("rp2350", is_chip("rp235")),
    ] {
        println!("cargo:rustc-check-cfg=cfg({condition})");
        if holds {
            println!("cargo:rustc-cfg={condition}");
        }
    }
}

/// The second boot stage looks for the description of the program at the start of the constants.
const DESCRIPTION: &str = "SECTIONS\n{\n  .description : { KEEP(*(.description)) } > REGION_RODATA\n}\n\
                           INSERT BEFORE .rodata;\n";

/// Where riscv-rt puts the parts of a program.
fn aliases(constants: &str) -> String {
    let places = [
        ("TEXT", "FLASH"),
        ("RODATA", constants),
        ("DATA", "RAM"),
        ("BSS", "RAM"),
        ("HEAP", "RAM"),
        ("STACK", "RAM"),
    ];
    let alias = |(part, place)| format!("REGION_ALIAS(\"REGION_{part}\", {place});\n");
    places.map(alias).concat()
}
