//! Uses the widest vectors that the processor has.

/// Minimum number of multiply-adds of one pass over a matrix at which the check of [`Vectorized::run`] pays.
pub(crate) const LARGE_PASS: usize = 128;

/// Work compiled for more than one width of vectors.
pub(crate) trait Vectorized: Sized {
    /// The result.
    type Output;

    /// Runs the work. Implementations and everything they call must be `#[inline(always)]`: only what
    /// is inlined into [`Self::run`] is compiled again for wider vectors.
    fn work(self) -> Self::Output;

    /// [`Self::work`], also compiled for the vectors of AVX2, which are used if the processor has them: the
    /// same operations in the same order, so the same bits.
    ///
    /// The check costs a nanosecond or two; without feature `std`, and on Arm, nothing.
    #[inline(always)]
    fn run(self) -> Self::Output {
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[target_feature(enable = "avx2")]
            fn wide<V: Vectorized>(vectorized: V) -> V::Output {
                vectorized.work()
            }
            // SAFETY: this processor has AVX2.
            return unsafe { wide(self) };
        }
        self.work()
    }
}
