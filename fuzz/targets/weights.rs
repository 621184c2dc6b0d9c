//! Weights files of trained decoders, and tokens through what they describe.

#![no_main]

use libfuzzer_sys::fuzz_target;
use situ::decoder::{Cache, File, Mixing, Shape};

fn tokens_through(file: &[u8]) {
    let Ok(decoder) = File::open(file) else { return };
    let shape = decoder.shape();
    let sizes = [shape.cache(), shape.workspace(), shape.vocabulary.into()];
    if sizes.iter().any(|size| *size > 1 << 20) {
        return;
    }
    let [mut cache, mut workspace, mut logits] = sizes.map(|size| vec![0.0_f32; size]);
    let mut cache = Cache::new(&mut cache);
    for token in 0..3 {
        let _ = decoder.step(token, &mut cache, &mut workspace, &mut logits);
    }
}

fuzz_target!(|bytes: &[u8]| {
    tokens_through(bytes);
    // With a checksum that is right, over weights as many as the sizes say: else nothing passes.
    let Some((words, rest)) = bytes.split_first_chunk::<16>() else { return };
    let words: [u16; 8] =
        std::array::from_fn(|i| u16::from_le_bytes([words[2 * i], words[2 * i + 1]]));
    let [mixing, vocabulary, positions, context, width, heads, units, layers] = words;
    let mixing = if mixing == 1 { Mixing::Softmax } else { Mixing::Mesa };
    let shape = Shape { vocabulary, positions, context, width, heads, units, layers, mixing };
    let count = shape.weights();
    if count > 1 << 13 {
        return;
    }
    let mut all = rest.iter().copied().cycle();
    let weights: Vec<[u8; 2]> =
        (0..count).map(|_| std::array::from_fn(|_| all.next().unwrap_or(0))).collect();
    let mut file = File::header(&shape, &weights).to_vec();
    file.extend(weights.as_flattened());
    tokens_through(&file);
});
