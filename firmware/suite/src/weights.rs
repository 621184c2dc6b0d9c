//! Weights of the trained models, as files for [`situ::decoder::File`]. Their README has the commands that
//! made them. An image contains only those that it names.

use situ::decoder::{File, Mixing, Shape};
use situ::scalar::Storage;

/// 32 wide, trained on `lang`, the family of [`crate::PROMPTS`].
pub const LANG_32: &[u8] = include_bytes!("../weights/lang-32.bin");
/// Its shape.
pub const LANG_32_SHAPE: Shape = Shape {
    vocabulary: 11,
    positions: 32,
    context: 32,
    width: 32,
    heads: 2,
    units: 128,
    layers: 2,
    mixing: Mixing::Softmax,
};
/// The same, trained with one label in five drawn at random.
pub const LANG_32_NOISE: &[u8] = include_bytes!("../weights/lang-32-noise.bin");
/// 64 wide, trained on `lang`.
pub const LANG_64: &[u8] = include_bytes!("../weights/lang-64.bin");
/// The same, trained with one label in five drawn at random.
pub const LANG_64_NOISE: &[u8] = include_bytes!("../weights/lang-64-noise.bin");
/// 32 wide, trained on `add`: each task adds one of five constants modulo five.
pub const ADD_32: &[u8] = include_bytes!("../weights/add-32.bin");
/// 64 wide, trained on `copy`: each task copies one of three letters.
pub const COPY_64: &[u8] = include_bytes!("../weights/copy-64.bin");

/// The weights of [`LANG_32`] in f64.
pub(crate) fn exact_lang_32() -> [f64; LANG_32_SHAPE.weights()] {
    let (stored, _) = LANG_32.get(File::HEADER..).unwrap_or(&[]).as_chunks::<2>();
    let mut weights = [0.0; LANG_32_SHAPE.weights()];
    weights.iter_mut().zip(stored).for_each(|(out, stored)| *out = stored.load().into());
    weights
}
