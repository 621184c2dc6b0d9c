//! The backward pass by the gains: a prompt forward, token by token, then back through the layers.

use super::cache::{Cache, Places};
use super::forward::scale;
use super::rows::{multiply, row, rows};
use super::{Decoder, Error, Mixing};
use crate::matrix::{add_scaled, dot};
use crate::normtune::cross_entropy;
use crate::scalar::{Scalar, Storage};

/// What the forward pass keeps of all tokens, and what the way back adds to it. Queries, shares and hidden
/// units are computed again from the residuals: kept, they would take most of the memory.
struct Pass<'p, T> {
    memory: Memory<'p, T>,
    /// The residual before each layer, of each token.
    residuals: &'p mut [T],
    /// Slopes of the loss by each token's residual after a layer.
    slopes: &'p mut [T],
    work: &'p mut [T],
}

/// Keys and values, and the slopes by those of a layer.
struct Memory<'p, T> {
    cache: Cache<'p, T>,
    slopes: &'p mut [T],
}

/// Slopes of the loss by a token's residual and by all gains.
struct Slopes<'s, T> {
    residual: &'s mut [T],
    gains: &'s mut [T],
}

impl<T: Scalar> Slopes<'_, T> {
    /// Adds what goes through the normalization of `x` of this index, from the slopes by its output.
    fn normalized(&mut self, gains: Option<&[T]>, index: usize, x: &[T], output: &[T]) {
        let gain = gains.and_then(|gains| row(gains, index, x.len())).unwrap_or(&[]);
        let sums = row_mut(self.gains, index, x.len()).unwrap_or_default();
        let scale = scale(x);
        let mut along = T::ZERO;
        for (((sum, gain), x), slope) in sums.iter_mut().zip(gain).zip(x).zip(output) {
            *sum += mutated!("gain-slopes", *x, T::ZERO) * scale * *slope;
            along += *gain * *x * *slope;
        }
        along *= scale * scale * scale / T::from_usize(x.len());
        for (((sum, gain), x), slope) in self.residual.iter_mut().zip(gain).zip(x).zip(output) {
            *sum += *gain * scale * *slope - along * *x;
        }
    }
}

