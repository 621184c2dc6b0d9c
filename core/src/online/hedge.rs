//! The learner `hedge`: the learners that its type lists, weighted by their mistakes.

use super::{Archive, Error, InPlace, Learner, Shape, Target, Task};
use crate::archive::Persist;
use crate::matrix::{add_scaled, prefix};
use crate::scalar::Scalar;

/// Maximum number of members of a [`Hedge`].
pub const MAX_MEMBERS: usize = 6;

/// η, the rate of exponential weights: ten more mistakes cost a factor of e² in weight. Chosen on the
/// four streams of the learners' table, as is [`FLOOR`].
const RATE: f64 = 0.2;
/// Share of the weight that is redistributed equally after every example: suited to about one change of the
/// best member in a thousand examples.
const SHARE: f64 = 0.001;
/// Share of the uniform distribution in a prediction of classes.
const FLOOR: f64 = 0.01;

/// The learners that a [`Hedge`] mixes: a tuple of two to six of them.
///
/// ```
/// use situ::online::{Bayes, Ftrl, Learner, Members, Shape};
///
/// /// Bytes of state of all members.
/// fn bytes<M: Members<f32>>(members: &M) -> usize {
///     let each = (0..members.count()).filter_map(|index| members.member(index));
///     each.map(|member| member.state_bytes()).sum()
/// }
///
/// let shape = Shape::classify(1, 2);
/// let ftrl = Ftrl::<f32, 1, 2>::new(shape, Default::default())?;
/// let bayes = Bayes::<f32, 1, 2>::new(shape, Default::default())?;
/// let sum = ftrl.state_bytes() + bayes.state_bytes();
/// assert_eq!(bytes(&(ftrl, bayes)), sum);
/// # Ok::<(), situ::online::Error>(())
/// ```
pub trait Members<T: Scalar> {
    /// Number of members.
    fn count(&self) -> usize;
    /// Member `index`.
    fn member(&self, index: usize) -> Option<&dyn Learner<T>>;
    /// Member `index`.
    fn member_mut(&mut self, index: usize) -> Option<&mut dyn Learner<T>>;
}

macro_rules! members {
    ($count:literal: $($learner:ident $index:tt),+) => {
        impl<T: Scalar, $($learner: Learner<T>),+> Members<T> for ($($learner,)+) {
            fn count(&self) -> usize {
                $count
            }
            fn member(&self, index: usize) -> Option<&dyn Learner<T>> {
                match index {
                    $($index => Some(&self.$index),)+
                    _ => None,
                }
            }
            fn member_mut(&mut self, index: usize) -> Option<&mut dyn Learner<T>> {
                match index {
                    $($index => Some(&mut self.$index),)+
                    _ => None,
                }
            }
        }
    };
}

members!(2: A 0, B 1);
members!(3: A 0, B 1, C 2);
members!(4: A 0, B 1, C 2, D 3);
members!(5: A 0, B 1, C 2, D 3, E 4);
members!(6: A 0, B 1, C 2, D 3, E 4, F 5);

/// Entropic follow-the-regularized-leader over learners: the learner to choose when in doubt.
///
/// Member i has weight `w_i ∝ exp(−0.2 mistakes_i)`, with a fixed share of 0.001 redistributed equally
/// after every example (Herbster and Warmuth, 1998), so that a member that was bad can recover. The
/// prediction is the weighted mean, for classes with a uniform floor of 1 %. A mistake is a wrong class;
/// for values it is the squared error as a fraction of twice the members' mean, at most 1.
///
/// State and flops: those of the members, plus one weight for each.
///
/// Not to be confused with [`ftrl::Ftrl::hedge`](crate::ftrl::Ftrl::hedge), which plays strategies over
/// actions. That type keeps sums of payoffs, into which a fixed share cannot be written back, so the
/// three lines of exponential weights are repeated here.
///
/// ```
/// use situ::online::{Bayes, Ftrl, Hedge, Learner, Shape, Target};
///
/// let shape = Shape::classify(1, 2);
/// let linear = Ftrl::<f32, 1, 2>::new(shape, Default::default())?;
/// let gaussian = Bayes::<f32, 1, 2>::new(shape, Default::default())?;
/// let mut learner = Hedge::<f32, _, 2>::new((linear, gaussian))?;
/// let mut probabilities = [0.0; 2];
/// for step in 0..200 {
///     let x = (step % 10) as f32 - 4.5;
///     learner.update(&[x], Target::Class(usize::from(x.abs() > 3.0)), &mut probabilities)?;
/// }
/// // No line separates the outer class from the inner one: the Gaussian member gets nearly all the weight.
/// assert!(learner.weights()[1] > 0.95);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[doc(alias = "exponential weights")]
#[doc(alias = "fixed share")]
#[doc(alias = "expert advice")]
#[doc(alias = "ensemble")]
#[derive(Clone, Debug, PartialEq)]
pub struct Hedge<T, M, const OUTPUTS: usize> {
    shape: Shape,
    members: M,
    weights: [T; MAX_MEMBERS],
}

