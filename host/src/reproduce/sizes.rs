//! The option `--set`: sizes by name.

use super::{Size, System};
use crate::Failure;
use std::collections::BTreeMap;

/// Parses the assignments of `--set`, each of a size that all of `systems` have.
///
/// # Errors
/// [`Failure::Input`] for text that is not NAME=VALUE, an unknown size or a value out of range.
pub fn parse(systems: &[&System], set: &[String]) -> Result<BTreeMap<String, f64>, Failure> {
    let mut sizes = BTreeMap::new();
    for text in set {
        let fail = |reason: String| Failure::Input(format!("--set {text}: {reason}"));
        let (name, value) =
            text.split_once('=').ok_or_else(|| fail("not NAME=VALUE".to_owned()))?;
        if sizes.contains_key(name) {
            return Err(fail(format!("{name} is set twice")));
        }
        for system in systems {
            let find = |system: &&System| system.sizes.iter().find(|size| size.name == name);
            let size = find(system).ok_or_else(|| fail(unknown(system)))?;
            let [min, max] = size.range;
            let kind = if size.counts { "an integer" } else { "a number" };
            let fits = |v: &f64| (min..=max).contains(v) && (!size.counts || v.fract() == 0.0);
            let value = value.parse().ok().filter(fits);
            let value = value.ok_or_else(|| fail(format!("not {kind} from {min} to {max}")))?;
            sizes.insert(name.to_owned(), value);
        }
    }
    Ok(sizes)
}

/// The reason that a size is unknown, with the known ones.
fn unknown(system: &System) -> String {
    let name = system.name;
    let describe = |size: &Size| format!("{} ({}, {})", size.name, size.about, size.default);
    let sizes: Vec<_> = system.sizes.iter().map(describe).collect();
    format!("{name} has no such size; available: {}", sizes.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reproduce::Settings;

    const SYSTEM: System = System {
        sizes: &[Size::count("d", "features", 10.0, [1.0, 64.0])],
        ..System::new("test", "a paper")
    };

    #[test]
    fn sizes_are_set_and_checked() {
        let set = |text: &str| parse(&[&SYSTEM], &[text.to_owned()]);
        let settings = Settings { sizes: set("d=20").unwrap(), ..Settings::default() };
        assert_eq!(settings.count(&SYSTEM.sizes[0]), 20);
        assert_eq!(Settings::default().count(&SYSTEM.sizes[0]), 10);
        for (text, reason) in [
            ("d", "not NAME=VALUE"),
            ("e=1", "test has no such size; available: d (features, 10)"),
            ("d=many", "not an integer from 1 to 64"),
            ("d=NaN", "not an integer from 1 to 64"),
            ("d=65", "not an integer from 1 to 64"),
            ("d=2.5", "not an integer from 1 to 64"),
        ] {
            let failure = set(text).unwrap_err();
            assert_eq!(failure, Failure::Input(format!("--set {text}: {reason}")));
        }
        let twice = parse(&[&SYSTEM], &["d=2", "d=3"].map(str::to_owned)).unwrap_err();
        assert_eq!(twice, Failure::Input("--set d=3: d is set twice".to_owned()));
    }
}
