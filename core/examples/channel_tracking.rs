//! A receiver with two antennas tracks a radio channel that fades, then changes at a handover.
//!
//! Known symbols pass a transmit filter (which colors them) and eight channel taps for each antenna; the receiver
//! estimates the taps from what it hears, 30 dB above the noise. Every tap wanders a little with each symbol.
//! Halfway, the receiver is handed to another transmitter and all taps are new.
//!
//! Normalized LMS and recursive least squares take one filter an antenna. A mesa memory takes both antennas as two
//! values of the same key and shares the costly part, the covariance of the keys, among them.
//!
//! Run it with `cargo run --release -p situ --example channel_tracking`.

use situ::attention::{FastWeights, Gate, Mesa, MesaConfiguration};
use situ::filter::{AdaptiveFilter, Forgetting, Nlms, Rls, RlsConfiguration};
use situ::random::Generator;
use std::error::Error;

const TAPS: usize = 8;
const ANTENNAS: usize = 2;
const SYMBOLS: usize = 8000;
const HANDOVER: usize = SYMBOLS / 2;
const NOISE: f32 = 0.03;
/// Deviation of the step that a tap takes with each symbol, relative to its own.
const WANDER: f32 = 1e-3;
/// Symbols in each line of the output.
const BLOCK: usize = 400;

type Channel = [[f32; TAPS]; ANTENNAS];

fn normals(generator: &mut Generator, deviation: f32) -> Channel {
    std::array::from_fn(|_| std::array::from_fn(|_| deviation * generator.normal::<f32>()))
}

/// What each antenna hears of the last symbols, without noise.
fn hear(channel: &Channel, sent: &[f32; TAPS]) -> [f32; ANTENNAS] {
    channel.map(|taps| taps.iter().zip(sent).map(|(tap, x)| tap * x).sum())
}

/// ‖estimate − channel‖²/‖channel‖².
fn error<'a>(channel: &Channel, estimate: impl Iterator<Item = &'a f32>) -> f32 {
    let taps = channel.as_flattened();
    let missed: f32 = taps.iter().zip(estimate).map(|(tap, w)| (tap - w).powi(2)).sum();
    missed / taps.iter().map(|tap| tap * tap).sum::<f32>()
}

fn main() -> Result<(), Box<dyn Error>> {
    let fixed = RlsConfiguration { forgetting: Forgetting::Fixed(0.99), ..Default::default() };
    let mut lms = [Nlms::<f32, TAPS>::new(Default::default())?, Nlms::new(Default::default())?];
    let mut rls = [Rls::<f32, TAPS>::new(fixed)?, Rls::new(fixed)?];
    let mut mesa = Mesa::<f32, TAPS, ANTENNAS>::new(MesaConfiguration::default());
    let gate = Gate::Variable { max_decay: 0.99 };

    let mut generator = Generator::new(1);
    let unit = (1.0 / TAPS as f32).sqrt();
    let mut channel = normals(&mut generator, unit);
    let (mut sent, mut errors, mut last) = ([0.0; TAPS], [0.0; 3], [0.0; 3]);
    println!(
        "error of the estimated taps in dB\n{:>7} {:>6} {:>6} {:>6}",
        "symbol", "NLMS", "RLS", "mesa"
    );
    for symbol in 1..=SYMBOLS {
        if symbol == HANDOVER {
            channel = normals(&mut generator, unit);
            println!("handover");
        }
        let steps = normals(&mut generator, WANDER * unit);
        for (tap, step) in channel.as_flattened_mut().iter_mut().zip(steps.as_flattened()) {
            *tap += step;
        }
        // The transmit filter: each symbol leaks into the next.
        let bit = if generator.uniform::<f32>() < 0.5 { -1.0 } else { 1.0 };
        let next = 0.9 * sent[0] + 0.436 * bit;
        sent.rotate_right(1);
        sent[0] = next;
        let heard = hear(&channel, &sent).map(|x| x + NOISE * generator.normal::<f32>());

        mesa.write(gate, &sent, &heard)?;
        for (antenna, heard) in heard.into_iter().enumerate() {
            lms[antenna].update(next, heard)?;
            rls[antenna].update(next, heard)?;
        }
        errors[0] += error(&channel, lms.iter().flat_map(|filter| filter.coefficients()));
        errors[1] += error(&channel, rls.iter().flat_map(|filter| filter.coefficients()));
        errors[2] += error(&channel, mesa.weights().as_slice().iter());
        if symbol % BLOCK == 0 {
            last = errors.map(|error| 10.0 * (error / BLOCK as f32).log10());
            println!("{symbol:>7} {:>6.1} {:>6.1} {:>6.1}", last[0], last[1], last[2]);
            errors = [0.0; 3];
        }
    }
    println!(
        "bytes of state: NLMS {}, RLS {}, mesa {}",
        size_of_val(&lms),
        size_of_val(&rls),
        size_of_val(&mesa)
    );
    assert!(last[2] < last[0] - 3.0 && last[2] < last[1] + 1.0, "mesa tracks the channel");
    Ok(())
}
