//! Weights files of trained decoders, and a token through what they describe.

#![no_main]

use libfuzzer_sys::fuzz_target;
use situ::decoder::{Cache, File};

fuzz_target!(|bytes: &[u8]| {
    let Ok(decoder) = File::open(bytes) else { return };
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
});
