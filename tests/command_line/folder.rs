//! A folder of its own for each test.

use crate::situ;
use assert_cmd::assert::Assert;
use predicates::str::is_match;
use serde_json::Value;
use std::ops::Deref;
use std::path::Path;

/// An empty folder in which `situ` runs, deleted at the end.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// One with this file.
    pub fn with(name: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = Self::new();
        folder.write(name, content);
        folder
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.join(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.join(name)).unwrap()
    }

    /// Runs `situ` with these arguments.
    pub fn situ(&self, arguments: &[&str]) -> Assert {
        situ(self).args(arguments).assert()
    }

    /// The JSON that `situ` prints for these arguments.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let run = self.situ(arguments).success().stderr("");
        serde_json::from_slice(&run.get_output().stdout).unwrap()
    }

    /// Expects exit status 2, no output, and one line on stderr that contains all `parts` in this order.
    /// One that names the command, `situ: `, begins the line; no part that ends in a space ends it.
    pub fn refuses(&self, arguments: &[&str], parts: &[&str]) {
        let line = is_match("^situ: [^\n]*[^ \n]\n$").unwrap();
        let refusal = self.situ(arguments).code(2).stdout("").stderr(line);
        let text = String::from_utf8_lossy(&refusal.get_output().stderr);
        let mut rest = &text[..];
        for part in parts {
            let found = rest.split_once(part);
            let (before, after) = found.unwrap_or_else(|| panic!("{part:?} in {rest:?} of {text}"));
            assert!(before.is_empty() || !part.starts_with("situ: "), "{part:?} begins {text}");
            rest = after;
        }
    }
}

impl Deref for Folder {
    type Target = Path;

    fn deref(&self) -> &Path {
        self.0.path()
    }
}
