//! An echo canceller: three adaptive filters hear a loudspeaker through the same room.
//!
//! The microphone hears the loudspeaker's signal through an echo path of 16 taps, 60 dB above the noise.
//! A filter that knows the path can subtract the echo. Half-way somebody moves and the path changes. The
//! input is colored (an autoregression with its pole at 0.95), as speech is, which slows first-order
//! filters down.
//!
//! Run it with `cargo run --release -p situ --example echo_canceller`. All states are fixed in size and
//! need no allocator: 72 bytes for normalized LMS, 636 for the others.

use situ::attention::{Error, FastWeights, Gate, Memory, Mesa, MesaConfiguration, Rule};
use situ::random::Generator;

const TAPS: usize = 16;
const SAMPLES: usize = 8000;
const CHANGE: usize = SAMPLES / 2;
const NOISE: f32 = 1e-3;
/// Samples in each line of the output.
const BLOCK: usize = 400;

/// The latest samples of the loudspeaker, the newest first.
type Input = [f32; TAPS];

/// Estimates the echo of `input`, then learns what the microphone heard.
fn cancel<F: FastWeights<f32, TAPS, 1>>(
    filter: &mut F,
    gate: F::Gate,
    input: &Input,
    heard: f32,
) -> Result<f32, Error> {
    let mut estimate = [0.0];
    filter.read(input, &mut estimate)?;
    filter.write(gate, input, &[heard])?;
    let [estimate] = estimate;
    Ok(estimate)
}

/// An echo path of gain one whose taps fade.
fn path(generator: &mut Generator) -> Input {
    let taps: Input =
        core::array::from_fn(|tap| generator.normal::<f32>() * (-(tap as f32) / 4.0).exp());
    let gain = taps.iter().map(|tap| tap * tap).sum::<f32>().sqrt();
    taps.map(|tap| tap / gain)
}

fn main() -> Result<(), Error> {
    let configuration = MesaConfiguration::default();
    // Normalized LMS with a step size of one half is a delta rule.
    let mut first_order = Memory::<f32, TAPS, 1>::new();
    // Recursive least squares that remembers about 1000 samples.
    let mut fixed = Mesa::<f32, TAPS, 1>::new(configuration);
    let fixed_gate = Gate::Given { decay: 0.999, weight: 1.0 };
    // The same, but it forgets when its residual rises above the noise.
    let mut variable = Mesa::<f32, TAPS, 1>::new(configuration);
    let variable_gate = Gate::Variable { max_decay: 0.9995 };

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

        let square: f32 = input.iter().map(|x| x * x).sum();
        let first_order_gate = Rule::Delta { step_size: 0.5 / (1e-6 + square) };
        let estimates = [
            cancel(&mut first_order, first_order_gate, &input, heard)?,
            cancel(&mut fixed, fixed_gate, &input, heard)?,
            cancel(&mut variable, variable_gate, &input, heard)?,
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
