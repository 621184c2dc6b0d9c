#![no_std]
#![no_main]
//! Samples, predicts, learns where there is a label, and logs each prediction.
//!
//! With the bundled recording the run ends, and says what prediction and learning cost.

use heapless::spsc::Queue;
use learner::model::{LABELS, OUTPUTS};
use learner::sampling::{self, QUEUE, Sample};
use learner::{Pipeline, Recording};
use situ::matrix::argmax;
use situ_board::{Counter, Once, Stack, entry, fault};

static SAMPLES: Once<Queue<Sample, QUEUE>> = Once::new(Queue::new());
static PIPELINE: Once<Pipeline> = Once::new(Pipeline::EMPTY);

#[entry]
fn main() -> ! {
    // Before the first interrupt: all free RAM.
    let stack = Stack::new(usize::MAX);
    let (Some(queue), Some(pipeline)) = (SAMPLES.take(), PIPELINE.take()) else { fault::fail() };
    let (Some(counter), Ok(())) = (Counter::start(), pipeline.begin()) else { fault::fail() };
    let mut samples = sampling::start(Recording::new(), queue);
    let mut run = Run { pipeline, counter, cost: Cost::default() };
    loop {
        match samples.dequeue() {
            Some(sample) => run.take(&sample),
            None if sampling::ended() => break,
            // A sensor raises its interrupt itself; until then the core sleeps.
            None => situ_board::raise_software_interrupt(),
        }
    }
    run.report(stack.deepest());
    fault::finish()
}

/// The pipeline, and what it has cost so far.
struct Run {
    pipeline: &'static mut Pipeline,
    counter: Counter,
    cost: Cost,
}

/// Calls, and the sum of their counts.
#[derive(Default)]
struct Cost {
    predictions: u32,
    predicting: u64,
    updates: u32,
    learning: u64,
    /// Examples that the model refused.
    refused: u32,
}

impl Run {
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
            } else {
                cost.refused += 1;
            }
        }
    }

    /// Logs the cost of the whole run.
    fn report(&self, stack: usize) {
        let cost = &self.cost;
        defmt::println!(
            "{{\"finish\":{{\"predictions\":{=u32},\"predicting\":{=u64},\"updates\":{=u32},\
             \"learning\":{=u64},\"refused\":{=u32},\"skipped\":{=u32},\"lost\":{=u32},\
             \"counter\":\"{=str}\",\"stack\":{=usize}}}}}",
            cost.predictions,
            cost.predicting,
            cost.updates,
            cost.learning,
            cost.refused,
            self.pipeline.skipped(),
            sampling::lost(),
            self.counter.name(),
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
