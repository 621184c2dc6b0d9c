//! Linear attention as a state: a matrix written and read once per token.

use super::fast_weights::{check_read, extent, fits, grown, largest, magnitude};
use super::rule::Decay;
use super::{Error, FastWeights, Rule};
use crate::archive::{Archive, Persist};
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
use crate::matrix::blocks;
use crate::matrix::{Matrix, transpose_vector};
use crate::scalar::{Scalar, Storage, Vectorized};
use core::iter::repeat;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
use core::slice;

/// The memory M of linear attention, written by a [`Rule`]: VALUES × KEYS numbers, and two more.
///
/// Not to be confused with [`crate::online::Memory`], which stores examples.
///
/// A write costs VALUES · KEYS multiply-adds (twice that by the delta rules), a read as many. In f16
/// the memory takes half the bytes: sums are made in f32 and stored by dithering, so that small steps
/// add up ([`Storage::store_dithered`]).
///
/// ```
/// use situ::attention::{Error, FastWeights, Memory, Rule};
///
/// static EMPTY: Memory<f32, 2, 1> = Memory::new();
/// let mut memory = EMPTY.clone();
/// // The delta rule replaces the value under a key.
/// for value in [5.0, 7.0] {
///     memory.write(Rule::Delta { step_size: 1.0 }, &[0.6, 0.8], &[value])?;
/// }
/// let mut value = [0.0];
/// memory.read(&[0.6, 0.8], &mut value)?;
/// assert!((value[0] - 7.0_f32).abs() < 1e-5);
///
/// let diverging = Rule::Delta { step_size: 2.5 };
/// assert_eq!(memory.write(diverging, &[0.6, 0.8], &[0.0]), Err(Error::StepSize));
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "linear attention")]
#[derive(Clone, Debug, PartialEq)]
// A vector of AVX-512 then lies within a cache line, as it does in each row of a multiple of 16 values.
#[cfg_attr(all(feature = "std", target_arch = "x86_64"), repr(align(64)))]
pub struct Memory<S: Storage, const KEYS: usize, const VALUES: usize> {
    /// Mᵀ, one row per key channel: a read then has one sum per value, none across a register.
    matrix: Matrix<S, KEYS, VALUES>,
    /// No element is larger: with this a write is known not to overflow.
    bound: S::Compute,
    /// Writes so far, which dither what is rounded.
    writes: u32,
}

impl<S: Storage, const KEYS: usize, const VALUES: usize> Default for Memory<S, KEYS, VALUES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Storage, const KEYS: usize, const VALUES: usize> Memory<S, KEYS, VALUES> {
    /// An empty memory.
    pub const fn new() -> Self {
        let matrix = Matrix::zeros();
        Self { matrix, bound: S::Compute::ZERO, writes: 0 }
    }

    /// A memory that starts from these weights, Mᵀ: one row per key channel.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if an element is infinite or NaN.
    pub fn from_matrix(matrix: Matrix<S, KEYS, VALUES>) -> Result<Self, Error> {
        let mut memory = Self { matrix, bound: S::Compute::ZERO, writes: 0 };
        memory.bound = largest(memory.matrix.as_slice());
        if memory.matrix.is_finite() { Ok(memory) } else { Err(Error::NotFinite) }
    }

    /// Mᵀ: one row per key channel, one column per value.
    pub const fn matrix(&self) -> &Matrix<S, KEYS, VALUES> {
        &self.matrix
    }

    /// The step size times the error of what is read under the key.
    #[inline(always)]
    fn correction(
        &self,
        decay: Decay<'_, S::Compute, KEYS>,
        step_size: S::Compute,
        key: &[S::Compute; KEYS],
        value: &[S::Compute; VALUES],
    ) -> [S::Compute; VALUES] {
        let mut faded = *key;
        match decay {
            Decay::None => {}
            Decay::All(decay) => faded.iter_mut().for_each(|key| *key *= decay),
            Decay::Channels(decays) => {
                faded.iter_mut().zip(decays).for_each(|(key, decay)| *key *= *decay);
            }
        }
        let mut change = [S::Compute::ZERO; VALUES];
        transpose_vector(&self.matrix, &faded, &mut change);
        for (change, value) in change.iter_mut().zip(value) {
            *change = step_size * (*value - *change);
        }
        change
    }

    /// `M ← M D + change keyᵀ`, D the diagonal matrix of the decays.
    #[inline(always)]
    fn apply(
        &mut self,
        decay: Decay<'_, S::Compute, KEYS>,
        change: &[S::Compute; VALUES],
        key: &[S::Compute; KEYS],
    ) {
        let one = S::Compute::ONE;
        #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
        {
            let decays = match &decay {
                Decay::None => slice::from_ref(&one),
                Decay::All(decay) => slice::from_ref(decay),
                Decay::Channels(decays) => decays.as_slice(),
            };
            if blocks::fade_and_add(decays, key, change, self.matrix.as_mut_slice()) {
                return;
            }
        }
        let (rows, writes, size) = (&mut self.matrix.rows, self.writes, KEYS * VALUES);
        match decay {
            Decay::None => Step { rows, decays: repeat(one), change, key, writes }.pass(size),
            Decay::All(decay) => {
                Step { rows, decays: repeat(decay), change, key, writes }.pass(size);
            }
            Decay::Channels(decays) => {
                Step { rows, decays: decays.iter().copied(), change, key, writes }.pass(size);
            }
        }
    }
}

