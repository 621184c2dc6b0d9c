//! What the ELF file tells: memory of the whole image, code of each row.

use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SymbolKind, elf};
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
}

impl Image {
    /// Reads an ELF file.
    ///
    /// # Errors
    /// A file that is no ELF file.
    pub fn read(file: &[u8]) -> Result<Self, object::Error> {
        let file = object::File::parse(file)?;
        let (mut flash_bytes, mut variable_bytes) = (0, 0);
        for section in file.sections() {
            let SectionFlags::Elf { sh_flags, .. } = section.flags() else { continue };
            if !sh_flags.contains(elf::SHF_ALLOC) {
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
        Ok(Self { flash_bytes, variable_bytes, functions })
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
                open.extend(branches(start, code));
            }
        }
        reached.iter().map(|start| self.functions[start].len() as u64).sum()
    }
}

/// Targets of the 32-bit branches `BL` and `B.W` in Thumb code; constants between the code may look
/// like one, but hardly ever point at the start of a function.
fn branches(start: u64, code: &[u8]) -> impl Iterator<Item = u64> {
    let halves: Vec<u32> =
        code.chunks_exact(2).map(|h| u32::from(u16::from_le_bytes([h[0], h[1]]))).collect();
    let mut targets = Vec::new();
    for (index, pair) in halves.windows(2).enumerate() {
        let (first, second) = (pair[0], pair[1]);
        // 11110 S imm10, then 1 link J1 1 J2 imm11.
        if first & 0xf800 != 0xf000 || second & 0x9000 != 0x9000 {
            continue;
        }
        let sign = (first >> 10) & 1;
        let (j1, j2) = ((second >> 13) & 1, (second >> 11) & 1);
        let (i1, i2) = (1 ^ j1 ^ sign, 1 ^ j2 ^ sign);
        let offset = (sign << 24)
            | (i1 << 23)
            | (i2 << 22)
            | ((first & 0x3ff) << 12)
            | ((second & 0x7ff) << 1);
        // Sign-extended from 25 bits; relative to the instruction after the next.
        let offset = i64::from((offset << 7).cast_signed() >> 7);
        targets.push((start + 2 * index as u64 + 4).wrapping_add_signed(offset));
    }
    targets.into_iter()
}
