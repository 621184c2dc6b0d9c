//! From the sampling interrupt to the model, through a queue of fixed length.

use crate::{Recording, Sample, Source};
use core::cell::RefCell;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use critical_section::Mutex;
use heapless::spsc::{Consumer, Producer, Queue};

/// Length of the queue, less one: samples that arrive while the model learns.
pub const QUEUE: usize = 8;

/// The state that the interrupt owns.
struct Sampler {
    source: Recording,
    queue: Producer<'static, Sample>,
}

static SAMPLER: Mutex<RefCell<Option<Sampler>>> = Mutex::new(RefCell::new(None));
static ENDED: AtomicBool = AtomicBool::new(false);
static LOST: AtomicU32 = AtomicU32::new(0);

/// Connects a source to the interrupt; returns the end of the queue that the model reads.
pub fn start(
    source: Recording,
    queue: &'static mut Queue<Sample, QUEUE>,
) -> Consumer<'static, Sample> {
    let (producer, consumer) = queue.split();
    critical_section::with(|token| {
        SAMPLER.borrow(token).replace(Some(Sampler { source, queue: producer }));
    });
    consumer
}

/// Whether the source has ended.
pub fn ended() -> bool {
    ENDED.load(Ordering::Acquire)
}

/// Number of samples lost because the queue was full.
pub fn lost() -> u32 {
    LOST.load(Ordering::Relaxed)
}

situ_board::software_interrupt!(sample);

/// The sampling interrupt. The software interrupt, which every core has, stands in for the timer or the
/// data-ready line of a sensor. A sample costs the interrupt one copy and the model no time.
fn sample() {
    critical_section::with(|token| {
        let mut sampler = SAMPLER.borrow(token).borrow_mut();
        let Some(sampler) = sampler.as_mut() else { return };
        match sampler.source.sample() {
            Some(sample) => {
                if sampler.queue.enqueue(sample).is_err() {
                    LOST.store(lost().saturating_add(1), Ordering::Relaxed);
                }
            }
            None => ENDED.store(true, Ordering::Release),
        }
    });
}
