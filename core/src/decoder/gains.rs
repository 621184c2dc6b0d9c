//! Gains in RAM, tuned while the other weights stay frozen.

use super::{Decoder, Error};
use crate::normtune::Rule;
use crate::scalar::{Scalar, Storage};

/// The gains of a decoder, tuned to prompts by a descent rule: `N` = [`Shape::gains`](super::Shape::gains) of
/// (2 layers + 1) d. The other weights are read where they are, in flash.
///
/// `2 N` scalars, `N` states of the rule and 4 bytes.
///
/// ```
/// use situ::decoder::{Cache, Decoder, Gains, Mixing, Shape};
/// use situ::normtune::Adagrad;
/// use situ::random::Generator;
///
/// const SHAPE: Shape = Shape {
///     vocabulary: 5,
///     positions: 4,
///     context: 4,
///     width: 8,
///     heads: 2,
///     units: 16,
///     layers: 2,
///     mixing: Mixing::Softmax,
/// };
/// let mut generator = Generator::new(1);
/// let weights = [(); SHAPE.weights()].map(|()| generator.normal::<f32>());
/// let decoder = Decoder::new(SHAPE, &weights)?;
///
/// // After tokens 3 and 1 comes 4. No weight is changed but the gains.
/// let prompt = [(3, None), (1, Some(4))];
/// let mut workspace = [0.0; SHAPE.tuning_workspace(2)];
/// let mut gains = Gains::<f32, Adagrad<f32>, { SHAPE.gains() }>::EMPTY;
/// gains.begin(&decoder)?;
/// let rule = Adagrad { rate: 0.1, floor: 1e-6 };
/// let before = gains.step(&decoder, &rule, &prompt, &mut workspace)?;
/// for _ in 0..30 {
///     gains.step(&decoder, &rule, &prompt, &mut workspace)?;
/// }
/// assert!(gains.step(&decoder, &rule, &prompt, &mut workspace)? < 0.1 * before);
///
/// let tuned = decoder.with_gains(gains.values())?;
/// let (mut memory, mut logits) = ([0.0; SHAPE.cache()], [0.0; 5]);
/// let mut cache = Cache::new(&mut memory);
/// for (token, _) in prompt {
///     tuned.step(token, &mut cache, &mut [0.0; SHAPE.workspace()], &mut logits)?;
/// }
/// assert_eq!(situ::matrix::argmax(&logits), 4);
/// # Ok::<(), situ::decoder::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Gains<T: Scalar, R: Rule<T>, const N: usize> {
    values: [T; N],
    gradient: [T; N],
    memory: [R::Memory; N],
    steps: u32,
}

impl<T: Scalar, R: Rule<T>, const N: usize> Gains<T, R, N> {
    /// Without gains: [`Self::begin`] reads them.
    pub const EMPTY: Self =
        Self { values: [T::ZERO; N], gradient: [T::ZERO; N], memory: [R::FRESH; N], steps: 0 };

    /// Starts from the gains of a decoder, in place.
    ///
    /// # Errors
    /// [`Error::Weights`] if it has another number of gains.
    pub fn begin<S: Storage<Compute = T>>(
        &mut self,
        decoder: &Decoder<'_, S>,
    ) -> Result<(), Error> {
        decoder.read_gains(&mut self.values)?;
        self.gradient.fill(T::ZERO);
        self.memory.fill(R::FRESH);
        self.steps = 0;
        Ok(())
    }

    /// The gains, for [`Decoder::with_gains`].
    pub const fn values(&self) -> &[T; N] {
        &self.values
    }

    /// The gradient of the last step.
    pub const fn gradient(&self) -> &[T; N] {
        &self.gradient
    }

    /// One step of `rule` on a prompt: each token, with the token that is to follow it where one is to be
    /// learned. Returns the mean cross-entropy of these answers before the step; the workspace has
    /// [`Shape::tuning_workspace`](super::Shape::tuning_workspace) scalars.
    ///
    /// Costs about two and a half times as much as running the prompt.
    ///
    /// # Errors
    /// [`Error::Weights`], [`Error::Token`], [`Error::Full`], [`Error::Workspace`], [`Error::Mesa`] if the
    /// decoder's layers are mesa layers, [`Error::NotFinite`]; the gains are then unchanged.
    pub fn step<S: Storage<Compute = T>>(
        &mut self,
        decoder: &Decoder<'_, S>,
        rule: &R,
        prompt: &[(u16, Option<u16>)],
        workspace: &mut [T],
    ) -> Result<T, Error> {
        let loss = decoder.gradient(&self.values, prompt, workspace, &mut self.gradient)?;
        let steps = self.steps.saturating_add(1);
        let rate = rule.rate(steps);
        let next = |gain: T, memory, gradient| {
            let (change, memory) = rule.change(memory, gradient, rate, steps);
            (gain + change, memory)
        };
        // All changes are checked before the first is made.
        let mut gains = self.values.iter().zip(&self.memory).zip(&self.gradient);
        if !gains.all(|((gain, memory), gradient)| {
            gradient.is_finite() && next(*gain, *memory, *gradient).0.is_finite()
        }) {
            return Err(Error::NotFinite);
        }
        let gains = self.values.iter_mut().zip(&mut self.memory).zip(&self.gradient);
        for ((gain, memory), gradient) in gains {
            (*gain, *memory) = next(*gain, *memory, *gradient);
        }
        self.steps = steps;
        Ok(loss)
    }
}

impl<'a, S: Storage> Decoder<'a, S> {
    /// The same model with these gains instead of the stored ones: those before the attention and the
    /// feed-forward of each layer, and the last.
    ///
    /// # Errors
    /// [`Error::Weights`] if they are not [`Shape::gains`](super::Shape::gains) numbers.
    pub fn with_gains<'g>(&self, gains: &'g [S::Compute]) -> Result<Decoder<'g, S>, Error>
    where
        'a: 'g,
    {
        let mut tuned: Decoder<'g, S> = *self;
        tuned.gains = Some(gains);
        if gains.len() == self.shape.gains() { Ok(tuned) } else { Err(Error::Weights) }
    }

    /// Writes its gains in the same order.
    fn read_gains(&self, out: &mut [S::Compute]) -> Result<(), Error> {
        let width = usize::from(self.shape.width);
        if out.len() != self.shape.gains() {
            return Err(Error::Weights);
        }
        if let Some(gains) = self.gains {
            out.iter_mut().zip(gains).for_each(|(out, gain)| *out = *gain);
            return Ok(());
        }
        let mut rows = out.chunks_exact_mut(width.max(1));
        let mut write = |stored: &[S]| {
            let row = rows.next().unwrap_or_default();
            row.iter_mut().zip(stored).for_each(|(gain, stored)| *gain = stored.load());
        };
        for layer in 0..self.shape.layers {
            let (attention, feed_forward) = self.layer_weights(layer)?;
            write(attention);
            write(feed_forward);
        }
        write(self.gain);
        Ok(())
    }
}
