//! Every `unsafe` has its reason beside it, and the host writes files in one place.

use super::source::{root, sources};

/// Lines above an `unsafe` in which its reason must begin.
const NEAR: usize = 8;

#[test]
fn every_unsafe_has_a_reason() {
    let mut found = 0;
    let mut bare = Vec::new();
    for folder in ["core", "host", "firmware", "tests/no_panic"] {
        for source in sources(&root().join(folder)) {
            let lines: Vec<&str> = source.text.lines().collect();
            for (index, line) in lines.iter().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                let opens = ["unsafe {", "unsafe impl", "unsafe fn"];
                if !opens.iter().any(|open| code.contains(open)) {
                    continue;
                }
                found += 1;
                // A function's reason is the condition in its documentation.
                let above = &lines[index.saturating_sub(NEAR)..index];
                let reason = |line: &&str| line.contains("SAFETY:") || line.contains("# Safety");
                if !above.iter().any(reason) {
                    bare.push(format!("{}:{}", source.path.display(), index + 1));
                }
            }
        }
    }
    assert!(found > 10, "{found} found");
    assert!(bare.is_empty(), "{} of {found} without a reason: {bare:#?}", bare.len());
}

/// What else would leave half a file after a kill or on a full disk.
#[test]
fn the_host_writes_files_as_a_whole() {
    for source in sources(&root().join("host/src")) {
        let writes = ["File::create(", "fs::write(", "OpenOptions", "fs::copy("];
        let found = writes.into_iter().find(|call| source.code.contains(call));
        let allowed = source.path.ends_with("host/src/files.rs") || found.is_none();
        assert!(allowed, "{}: {found:?}, not files::replace", source.path.display());
    }
}
