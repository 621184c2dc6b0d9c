//! The pages of documentation: their links lead somewhere, and the guide lists them all.

use super::source::{files, root};
use std::path::Path;

/// The targets of `[text](target)` outside code blocks.
fn links(text: &str) -> Vec<&str> {
    let mut code = false;
    let mut found = Vec::new();
    for line in text.lines() {
        code ^= line.trim_start().starts_with("```");
        if code {
            continue;
        }
        for (start, _) in line.match_indices("](") {
            let rest = &line[start + 2..];
            found.extend(rest.find(')').map(|end| &rest[..end]));
        }
    }
    found
}

#[test]
fn links_lead_to_files_that_exist() {
    let mut checked = 0;
    for page in files(root().as_path(), "md") {
        let text = std::fs::read_to_string(&page).expect("a readable page");
        let folder = page.parent().expect("a page is in a folder");
        for link in links(&text) {
            let target = link.split('#').next().unwrap_or_default();
            if target.contains("://") || target.is_empty() {
                continue;
            }
            assert!(folder.join(target).exists(), "{}: no {link}", page.display());
            checked += 1;
        }
    }
    assert!(checked > 30, "{checked} links found");
}

#[test]
fn the_guide_lists_every_page() {
    let docs = root().join("docs");
    let summary = std::fs::read_to_string(docs.join("SUMMARY.md")).expect("the guide's contents");
    let listed: Vec<&str> = links(&summary);
    for page in files(&docs, "md") {
        let name = page.strip_prefix(&docs).expect("a page of the guide");
        let known = name == Path::new("SUMMARY.md")
            || listed.iter().any(|listed| Path::new(listed) == name);
        assert!(known, "docs/SUMMARY.md does not list {}", name.display());
    }
}

#[test]
fn links_are_found() {
    let text = "a [b](c.md) and [d](e.md#f)\n```\n[no](link)\n```\n";
    assert_eq!(links(text), ["c.md", "e.md#f"]);
}
