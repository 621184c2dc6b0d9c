//! The image without a panic handler (`tests/no_panic`) names every public function of `core`.

use super::modules::Name;
use super::paths::{is_name, paths, words};
use super::public::Public;
use super::source::{Source, root, sources};
use std::collections::{BTreeMap, BTreeSet};

/// A public function or method.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Function {
    module: Name,
    /// Its type or trait, if it has one.
    owner: Option<String>,
    of_trait: bool,
    name: String,
}

/// The functions of one file that are `pub`, and those of its public traits.
fn functions(module: &Name, code: &str) -> Vec<Function> {
    let words = words(code);
    let mut found = Vec::new();
    // The block that each open brace began: its type or trait, and whether its functions are public.
    let mut blocks: Vec<(Option<String>, bool)> = vec![(None, false)];
    let (mut begins, mut public) = ((None, false), false);
    for (at, word) in words.iter().enumerate() {
        let next = |offset: usize| words.get(at + offset).copied().unwrap_or("");
        match *word {
            "{" => blocks.push(std::mem::take(&mut begins)),
            "}" => drop(blocks.pop()),
            "impl" if blocks.len() == 1 => begins = (implemented(&words[at + 1..]), false),
            "trait" if public => begins = (Some(next(1).to_owned()), true),
            "pub" => public = next(1) != "(",
            "fn" => {
                let (owner, of_trait) = blocks.last().cloned().unwrap_or_default();
                if public || of_trait {
                    let (module, name) = (module.clone(), next(1).to_owned());
                    found.push(Function { module, owner, of_trait, name });
                }
            }
            _ => (),
        }
        // What `pub` may stand before on the way to its function.
        if !matches!(*word, "pub" | "const" | "unsafe" | "extern") {
            public = false;
        }
    }
    found
}

/// The type of an inherent `impl`; `None` for that of a trait.
fn implemented(words: &[&str]) -> Option<String> {
    let header = words.iter().take_while(|word| **word != "{" && **word != "where");
    let mut depth = 0_i32;
    let mut own = None;
    for word in header {
        match *word {
            "<" => depth += 1,
            ">" => depth -= 1,
            "for" if depth == 0 => return None,
            word if depth == 0 && is_name(word) => own = Some(word.to_owned()),
            _ => (),
        }
    }
    own
}

/// The functions of `core` that other crates can name.
fn public_functions() -> BTreeSet<Function> {
    let public = Public::read();
    // Modules of optional features are not in the image: docs/trust.md.
    let is_optional = |name: &Name| {
        (0..name.len()).any(|end| {
            let parent = &public.code[&name[..end]];
            let declared = parent.find(&format!("mod {};", name[end])).unwrap_or(0);
            let item = parent[..declared].rfind(';').map_or(0, |end| end + 1);
            parent[item..declared].contains("#[cfg(feature")
        })
    };
    public
        .code
        .iter()
        .flat_map(|(module, code)| functions(module, code))
        .filter(|function| {
            let item = function.owner.as_ref().unwrap_or(&function.name);
            !is_optional(&function.module) && public.has(&function.module, item)
        })
        .collect()
}

/// What the image names: `(type or module, function)`, aliases followed.
fn named(image: &[Source], aliases: &BTreeMap<String, String>) -> BTreeSet<(String, String)> {
    let mut named = BTreeSet::new();
    for source in image {
        for import in paths(&source.code) {
            if let [.., module, function] = &import.names[..] {
                named.insert((module.clone(), function.clone()));
            }
        }
        let words = words(&source.code);
        for at in 1..words.len() {
            if matches!(words[at - 1], "::" | ".") && is_name(words[at]) {
                let mut owner = owner(&words[..at - 1]).to_owned();
                named.insert((owner.clone(), words[at].to_owned()));
                // An alias of an alias at most: names of different modules may form a circle.
                for _ in 0..2 {
                    let Some(real) = aliases.get(&owner) else { break };
                    owner.clone_from(real);
                    named.insert((owner.clone(), words[at].to_owned()));
                }
            }
        }
    }
    named
}

/// The last name of a path that may end in generics: `Matrix` of `matrix::Matrix::<f32, 5, 7>`.
fn owner<'w>(words: &[&'w str]) -> &'w str {
    let mut depth = 0;
    for word in words.iter().rev() {
        match *word {
            ">" => depth += 1,
            "<" => depth -= 1,
            word if depth == 0 && is_name(word) => return word,
            _ => (),
        }
        if depth < 0 {
            break;
        }
    }
    ""
}

/// `type Name<…> = Real<…>;` as `Name → Real`.
fn aliases(sources: &[Source]) -> BTreeMap<String, String> {
    let mut aliases = BTreeMap::new();
    for source in sources {
        let words = words(&source.code);
        for at in 0..words.len() {
            if words[at] != "type" {
                continue;
            }
            let rest = &words[at + 1..];
            let Some(equal) = rest.iter().position(|word| *word == "=") else { continue };
            let end = rest.iter().position(|word| *word == ";").unwrap_or(rest.len());
            // `module::Type<…>`: the last name before the generics.
            let real = rest.get(equal + 1..end).unwrap_or_default();
            let path = real.iter().take_while(|word| **word != "<" && **word != "(");
            if let Some(real) = path.filter(|word| is_name(word)).last() {
                aliases.insert(rest[0].to_owned(), (*real).to_owned());
            }
        }
    }
    aliases
}

#[test]
fn every_public_function_is_linked_without_a_panic() {
    let image = sources(&root().join("tests/no_panic/src"));
    let mut aliases_of_all = aliases(&sources(&root().join("core/src")));
    aliases_of_all.extend(aliases(&image));
    let named = named(&image, &aliases_of_all);
    let functions = public_functions();
    assert!(functions.len() > 200, "{} public functions found", functions.len());
    let is_named = |function: &&Function| {
        let Function { module, owner, of_trait, name } = *function;
        named.iter().any(|(by, called)| {
            // A method by its type, one of a trait by any type; a function by a module above it.
            let own = owner.as_ref().map_or_else(|| module.contains(by), |owner| owner == by);
            called == name && (own || *of_trait)
        })
    };
    let missing: Vec<_> = functions.iter().filter(|function| !is_named(function)).collect();
    let shown: Vec<String> = missing
        .iter()
        .map(|f| {
            format!("{} {}::{}", f.module.join("::"), f.owner.as_deref().unwrap_or(""), f.name)
        })
        .collect();
    assert!(missing.is_empty(), "{} of {} missing: {shown:#?}", shown.len(), functions.len());
}
