//! One frame: the index of a format string, then its arguments, least significant byte first.

use super::table::Table;
use defmt_parser::{DisplayHint, Fragment, ParserMode, Type};
use std::collections::BTreeMap;

/// Maximum length of a frame or message. Runaway firmware must not fill the host's memory.
pub const MAX_BYTES: usize = 1 << 20;

/// Maximum nesting depth of formats.
const MAX_DEPTH: usize = 16;

/// The text of a frame, or `None` if it is damaged or uses a type that situ does not support.
pub fn message(table: &Table, frame: &[u8]) -> Option<String> {
    let mut arguments = Arguments { table, bytes: frame, written: 0 };
    let format = arguments.format()?;
    let timestamp = arguments.expand(table.timestamp(), None, MAX_DEPTH)?;
    Some(timestamp + &arguments.expand(format, None, MAX_DEPTH)?)
}

/// The rest of a frame.
struct Arguments<'t, 'f> {
    table: &'t Table,
    bytes: &'f [u8],
    /// Bytes of text so far; nested text counts at each level.
    written: usize,
}

impl<'t> Arguments<'t, '_> {
    /// Text of a format string with the next arguments.
    fn expand(
        &mut self,
        format: &str,
        outer: Option<&DisplayHint>,
        depth: usize,
    ) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let fragments = defmt_parser::parse(format, ParserMode::ForwardsCompatible).ok()?;
        // Arguments come in the order of their indexes, each once, however the text uses them.
        let mut parameters = BTreeMap::new();
        for fragment in &fragments {
            if let Fragment::Parameter(parameter) = fragment {
                let first = *parameters.entry(parameter.index).or_insert(parameter);
                if first != parameter {
                    return None;
                }
            }
        }
        let mut texts = BTreeMap::new();
        for (index, parameter) in parameters {
            let hint = parameter.hint.as_ref().or(outer);
            texts.insert(index, self.argument(&parameter.ty, hint, depth)?);
        }
        let pieces = fragments.iter().map(|fragment| match fragment {
            Fragment::Literal(text) => text.as_ref(),
            Fragment::Parameter(parameter) => &texts[&parameter.index],
        });
        let text: String = pieces.collect();
        self.written += text.len();
        (self.written <= MAX_BYTES).then_some(text)
    }

    /// Text of the next argument.
    fn argument(
        &mut self,
        kind: &Type,
        hint: Option<&DisplayHint>,
        depth: usize,
    ) -> Option<String> {
        Some(match kind {
            Type::U8 => self.integer::<1>(false, hint)?,
            Type::U16 => self.integer::<2>(false, hint)?,
            Type::U32 | Type::Usize => self.integer::<4>(false, hint)?,
            Type::U64 => self.integer::<8>(false, hint)?,
            Type::I8 => self.integer::<1>(true, hint)?,
            Type::I16 => self.integer::<2>(true, hint)?,
            Type::I32 | Type::Isize => self.integer::<4>(true, hint)?,
            Type::I64 => self.integer::<8>(true, hint)?,
            Type::F32 => format!("{:?}", f32::from_le_bytes(self.take()?)),
            Type::F64 => format!("{:?}", f64::from_le_bytes(self.take()?)),
            Type::Bool => match self.take()? {
                [0] => "false".to_owned(),
                [1] => "true".to_owned(),
                _ => return None,
            },
            Type::Char => char::from_u32(u32::from_le_bytes(self.take()?))?.to_string(),
            Type::Str => {
                let length = self.length()?;
                String::from_utf8(self.slice(length)?.to_vec()).ok()?
            }
            Type::IStr => self.format()?.to_owned(),
            // Formatted on the board; terminated by the byte 255, which no text contains.
            Type::Debug | Type::Display => {
                let end = self.bytes.iter().position(|byte| *byte == 0xff)?;
                let text = String::from_utf8(self.slice(end)?.to_vec()).ok()?;
                self.slice(1)?;
                text
            }
            Type::Format => {
                let format = self.format()?;
                let format = self.variant(format)?;
                self.expand(format, hint, depth)?
            }
            Type::FormatSlice => {
                let length = self.length()?;
                self.formats(length, hint, depth)?
            }
            Type::FormatArray(length) => self.formats(*length, hint, depth)?,
            Type::U8Slice => {
                let length = self.length()?;
                format!("{:?}", self.slice(length)?)
            }
            Type::U8Array(length) => format!("{:?}", self.slice(*length)?),
            Type::U128 | Type::I128 | Type::BitField(_) | Type::FormatSequence => return None,
        })
    }

    /// Text of an integer of N bytes, at most 16.
    fn integer<const N: usize>(
        &mut self,
        signed: bool,
        hint: Option<&DisplayHint>,
    ) -> Option<String> {
        let mut bytes = [0; 16];
        bytes[..N].copy_from_slice(&self.take::<N>()?);
        let bits = u128::from_le_bytes(bytes);
        let unused = u128::BITS - 8 * N as u32;
        let value =
            if signed { (bits << unused).cast_signed() >> unused } else { bits.cast_signed() };
        Some(number(value, bits, hint))
    }

    /// Elements of one format.
    fn formats(
        &mut self,
        count: usize,
        hint: Option<&DisplayHint>,
        depth: usize,
    ) -> Option<String> {
        let format = self.format()?;
        let mut text = "[".to_owned();
        for index in 0..count {
            text += if index == 0 { "" } else { ", " };
            let variant = self.variant(format)?;
            text += &self.expand(variant, hint, depth)?;
            // An element may occupy no bytes of the frame.
            if text.len() > MAX_BYTES {
                return None;
            }
        }
        Some(text + "]")
    }

    /// The format string whose index comes next.
    fn format(&mut self) -> Option<&'t str> {
        self.table.get(u16::from_le_bytes(self.take()?))
    }

    /// The variant whose number comes next, of an enum's format `A|B(…)|…`.
    fn variant(&mut self, format: &'t str) -> Option<&'t str> {
        match format.matches('|').count() {
            0 => Some(format),
            1..=0xff => {
                let [number] = self.take()?;
                format.split('|').nth(number.into())
            }
            _ => format.split('|').nth(u16::from_le_bytes(self.take()?).into()),
        }
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(self.take()?)).ok()
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(*first)
    }

    fn slice(&mut self, length: usize) -> Option<&[u8]> {
        let (first, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(first)
    }
}

