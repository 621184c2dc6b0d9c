//! Weights files, read in place: no copy, no alignment.

use super::{Decoder, Error, Mixing, Shape};

/// A weights file: [`File::HEADER`] bytes of header, then the weights in f16, little-endian.
///
/// | bytes | content |
/// |---|---|
/// | 0..8 | `situ-dec` |
/// | 8..10 | the version: 1 with softmax attention, 2 with mesa layers |
/// | 10..24 | the seven sizes of [`Shape`], in its order |
/// | 24..28 | CRC-32 (IEEE 802.3) of the bytes 8..24 and of the weights |
///
/// ```
/// use situ::decoder::{Error, File, Mixing, Shape};
///
/// let [vocabulary, positions, context, width, heads, units, layers] = [3, 4, 4, 2, 1, 4, 1];
/// let mixing = Mixing::Softmax;
/// let shape = Shape { vocabulary, positions, context, width, heads, units, layers, mixing };
/// let weights = vec![[0, 0]; shape.weights()];
/// let mut bytes = File::header(&shape, &weights).to_vec();
/// bytes.extend(weights.as_flattened());
/// assert_eq!(File::open(&bytes)?.shape(), &shape);
/// *bytes.last_mut().unwrap() ^= 1;
/// assert_eq!(File::open(&bytes).err(), Some(Error::Checksum));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct File;

const MAGIC: [u8; 8] = *b"situ-dec";

impl File {
    /// Length of the header in bytes.
    pub const HEADER: usize = 28;

    /// The model in the bytes of a file.
    ///
    /// # Errors
    /// [`Error::Format`] for another kind of file or another version; [`Error::Weights`] for a truncated
    /// file; [`Error::Checksum`] for a damaged file; [`Error::Shape`].
    pub fn open(bytes: &[u8]) -> Result<Decoder<'_, [u8; 2]>, Error> {
        let (header, weights) =
            bytes.split_first_chunk::<{ Self::HEADER }>().ok_or(Error::Format)?;
        let (magic, rest) = header.split_first_chunk::<8>().ok_or(Error::Format)?;
        let (described, checksum) = rest.split_first_chunk::<16>().ok_or(Error::Format)?;
        let (words, _) = described.as_chunks::<2>();
        let mut words = words.iter().map(|word| u16::from_le_bytes(*word));
        let mixing = match words.next() {
            Some(1) if *magic == MAGIC => Mixing::Softmax,
            Some(2) if *magic == MAGIC => Mixing::Mesa,
            _ => return Err(Error::Format),
        };
        let mut size = || words.next().ok_or(Error::Format);
        let shape = Shape {
            vocabulary: size()?,
            positions: size()?,
            context: size()?,
            width: size()?,
            heads: size()?,
            units: size()?,
            layers: size()?,
            mixing,
        };
        let (weights, rest) = weights.as_chunks::<2>();
        if !rest.is_empty() || weights.len() != shape.weights() {
            return Err(Error::Weights);
        }
        if *checksum != crc32(described.iter().chain(weights.as_flattened())).to_le_bytes() {
            return Err(Error::Checksum);
        }
        Decoder::new(shape, weights)
    }

    /// The header of a file with these weights.
    pub fn header(shape: &Shape, weights: &[[u8; 2]]) -> [u8; Self::HEADER] {
        let Shape { vocabulary, positions, context, width, heads, units, layers, mixing } = *shape;
        let version = match mixing {
            Mixing::Softmax => 1,
            Mixing::Mesa => 2,
        };
        let words = [version, vocabulary, positions, context, width, heads, units, layers]
            .map(u16::to_le_bytes);
        let described = words.as_flattened();
        let checksum = crc32(described.iter().chain(weights.as_flattened())).to_le_bytes();
        let mut header = [0; Self::HEADER];
        for (out, byte) in header.iter_mut().zip(MAGIC.iter().chain(described).chain(&checksum)) {
            *out = *byte;
        }
        header
    }
}

/// CRC-32 of IEEE 802.3, bit by bit, without a table in flash.
fn crc32<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    !bytes.fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            let polynomial = if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
            crc >> 1 ^ polynomial
        })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn checksum_of_the_standard_check_string() {
        assert_eq!(super::crc32(b"123456789".iter()), 0xcbf4_3926);
    }
}
