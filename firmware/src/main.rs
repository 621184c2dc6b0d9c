#![no_std]
#![no_main]
//! Runs the benchmark suite on a board and logs its results, one JSON object per line.
//!
//! `situ bench` on the host builds this firmware, runs it, checks every result and prints the table.

mod measure;
mod row;

use situ_board::{Counter, entry, fault};

#[entry]
fn main() -> ! {
    situ_board::disable_interrupts();
    let Some(counter) = Counter::start() else { fault::fail() };
    let mut measure = measure::Measure::new(counter);
    defmt::println!("{{\"start\":{{\"counter\":\"{=str}\"}}}}", measure.counter());
    if cfg!(feature = "models") {
        situ_suite::each_model(&mut measure);
    } else if cfg!(feature = "learners") {
        situ_suite::each_learner(&mut measure);
    } else {
        situ_suite::each(&mut measure);
    }
    defmt::println!("{{\"finish\":{{\"stack\":{=usize}}}}}", measure.deepest_stack());
    fault::finish()
}
