//! The paths that code names: `crate::a::{b, c::d}` is two of them.

/// A path, as written: `crate`, `super`, `self` or a name first.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    /// Its names.
    pub names: Vec<String>,
    /// The name that a `use` binds it to; empty elsewhere and for `*`.
    pub bound: String,
    /// Whether a `use` passes it on.
    pub export: Export,
}

/// How far a `use` passes on what it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// Not at all.
    No,
    /// Inside the crate: `pub(crate) use`.
    Crate,
    /// To other crates: `pub use`.
    All,
}

/// The paths of code without comments and strings.
pub fn paths(code: &str) -> Vec<Written> {
    let words = words(code);
    let mut found = Vec::new();
    let mut at = 0;
    let mut export = Export::No;
    while at < words.len() {
        let starts = at == 0 || words[at - 1] != "::";
        match words[at] {
            "pub" if words.get(at + 1) == Some(&"(") => export = Export::Crate,
            "pub" => export = Export::All,
            "use" if starts => {
                let mut tree = Tree { words: &words, at: at + 1, export, found: Vec::new() };
                tree.read(&mut Vec::new(), true);
                at = tree.at;
                found.append(&mut tree.found);
                continue;
            }
            ";" | "{" | "}" => export = Export::No,
            word if starts && is_name(word) && words.get(at + 1) == Some(&"::") => {
                let mut tree = Tree { words: &words, at, export: Export::No, found: Vec::new() };
                tree.read(&mut Vec::new(), false);
                at = tree.at;
                found.append(&mut tree.found);
                continue;
            }
            _ => (),
        }
        at += 1;
    }
    found
}

/// The words of a path, read from left to right.
struct Tree<'w> {
    words: &'w [&'w str],
    at: usize,
    export: Export,
    found: Vec<Written>,
}

impl Tree<'_> {
    fn next(&self) -> &str {
        self.words.get(self.at).copied().unwrap_or("")
    }

    /// Reads a path or, in a `use`, a group of them that go on from `names`.
    fn read(&mut self, names: &mut Vec<String>, bound: bool) {
        let length = names.len();
        loop {
            if is_name(self.next()) {
                names.push(self.next().to_owned());
                self.at += 1;
            } else if self.next() == "{" && bound {
                self.at += 1;
                while !matches!(self.next(), "}" | "") {
                    self.read(names, bound);
                    if self.next() == "," {
                        self.at += 1;
                    }
                }
                self.at += 1;
                names.truncate(length);
                return;
            } else {
                // `*`, the brackets of generics, or what no path has.
                self.at += 1;
                break;
            }
            if self.next() != "::" {
                break;
            }
            self.at += 1;
        }
        let glob = self.words[self.at - 1] == "*";
        let mut name =
            if bound && !glob { names.last().cloned().unwrap_or_default() } else { String::new() };
        if bound && self.next() == "as" {
            name = self.words.get(self.at + 1).map(ToString::to_string).unwrap_or_default();
            self.at += 2;
        }
        let mut written = names.clone();
        if name == "self" {
            written.pop();
            name = written.last().cloned().unwrap_or_default();
        }
        self.found.push(Written { names: written, bound: name, export: self.export });
        names.truncate(length);
    }
}

/// Whether a word is a name.
pub fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && !matches!(word, "as" | "use" | "pub")
}

/// Names, `::` and single signs.
pub fn words(code: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let in_name = |c: char| c.is_alphanumeric() || c == '_';
        let length = if in_name(first) {
            rest.find(|c| !in_name(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        words.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    words
}

#[test]
fn groups_are_spread() {
    let code = "pub use a::{b, c::{self, d as e}}; use crate::f::*; fn g() { super::h::i(j) }";
    let written: Vec<String> = paths(code)
        .iter()
        .map(|path| {
            format!("{} {} {}", path.names.join("."), path.bound, path.export == Export::All)
        })
        .collect();
    let expected =
        ["a.b b true", "a.c c true", "a.c.d e true", "crate.f  false", "super.h.i  false"];
    assert_eq!(written, expected);
}
