#![no_std]
#![no_main]
//! Runs the benchmark suite on a Cortex-M and logs its results, one JSON object per line.
//!
//! `situ bench` on the host builds this firmware, runs it, checks every result and prints the table.

mod measure;
mod row;

use cortex_m::Peripherals;
use cortex_m_rt::entry;
use situ_board::fault;

#[entry]
fn main() -> ! {
    cortex_m::interrupt::disable();
    let Some(peripherals) = Peripherals::take() else { fault::fail() };
    let mut measure = measure::Measure::new(peripherals);
    defmt::println!("{{\"start\":{{\"counter\":\"{=str}\"}}}}", measure.counter());
    if cfg!(feature = "models") {
        situ_suite::each_model(&mut measure);
    } else {
        situ_suite::each(&mut measure);
    }
    defmt::println!("{{\"finish\":{{\"stack\":{=usize}}}}}", measure.deepest_stack());
    fault::finish()
}