/// A number: its value, or its bits if the hint requests them.
fn number(value: i128, bits: u128, hint: Option<&DisplayHint>) -> String {
    match hint {
        Some(DisplayHint::NoHint { zero_pad }) => {
            let width = (*zero_pad).min(MAX_WIDTH);
            format!("{value:0width$}")
        }
        Some(DisplayHint::Hexadecimal { alternate, uppercase, zero_pad }) => {
            let width = (*zero_pad).min(MAX_WIDTH);
            match (alternate, uppercase) {
                (false, false) => format!("{bits:0width$x}"),
                (false, true) => format!("{bits:0width$X}"),
                (true, false) => format!("{bits:#0width$x}"),
                (true, true) => format!("{bits:#0width$X}"),
            }
        }
        Some(DisplayHint::Binary { alternate, zero_pad }) => {
            let width = (*zero_pad).min(MAX_WIDTH);
            if *alternate { format!("{bits:#0width$b}") } else { format!("{bits:0width$b}") }
        }
        _ => value.to_string(),
    }
}

/// Maximum width of a number.
const MAX_WIDTH: usize = 130;

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of a frame with the format of index 1.
    fn text(formats: &[&str], arguments: &[u8]) -> Option<String> {
        message(&Table::of(formats), &[&[1, 0], arguments].concat())
    }

    #[test]
    fn numbers_and_text() {
        let arguments = [&[3, 0, 0, 0][..], b"dot", &[255, 255, 255, 255, 0, 128]].concat();
        assert_eq!(text(&["{=str} {=i32} {=u16:#06x}"], &arguments).unwrap(), "dot -1 0x8000");
        assert_eq!(text(&["{{{=u8}}}"], &[7]).unwrap(), "{7}");
        assert_eq!(text(&["{=f32}"], &1.5_f32.to_le_bytes()).unwrap(), "1.5");
        assert_eq!(text(&["{=i8:x}"], &[255]).unwrap(), "ff");
        assert_eq!(text(&["{=__internal_Display}!"], b"why\xff").unwrap(), "why!");
        assert_eq!(text(&["{1=u8} {0=u8} {1=u8}"], &[1, 2]).unwrap(), "2 1 2");
    }

    #[test]
    fn slices_and_enums() {
        let formats = ["{=[?]:x}", "{=u32}", "A|B({=?})"];
        let slice = [2, 0, 0, 0, 2, 0, 1, 0, 0, 0, 255, 0, 0, 0];
        assert_eq!(text(&formats, &slice).unwrap(), "[1, ff]");
        let nested = ["{=?}", "A|B({=?})"];
        assert_eq!(text(&nested, &[2, 0, 1, 2, 0, 0]).unwrap(), "B(A)");
    }

    #[test]
    fn damage_is_refused() {
        assert_eq!(text(&["{=u32}"], &[1, 2, 3]), None);
        assert_eq!(text(&["{=?}"], &[9, 0]), None);
        assert_eq!(text(&["{=str}"], &[2, 0, 0, 0, 0xff, 0xfe]), None);
        // A format that contains itself.
        assert_eq!(text(&["{=?}"], &[1, 0].repeat(1000)), None);
        // 2³² elements that occupy no bytes.
        assert_eq!(text(&["{=[?]}", ""], &[255, 255, 255, 255, 2, 0]), None);
    }
}
