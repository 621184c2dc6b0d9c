//! A radio learns which of eight channels delivers its packets, by the acknowledgments alone.
//!
//! Halfway, an interferer moves to the best channel. Tsallis-INF is the best of both worlds while nothing
//! changes; discounted EXP3 forgets, so it finds the new best channel sooner. The third radio is the
//! second with its scores in half precision: 20 bytes of state instead of 68.
//!
//! Run it with `cargo run --release -p situ --example radio_channel`.

use situ::ftrl::{Error, Exp3S, Stored, TsallisInf};
use situ::random::Generator;
use situ::scalar::f16;

const CHANNELS: usize = 8;
const PACKETS: u32 = 40_000;
const CHANGE: u32 = PACKETS / 2;
/// Packets in each line of the output.
const BLOCK: u32 = 4000;

/// Share of packets that each channel delivers, before and after the interferer moves.
const BEFORE: [f32; CHANNELS] = [0.2, 0.3, 0.5, 0.85, 0.4, 0.6, 0.1, 0.7];
const AFTER: [f32; CHANNELS] = [0.2, 0.3, 0.5, 0.25, 0.4, 0.6, 0.1, 0.8];

fn main() -> Result<(), Error> {
    let steady = TsallisInf::new();
    let changing = Exp3S::discounted(CHANNELS, PACKETS, 1)?;
    let mut first = steady.start::<CHANNELS>()?;
    let mut second = changing.start::<CHANNELS>()?;
    let mut third = Stored::<f16, CHANNELS>::EMPTY;
    let mut generator = Generator::new(7);
    let (mut delivered, mut last) = ([0_u32; 3], [0.0; 3]);
    println!(
        "packets delivered\n{:>7} {:>11} {:>10} {:>6}",
        "sent", "Tsallis-INF", "discounted", "f16"
    );
    for sent in 1..=PACKETS {
        if sent == CHANGE {
            println!("an interferer moves to channel 3");
        }
        let quality = if sent < CHANGE { BEFORE } else { AFTER };
        // Whether a packet would arrive, channel by channel: the same for all three radios.
        let arrives = quality.map(|share| generator.uniform::<f32>() < share);
        let lost = |channel: usize| f32::from(!arrives[channel]);

        let chosen = [
            steady.choose(&first, &mut generator),
            changing.choose(&second, &mut generator),
            third.choose(&changing, &mut generator)?,
        ];
        steady.loss(&mut first, chosen[0], lost(chosen[0].action))?;
        changing.loss(&mut second, chosen[1], lost(chosen[1].action))?;
        third.loss(&changing, chosen[2], lost(chosen[2].action))?;
        for (delivered, chosen) in delivered.iter_mut().zip(chosen) {
            *delivered += u32::from(arrives[chosen.action]);
        }
        if sent % BLOCK == 0 {
            last = delivered.map(|count| count as f32 / BLOCK as f32);
            println!("{sent:>7} {:>11.3} {:>10.3} {:>6.3}", last[0], last[1], last[2]);
            delivered = [0; 3];
        }
    }
    assert!(last[1] > 0.72 && last[2] > 0.72, "the new best channel delivers 0.8: {last:?}");
    Ok(())
}
