//! The learner `hedge`: whatever other learners its type lists, weighed by their mistakes.

use super::{Archive, Error, Learner, Shape, Target, Task};
use crate::matrix::add_scaled;
use crate::matrix::argmax;
use crate::matrix::prefix;
use crate::scalar::Scalar;

/// Most members of a [`Hedge`].
pub const MOST_MEMBERS: usize = 6;

/// The learners that a [`Hedge`] mixes: a tuple of two to six of them.
pub trait Members<T: Scalar> {
    /// How many.
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

/// Follow the entropically regularized leader over learners: the one to take when in doubt.
///
/// Member i weighs `w_i ∝ exp(−0.2 mistakes_i)`, with a fixed share of 0.001 given back to all after
/// every example (Herbster and Warmuth, 1998), so that a member that was bad can return. The
/// prediction is the weighted mean, for classes with a uniform floor of 1 %. A mistake is a wrong
/// class; for values it is the squared error as a share of twice the members' mean one, at most 1.
///
/// State and flops: those of the members, and a weight for each.
///
/// ```
/// use situ::online::{Bayes, Ftrl, Hedge, Learner, Shape, Target};
///
/// let shape = Shape::classify(1, 2);
/// let linear = Ftrl::<f32, 1, 2>::new(shape, Default::default())?;
/// let gaussian = Bayes::<f32, 1, 2>::new(shape, 0.03)?;
/// let mut learner = Hedge::<f32, _, 2>::new((linear, gaussian))?;
/// let mut probabilities = [0.0; 2];
/// for step in 0..200 {
///     let x = (step % 10) as f32 - 4.5;
///     learner.update(&[x], Target::Class(usize::from(x.abs() > 3.0)), &mut probabilities)?;
/// }
/// // No line parts the outer from the inner: the Gaussian member has nearly all the weight.
/// assert!(learner.weights()[1] > 0.95);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Hedge<T, M, const OUTPUTS: usize> {
    shape: Shape,
    members: M,
    weights: [T; MOST_MEMBERS],
}

impl<T: Scalar, M: Members<T>, const OUTPUTS: usize> Hedge<T, M, OUTPUTS> {
    /// Mixes members that have seen nothing yet.
    ///
    /// # Errors
    /// [`Error::Capacity`] if there are none or more than [`MOST_MEMBERS`], if their shapes differ,
    /// or if a prediction is longer than `OUTPUTS`.
    pub fn new(members: M) -> Result<Self, Error> {
        let shape = members.member(0).ok_or(Error::Capacity)?.shape();
        let shape = shape.within(usize::MAX, OUTPUTS)?;
        let alike = |index| members.member(index).is_some_and(|member| member.shape() == shape);
        if members.count() > MOST_MEMBERS || !(0..members.count()).all(alike) {
            return Err(Error::Capacity);
        }
        let weights = Self::uniform(&members);
        Ok(Self { shape, members, weights })
    }

    /// The members.
    pub fn members(&self) -> &M {
        &self.members
    }

    /// Weight of each member; they sum to one.
    pub fn weights(&self) -> &[T] {
        self.weights.get(..self.members.count()).unwrap_or_default()
    }

    fn uniform(members: &M) -> [T; MOST_MEMBERS] {
        let mut weights = [T::ZERO; MOST_MEMBERS];
        let share = T::ONE / T::from_usize(members.count());
        prefix(&mut weights, members.count()).fill(share);
        weights
    }

    /// Gives the weighted mean of class probabilities its floor.
    fn lift(&self, prediction: &mut [T]) {
        if let Task::Classify { classes } = self.shape.task {
            let floor = T::from_f64(0.01);
            for p in prediction {
                *p = (T::ONE - floor) * *p + floor / T::from_usize(classes);
            }
        }
    }

    /// Multiplies each weight by exp(−0.2 loss) and shares a little of all.
    fn reweigh(&mut self, losses: &[T]) {
        let count = self.members.count();
        let mut sum = T::ZERO;
        for (weight, loss) in self.weights.iter_mut().zip(losses) {
            *weight *= (T::from_f64(-0.2) * *loss).exp();
            sum += *weight;
        }
        let share = T::from_f64(0.001);
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

    fn update(
        &mut self,
        features: &[T],
        target: Target<T>,
        prediction: &mut [T],
    ) -> Result<(), Error> {
        // Checked before any member learns, so that all of them do or none.
        self.shape.check(features, prediction)?;
        self.shape.check_target(target)?;
        let mut own = [T::ZERO; OUTPUTS];
        let own = prefix(&mut own, self.shape.outputs());
        let mut losses = [T::ZERO; MOST_MEMBERS];
        let losses = prefix(&mut losses, self.members.count());
        prediction.fill(T::ZERO);
        for (index, (loss, weight)) in losses.iter_mut().zip(&self.weights).enumerate() {
            if let Some(member) = self.members.member_mut(index) {
                member.update(features, target, own)?;
                add_scaled(*weight, own, prediction);
                *loss = mistake(target, own);
            }
        }
        if self.shape.task == Task::Regress {
            relative(losses);
        }
        self.lift(prediction);
        self.reweigh(losses);
        Ok(())
    }

    fn reset(&mut self) {
        for index in 0..self.members.count() {
            if let Some(member) = self.members.member_mut(index) {
                member.reset();
            }
        }
        self.weights = Self::uniform(&self.members);
    }

    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"hedge");
        archive.expect_sizes(&[self.members.count()]);
        archive.numbers(prefix(&mut self.weights, self.members.count()));
        for index in 0..self.members.count() {
            if let Some(member) = self.members.member_mut(index) {
                member.transfer(archive);
            }
        }
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

/// 1 for a wrong class, 0 for the right one; the squared error of a value.
fn mistake<T: Scalar>(target: Target<T>, prediction: &[T]) -> T {
    match target {
        Target::Class(class) if argmax(prediction) == class => T::ZERO,
        Target::Class(_) => T::ONE,
        Target::Value(value) => {
            let error = prediction.first().map_or(T::ZERO, |estimate| *estimate - value);
            error * error
        }
    }
}

/// Squared errors as a share of twice their mean, at most 1.
fn relative<T: Scalar>(losses: &mut [T]) {
    let mut sum = T::MIN_POSITIVE;
    for loss in losses.iter() {
        sum += *loss;
    }
    let scale = T::from_usize(losses.len()) / (sum + sum);
    for loss in losses {
        *loss = (*loss * scale).minimum(T::ONE);
    }
}
