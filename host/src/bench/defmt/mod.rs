//! The boards' log: frames of [defmt](https://defmt.ferrous-systems.com), turned back into text.
//!
//! The firmware sends the index of a format string and its arguments; the strings themselves stay in
//! the ELF file's symbols. This decodes numbers, text, slices and nested formats of the wire formats 3
//! and 4, in the encoding rzCOBS. The published decoder supports more (bit fields, bit flags, times,
//! CBOR) but would be a third of the host's packages.

mod frame;
mod table;

pub use table::Table;

/// A decoder of frames that arrive in pieces of any length.
pub struct Stream<'t> {
    table: &'t Table,
    open: Vec<u8>,
}

impl<'t> Stream<'t> {
    /// A decoder that has received nothing.
    pub fn new(table: &'t Table) -> Self {
        Self { table, open: Vec::new() }
    }

    /// Takes received bytes and calls `hear` with the message of each frame that they complete.
    ///
    /// # Errors
    /// If a frame does not decode, or `hear` fails.
    pub fn receive(
        &mut self,
        bytes: &[u8],
        hear: &mut dyn FnMut(&str) -> Result<(), String>,
    ) -> Result<(), String> {
        for byte in bytes {
            if *byte != 0 {
                self.open.push(*byte);
            } else if !self.open.is_empty() {
                let frame = unpacked(&self.open);
                self.open.clear();
                let message = frame.and_then(|frame| frame::message(self.table, &frame));
                hear(&message.ok_or("the log is damaged")?)?;
            }
            if self.open.len() > frame::MAX_BYTES {
                return Err("the log is damaged".to_owned());
            }
        }
        Ok(())
    }
}

/// Decodes rzCOBS: read from the end, a byte below 128 marks which of the next seven bytes are zero (and
/// omitted); one from 128 gives the number of bytes before a zero; 255 means that 134 bytes follow.
fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(packed.len());
    let mut rest = packed.iter().rev().copied();
    while let Some(code) = rest.next() {
        match code {
            0 => return None,
            1..=0x7f => {
                for bit in (0..7).rev() {
                    let zero = code & (1 << bit) != 0;
                    bytes.push(if zero { 0 } else { rest.next()? });
                }
            }
            0x80..=0xfe => {
                bytes.push(0);
                for _ in 0..(code & 0x7f) + 7 {
                    bytes.push(rest.next()?);
                }
            }
            0xff => {
                for _ in 0..134 {
                    bytes.push(rest.next()?);
                }
            }
        }
    }
    bytes.reverse();
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The encoder of the published description (github.com/Dirbaio/rzcobs).
    fn packed(bytes: &[u8]) -> Vec<u8> {
        let (mut packed, mut run, mut zeros) = (Vec::new(), 0, 0);
        for byte in bytes {
            if run < 7 {
                if *byte == 0 {
                    zeros |= 1 << run;
                } else {
                    packed.push(*byte);
                }
                run += 1;
                if run == 7 && zeros != 0 {
                    packed.push(zeros);
                    (run, zeros) = (0, 0);
                }
            } else if *byte == 0 {
                packed.push((run - 7) | 0x80);
                (run, zeros) = (0, 0);
            } else {
                packed.push(*byte);
                run += 1;
                if run == 134 {
                    packed.push(0xff);
                    (run, zeros) = (0, 0);
                }
            }
        }
        match (run, zeros) {
            (0, _) => (),
            (1..=6, _) => packed.push((zeros | (0xff << run)) & 0x7f),
            (_, _) => packed.push((run - 7) | 0x80),
        }
        packed
    }

    proptest::proptest! {
        #[test]
        fn packing_is_reversed(
            bytes in proptest::collection::vec(proptest::prop_oneof![0_u8..1, 0_u8..=255], 0..400),
        ) {
            let packed = packed(&bytes);
            proptest::prop_assert!(!packed.contains(&0));
            let unpacked = unpacked(&packed).unwrap();
            // The last group may be padded with zeros.
            proptest::prop_assert_eq!(&unpacked[..bytes.len()], &bytes[..]);
            proptest::prop_assert!(unpacked[bytes.len()..].iter().all(|byte| *byte == 0));
        }

        #[test]
        fn noise_neither_panics_nor_grows(bytes in proptest::collection::vec(0_u8..=255, 0..2000)) {
            let table = Table::of(&["{=[?]}", "{=?}", "{=str} {=u32:#010x}", "A|B({=?})", ""]);
            let mut stream = Stream::new(&table);
            let _ = stream.receive(&bytes, &mut |_| Ok(()));
        }
    }

    #[test]
    fn frames_may_arrive_in_pieces() {
        let table = Table::of(&["n = {=u16}"]);
        let frame = [packed(&[1, 0, 57, 5]), vec![0, 0], packed(&[1, 0, 3, 0]), vec![0]].concat();
        let mut heard = Vec::new();
        let mut stream = Stream::new(&table);
        for byte in frame {
            let mut hear = |line: &str| {
                heard.push(line.to_owned());
                Ok(())
            };
            stream.receive(&[byte], &mut hear).unwrap();
        }
        assert_eq!(heard, ["n = 1337", "n = 3"]);
    }
}
