//! Files of any bytes, near those of the fuzz targets' corpora: every parser refuses them in one line, and
//! no command panics. `PROPTEST_CASES=100000` tries for long; `fuzz/run` is led by coverage instead.

#[path = "../../fuzz/src/host.rs"]
mod targets;

use crate::situ;
use proptest::prelude::*;
use proptest::sample::Index;
use std::path::Path;
use targets::{Host, assert_plain};

/// A change of a file.
#[derive(Clone, Debug)]
enum Edit {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    /// Copies so many bytes from one place to another.
    Repeat(Index, Index, usize),
}

/// Tokens that parsers treat as special, and bytes that they treat as nothing.
fn token() -> impl Strategy<Value = Vec<u8>> {
    let special = [
        "\n",
        ",",
        "\"",
        "{",
        "}",
        "[",
        "]",
        "-",
        "=",
        ":",
        "#",
        ".",
        "e9",
        "1e999",
        "NaN",
        "-1",
        "65536",
        "18446744073709551616",
        "99999999999999999999999",
        "true",
        "null",
        "\u{feff}",
        "\u{1b}[2J",
        "é",
    ];
    let special = special.map(|token| token.as_bytes().to_vec());
    prop_oneof![prop::sample::select(special.to_vec()), prop::collection::vec(any::<u8>(), 1..8)]
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Edit::Set(at, byte)),
        (any::<Index>(), token()).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        (any::<Index>(), 1..64_usize).prop_map(|(at, count)| Edit::Remove(at, count)),
        (any::<Index>(), any::<Index>(), 1..64_usize)
            .prop_map(|(from, to, count)| Edit::Repeat(from, to, count)),
    ];
    prop::collection::vec(edit, 0..8)
}

fn edited(mut bytes: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    for edit in edits {
        let length = bytes.len();
        let end = |at: usize, count: usize| (at + count).min(length);
        match edit {
            Edit::Insert(at, token) => {
                let at = at.index(length + 1);
                drop(bytes.splice(at..at, token.iter().copied()));
            }
            _ if length == 0 => {}
            Edit::Set(at, byte) => bytes[at.index(length)] = *byte,
            Edit::Remove(at, count) => {
                let at = at.index(length);
                drop(bytes.drain(at..end(at, *count)));
            }
            Edit::Repeat(from, to, count) => {
                let (from, to) = (from.index(length), to.index(length));
                let piece = bytes[from..end(from, *count)].to_vec();
                drop(bytes.splice(to..to, piece));
            }
        }
    }
    bytes
}

/// A file of a target's corpus, edited.
fn near(target: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let files: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    (prop::sample::select(files), edits()).prop_map(|(bytes, edits)| edited(bytes, &edits))
}

/// Runs a target with `situ` as a process of its own, which must end by itself.
fn with_host(target: impl Fn(&Host<'_>)) {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path();
    let run = |command: &str, path: &Path, options: &[&str]| {
        let output = situ(folder).arg(command).arg(path).args(options).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(output.status.code(), Some(0..=2)), "{}: {complaint}", output.status);
        if !output.status.success() {
            assert_plain(&complaint.trim_end());
        }
    };
    target(&Host { folder, situ: &run });
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn board_files(bytes in near("board")) {
        with_host(|host| host.board(&bytes));
    }

    #[test]
    fn results_and_counts(bytes in near("results")) {
        with_host(|host| host.results(&bytes));
    }

    #[test]
    fn frames_of_the_log(bytes in near("log")) {
        with_host(|host| host.log(&bytes));
    }

}

proptest! {
    // Each runs the command.
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: ProptestConfig::default().cases / 4,
        ..ProptestConfig::default()
    })]

    #[test]
    fn games(bytes in near("game")) {
        with_host(|host| host.game(&bytes));
    }

    #[test]
    fn tables(bytes in near("table")) {
        with_host(|host| host.table(&bytes));
    }

    #[test]
    fn programs(bytes in near("program")) {
        with_host(|host| host.program(&bytes));
    }
}
