#![no_std]
//! A learner for programs in C: `include/situ.h` has the interface and its documentation.
//!
//! The caller provides the memory and nothing is allocated: the examples waiting for a label are in a
//! `heapless` buffer inside it. A failed call leaves the learner unchanged.

#[path = "../../learner/src/features.rs"]
pub mod features;
#[path = "../../learner/src/model.rs"]
pub mod model;
#[path = "../../learner/src/pipeline.rs"]
pub mod pipeline;
mod status;

use core::slice::{from_raw_parts, from_raw_parts_mut};
use model::{CHANNELS, LABELS, OUTPUTS};
use pipeline::Pipeline;
use situ::online::{Error, Target};
use status::*;

/// A learner in the caller's memory.
#[repr(C, align(8))]
pub struct Learner {
    /// [`BEGUN`] once the learner has been initialized.
    begun: u32,
    pipeline: Pipeline,
}

/// Distinguishes a learner from uninitialized memory.
const BEGUN: u32 = 0x7374_7521;

/// Bytes of a learner, for a check against `situ_model.h`.
#[unsafe(no_mangle)]
pub static SITU_SIZE: usize = size_of::<Learner>();

/// The learner behind a pointer, if it has been initialized.
///
/// # Safety
/// `learner` is null or points to the memory of a learner that no one else uses meanwhile.
unsafe fn begun<'a>(learner: *mut Learner) -> Result<&'a mut Pipeline, i32> {
    if learner.is_null() {
        return Err(SITU_NULL);
    }
    if !learner.is_aligned() {
        return Err(SITU_MISALIGNED);
    }
    // SAFETY: not null, aligned, and the caller's promise.
    unsafe {
        if (&raw const (*learner).begun).read() != BEGUN {
            return Err(SITU_NOT_BEGUN);
        }
        Ok(&mut (*learner).pipeline)
    }
}

fn status(outcome: Result<i32, i32>) -> i32 {
    outcome.unwrap_or_else(|code| code)
}

/// Initializes a learner in `bytes` bytes of memory.
///
/// # Safety
/// `learner` is null or points to that much memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn situ_init(learner: *mut Learner, bytes: usize) -> i32 {
    if learner.is_null() {
        return SITU_NULL;
    }
    if !learner.is_aligned() {
        return SITU_MISALIGNED;
    }
    if bytes < size_of::<Learner>() {
        return SITU_CAPACITY;
    }
    // SAFETY: not null, aligned, large enough, and the caller's promise. The fields are written in
    // place: no second copy lies on the stack.
    unsafe {
        (&raw mut (*learner).begun).write(0);
        (&raw mut (*learner).pipeline).write(Pipeline::EMPTY);
        match (*learner).pipeline.begin() {
            Ok(()) => {
                (&raw mut (*learner).begun).write(BEGUN);
                SITU_OK
            }
            Err(error) => code(error),
        }
    }
}

/// Starts a new recording.
///
/// # Safety
/// See [`begun`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn situ_restart(learner: *mut Learner) -> i32 {
    // SAFETY: the caller's promise.
    status(unsafe { begun(learner) }.map(|pipeline| {
        pipeline.restart();
        SITU_OK
    }))
}

/// Takes a sample.
///
/// # Safety
/// See [`begun`]; `sample` is null or points to `SITU_CHANNELS` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn situ_push(learner: *mut Learner, sample: *const f32) -> i32 {
    // SAFETY: the caller's promise.
    let (pipeline, sample) = match unsafe { (begun(learner), sample.cast::<[f32; CHANNELS]>()) } {
        (Err(code), _) => return code,
        (Ok(_), sample) if sample.is_null() => return SITU_NULL,
        // SAFETY: not null, and the caller's promise; an array of numbers may lie anywhere.
        (Ok(pipeline), sample) => (pipeline, unsafe { sample.read_unaligned() }),
    };
    let skipped = pipeline.skipped();
    if pipeline.push(&sample) {
        SITU_COMPLETE
    } else if pipeline.skipped() != skipped {
        SITU_NOT_FINITE
    } else {
        SITU_OK
    }
}

