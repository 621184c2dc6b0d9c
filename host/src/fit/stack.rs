//! A stack for learners, which are built by value at the host's size.

use crate::Failure;
use std::thread::{Builder, scope};

/// Bytes: several times the largest learner.
const STACK: usize = 256 << 20;

/// Runs `work` on a thread whose stack holds the largest learner. A panic propagates to the caller.
///
/// # Errors
/// [`Failure::Check`] if the system cannot start such a thread.
pub fn on_large_stack<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R, Failure> {
    scope(|scope| {
        let thread = Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| Failure::Check(format!("no thread: {error}")))?;
        thread.join().map_or_else(|panic| std::panic::resume_unwind(panic), Ok)
    })
}