impl<T: Scalar, M: Members<T> + InPlace, const OUTPUTS: usize> Hedge<T, M, OUTPUTS> {
    /// Memory for a mixture, all zero bytes: see [`InPlace`].
    pub const EMPTY: Self =
        Self { shape: Shape::EMPTY, members: M::EMPTY, weights: [T::ZERO; MAX_MEMBERS] };

    /// Initializes a mixture of untrained members of this shape, in place.
    ///
    /// # Errors
    /// Those of [`Self::new`] and of the members; nothing is then changed.
    pub fn begin(&mut self, shape: Shape, configuration: M::Configuration) -> Result<(), Error> {
        <Self as InPlace>::check(shape, &configuration)?;
        self.members.begin(shape, configuration)?;
        self.shape = shape;
        self.equalize();
        Ok(())
    }
}

impl<T: Scalar, M: Members<T> + InPlace, const OUTPUTS: usize> InPlace for Hedge<T, M, OUTPUTS> {
    type Configuration = M::Configuration;
    const EMPTY: Self = Self::EMPTY;

    fn check(shape: Shape, configuration: &M::Configuration) -> Result<(), Error> {
        M::check(shape.within(usize::MAX, OUTPUTS)?, configuration)
    }

    fn begin(&mut self, shape: Shape, configuration: M::Configuration) -> Result<(), Error> {
        self.begin(shape, configuration)
    }
}

impl<T: Scalar, M: Members<T>, const OUTPUTS: usize> Hedge<T, M, OUTPUTS> {
    /// Mixes untrained members.
    ///
    /// # Errors
    /// [`Error::Capacity`] for fewer than one or more than [`MAX_MEMBERS`], if their shapes differ,
    /// or if a prediction is longer than `OUTPUTS`.
    pub fn new(members: M) -> Result<Self, Error> {
        let shape = members.member(0).ok_or(Error::Capacity)?.shape();
        let shape = shape.within(usize::MAX, OUTPUTS)?;
        let alike = |index| members.member(index).is_some_and(|member| member.shape() == shape);
        if members.count() > MAX_MEMBERS || !(0..members.count()).all(alike) {
            return Err(Error::Capacity);
        }
        let mut hedge = Self { shape, members, weights: [T::ZERO; MAX_MEMBERS] };
        hedge.equalize();
        Ok(hedge)
    }

    /// The members.
    pub fn members(&self) -> &M {
        &self.members
    }

    /// Weight of each member; they sum to one.
    pub fn weights(&self) -> &[T] {
        self.weights.get(..self.members.count()).unwrap_or_default()
    }

    /// Gives all members the same weight.
    fn equalize(&mut self) {
        let count = self.members.count();
        prefix(&mut self.weights, count).fill(T::ONE / T::from_usize(count));
    }

    /// Applies the floor to the weighted mean of class probabilities.
    fn lift(&self, prediction: &mut [T]) {
        if let Task::Classify { classes } = self.shape.task {
            let floor = T::from_f64(FLOOR);
            for p in prediction {
                *p = (T::ONE - floor) * *p + floor / T::from_usize(classes);
            }
        }
    }

    /// Multiplies each weight by exp(−η loss), then redistributes a fixed share of the weight equally.
    fn reweigh(&mut self, losses: &[T]) {
        let count = self.members.count();
        let mut sum = T::ZERO;
        for (weight, loss) in self.weights.iter_mut().zip(losses) {
            *weight *= (T::from_f64(-RATE) * *loss).exp();
            sum += *weight;
        }
        let share = T::from_f64(SHARE);
        for weight in prefix(&mut self.weights, count) {
            *weight = (T::ONE - share) * (*weight / sum) + share / T::from_usize(count);
        }
    }
}

impl<T: Scalar, M: Members<T>, const OUTPUTS: usize> Learner<T> for Hedge<T, M, OUTPUTS> {
    fn shape(&self) -> Shape {
        self.shape
    }