/// Whether [`Vectorized::run`] has a choice of vectors.
const HOST: bool = cfg!(target_arch = "x86_64");

/// The operands of [`Memory::apply`].
struct Step<'a, S: Storage, D, const KEYS: usize, const VALUES: usize> {
    rows: &'a mut [[S; VALUES]; KEYS],
    decays: D,
    change: &'a [S::Compute; VALUES],
    key: &'a [S::Compute; KEYS],
    writes: u32,
}

impl<S, D, const KEYS: usize, const VALUES: usize> Vectorized for Step<'_, S, D, KEYS, VALUES>
where
    S: Storage,
    D: Iterator<Item = S::Compute>,
{
    type Output = ();
    const WIDEST: bool = true;

    #[inline(always)]
    fn work(self) {
        // On a host a copy, which the compiler knows to be apart from the rows, and a sum in a fixed order: without them
        // it computes one by one, or gathers and scatters columns, in ten times the time.
        let (copy, mut in_order) = (*self.change, S::Compute::ZERO);
        let change = if HOST { &copy } else { self.change };
        for ((row, key), decay) in self.rows.iter_mut().zip(self.key).zip(self.decays) {
            let key = *key;
            in_order += key;
            for (element, change) in row.iter_mut().zip(change) {
                let sum = decay * element.load() + *change * key;
                *element = S::store_dithered(sum, self.writes);
            }
        }
        if HOST {
            core::hint::black_box(in_order);
        }
    }
}

impl<S: Storage, const N: usize> Memory<S, N, N> {
    /// Adds to every diagonal element: the ridge of a memory that is inverted.
    pub fn add_to_diagonal(&mut self, value: S::Compute) {
        self.matrix.add_to_diagonal(value);
        self.bound += value.abs();
    }
}

impl<T, S, const KEYS: usize, const VALUES: usize> FastWeights<T, KEYS, VALUES>
    for Memory<S, KEYS, VALUES>
where
    T: Scalar,
    S: Storage<Compute = T>,
{
    type Gate = Rule<T, KEYS>;

    // A caller's rule is usually known when it is compiled: only that rule's loop remains.
    #[inline(always)]
    fn write(
        &mut self,
        rule: Rule<T, KEYS>,
        key: &[T; KEYS],
        value: &[T; VALUES],
    ) -> Result<(), Error> {
        let (decay, step_size) = rule.checked(key).map_err(|error| refusal(key, error))?;
        let correction;
        let change = match step_size {
            None => value,
            Some(step_size) => {
                correction = self.correction(decay, step_size, key, value);
                &correction
            }
        };
        let kept = if let Decay::All(decay) = decay { decay } else { T::ONE };
        // Loose, but two operations an element; NaN fits nowhere.
        let mut bound = kept * self.bound + magnitude(key) * magnitude(change);
        if !fits::<S>(bound) {
            let elements = self.matrix.as_slice();
            bound = measured(elements, self.bound, kept, [key, value, change])?;
        }
        self.apply(decay, change, key);
        self.bound = bound;
        self.writes = self.writes.wrapping_add(1);
        Ok(())
    }

    #[inline]
    fn read(&self, query: &[T; KEYS], out: &mut [T; VALUES]) -> Result<(), Error> {
        transpose_vector(&self.matrix, query, out);
        check_read(query, out)
    }

    fn clear(&mut self) {
        self.matrix.clear();
        (self.bound, self.writes) = (T::ZERO, 0);
    }
}

/// The error of a rule that is refused: the key's, if it is not finite. On slices and never inlined, as
/// [`measured`]: what is rarely called is not worth a copy for each size.
#[cold]
#[inline(never)]
fn refusal<T: Scalar>(key: &[T], error: Error) -> Error {
    extent(key).err().unwrap_or(error)
}

/// The bound after a write of `change keyᵀ`, by the largest elements instead of sums of magnitudes.
///
/// # Errors
/// [`Error::NotFinite`] if a key or value is not finite, [`Error::Overflow`] if an element could leave
/// the storage format.
#[cold]
#[inline(never)]
fn measured<S: Storage>(
    elements: &[S],
    bound: S::Compute,
    kept: S::Compute,
    [key, value, change]: [&[S::Compute]; 3],
) -> Result<S::Compute, Error> {
    let key_extent = extent(key)?;
    extent(value)?;
    let reach = key_extent * extent(change).map_err(|_| Error::Overflow)?;
    grown(bound, kept, reach, elements)
}

impl<S: Storage, const KEYS: usize, const VALUES: usize> Persist for Memory<S, KEYS, VALUES> {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"linear-attention-by-key");
        archive.expect_sizes(&[KEYS, VALUES]);
        archive.numbers(self.matrix.as_mut_slice());
        archive.number(&mut self.bound);
        archive.count(&mut self.writes);
    }
}
