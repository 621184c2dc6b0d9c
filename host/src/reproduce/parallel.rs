//! Applies a function to many items on all cores.

use rayon::prelude::*;

/// Items of which a function is computed on all cores.
pub trait Parallel: IntoIterator + Sized {
    /// `f` of every item, computed on all cores before this returns; in the order of the items.
    fn parallel_map<T: Send>(
        self,
        f: impl Fn(Self::Item) -> T + Sync,
    ) -> impl ExactSizeIterator<Item = T>
    where
        Self::Item: Copy + Sync,
    {
        let items: Vec<Self::Item> = self.into_iter().collect();
        indexed(items.len(), &|index| f(items[index])).into_iter()
    }
}

impl<I: IntoIterator> Parallel for I {}

/// A function that is not generic in `f`: rayon is compiled once for each type of result, not for each
/// experiment.
fn indexed<T: Send>(count: usize, f: &(dyn Fn(usize) -> T + Sync)) -> Vec<T> {
    (0..count).into_par_iter().map(f).collect()
}
