//! What the ELF file tells: memory of the whole image, code of each row.

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
    /// Code by address.
    functions: BTreeMap<u64, Vec<u8>>,
    /// Targets of the branches in a function's code.
    branches: fn(u64, &[u8]) -> Vec<u64>,
}

impl Image {
    /// Reads an ELF file.
    ///
    /// # Errors
    /// A file that is no ELF file.
    pub fn read(file: &[u8]) -> Result<Self, object::Error> {
        let file = object::File::parse(file)?;
        let branches = match file.architecture() {
            Architecture::Riscv32 => riscv::branches,
            _ => thumb::branches,
        };
        let (mut flash_bytes, mut variable_bytes) = (0, 0);
        for section in file.sections() {
            let SectionFlags::Elf { sh_flags, .. } = section.flags() else { continue };
            // What riscv-rt leaves for stack and heap is a section; its use is measured.
            let unused = matches!(section.name(), Ok(".stack" | ".heap"));
            if !sh_flags.contains(elf::SHF_ALLOC) || unused {
                continue;
            }
            let in_file = section.file_range().is_some_and(|(_, length)| length > 0);
            flash_bytes += if in_file { section.size() } else { 0 };
            let writable = sh_flags.contains(elf::SHF_WRITE);
            variable_bytes += if writable { section.size() } else { 0 };
        }
        let mut functions = BTreeMap::new();
        for symbol in file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text) {
            // Bit 0 of an address marks Thumb code.
            let start = symbol.address() & !1;
            let section =
                symbol.section_index().and_then(|index| file.section_by_index(index).ok());
            let code = section.and_then(|s| s.data_range(start, symbol.size()).ok().flatten());
            if let Some(code) = code.filter(|code| !code.is_empty()) {
                functions.insert(start, code.to_vec());
            }
        }
        Ok(Self { flash_bytes, variable_bytes, functions, branches })
    }

    /// Bytes of the function at `entry` and of all functions that it calls, directly or not. Calls
    /// through pointers are not seen.
    pub fn text_bytes(&self, entry: u64) -> u64 {
        let mut reached = BTreeSet::new();
        let mut open = vec![entry & !1];
        while let Some(start) = open.pop() {
            if let Some(code) = self.functions.get(&start)
                && reached.insert(start)
            {
                open.extend((self.branches)(start, code));
            }
        }
        reached.iter().map(|start| self.functions[start].len() as u64).sum()
    }
}
