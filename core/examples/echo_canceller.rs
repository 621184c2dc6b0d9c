//! An echo canceller: three adaptive filters hear a loudspeaker through the same room.
//!
//! The microphone hears the loudspeaker's signal through an echo path of 16 taps, 60 dB above the noise.
//! A filter that knows the path can subtract the echo. Halfway, somebody moves and the path changes. The
//! input is colored (an autoregression with its pole at 0.95), as speech is, which slows first-order
//! filters down.
//!
//! Run it with `cargo run --release -p situ --example echo_canceller`. All states are fixed in size and
//! need no allocator: 136 bytes for normalized LMS, 708 for the others.

use situ::filter::{
    AdaptiveFilter, Error, Forgetting, Nlms, NlmsConfiguration, Rls, RlsConfiguration,
};
use situ::random::Generator;

const TAPS: usize = 16;
const SAMPLES: usize = 8000;
const CHANGE: usize = SAMPLES / 2;
const NOISE: f32 = 1e-3;
/// Samples in each line of the output.
const BLOCK: usize = 400;

/// An echo path of gain one whose taps fade.
fn path(generator: &mut Generator) -> [f32; TAPS] {
    let taps: [f32; TAPS] =
        core::array::from_fn(|tap| generator.normal::<f32>() * (-(tap as f32) / 4.0).exp());
    let gain = taps.iter().map(|tap| tap * tap).sum::<f32>().sqrt();
    taps.map(|tap| tap / gain)
}

fn main() -> Result<(), Error> {
    let mut first_order = Nlms::<f32, TAPS>::new(NlmsConfiguration::default())?;
    // Recursive least squares that remembers about 1000 samples.
    let forgetting = Forgetting::Fixed(0.999);
    let mut fixed = Rls::<f32, TAPS>::new(RlsConfiguration { forgetting, ..Default::default() })?;
    // The same, but it forgets when its error rises above the noise.
    let mut variable = Rls::<f32, TAPS>::new(RlsConfiguration::default())?;

    let mut generator = Generator::new(1);
    let (mut taps, mut input) = (path(&mut generator), [0.0; TAPS]);
    let (mut echo_power, mut left, mut last) = (0.0, [0.0; 3], 0.0);
    println!(
        "echo return loss in dB\n{:>7} {:>6} {:>6} {:>9}",
        "sample", "NLMS", "RLS", "variable"
    );
    for sample in 1..=SAMPLES {
        if sample == CHANGE {
            taps = path(&mut generator);
            println!("the echo path changes");
        }
        let newest = 0.95 * input[0] + 0.3122 * generator.normal::<f32>();
        input.rotate_right(1);
        input[0] = newest;
        let echo: f32 = taps.iter().zip(&input).map(|(tap, x)| tap * x).sum();
        let heard = echo + NOISE * generator.normal::<f32>();

        let estimates = [
            first_order.update(newest, heard)?.estimate,
            fixed.update(newest, heard)?.estimate,
            variable.update(newest, heard)?.estimate,
        ];
        echo_power += echo * echo;
        for (left, estimate) in left.iter_mut().zip(estimates) {
            *left += (echo - estimate).powi(2);
        }
        if sample % BLOCK == 0 {
            let [a, b, c] = left.map(|left| 10.0 * (echo_power / left).log10());
            println!("{sample:>7} {a:>6.1} {b:>6.1} {c:>9.1}");
            (echo_power, left, last) = (0.0, [0.0; 3], c);
        }
    }
    assert!(last > 50.0, "the variable filter has found the new path");
    Ok(())
}
