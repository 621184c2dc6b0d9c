#![no_std]
#![no_main]
//! A radio that learns which of eight channels delivers its packets, from the acknowledgments alone.
//!
//! Each packet: choose a channel, send, learn whether it was acknowledged. Twenty bytes of state, saved
//! periodically and restored at startup. A run that finds no state resets the chip halfway, as a fault
//! would, and the next run continues with the saved state.
//!
//! ```sh
//! cd firmware/examples/plain && cargo run --release --bin radio
//! ```
//!
//! The radio channel is simulated and flash emulated; use your drivers for both instead.

use situ::archive::Slots;
use situ::ftrl::{Exp3S, Stored};
use situ::random::Generator;
use situ::scalar::f16;
use situ_board::{Storage, entry, fault};

const CHANNELS: usize = 8;
/// Share of packets that each channel delivers.
const DELIVERS: [f32; CHANNELS] = [0.2, 0.3, 0.5, 0.9, 0.4, 0.6, 0.1, 0.7];
/// Number of packets in a run.
const PACKETS: u32 = 4000;
/// Number of packets after which a run without a restored state is reset.
const CUT: u32 = 2000;
/// Number of packets at the start of a run whose deliveries are counted.
const FIRST: u32 = 500;
/// Packets from one save to the next. A sector of flash lasts some ten thousand erasures: save less
/// often than this on a chip.
const INTERVAL: u32 = 250;

#[entry]
fn main() -> ! {
    // About one interferer appears or disappears every 40,000 packets.
    let Ok(bandit) = Exp3S::<f32>::discounted(CHANNELS, 40_000, 1) else { fault::fail() };
    let Some(flash) = Storage::take() else { fault::fail() };
    let Ok(mut slots) = Slots::new(flash, 0..2 * Storage::SECTOR as u32) else { fault::fail() };
    let mut state = Stored::<f16, CHANNELS>::EMPTY;
    let restored = slots.load(&mut state).is_ok();
    let mut generator = Generator::new(if restored { 2 } else { 1 });
    let (mut delivered, mut saves) = (0, 0);
    for sent in 1..=PACKETS {
        let Ok(chosen) = state.choose(&bandit, &mut generator) else { fault::fail() };
        let share = DELIVERS.get(chosen.action).copied().unwrap_or_default();
        let acknowledged = generator.uniform::<f32>() < share;
        if state.reward(&bandit, chosen, f32::from(acknowledged)).is_err() {
            fault::fail();
        }
        delivered += u32::from(acknowledged && sent <= FIRST);
        if sent % INTERVAL == 0 {
            // A flash failure must not stop sending.
            saves += u32::from(slots.save(&mut state).is_ok());
        }
        if !restored && sent == CUT {
            report(restored, sent, delivered, saves);
            cortex_m::peripheral::SCB::sys_reset();
        }
    }
    report(restored, PACKETS, delivered, saves);
    fault::finish()
}

/// Logs a run.
fn report(restored: bool, sent: u32, delivered: u32, saves: u32) {
    defmt::println!(
        "{{\"restored\":{=bool},\"sent\":{=u32},\"delivered\":{=u32},\"saves\":{=u32}}}",
        restored,
        sent,
        delivered,
        saves
    );
}
