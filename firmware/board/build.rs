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
    let script = format!("MEMORY\n{{\n{}{}}}\n", region("FLASH", "flash"), region("RAM", "ram"));

    // The search path reaches the linker of every firmware that depends on this crate.
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("set by cargo"));
    std::fs::write(out.join("memory.x"), script).expect("OUT_DIR is writable");
    println!("cargo:rustc-link-search={}", out.display());
    // Armv6-M has no cycle counter, and its core does not see the debugger.
    println!("cargo:rustc-check-cfg=cfg(armv6m)");
    if std::env::var("TARGET").is_ok_and(|target| target.starts_with("thumbv6m")) {
        println!("cargo:rustc-cfg=armv6m");
    }
}
