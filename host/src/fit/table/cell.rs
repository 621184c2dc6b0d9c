//! The number in a cell.

/// Powers of ten that f64 holds exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// A number of up to 15 digits without exponent, with this decimal sign: the quotient of two integers
/// that f64 holds exactly, so it is rounded once, as in `str::parse` (Clinger, 1990). `None` for any other
/// cell.
pub fn short(cell: &[u8], decimal: u8) -> Option<f64> {
    let (negative, digits) = match cell {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let (mut mantissa, mut count, mut point) = (0_u64, 0, None);
    for (place, byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            mantissa = 10 * mantissa + u64::from(digit);
            count += 1;
        } else if *byte == decimal && point.is_none() {
            point = Some(place);
        } else {
            return None;
        }
    }
    if count == 0 || count > 15 {
        return None;
    }
    let places = point.map_or(0, |point| digits.len() - 1 - point);
    let size = mantissa as f64 / TENS[places];
    Some(if negative { -size } else { size })
}

/// The number in a cell with this decimal sign.
pub fn parse(cell: &[u8], decimal: u8) -> Option<f64> {
    short(cell, decimal).or_else(|| long(cell, decimal))
}

/// Like [`parse`], but yes and no, true and false, on and off are 1 and 0.
pub fn number(cell: &[u8], decimal: u8) -> Option<f64> {
    parse(cell, decimal).or_else(|| {
        let is = |word: &&[u8]| cell.eq_ignore_ascii_case(word);
        let one = [&b"true"[..], b"yes", b"on"].iter().any(is);
        let zero = [&b"false"[..], b"no", b"off"].iter().any(is);
        (one || zero).then_some(f64::from(u8::from(one)))
    })
}

/// Like [`parse`], for anything but a short number.
#[cold]
fn long(cell: &[u8], decimal: u8) -> Option<f64> {
    let text = std::str::from_utf8(cell).ok()?;
    if decimal == b',' { text.replace(',', ".").parse().ok() } else { text.parse().ok() }
}

/// Whether a cell denotes a missing number.
pub fn is_missing(cell: &[u8]) -> bool {
    matches!(cell, b"" | b"?" | b"-")
        || (cell.len() <= 4
            && [&b"nan"[..], b"na", b"n/a", b"null"]
                .iter()
                .any(|name| cell.eq_ignore_ascii_case(name)))
}

/// A cell's text; if it is not UTF-8, it is read as Latin-1.
pub fn text(cell: &[u8]) -> String {
    match std::str::from_utf8(cell) {
        Ok(text) => text.to_owned(),
        Err(_) => cell.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// Maximum length of a cell in a message.
const MAX_SHOWN: usize = 40;

/// A cell formatted for a message: control characters escaped, long cells truncated.
pub fn shown(cell: &str) -> String {
    let escaped: String = cell
        .chars()
        .take(MAX_SHOWN)
        .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
        .collect();
    if cell.chars().nth(MAX_SHOWN).is_some() { escaped + "…" } else { escaped }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn short_numbers_are_those_of_the_standard_library(text in "[+-]?[0-9]{0,9}[.]?[0-9]{0,9}") {
            if let Some(number) = short(text.as_bytes(), b'.') {
                prop_assert_eq!(number.to_bits(), text.parse::<f64>().unwrap().to_bits());
            }
            let comma = text.replace('.', ",");
            let read = number(comma.as_bytes(), b',').map(f64::to_bits);
            prop_assert_eq!(read, text.parse::<f64>().ok().map(f64::to_bits));
        }
    }

    #[test]
    fn words_and_exponents_are_read() {
        let cases = [("1e-3", Some(1e-3)), ("TRUE", Some(1.0)), ("off", Some(0.0)), ("1,5", None)];
        for (cell, expected) in cases {
            assert_eq!(number(cell.as_bytes(), b'.'), expected, "{cell}");
        }
        assert!(is_missing(b"NaN") && is_missing(b"n/a") && !is_missing(b"0"));
        assert_eq!(text(&[0xb0, b'C']), "°C");
    }
}
