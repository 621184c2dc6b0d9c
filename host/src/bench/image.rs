//! Sizes from the ELF file: memory of the whole image, code of each row.

use super::branches::{riscv, thumb};
use object::{Architecture, Object, ObjectSection, ObjectSymbol, SectionFlags, SymbolKind, elf};
use std::collections::{BTreeMap, BTreeSet};

/// A firmware image.
#[derive(Debug)]
pub struct Image {
    /// Program, constants and initial values.
    pub flash_bytes: u64,
    /// Variables.
    pub variable_bytes: u64,
    /// Functions by address.
    functions: BTreeMap<u64, Function>,
    /// Targets of the branches in a function's code.
    branches: fn(u64, &[u8]) -> Vec<u64>,
}

/// A function's code, and all its names.
#[derive(Debug, Default)]
struct Function {
    code: Vec<u8>,
    names: Vec<String>,
}

impl Image {
    /// Reads an ELF file.
    ///
    /// # Errors
    /// If the file is not an ELF file.
    pub fn read(file: &[u8]) -> Result<Self, object::Error> {
        let file = object::File::parse(file)?;
        let branches = match file.architecture() {
            Architecture::Riscv32 => riscv::branches,
            _ => thumb::branches,
        };
        let (mut flash_bytes, mut variable_bytes) = (0, 0);
        for section in file.sections() {
            let SectionFlags::Elf { sh_flags, .. } = section.flags() else { continue };
            // riscv-rt declares the space left for stack and heap as a section; its use is measured.
            let unused = matches!(section.name(), Ok(".stack" | ".heap"));
            if !sh_flags.contains(elf::SHF_ALLOC) || unused {
                continue;
            }
            let in_file = section.file_range().is_some_and(|(_, length)| length > 0);
            flash_bytes += if in_file { section.size() } else { 0 };
            let writable = sh_flags.contains(elf::SHF_WRITE);
            variable_bytes += if writable { section.size() } else { 0 };
        }
        let mut functions: BTreeMap<u64, Function> = BTreeMap::new();
        for symbol in file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text) {
            // Bit 0 of an address marks Thumb code.
            let start = symbol.address() & !1;
            let section =
                symbol.section_index().and_then(|index| file.section_by_index(index).ok());
            let code = section.and_then(|s| s.data_range(start, symbol.size()).ok().flatten());
            if let Some(code) = code.filter(|code| !code.is_empty()) {
                let function = functions.entry(start).or_default();
                function.code = code.to_vec();
                function.names.extend(symbol.name().map(str::to_owned));
            }
        }
        Ok(Self { flash_bytes, variable_bytes, functions, branches })
    }

    /// Bytes of the function at `entry` and of all functions that it calls, directly or indirectly. Calls
    /// through pointers are not seen.
    pub fn text_bytes(&self, entry: u64) -> u64 {
        self.reached(entry).iter().map(|start| self.functions[start].code.len() as u64).sum()
    }

    /// Software floating-point routines among the functions that the one at `entry` calls: in a kernel on
    /// a core with an FPU, they reveal a number of the wrong type.
    pub fn soft_float(&self, entry: u64) -> Vec<String> {
        let reached = self.reached(entry);
        let names = reached.iter().filter_map(|start| {
            self.functions[start].names.iter().find(|name| is_soft_float(name))
        });
        names.cloned().collect()
    }

    /// Addresses of the function at `entry` and of all functions that it calls.
    fn reached(&self, entry: u64) -> BTreeSet<u64> {
        let mut reached = BTreeSet::new();
        let mut open = vec![entry & !1];
        while let Some(start) = open.pop() {
            if let Some(function) = self.functions.get(&start)
                && reached.insert(start)
            {
                open.extend((self.branches)(start, &function.code));
            }
        }
        reached
    }
}

/// Whether it is a routine for floats or doubles, by its name in the Arm run-time ABI or in GCC.
fn is_soft_float(name: &str) -> bool {
    if let Some(name) = name.strip_prefix("__aeabi_") {
        let conversions = ["i2f", "i2d", "ui2f", "ui2d", "l2f", "l2d", "ul2f", "ul2d"];
        return name.starts_with(['f', 'd'])
            || name.starts_with("cf")
            || name.starts_with("cd")
            || conversions.contains(&name);
    }
    name.starts_with("__") && ["sf", "df"].iter().any(|kind| name.contains(kind))
}

#[cfg(test)]
mod tests {
    use super::is_soft_float;

    #[test]
    fn routines_of_floats_are_known_by_their_names() {
        for name in ["__aeabi_dadd", "__aeabi_fmul", "__aeabi_ui2d", "__adddf3", "__fixsfsi"] {
            assert!(is_soft_float(name), "{name}");
        }
        for name in ["__aeabi_memcpy4", "__aeabi_uldivmod", "__udivmoddi4", "dot", "__defmt_x"] {
            assert!(!is_soft_float(name), "{name}");
        }
    }
}