impl<S: Storage> Decoder<'_, S> {
    /// Mean cross-entropy of the answers in a prompt, and its gradient by the gains.
    pub(super) fn gradient(
        &self,
        gains: &[S::Compute],
        prompt: &[(u16, Option<u16>)],
        workspace: &mut [S::Compute],
        gradient: &mut [S::Compute],
    ) -> Result<S::Compute, Error> {
        let (width, tokens) = (usize::from(self.shape.width), prompt.len());
        if self.shape.mixing == Mixing::Mesa {
            return Err(Error::Mesa);
        }
        if workspace.len() < self.shape.tuning_workspace(tokens) {
            return Err(Error::Workspace);
        }
        let decoder = self.with_gains(gains)?;
        let all = width.saturating_mul(tokens);
        let ([cache], rest) = rows(workspace, self.shape.token_cache().saturating_mul(tokens))?;
        let ([residuals], rest) = rows(rest, all.saturating_mul(self.shape.layers.into()))?;
        let ([slopes], rest) = rows(rest, all)?;
        let ([memory_slopes], work) = rows(rest, all.saturating_mul(2))?;
        let memory = Memory { cache: Cache::new(cache), slopes: memory_slopes };
        let mut pass = Pass { memory, residuals, slopes, work };
        gradient.fill(S::Compute::ZERO);
        let loss = decoder.record(prompt, &mut pass, gradient)?;
        for layer in (0..self.shape.layers).rev() {
            decoder.layer_back(layer, tokens, &mut pass, gradient)?;
        }
        Ok(loss)
    }

    /// The forward pass, and the way back from the answers to the last residuals.
    fn record(
        &self,
        prompt: &[(u16, Option<u16>)],
        pass: &mut Pass<'_, S::Compute>,
        gradient: &mut [S::Compute],
    ) -> Result<S::Compute, Error> {
        let width = usize::from(self.shape.width);
        let answers = prompt.iter().fold(0_usize, |count, (_, answer)| {
            count.saturating_add(usize::from(answer.is_some()))
        });
        let share = S::Compute::ONE / S::Compute::from_usize(answers.max(1));
        let mut loss = S::Compute::ZERO;
        for (place, (token, answer)) in prompt.iter().enumerate() {
            let ([residual], work) = rows(pass.work, width)?;
            self.embed(*token, &pass.memory.cache, residual)?;
            for layer in 0..self.shape.layers {
                let index = usize::from(layer).saturating_mul(prompt.len()).saturating_add(place);
                let kept = row_mut(pass.residuals, index, width).ok_or(Error::Workspace)?;
                kept.iter_mut().zip(&*residual).for_each(|(kept, x)| *kept = *x);
                self.attend(layer, &mut pass.memory.cache, residual, work)?;
                self.feed_forward(layer, residual, work)?;
            }
            let slope = row_mut(pass.slopes, place, width).ok_or(Error::Workspace)?;
            slope.fill(S::Compute::ZERO);
            if let Some(answer) = answer {
                let slopes = Slopes { residual: slope, gains: gradient };
                loss += share * self.read_out_back(*answer, share, residual, work, slopes)?;
            }
            pass.memory.cache.advance();
        }
        Ok(loss)
    }

    /// The loss of a token's answer, and `share` of its slopes.
    fn read_out_back(
        &self,
        answer: u16,
        share: S::Compute,
        residual: &[S::Compute],
        work: &mut [S::Compute],
        mut slopes: Slopes<'_, S::Compute>,
    ) -> Result<S::Compute, Error> {
        let ([normed, back], rest) = rows(work, residual.len())?;
        let ([logits, errors], _) = rows(rest, self.shape.vocabulary.into())?;
        if answer >= self.shape.vocabulary {
            return Err(Error::Token);
        }
        self.read_out(residual, normed, logits)?;
        let loss = cross_entropy(logits, answer.into(), errors);
        errors.iter_mut().for_each(|error| *error *= share);
        back.fill(S::Compute::ZERO);
        multiply_back(self.output, errors, back);
        slopes.normalized(self.gains, 2 * usize::from(self.shape.layers), residual, back);
        Ok(loss)
    }

    /// From the slopes after a layer to those before it, from the last token to the first: by then all later
    /// tokens have added to the slopes by a token's key and value.
    fn layer_back(
        &self,
        layer: u16,
        tokens: usize,
        pass: &mut Pass<'_, S::Compute>,
        gradient: &mut [S::Compute],
    ) -> Result<(), Error> {
        let width = usize::from(self.shape.width);
        let Pass { memory, residuals, slopes, work } = pass;
        memory.slopes.fill(S::Compute::ZERO);
        for place in (0..tokens).rev() {
            let index = usize::from(layer).saturating_mul(tokens).saturating_add(place);
            let before = row(residuals, index, width).ok_or(Error::Workspace)?;
            let residual = row_mut(slopes, place, width).ok_or(Error::Workspace)?;
            let mut slopes = Slopes { residual, gains: &mut *gradient };
            let ([between], work) = rows(work, width)?;
            between.iter_mut().zip(before).for_each(|(x, before)| *x = *before);
            memory.cache.next = place;
            self.attend(layer, &mut memory.cache, between, work)?;
            // The workspace of the attention still has the query.
            let (_, free) = work.split_at_mut_checked(3 * width).ok_or(Error::Workspace)?;
            self.feed_forward_back(layer, between, free, &mut slopes)?;
            self.attention_back(layer, before, memory, work, &mut slopes)?;
        }
        Ok(())
    }

    fn feed_forward_back(
        &self,
        layer: u16,
        residual: &[S::Compute],
        work: &mut [S::Compute],
        slopes: &mut Slopes<'_, S::Compute>,
    ) -> Result<(), Error> {
        let (width, units) = (usize::from(self.shape.width), usize::from(self.shape.units));
        let (_, weights) = self.layer_weights(layer)?;
        let (gain, maps) = weights.split_at_checked(width).ok_or(Error::Weights)?;
        let (first, second) = maps.split_at_checked(width * units).ok_or(Error::Weights)?;
        let ([normed, back], work) = rows(work, width)?;
        let ([hidden, hidden_slopes], _) = rows(work, units)?;
        let index = 2 * usize::from(layer) + 1;
        self.normalize(index, residual, gain, normed);
        multiply(first, normed, hidden);
        hidden_slopes.fill(S::Compute::ZERO);
        multiply_back(second, slopes.residual, hidden_slopes);
        for (slope, unit) in hidden_slopes.iter_mut().zip(hidden) {
            if *unit <= S::Compute::ZERO {
                *slope = S::Compute::ZERO;
            }
        }
        back.fill(S::Compute::ZERO);
        multiply_back(first, hidden_slopes, back);
        slopes.normalized(self.gains, index, residual, back);
        Ok(())
    }

    fn attention_back(
        &self,
        layer: u16,
        residual: &[S::Compute],
        memory: &mut Memory<'_, S::Compute>,
        work: &mut [S::Compute],
        slopes: &mut Slopes<'_, S::Compute>,
    ) -> Result<(), Error> {
        let width = usize::from(self.shape.width);
        let (weights, _) = self.layer_weights(layer)?;
        let (_, maps) = weights.split_at_checked(width).ok_or(Error::Weights)?;
        let mut maps = maps.chunks_exact((width * width).max(1));
        let mut map = || maps.next().unwrap_or(&[]);
        let [to_query, to_key, to_value, to_residual] = [map(), map(), map(), map()];
        let ([_, query, read, query_slope, back], work) = rows(work, width)?;
        for row in [&mut *read, query_slope, back] {
            row.fill(S::Compute::ZERO);
        }
        multiply_back(to_residual, slopes.residual, read);
        let places = Places::new(&self.shape, layer);
        places.attend_back(memory, [query, read], query_slope, work)?;
        let own = places.alone().of(memory.slopes, memory.cache.next).ok_or(Error::Workspace)?;
        multiply_back(to_query, query_slope, back);
        multiply_back(to_key, own.0, back);
        multiply_back(to_value, own.1, back);
        slopes.normalized(self.gains, 2 * usize::from(layer), residual, back);
        Ok(())
    }
}

