//! The format strings of an image, from the symbols of its ELF file.

use object::{Object, ObjectSection, ObjectSymbol};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Versions of the wire format that [`frame`](super::frame) reads.
const VERSIONS: [&str; 2] = ["3", "4"];

/// Format strings by their index, which is their address in the section `.defmt`.
#[derive(Debug)]
pub struct Table {
    strings: BTreeMap<u64, String>,
    /// The format of the prefix of each message, if any.
    timestamp: String,
}

/// A symbol's name, which is JSON.
#[derive(Deserialize)]
struct Symbol {
    tag: String,
    data: String,
}

impl Table {
    /// A table of these strings, with indexes from 1.
    pub fn of(strings: &[&str]) -> Self {
        let strings = (1..).zip(strings.iter().map(ToString::to_string)).collect();
        Self { strings, timestamp: String::new() }
    }

    /// Reads the table of an ELF file.
    ///
    /// # Errors
    /// If the file is not an ELF file, or its log has an unsupported version or encoding.
    pub fn read(elf: &[u8]) -> Result<Self, String> {
        let file = object::File::parse(elf).map_err(|error| error.to_string())?;
        let mut table = Self { strings: BTreeMap::new(), timestamp: String::new() };
        let (mut version, mut encoding) = (None, None);
        for symbol in file.symbols() {
            let Ok(name) = symbol.name() else { continue };
            // Some linkers keep the quotes of the linker script.
            let plain = name.trim_matches('"');
            if let Some(text) = plain.strip_prefix("_defmt_version_ = ") {
                version = Some(text);
            } else if let Some(text) = plain.strip_prefix("_defmt_encoding_ = ") {
                encoding = Some(text);
            } else if is_of_log(&file, &symbol) {
                table.add(symbol.address(), name);
            }
        }
        match (version, encoding) {
            (Some(version), Some("rzcobs")) if VERSIONS.contains(&version) => Ok(table),
            (Some(version), Some(encoding)) => Err(format!(
                "its defmt log has version {version} and encoding {encoding}; situ reads version 4 \
                 and rzcobs"
            )),
            _ => Err("no defmt table".to_owned()),
        }
    }

    fn add(&mut self, index: u64, name: &str) {
        // Symbols of the compiler and of defmt itself are not JSON.
        let Ok(Symbol { tag, data }) = serde_json::from_str(name) else { return };
        match tag.as_str() {
            "defmt_timestamp" => self.timestamp = data,
            "defmt_bitflags_value" => (),
            tag if tag.starts_with("defmt_") => drop(self.strings.insert(index, data)),
            _ => (),
        }
    }

    /// The format string with this index.
    pub(super) fn get(&self, index: u16) -> Option<&str> {
        self.strings.get(&u64::from(index)).map(String::as_str)
    }

    /// The format of the prefix of each message.
    pub(super) fn timestamp(&self) -> &str {
        &self.timestamp
    }
}

fn is_of_log<'d>(file: &object::File<'d>, symbol: &object::Symbol<'d, '_>) -> bool {
    let section = symbol.section_index().and_then(|index| file.section_by_index(index).ok());
    section.is_some_and(|section| {
        section.name().is_ok_and(|name| name == ".defmt" || name.starts_with(".defmt."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_log_is_refused() {
        assert!(Table::read(b"no image").is_err());
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(Table::read(&own).unwrap_err(), "no defmt table");
    }
}
