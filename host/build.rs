//! Lists the files below `sources`, so that the program has what exports are made of.
//!
//! They are links to the crates beside this one; a package has copies. Packages leave out folders with a
//! `Cargo.toml`, so that a manifest is called `manifest.toml` there.

use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=sources");
    // As cargo says now: clones that share a target directory share this program.
    let crate_folder = std::env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo");
    let folder = Path::new(&crate_folder).join("sources");
    let mut files = Vec::new();
    collect(&folder, &mut files);
    files.sort();
    let entries = files.iter().map(|file| {
        let name = file.strip_prefix(&folder).expect("below the folder").display();
        let name = name.to_string().replace('\\', "/").replace("manifest.toml", "Cargo.toml");
        format!("({name:?}, include_bytes!({file:?})),\n")
    });
    let list = format!("&[\n{}]\n", entries.collect::<String>());
    let output = std::env::var_os("OUT_DIR").expect("set by cargo");
    std::fs::write(Path::new(&output).join("sources.rs"), list)
        .expect("the output directory can be written");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