    fn predict(&self, features: &[T], prediction: &mut [T]) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        let mut own = [T::ZERO; OUTPUTS];
        let own = prefix(&mut own, self.shape.outputs());
        prediction.fill(T::ZERO);
        for (index, weight) in self.weights().iter().enumerate() {
            if let Some(member) = self.members.member(index) {
                member.predict(features, own)?;
                add_scaled(*weight, own, prediction);
            }
        }
        self.lift(prediction);
        Ok(())
    }

    fn update(&mut self, features: &[T], target: Target<T>, out: &mut [T]) -> Result<(), Error> {
        // Checked before any member learns, so that either all of them learn or none does.
        self.shape.check(features, out)?;
        self.shape.check_target(target)?;
        let mut own = [T::ZERO; OUTPUTS];
        let own = prefix(&mut own, self.shape.outputs());
        let mut losses = [T::ZERO; MAX_MEMBERS];
        let losses = prefix(&mut losses, self.members.count());
        out.fill(T::ZERO);
        for (index, (loss, weight)) in losses.iter_mut().zip(&self.weights).enumerate() {
            if let Some(member) = self.members.member_mut(index) {
                member.update(features, target, own)?;
                add_scaled(*weight, own, out);
                *loss = mistake(target, self.shape.decision(own));
            }
        }
        if self.shape.task == Task::Regress {
            relative(losses);
        }
        self.lift(out);
        self.reweigh(losses);
        Ok(())
    }

    fn learn(&mut self, features: &[T], target: Target<T>) -> Result<Target<T>, Error> {
        let mut prediction = [T::ZERO; OUTPUTS];
        let prediction = prefix(&mut prediction, self.shape.outputs());
        self.update(features, target, prediction)?;
        Ok(self.shape.decision(prediction))
    }

    fn reset(&mut self) {
        for index in 0..self.members.count() {
            if let Some(member) = self.members.member_mut(index) {
                member.reset();
            }
        }
        self.equalize();
    }

    fn restart(&mut self) {
        for index in 0..self.members.count() {
            if let Some(member) = self.members.member_mut(index) {
                member.restart();
            }
        }
        self.equalize();
    }

    /// The largest count of any member.
    fn clipped(&self) -> u32 {
        let member = |index| self.members.member(index).map_or(0, Learner::clipped);
        (0..self.members.count()).map(member).max().unwrap_or(0)
    }

    fn state_bytes(&self) -> usize {
        let member = |index| self.members.member(index).map_or(0, Learner::state_bytes);
        let members: usize = (0..self.members.count()).map(member).sum();
        members + self.members.count() * size_of::<T>()
    }

    fn flops_per_update(&self) -> usize {
        let member = |index| self.members.member(index).map_or(0, Learner::flops_per_update);
        (0..self.members.count()).map(member).sum()
    }
}

impl<T: Scalar, M: Members<T>, const OUTPUTS: usize> Persist for Hedge<T, M, OUTPUTS> {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"hedge");
        archive.expect_sizes(&[self.members.count()]);
        // No weight falls below its share of SHARE.
        let share = T::from_f64(0.9 * SHARE / MAX_MEMBERS as f64)..=T::from_f64(1.01);
        for weight in prefix(&mut self.weights, self.members.count()) {
            archive.number_if(weight, |weight| share.contains(&weight));
        }
        for index in 0..self.members.count() {
            if let Some(member) = self.members.member_mut(index) {
                member.transfer(archive);
            }
        }
    }
}

/// 1 for a wrong class, 0 for the right one; the distance from a value.
fn mistake<T: Scalar>(target: Target<T>, decided: Target<T>) -> T {
    match (target, decided) {
        (Target::Value(value), Target::Value(estimate)) => (estimate - value).abs(),
        _ if target == decided => T::ZERO,
        _ => T::ONE,
    }
}

/// Turns distances into squared errors as a share of twice their mean, at most 1.
fn relative<T: Scalar>(losses: &mut [T]) {
    // Scaled by the largest first: squares of the distances themselves may leave the range.
    let largest = losses.iter().copied().fold(T::MIN_POSITIVE, T::maximum);
    let mut sum = T::MIN_POSITIVE;
    for loss in losses.iter_mut() {
        *loss /= largest;
        *loss *= *loss;
        sum += *loss;
    }
    let scale = T::from_usize(losses.len()) / (sum + sum);
    for loss in losses {
        *loss = (*loss * scale).minimum(T::ONE);
    }
}
