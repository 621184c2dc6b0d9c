#![no_std]
#![no_main]
//! The bundled learner on Embassy: one task samples, another predicts and learns.
//!
//! ```sh
//! cd firmware/examples/embassy && cargo run --release
//! ```
//!
//! The channel between the tasks is bounded: the sampling task waits if the learner is late. The recording
//! stands in for a sensor; with a sensor, the task awaits its interrupt or a timer instead of yielding.

use cortex_m_rt as _;
use embassy_executor::Spawner;
use embassy_futures::yield_now;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::channel::Channel;
use learner::model::OUTPUTS;
use learner::sampling::QUEUE;
use learner::{Pipeline, Recording, Sample, Source};
use situ::matrix::argmax;
use situ::online::Target;
use situ_board::fault;
use static_cell::ConstStaticCell;

/// Samples on their way to the learner; `None` after the last.
static SAMPLES: Channel<CriticalSectionRawMutex, Option<Sample>, QUEUE> = Channel::new();
static PIPELINE: ConstStaticCell<Pipeline> = ConstStaticCell::new(Pipeline::EMPTY);

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let pipeline = PIPELINE.take();
    if pipeline.begin().is_err() {
        fault::fail();
    }
    let (Ok(sampling), Ok(learning)) = (sample(), learn(pipeline)) else { fault::fail() };
    spawner.spawn(sampling);
    spawner.spawn(learning);
}

/// Reads the sensor.
#[embassy_executor::task]
async fn sample() {
    let mut source = Recording::new();
    while let Some(sample) = source.sample() {
        SAMPLES.send(Some(sample)).await;
        yield_now().await;
    }
    SAMPLES.send(None).await;
}

/// Predicts every example and learns those with a label.
#[embassy_executor::task]
async fn learn(pipeline: &'static mut Pipeline) {
    let (mut predictions, mut hits) = (0_u32, 0_u32);
    while let Some(sample) = SAMPLES.receive().await {
        if sample.restart {
            pipeline.restart();
        }
        let mut prediction = [0.0; OUTPUTS];
        if !pipeline.push(&sample.channels) || pipeline.predict(&mut prediction).is_err() {
            continue;
        }
        predictions += 1;
        hits += u32::from(sample.target == Some(Target::Class(argmax(&prediction))));
        if let Some(target) = sample.target {
            // A label that the model does not know is refused and changes nothing.
            let _ = pipeline.label(0, target);
        }
    }
    defmt::println!("{{\"predictions\":{=u32},\"hits\":{=u32}}}", predictions, hits);
    fault::finish()
}