/// Predicts the last complete example.
///
/// # Safety
/// See [`begun`]; `prediction` is null or points to `SITU_OUTPUTS` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn situ_predict(learner: *mut Learner, prediction: *mut f32) -> i32 {
    // SAFETY: the caller's promise.
    let pipeline = match unsafe { begun(learner) } {
        Ok(pipeline) => pipeline,
        Err(code) => return code,
    };
    if prediction.is_null() {
        return SITU_NULL;
    }
    let mut numbers = [0.0; OUTPUTS];
    match pipeline.predict(&mut numbers) {
        Ok(()) => {
            // SAFETY: not null, and the caller's promise.
            unsafe { prediction.cast::<[f32; OUTPUTS]>().write_unaligned(numbers) };
            SITU_OK
        }
        Err(error) => code(error.into()),
    }
}

/// Learns the class of the example that was completed `age` examples ago.
///
/// # Safety
/// See [`begun`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn situ_learn_class(learner: *mut Learner, age: usize, class: usize) -> i32 {
    // SAFETY: the caller's promise.
    status(unsafe { begun(learner) }.map(|pipeline| learn(pipeline, age, Target::Class(class))))
}

/// Learns the value of the example that was completed `age` examples ago.
///
/// # Safety
/// See [`begun`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn situ_learn_value(learner: *mut Learner, age: usize, value: f32) -> i32 {
    // SAFETY: the caller's promise.
    status(unsafe { begun(learner) }.map(|pipeline| learn(pipeline, age, Target::Value(value))))
}

fn learn(pipeline: &mut Pipeline, age: usize, target: Target<f32>) -> i32 {
    match (target, LABELS.is_empty()) {
        (Target::Class(_), true) | (Target::Value(_), false) => return SITU_WRONG_TASK,
        _ => {}
    }
    match pipeline.label(age, target) {
        Ok(()) => SITU_OK,
        Err(error) => code(error.into()),
    }
}

/// Saves the learned state; `length` receives the number of bytes, even if `capacity` is too small.
///
/// # Safety
/// See [`begun`]; `bytes` is null or points to `capacity` bytes, `length` is null or points to a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn situ_save(
    learner: *mut Learner,
    bytes: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> i32 {
    // SAFETY: the caller's promise.
    let pipeline = match unsafe { begun(learner) } {
        Ok(pipeline) => pipeline,
        Err(code) => return code,
    };
    if length.is_null() || (bytes.is_null() && capacity > 0) {
        return SITU_NULL;
    }
    let model = pipeline.model();
    let needed = situ::online::saved_bytes::<f32>(model);
    // SAFETY: not null, and the caller's promise.
    unsafe { length.write_unaligned(needed) };
    if capacity < needed {
        return SITU_CAPACITY;
    }
    // SAFETY: `needed` is positive, so `bytes` is not null; and the caller's promise.
    let out = unsafe { from_raw_parts_mut(bytes, capacity) };
    match situ::online::save::<f32>(model, out) {
        Ok(_) => SITU_OK,
        Err(error) => code(error.into()),
    }
}

/// Restores a saved state.
///
/// # Safety
/// See [`begun`]; `bytes` is null or points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn situ_restore(
    learner: *mut Learner,
    bytes: *const u8,
    length: usize,
) -> i32 {
    // SAFETY: the caller's promise.
    let pipeline = match unsafe { begun(learner) } {
        Ok(pipeline) => pipeline,
        Err(code) => return code,
    };
    if bytes.is_null() {
        return SITU_NULL;
    }
    // SAFETY: not null, and the caller's promise.
    let bytes = unsafe { from_raw_parts(bytes, length) };
    match situ::online::restore::<f32>(pipeline.model(), bytes) {
        Ok(()) => SITU_OK,
        Err(error) => code(Error::into(error)),
    }
}

// The library cannot panic, but the language requires a handler.
#[cfg(not(any(test, doc)))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
