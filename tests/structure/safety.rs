//! Every `unsafe` has its reason beside it.

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
