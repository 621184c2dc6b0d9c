//! Saved states of learners: what `restore` accepts must predict and learn without a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use situ::online::{
    Bayes, Byte, Delta, DeltaConfiguration, Ftrl, InPlace, Learner, LeastSquares,
    LeastSquaresConfiguration, Memory, MemoryConfiguration, Newton, Shape, Target, restore, save,
};
use situ::scalar::f16;

/// CRC-32 (IEEE), so that a forged state passes for a sound one.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

fn try_state<L: Learner<f32> + InPlace>(bytes: &[u8], configuration: L::Configuration) {
    let mut learner = Box::new(L::EMPTY);
    learner.begin(Shape::classify(4, 3), configuration).expect("the capacity");
    let mut state = vec![0; 1 << 14];
    let length = save::<f32>(&mut *learner, &mut state).expect("enough bytes");
    // The damage: bytes written over a sound state, sealed again.
    let Some((at, damage)) = bytes.split_first_chunk::<2>() else { return };
    let start = usize::from(u16::from_le_bytes(*at)) % length;
    for (byte, damage) in state[start..length].iter_mut().zip(damage) {
        *byte = *damage;
    }
    if length > 4 {
        let sum = checksum(&state[..length - 4]);
        state[length - 4..length].copy_from_slice(&sum.to_le_bytes());
    }
    if restore::<f32>(&mut *learner, &state[..length]).is_ok() {
        let mut prediction = [0.0; 3];
        for class in 0..3 {
            let _ = learner.predict(&[0.5, -1.0, 2.0, 0.0], &mut prediction);
            let _ = learner.update(&[1.0, 0.0, -2.0, 0.5], Target::Class(class), &mut prediction);
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let squares = LeastSquaresConfiguration::with_random_features(8);
    let slots = MemoryConfiguration { slots: 16, ..Default::default() };
    try_state::<Ftrl<f16, 4, 3>>(bytes, Default::default());
    try_state::<Newton<f32, 4, 3, 5>>(bytes, Default::default());
    try_state::<LeastSquares<f16, 4, 3, 13>>(bytes, squares);
    try_state::<Delta<f16, 4, 3, 13>>(bytes, DeltaConfiguration::with_random_features(8));
    try_state::<Memory<Byte, 4, 3, 16>>(bytes, slots);
    try_state::<Bayes<f32, 4, 3>>(bytes, Default::default());
});
