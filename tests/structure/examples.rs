//! Every type that other crates can name shows in its documentation what it is for.

use super::modules::module;
use super::public::Public;
use super::source::{root, sources};
use std::collections::BTreeSet;

/// Types without an example of their own: parts of the type or the module whose example their
/// documentation names.
const PARTS: [&str; 24] = [
    "anomaly::frame::Monitor",
    "archive::slots::Slots",
    "archive::slots::StoreError",
    "construct::chain_of_thought::ChainOfThought",
    "construct::computer::subleq::Machine",
    "construct::superposition::Superposition",
    "construct::superposition::plan::Rows",
    "decoder::cache::Cache",
    "decoder::forward::Decoder",
    "ftrl::bandit::TsallisInf",
    "normtune::stack::StackParameters",
    "normtune::stack::StackWorkspace",
    "online::frame::Frame",
    "solve::triangle::Elements",
    "solve::triangle::Triangular",
    "transformer::buffers::ArrayBuffers",
    "transformer::buffers::BufferSizes",
    "transformer::buffers::Buffers",
    "transformer::weights::Bias",
    "transformer::weights::FeedForward",
    "transformer::weights::Head",
    "transformer::weights::Layer",
    "transformer::weights::Map",
    "transformer::weights::Span",
];

/// The types that a file declares `pub`, with the lines of their documentation.
fn types(text: &str) -> Vec<(&str, Vec<&str>)> {
    let (mut found, mut documentation) = (Vec::new(), Vec::new());
    for line in text.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            documentation.push(text.trim());
            continue;
        }
        if let Some(("struct" | "enum" | "trait" | "type", rest)) =
            line.strip_prefix("pub ").and_then(|item| item.split_once(' '))
        {
            let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            found.push((&rest[..end], std::mem::take(&mut documentation)));
        } else if line.is_empty() || line.ends_with([';', '{', '}']) {
            // Not an attribute between the documentation and its item.
            documentation.clear();
        }
    }
    found
}

/// Whether a code block that is a test checks something.
fn has_example(documentation: &[&str]) -> bool {
    let mut test = false;
    let mut inside = false;
    documentation.iter().any(|line| {
        if let Some(language) = line.strip_prefix("```") {
            (inside, test) = (!inside, !inside && language.is_empty());
        }
        test && line.contains("assert")
    })
}

#[test]
fn every_type_has_an_example() {
    let (public, folder) = (Public::read(), root().join("core/src"));
    let (mut checked, mut without) = (0, BTreeSet::new());
    for source in sources(&folder) {
        let module = module(source.path.strip_prefix(&folder).unwrap());
        for (name, documentation) in types(&source.text) {
            if public.has(&module, name) {
                checked += 1;
                if !has_example(&documentation) {
                    without.insert(format!("{}::{name}", module.join("::")));
                }
            }
        }
    }
    assert!(checked > 200, "{checked} types found");
    assert_eq!(without, PARTS.map(str::to_owned).into(), "types without an example, and PARTS");
}
