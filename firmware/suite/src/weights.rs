//! Weights of the trained models, as files for [`situ::decoder::File`]. Their README has the commands that
//! made them. An image contains only those that it names.

/// 32 wide, trained on `lang`, the family of [`crate::PROMPTS`].
pub const LANG_32: &[u8] = include_bytes!("../weights/lang-32.bin");
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
