//! The boards' chips and memories, checked against the registry of probe-rs: `cargo test` here.

#[cfg(test)]
mod tests {
    use probe_rs::config::{MemoryRegion, Registry};
    use std::path::Path;

    /// The ranges of a board's memories, by name.
    fn memories(board: &toml::Table) -> Vec<(&'static str, std::ops::Range<u64>)> {
        let number = |section: &str, key: &str| board[section][key].as_integer().unwrap() as u64;
        let range = |section| {
            let origin = number(section, "origin");
            origin..origin + number(section, "length")
        };
        let mut memories = vec![("flash", range("flash")), ("ram", range("ram"))];
        if board.contains_key("constants") {
            memories.push(("constants", range("constants")));
        }
        memories
    }

    #[test]
    fn every_chip_is_known_with_its_memories() {
        probe_rs_espressif::register_plugin();
        let registry = Registry::from_builtin_families();
        let boards = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../firmware/boards");
        let mut checked = 0;
        for file in std::fs::read_dir(boards).unwrap() {
            let path = file.unwrap().path();
            let board: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
            let Some(chip) = board["run"].get("probe") else { continue };
            let chip = chip.as_str().unwrap();
            let target = registry.get_target_by_name(chip);
            let target = target.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            for (name, memory) in memories(&board) {
                // Neighboring banks are one memory.
                let end_of_bank = |address| {
                    let mut ranges = target.memory_map.iter().map(MemoryRegion::address_range);
                    ranges.find(|range| range.contains(&address)).map(|range| range.end)
                };
                let mut banks = std::iter::successors(Some(memory.start), |end| end_of_bank(*end));
                assert!(
                    banks.any(|end| end >= memory.end),
                    "{}: {chip} has no {name} at {memory:#x?}",
                    path.display()
                );
            }
            checked += 1;
        }
        assert!(checked >= 10);
    }
}
