#![no_std]
#![no_main]
//! Predicts what its samples show, then learns what they turned out to be. Written by
//! `situ fit --export`; yours to change.

#[allow(dead_code, reason = "counts other things as well")]
mod counter;
mod fault;
mod model;
mod source;

use log as _;
use panic_probe as _;

use counter::Counter;
use cortex_m::{Peripherals, singleton};
use cortex_m_rt::entry;
use cortex_m_semihosting::debug;
use model::{FEATURES, Model, OUTPUTS, Stream};
use situ::matrix::argmax;
use situ::online::{Learner, Target};
use source::{Replay, Source};

#[entry]
fn main() -> ! {
    let Some(peripherals) = Peripherals::take() else { fault::fail() };
    let Ok(mut stream) = Stream::new() else { fault::fail() };
    let Some(model) = start() else { fault::fail() };
    run(model, &mut stream, &mut Replay::new(), &mut Counter::new(peripherals));
    debug::exit(debug::EXIT_SUCCESS);
    loop {
        cortex_m::asm::wfi();
    }
}

/// The learner, in memory of its own.
#[inline(never)]
fn start() -> Option<&'static mut Model> {
    let model = model::new().ok()?;
    singleton!(: Model = model)
}

/// Predicts and learns until the source ends; logs each prediction, and what the updates cost.
fn run(model: &mut Model, stream: &mut Stream, source: &mut impl Source, counter: &mut Counter) {
    let mut features = [0.0; FEATURES];
    let mut prediction = [0.0; OUTPUTS];
    let (mut updates, mut counts) = (0, 0);
    while let Some(sample) = source.next() {
        if sample.restart {
            stream.restart();
        }
        match stream.push(&sample.channels, &mut features) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(_) => fault::fail(),
        }
        let mut outcome = Ok(());
        counts += u64::from(counter.elapsed(|| {
            outcome = model.update(&features, sample.target, &mut prediction);
        }));
        if outcome.is_err() {
            fault::fail();
        }
        updates += 1;
        log_prediction(sample.target, &prediction);
    }
    defmt::println!(
        "{{\"finish\":{{\"updates\":{=u32},\"counts\":{=u64},\"counter\":\"{=str}\",\"stack\":{=usize}}}}}",
        updates,
        counts,
        counter.name(),
        deepest_stack()
    );
}

/// A class number, or the bits of a value.
fn log_prediction(target: Target<f32>, prediction: &[f32; OUTPUTS]) {
    match target {
        Target::Class(class) => defmt::println!(
            "{{\"class\":{{\"predicted\":{=usize},\"target\":{=usize}}}}}",
            argmax(prediction),
            class
        ),
        Target::Value(value) => defmt::println!(
            "{{\"value\":{{\"predicted\":{=u32},\"target\":{=u32}}}}}",
            prediction[0].to_bits(),
            value.to_bits()
        ),
    }
}

/// Most stack in use at once: what the painting at reset no longer shows.
fn deepest_stack() -> usize {
    unsafe extern "C" {
        static _stack_start: u32;
        static _stack_end: u32;
    }
    let top = &raw const _stack_start as usize;
    let mut address = &raw const _stack_end as usize;
    // SAFETY: words between the variables and the stack's top, in RAM.
    while address < top
        && unsafe { core::ptr::read_volatile(address as *const u32) } == cortex_m_rt::STACK_PAINT_VALUE
    {
        address += 4;
    }
    top - address
}
