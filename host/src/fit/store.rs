//! Any number of rows of numbers: in memory if they are few, in a temporary file if they are many.

use crate::{Failure, report};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

/// Bytes of rows that are kept in memory.
const MAX_BYTES: usize = 4 << 20;
/// Bytes that are read at once.
const BLOCK_BYTES: usize = 64 << 10;

/// A number that a store keeps.
pub trait Number: Copy + Default {
    /// Its bytes in a file.
    const BYTES: usize;
    /// Appends its bytes.
    fn put(self, bytes: &mut Vec<u8>);
    /// Reads it from [`Self::BYTES`] bytes; zero from fewer.
    fn get(bytes: &[u8]) -> Self;
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Number for $type {
            const BYTES: usize = size_of::<$type>();
            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
            fn get(bytes: &[u8]) -> Self {
                bytes.try_into().map_or(Self::default(), Self::from_le_bytes)
            }
        }
    )*};
}

number!(f32, f64);

/// Rows of `width` numbers each. Memory never exceeds [`MAX_BYTES`]: further rows go to an unnamed file in
/// `target/situ`, which is deleted with the store.
#[derive(Debug)]
pub struct Store<N> {
    width: usize,
    rows: usize,
    /// The rows after those in the file.
    memory: Vec<N>,
    spilled: Option<Spilled>,
}

/// The rows in a file.
#[derive(Debug)]
struct Spilled {
    file: File,
    rows: usize,
    /// The file's name, on systems that need it to remove the file.
    _name: Name,
}

impl<N: Number> Store<N> {
    /// An empty store.
    pub fn new(width: usize) -> Self {
        Self { width, rows: 0, memory: Vec::new(), spilled: None }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`Failure::Input`] if the file cannot be written.
    pub fn push(&mut self, row: &[N]) -> Result<(), Failure> {
        debug_assert_eq!(row.len(), self.width);
        self.memory.extend_from_slice(row);
        self.rows += 1;
        if self.memory.len() * N::BYTES > MAX_BYTES { self.spill() } else { Ok(()) }
    }

    /// Moves the rows in memory to the file.
    fn spill(&mut self) -> Result<(), Failure> {
        if self.spilled.is_none() {
            let (file, name) = temporary().map_err(|error| failed(&error))?;
            self.spilled = Some(Spilled { file, rows: 0, _name: name });
        }
        let Some(spilled) = &mut self.spilled else { return Ok(()) };
        let mut bytes = Vec::with_capacity(BLOCK_BYTES);
        for numbers in self.memory.chunks(BLOCK_BYTES / N::BYTES) {
            bytes.clear();
            numbers.iter().for_each(|number| number.put(&mut bytes));
            spilled.file.write_all(&bytes).map_err(|error| failed(&error))?;
        }
        spilled.rows = self.rows;
        self.memory.clear();
        Ok(())
    }

    /// Reads rows.
    pub fn cursor(&self) -> Cursor<'_, N> {
        Cursor { store: self, start: 0, end: 0, numbers: Vec::new(), bytes: Vec::new() }
    }

    /// The rows at these indices, in this order.
    ///
    /// # Errors
    /// [`Failure::Input`] if a file cannot be read or written.
    pub fn ordered(&self, order: &[u32]) -> Result<Self, Failure> {
        let mut ordered = Self::new(self.width);
        let mut cursor = self.cursor();
        for index in order {
            ordered.push(cursor.row(*index as usize)?)?;
        }
        Ok(ordered)
    }
}

/// Reads rows of a store in any order; sequential reads are fast.
pub struct Cursor<'a, N> {
    store: &'a Store<N>,
    /// The range of file rows held in `numbers`.
    start: usize,
    end: usize,
    numbers: Vec<N>,
    bytes: Vec<u8>,
}

impl<N: Number> Cursor<'_, N> {
    /// A row; empty beyond the last one.
    ///
    /// # Errors
    /// [`Failure::Input`] if the file cannot be read.
    pub fn row(&mut self, index: usize) -> Result<&[N], Failure> {
        let width = self.store.width;
        let within =
            |numbers: &'_ [N], place: usize| place * width..numbers.len().min((place + 1) * width);
        let spilled = match &self.store.spilled {
            Some(spilled) if index < spilled.rows => spilled,
            spilled => {
                let place = index - spilled.as_ref().map_or(0, |spilled| spilled.rows);
                let range = within(&self.store.memory, place);
                return Ok(self.store.memory.get(range).unwrap_or_default());
            }
        };
        if !(self.start..self.end).contains(&index) {
            // Many rows if they are read sequentially, else one.
            let many = (BLOCK_BYTES / (width * N::BYTES).max(1)).max(1);
            let count = if index == self.end { many.min(spilled.rows - index) } else { 1 };
            self.bytes.resize(count * width * N::BYTES, 0);
            let mut file = &spilled.file;
            let start = (index * width * N::BYTES) as u64;
            let read =
                file.seek(SeekFrom::Start(start)).and_then(|_| file.read_exact(&mut self.bytes));
            read.map_err(|error| failed(&error))?;
            self.numbers.clear();
            self.numbers.extend(self.bytes.chunks_exact(N::BYTES).map(N::get));
            (self.start, self.end) = (index, index + count);
        }
        let range = within(&self.numbers, index - self.start);
        Ok(self.numbers.get(range).unwrap_or_default())
    }
}

fn failed(error: &std::io::Error) -> Failure {
    Failure::Input(format!("temporary file in {}: {error}", report::directory().display()))
}

/// A file name that is removed on drop, where it cannot be removed at once.
#[derive(Debug)]
struct Name(Option<std::path::PathBuf>);

impl Drop for Name {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // A failure here cannot be handled.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// An empty file in the directory of results: the system's temporary directory may be in memory.
fn temporary() -> std::io::Result<(File, Name)> {
    let directory = report::directory();
    std::fs::create_dir_all(&directory)?;
    let process = std::process::id();
    for attempt in 0_u32.. {
        let path = directory.join(format!(".rows.{process}.{attempt}.part"));
        let opened = File::options().read(true).write(true).create_new(true).open(&path);
        match opened {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => {
                let removed = std::fs::remove_file(&path);
                return Ok((file, Name(removed.is_err().then_some(path))));
            }
        }
    }
    Err(std::io::Error::other("no free name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_memory_and_in_a_file_read_alike_in_any_order() {
        let row = |index: usize| [index as f32, -(index as f32), 0.5];
        for rows in [3, 1000, 700_000] {
            let mut store = Store::new(3);
            (0..rows).for_each(|index| store.push(&row(index)).unwrap());
            assert_eq!(store.spilled.is_some(), rows == 700_000);
            assert!(store.memory.capacity() * 4 <= 3 * MAX_BYTES);
            let mut cursor = store.cursor();
            let stride = 1 + rows / 1000;
            for index in (0..rows).step_by(stride).chain((0..rows).rev().step_by(stride)) {
                assert_eq!(cursor.row(index).unwrap(), row(index));
            }
            assert!((0..rows).all(|index| cursor.row(index).unwrap() == row(index)));
            let back: Vec<u32> = (0..rows as u32).rev().take(5).collect();
            let ordered = store.ordered(&back).unwrap();
            assert_eq!(ordered.cursor().row(2).unwrap(), row(rows - 3));
        }
    }
}
