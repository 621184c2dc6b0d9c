#![no_std]
#![no_main]
//! Runs the benchmark suite on a Cortex-M and logs what it finds, one JSON object a line.
//!
//! Nothing here knows a vendor's chip: the memory comes from `boards/<id>.toml`, the counter is the
//! core's own, and the log goes through the debugger. `situ bench` on the host builds this, runs it,
//! checks every result and prints the table.

mod counter;
mod fault;
mod measure;
mod row;
mod stack;

#[cfg(feature = "chip")]
use defmt_rtt as _;
#[cfg(feature = "qemu")]
use defmt_semihosting as _;

#[cfg(not(any(feature = "chip", feature = "qemu")))]
compile_error!("enable `qemu` or `chip`, by how the board runs; `situ bench` does");

use panic_probe as _;

use cortex_m::Peripherals;
use cortex_m_rt::entry;
use cortex_m_semihosting::debug;

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
    debug::exit(debug::EXIT_SUCCESS);
    // Without a debugger there is nobody to tell.
    loop {
        cortex_m::asm::wfi();
    }
}
