#![no_std]
#![no_main]
//! Samples, predicts, learns if there is a label, and logs each prediction. If the board has memory for it,
//! restores the last state at startup and saves the state periodically.
//!
//! With the bundled recording, the run ends and reports the cost of prediction and learning.

use heapless::spsc::Queue;
use learner::model::{LABELS, OUTPUTS};
use learner::sampling::{self, QUEUE};
use learner::{Keeper, Pipeline, Recording, Sample};
use situ::matrix::argmax;
use situ_board::{Counter, Once, Stack, Storage, entry, fault};

static SAMPLES: Once<Queue<Sample, QUEUE>> = Once::new(Queue::new());
static PIPELINE: Once<Pipeline> = Once::new(Pipeline::EMPTY);

/// Labels from one save to the next.
const INTERVAL: u32 = 100;

#[entry]
fn main() -> ! {
    // Before the first interrupt: all free RAM.
    let stack = Stack::new(usize::MAX);
    let (Some(queue), Some(pipeline)) = (SAMPLES.take(), PIPELINE.take()) else { fault::fail() };
    let (Some(counter), Ok(())) = (Counter::start(), pipeline.begin()) else { fault::fail() };
    let begun = stack.deepest();
    // Emulated flash; on a chip, your flash driver. Without one, the model starts fresh after a reset.
    let keeper = Storage::take().and_then(|flash| Keeper::new(flash, 0, INTERVAL, pipeline).ok());
    let mut run = Run { pipeline, counter, keeper, cost: Cost::default() };
    let restored = run.restore();
    let mut samples = sampling::start(Recording::new(), queue);
    loop {
        match samples.dequeue() {
            Some(sample) => run.take(&sample),
            None if sampling::ended() => break,
            // A real sensor raises its own interrupt; until then the core sleeps.
            None => situ_board::raise_software_interrupt(),
        }
    }
    run.report(restored, [begun, stack.deepest()]);
    fault::finish()
}

/// The pipeline and its cost so far.
struct Run {
    pipeline: &'static mut Pipeline,
    counter: Counter,
    keeper: Option<Keeper<Storage>>,
    cost: Cost,
}

/// Number of calls, and the sum of their counts.
#[derive(Default)]
struct Cost {
    predictions: u32,
    predicting: u64,
    updates: u32,
    learning: u64,
    /// Number of examples that the model refused.
    refused: u32,
    /// Number of times that the state was saved.
    saves: u32,
}

impl Run {
    /// Continues with the last saved state, if there is one; a flash failure must not prevent the start.
    /// Neither this nor saving is inlined: their buffers would permanently add to the stack of an update.
    #[inline(never)]
    fn restore(&mut self) -> bool {
        self.keeper.as_mut().is_some_and(|keeper| keeper.restore(self.pipeline).unwrap_or(false))
    }

    /// Saves the state periodically.
    #[inline(never)]
    fn keep(&mut self) {
        if let Some(keeper) = &mut self.keeper {
            self.cost.saves += u32::from(keeper.learned(self.pipeline).unwrap_or(false));
        }
    }

    /// Predicts the example that the sample completes, if any, and learns its label, if known.
    fn take(&mut self, sample: &Sample) {
        if sample.restart {
            self.pipeline.restart();
        }
        if !self.pipeline.push(&sample.channels) {
            return;
        }
        let (pipeline, cost) = (&mut *self.pipeline, &mut self.cost);
        let mut prediction = [0.0; OUTPUTS];
        let mut outcome = Ok(());
        let count = self.counter.elapsed(|| outcome = pipeline.predict(&mut prediction));
        if outcome.is_err() {
            cost.refused += 1;
            return;
        }
        cost.predicting += u64::from(count);
        cost.predictions += 1;
        log(&prediction);
        if let Some(target) = sample.target {
            let count = self.counter.elapsed(|| outcome = pipeline.label(0, target));
            if outcome.is_ok() {
                cost.learning += u64::from(count);
                cost.updates += 1;
                self.keep();
            } else {
                cost.refused += 1;
            }
        }
    }

    /// Logs the cost of the whole run, with the maximum stack of creation and of everything.
    fn report(&self, restored: bool, [begun, stack]: [usize; 2]) {
        let cost = &self.cost;
        defmt::println!(
            "{{\"finish\":{{\"predictions\":{=u32},\"predicting\":{=u64},\"updates\":{=u32},\
             \"learning\":{=u64},\"refused\":{=u32},\"skipped\":{=u32},\"lost\":{=u32},\
             \"restored\":{=bool},\"saves\":{=u32},\"counter\":\"{=str}\",\"begun\":{=usize},\
             \"stack\":{=usize}}}}}",
            cost.predictions,
            cost.predicting,
            cost.updates,
            cost.learning,
            cost.refused,
            self.pipeline.skipped(),
            sampling::lost(),
            restored,
            cost.saves,
            self.counter.name(),
            begun,
            stack
        );
    }
}

/// Logs the number of the most likely class, or the bits of the value.
fn log(prediction: &[f32; OUTPUTS]) {
    if LABELS.is_empty() {
        defmt::println!("{{\"value\":{=u32}}}", prediction[0].to_bits());
    } else {
        defmt::println!("{{\"class\":{=usize}}}", argmax(prediction));
    }
}