impl Places {
    /// Adds the slopes by a query and by the keys and values so far, from those by what the heads read.
    fn attend_back<T: Scalar>(
        self,
        memory: &mut Memory<'_, T>,
        [query, read]: [&[T]; 2],
        query_slope: &mut [T],
        work: &mut [T],
    ) -> Result<(), Error> {
        let seen = memory.cache.next.saturating_add(1);
        let ([shares, errors], _) = rows(work, seen)?;
        // Out of line, the compiler does not know that it is not 0.
        let size = self.size.max(1);
        let heads = query.chunks_exact(size).zip(read.chunks_exact(size));
        let heads = heads.zip(query_slope.chunks_exact_mut(size)).enumerate();
        for (head, ((query, read), query_slope)) in heads {
            let start = head.saturating_mul(self.size);
            self.weigh(memory.cache.memory, head, query, shares);
            for (error, value) in errors.iter_mut().zip(self.values(memory.cache.memory, head)) {
                *error = dot(read, value);
            }
            let mean = dot(shares, errors);
            let shares = shares.iter().zip(&*errors).zip(self.keys(memory.cache.memory, head));
            for (place, ((share, error), key)) in shares.enumerate() {
                let Some((to_key, to_value)) = self.alone().of(memory.slopes, place) else { break };
                let slope = self.inverse_temperature::<T>() * *share * (*error - mean);
                add_scaled(slope, key, query_slope);
                add_scaled(slope, query, to_key.get_mut(start..).unwrap_or_default());
                add_scaled(*share, read, to_value.get_mut(start..).unwrap_or_default());
            }
        }
        Ok(())
    }
}

/// `out += Wᵀ x`, with one row of W per number of x.
fn multiply_back<S: Storage>(weights: &[S], x: &[S::Compute], out: &mut [S::Compute]) {
    for (x, row) in x.iter().zip(weights.chunks_exact(out.len().max(1))) {
        // Half of the hidden units are off, and few tokens have an answer.
        if *x != S::Compute::ZERO {
            add_scaled(*x, row, out);
        }
    }
}

fn row_mut<T>(table: &mut [T], index: usize, width: usize) -> Option<&mut [T]> {
    table.get_mut(index.saturating_mul(width)..)?.get_mut(..width)
}
