//! Uses the widest vectors that the processor has.

/// Minimum number of multiply-adds of one pass over a matrix at which the check of [`Vectorized::run`] pays.
const LARGE_PASS: usize = 128;

/// Work compiled for more than one width of vectors.
pub(crate) trait Vectorized: Sized {
    /// The result.
    type Output;

    /// Whether it is compiled for the vectors of AVX-512 too. Measure it: for these the compiler gathers and
    /// transposes where it need not.
    const WIDEST: bool = false;

    /// Runs the work. Implementations and everything they call must be `#[inline(always)]`: only what
    /// is inlined into [`Self::run`] is compiled again for wider vectors.
    fn work(self) -> Self::Output;

    /// [`Self::work`], also compiled for the vectors of AVX2 and of AVX-512, which are used if the processor
    /// has them: the same operations in the same order, so the same bits.
    ///
    /// The check costs a nanosecond or two; without feature `std`, and on Arm, nothing.
    #[inline(always)]
    fn run(self) -> Self::Output {
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        {
            #[target_feature(enable = "avx512f")]
            fn widest<V: Vectorized>(vectorized: V) -> V::Output {
                vectorized.work()
            }
            #[target_feature(enable = "avx2")]
            fn wide<V: Vectorized>(vectorized: V) -> V::Output {
                vectorized.work()
            }
            if Self::WIDEST && std::arch::is_x86_feature_detected!("avx512f") {
                // SAFETY: this processor has AVX-512.
                return unsafe { widest(self) };
            }
            if std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: this processor has AVX2.
                return unsafe { wide(self) };
            }
        }
        // Asked for only where there is a choice.
        _ = Self::WIDEST;
        self.work()
    }

    /// Whether a pass of so many multiply-adds is long enough for [`Self::run`].
    #[inline(always)]
    fn is_large(size: usize) -> bool {
        size >= LARGE_PASS
    }

    /// [`Self::run`] for a pass that is long enough, otherwise [`Self::work`].
    #[inline(always)]
    fn pass(self, size: usize) -> Self::Output {
        if Self::is_large(size) { self.run() } else { self.work() }
    }
}
