#![no_std]
#![no_main]
//! A product around the bundled learner, without an operating system.
//!
//! The sampling interrupt fills a queue; the loop predicts every example, learns those with a label, and
//! saves the model after every thirty labels. At startup it restores the last state. A run that finds no
//! state resets the chip halfway, as a fault would, and the next run continues with the saved model.
//!
//! ```sh
//! cd firmware/examples/plain && cargo run --release
//! ```
//!
//! Flash is emulated by RAM that survives a reset ([`Storage`]); use your chip's driver instead.

use heapless::spsc::Queue;
use learner::model::OUTPUTS;
use learner::sampling::{self, QUEUE};
use learner::{Keeper, Pipeline, Recording, Sample};
use situ::matrix::argmax;
use situ::online::Target;
use situ_board::{Storage, entry, fault};

/// Labels from one save to the next.
const INTERVAL: u32 = 30;
/// Number of predictions at the start of a run whose hits are counted.
const FIRST: u32 = 30;
/// Number of predictions after which a run without a restored state is reset.
const CUT: u32 = 100;

#[entry]
fn main() -> ! {
    static mut SAMPLES: Queue<Sample, QUEUE> = Queue::new();
    static mut PIPELINE: Pipeline = Pipeline::EMPTY;

    let (Some(flash), Ok(())) = (Storage::take(), PIPELINE.begin()) else { fault::fail() };
    let Ok(mut keeper) = Keeper::new(flash, 0, INTERVAL, PIPELINE) else { fault::fail() };
    let Ok(restored) = keeper.restore(PIPELINE) else { fault::fail() };
    let mut samples = sampling::start(Recording::new(), SAMPLES);
    let (mut predictions, mut hits, mut saves) = (0, 0, 0);
    loop {
        let Some(sample) = samples.dequeue() else {
            if sampling::ended() {
                break;
            }
            situ_board::raise_software_interrupt();
            continue;
        };
        if sample.restart {
            PIPELINE.restart();
        }
        if !PIPELINE.push(&sample.channels) {
            continue;
        }
        let mut prediction = [0.0; OUTPUTS];
        // Features that the model refuses are not predicted, and not learned below.
        if PIPELINE.predict(&mut prediction).is_err() {
            continue;
        }
        let hit = sample.target == Some(Target::Class(argmax(&prediction)));
        hits += u32::from(hit && predictions < FIRST);
        predictions += 1;
        if let Some(target) = sample.target
            && PIPELINE.label(0, target).is_ok()
        {
            // A flash failure must not stop predictions.
            saves += u32::from(keeper.learned(PIPELINE).unwrap_or(false));
        }
        if !restored && predictions == CUT {
            report(restored, predictions, hits, saves);
            cortex_m::peripheral::SCB::sys_reset();
        }
    }
    report(restored, predictions, hits, saves);
    fault::finish()
}

/// Logs a run.
fn report(restored: bool, predictions: u32, hits: u32, saves: u32) {
    defmt::println!(
        "{{\"restored\":{=bool},\"predictions\":{=u32},\"hits\":{=u32},\"saves\":{=u32},\"lost\":{=u32}}}",
        restored,
        predictions,
        hits,
        saves,
        sampling::lost()
    );
}
