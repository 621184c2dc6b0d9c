//! Source files: their text, and their code without comments, strings and tests.

use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests are a folder of the repository").to_owned()
}

/// A file of Rust.
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// As it is written.
    pub text: String,
    /// Without comments, contents of strings, and items for tests alone.
    pub code: String,
}

/// The files of Rust below a folder, without those that were built.
pub fn sources(folder: &Path) -> Vec<Source> {
    files(folder, "rs")
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a readable file");
            let code = without_tests(&without_comments_and_strings(&text));
            Source { path, text, code }
        })
        .collect()
}

/// The files below a folder with this extension, without those that were built.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let entry = entry.expect("a readable folder");
            let path = entry.path();
            // A link leads to what is found elsewhere.
            if entry.file_type().is_ok_and(|kind| kind.is_symlink()) {
                continue;
            }
            let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
            if path.is_dir() && !hidden && !path.ends_with("target") {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

impl Source {
    /// Files that `include_bytes!` and `include_str!` name, if by a plain relative path.
    pub fn included(&self) -> Vec<PathBuf> {
        let calls = ["include_bytes!(\"", "include_str!(\"", "#[path = \""];
        let folder = self.path.parent().expect("a file is in a folder");
        let mut included = Vec::new();
        for call in calls {
            for (start, _) in self.text.match_indices(call) {
                let name = &self.text[start + call.len()..];
                let name = &name[..name.find('"').expect("a closing quote")];
                included.push(normalized(&folder.join(name)));
            }
        }
        included
    }
}

/// A path without `..`.
pub fn normalized(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => drop(normal.pop()),
            part => normal.push(part),
        }
    }
    normal
}

/// Blanks comments and the contents of strings and characters; keeps line breaks.
fn without_comments_and_strings(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = skipped(rest, code.chars().last());
        if length == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.push(' ');
            code.extend(rest[..length].chars().filter(|c| *c == '\n'));
            rest = &rest[length..];
        }
    }
    code
}

/// Length of the comment, string or character that `rest` starts with; 0 if it starts with none.
fn skipped(rest: &str, before: Option<char>) -> usize {
    let to_end = |end: &str, from: usize| {
        rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len())
    };
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return to_end("*/", 2);
    }
    if rest.starts_with('"') {
        return quoted(rest);
    }
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with('r') && !in_word {
        let hashes = rest[1..].chars().take_while(|c| *c == '#').count();
        if rest[1 + hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            return to_end(&end, 2 + hashes);
        }
    }
    if let Some(character) = rest.strip_prefix('\'') {
        let mut characters = character.char_indices();
        return match (characters.next(), characters.next()) {
            (Some((_, '\\')), _) => 4 + character[2..].find('\'').unwrap_or(0),
            (Some(_), Some((at, '\''))) => at + 2,
            // A lifetime.
            _ => 0,
        };
    }
    0
}

/// Length of the string that `rest` starts with.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => (),
        }
    }
    rest.len()
}

/// Leaves out every item under `#[cfg(test)]` or `#[cfg(all(test, …))]`.
fn without_tests(code: &str) -> String {
    const ATTRIBUTES: [&str; 2] = ["#[cfg(test", "#[cfg(all(test"];
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = ATTRIBUTES.iter().filter_map(|attribute| rest.find(attribute)).min() {
        kept.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = &rest[item(rest)..];
    }
    kept + rest
}

/// Length of the item that comes first: to its semicolon or its closing brace.
fn item(code: &str) -> usize {
    let mut depth = 0;
    for (at, character) in code.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => continue,
        }
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

#[test]
fn comments_strings_and_tests_are_left_out() {
    let text = "a(\"b // c\", 'd', '\\'', r#\"e\"#); // f\n/* g */ h<'i>()\n#[cfg(test)]\nmod j { k {} }\nl";
    let code = without_tests(&without_comments_and_strings(text));
    let words: String = code.split_whitespace().collect();
    assert_eq!(words, "a(,,,);h<'i>()l");
}
