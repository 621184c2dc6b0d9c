//! The public items of `core`, in `core/api.txt`: a change of them is a change of that file, which a
//! reviewer sees. `SITU_ACCEPT=1 cargo test -p situ-tests --test structure api` writes it.

use super::paths::words;
use super::public::Public;
use super::source::root;
use std::collections::BTreeSet;

/// A block that an open brace began.
#[derive(Clone, Debug, Default)]
struct Block {
    /// `impl Name`, `trait Name`, …
    header: String,
    /// Whether its functions are public by themselves: those of a public trait.
    open: bool,
}

/// The items that are `pub` in a file, with their signatures: `(name that is exported, line)`.
fn items(code: &str) -> Vec<(String, String)> {
    let words = words(code);
    let mut found = Vec::new();
    let mut blocks: Vec<Block> = Vec::new();
    let mut next = Block::default();
    let mut public = false;
    for (at, word) in words.iter().enumerate() {
        let of_trait = blocks.last().is_some_and(|block| block.open) && *word == "fn";
        let begins = matches!(*word, "impl" | "trait" | "struct" | "enum" | "mod");
        // Only where a statement can begin: `impl` is also a type.
        let starts = at == 0 || matches!(words[at - 1], "{" | "}" | ";" | "pub" | "]" | "unsafe");
        if begins && starts {
            next = Block { header: until(&words[at..], false), open: public && *word == "trait" };
        }
        match *word {
            "{" => blocks.push(std::mem::take(&mut next)),
            "}" => drop(blocks.pop()),
            "pub" => {
                public = words.get(at + 1) != Some(&"(");
                if public {
                    let rest = &words[at + 1..];
                    found.push(item(&blocks, rest, matches!(rest[0], "enum" | "use")));
                }
            }
            _ if of_trait => found.push(item(&blocks, &words[at..], false)),
            _ => public = false,
        }
    }
    found
}

/// An item by its owner and its signature.
fn item(blocks: &[Block], words: &[&str], whole: bool) -> (String, String) {
    let header = blocks.iter().map(|block| &*block.header).find(|header| !header.is_empty());
    let signature = until(words, whole);
    let shown = tidy(&signature);
    let line = header.map_or_else(|| shown.clone(), |header| format!("{}: {shown}", tidy(header)));
    (owner(header.unwrap_or(&signature)), line)
}

/// The name that an item is exported by: of an `impl`, its type.
fn owner(header: &str) -> String {
    let mut names = header.split(' ').skip_while(|word| {
        matches!(*word, "impl" | "trait" | "struct" | "enum" | "const" | "fn" | "unsafe" | "type")
    });
    if !header.starts_with("impl") {
        return names.next().unwrap_or_default().to_owned();
    }
    // Past the parameters of the `impl`.
    let mut depth = 0;
    let mut last = "";
    for word in names {
        match word {
            "<" => depth += 1,
            ">" => depth -= 1,
            "where" if depth == 0 => break,
            word if depth == 0 && word.starts_with(char::is_alphabetic) => last = word,
            _ => (),
        }
    }
    last.to_owned()
}

/// The words up to the body; of an enumeration, with its variants.
fn until(words: &[&str], whole: bool) -> String {
    let mut depth = 0_i32;
    // Of angle brackets; that of an arrow closes none.
    let mut angles = 0_i32;
    let mut taken: Vec<&str> = Vec::new();
    for word in words {
        match *word {
            "<" => angles += 1,
            ">" if taken.last() != Some(&"-") => angles -= 1,
            "{" if !whole => break,
            "{" | "(" | "[" => depth += 1,
            "}" if depth == 0 => break,
            "}" if depth == 1 && whole => {
                taken.push(*word);
                break;
            }
            "}" | ")" | "]" => depth -= 1,
            ";" | "=" if depth == 0 => break,
            "," if depth == 0 && angles == 0 && !taken.contains(&"where") => break,
            _ => (),
        }
        taken.push(*word);
    }
    taken.join(" ")
}

/// Without the spaces that no one writes.
fn tidy(text: &str) -> String {
    let mut text = text.replace("- >", "->");
    for (spaced, plain) in [
        (" :: ", "::"),
        (" ::", "::"),
        (" , ", ", "),
        (" ,", ","),
        (" : ", ": "),
        (" ( ", "("),
        ("( ", "("),
        (" (", "("),
        (" )", ")"),
        (" < ", "<"),
        (" >", ">"),
        ("& ", "&"),
        ("[ ", "["),
        (" ]", "]"),
        ("' ", "'"),
        ("? ", "?"),
    ] {
        text = text.replace(spaced, plain);
    }
    text = text.replace(" <(", "<(");
    text.replace(" ->", " -> ").replace("->  ", "-> ").replace(")->", ") ->")
}

#[test]
fn public_items_are_listed() {
    let public = Public::read();
    let mut lines = BTreeSet::new();
    for (module, code) in &public.code {
        for (owner, line) in items(code) {
            if public.has(module, &owner) {
                lines.insert(format!("{}: {line}", module.join("::")));
            }
        }
    }
    assert!(lines.len() > 700, "{} items found", lines.len());
    let text = lines.into_iter().map(|line| line + "\n").collect::<String>();
    let path = root().join("core/api.txt");
    if std::env::var_os("SITU_ACCEPT").is_some() {
        std::fs::write(path, text).unwrap();
        return;
    }
    let listed = std::fs::read_to_string(path).unwrap_or_default();
    let changed = |from: &str, to: &str| -> Vec<String> {
        let to: BTreeSet<&str> = to.lines().collect();
        from.lines().filter(|line| !to.contains(line)).map(str::to_owned).collect()
    };
    let (gone, new) = (changed(&listed, &text), changed(&text, &listed));
    assert!(gone.is_empty() && new.is_empty(), "core/api.txt: gone {gone:#?}, new {new:#?}");
}
