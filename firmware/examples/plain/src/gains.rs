#![no_std]
#![no_main]
//! A trained language model that learns one more language where it runs: its gains are tuned in RAM, prompt by
//! prompt, and its other weights stay in flash.
//!
//! Logs the loss of every fiftieth prompt, and at the end how many of a hundred other prompts it answers, before and
//! after.
//!
//! ```sh
//! cd firmware/examples/plain && cargo run --release --bin gains
//! ```
//!
//! The prompts are drawn here; put what your product sees in their place.

use situ::decoder::File;
use situ::random::Generator;
use situ_board::{entry, fault};
use situ_suite::tuning::{RULE, TOKENS, Tuned, Workspace, hits, prompt};
use situ_suite::weights::{LANG_32, LANG_32_SHAPE};

/// Prompts to learn from.
const STEPS: u32 = 300;

#[entry]
fn main() -> ! {
    static mut TUNED: Tuned<f32> = Tuned::EMPTY;
    static mut WORKSPACE: Workspace<f32> = [0.0; LANG_32_SHAPE.tuning_workspace(TOKENS)];

    let Ok(decoder) = File::open(LANG_32) else { fault::fail() };
    let before = hits(&decoder, WORKSPACE);
    let mut generator = Generator::new(1);
    if TUNED.begin(&decoder).is_err() {
        fault::fail();
    }
    for step in 0..STEPS {
        let prompt = prompt(&mut generator);
        let Ok(loss) = TUNED.step(&decoder, &RULE, &prompt, WORKSPACE) else { fault::fail() };
        if step % 50 == 0 {
            defmt::println!("{{\"prompts\":{=u32},\"loss\":{=f32}}}", step, loss);
        }
    }
    let Ok(tuned) = decoder.with_gains(TUNED.values()) else { fault::fail() };
    let after = hits(&tuned, WORKSPACE);
    defmt::println!("{{\"before\":{=usize},\"after\":{=usize}}}", before, after);
    fault::finish()
}
