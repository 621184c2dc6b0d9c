//! The forward pass.

use super::map::Window;
use super::{Attention, Error, Head, Layer, Span, Transformer};
use crate::attention;
use crate::matrix::add_scaled;
use crate::scalar::{Scalar, Storage};

impl<S: Storage> Transformer<'_, S> {
    /// Scalars of workspace that [`Self::forward`] needs for a sequence of `columns` tokens: the
    /// maximum over the layers. With k, v the sizes of a head's key and value, u the hidden units and
    /// n the columns, a layer needs the larger of n Σ v + n (2 k + v) + max(k v, n) for its heads and
    /// n + max(min(n, 32) u, rows) for its feed-forward, which processes the columns in tiles.
    pub fn workspace(&self, columns: usize) -> usize {
        self.layers.iter().map(|layer| self.layer_workspace(layer, columns)).max().unwrap_or(0)
    }

    fn layer_workspace(&self, layer: &Layer, columns: usize) -> usize {
        let heads = layer.heads.of(self.heads);
        let outputs: usize = heads.iter().map(|head| usize::from(head.value_size) * columns).sum();
        let largest = heads.iter().map(|head| head_workspace(head, columns)).max().unwrap_or(0);
        (outputs + largest).max(self.feed_forward_workspace(&layer.feed_forward, columns))
    }

    /// Runs all layers on `sequence`, `rows` × n scalars, row after row.
    ///
    /// # Errors
    /// [`Error::Shape`]; [`Error::Workspace`]; [`Error::NotFinite`] for an input that is not finite;
    /// the sequence is then unchanged. [`Error::Row`] for inconsistent weights that were not made by
    /// a [`super::Builder`].
    pub fn forward(
        &self,
        sequence: &mut [S::Compute],
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        let rows = usize::from(self.rows);
        let columns = match (sequence.len().checked_div(rows), sequence.len().checked_rem(rows)) {
            (Some(columns), Some(0)) if columns > 0 => columns,
            _ => return Err(Error::Shape),
        };
        let needed = self.workspace(columns);
        let workspace = workspace.get_mut(..needed).ok_or(Error::Workspace { needed })?;
        // No early exit, so that this compiles to vector operations.
        if !sequence.iter().fold(true, |all, element| all & element.is_finite()) {
            return Err(Error::NotFinite);
        }
        for layer in mutated!("forward-skipped", self.layers, &[]) {
            self.attend(layer.heads, sequence, columns, workspace)?;
            self.feed_forward(&layer.feed_forward, sequence, columns, workspace)?;
        }
        Ok(())
    }

    /// All heads of a layer read the same sequence, so their outputs are added only after all are
    /// computed.
    fn attend(
        &self,
        heads: Span,
        sequence: &mut [S::Compute],
        columns: usize,
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        let heads = heads.of(self.heads);
        let mut rest = &mut *workspace;
        for head in heads {
            let size = usize::from(head.value_size) * columns;
            let (output, after) = rest.split_at_mut_checked(size).ok_or(Error::Row)?;
            self.head(head, sequence, columns, output, after)?;
            rest = after;
        }
        let mut outputs = &*workspace;
        for head in heads {
            let size = usize::from(head.value_size) * columns;
            let (output, after) = outputs.split_at_checked(size).ok_or(Error::Row)?;
            let first = usize::from(head.output) * columns;
            let rows = sequence.get_mut(first..).and_then(|rest| rest.get_mut(..size));
            add_scaled(S::Compute::ONE, output, rows.ok_or(Error::Row)?);
            outputs = after;
        }
        Ok(())
    }

    fn head(
        &self,
        head: &Head<S::Compute>,
        sequence: &[S::Compute],
        columns: usize,
        output: &mut [S::Compute],
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        let key_size = usize::from(head.key_size) * columns;
        let (keys, rest) = workspace.split_at_mut_checked(key_size).ok_or(Error::Row)?;
        let (queries, rest) = rest.split_at_mut_checked(key_size).ok_or(Error::Row)?;
        let (values, rest) = rest.split_at_mut_checked(output.len()).ok_or(Error::Row)?;
        let whole = Window::whole(columns);
        for (map, rows) in
            [(head.keys, &mut *keys), (head.queries, &mut *queries), (head.values, &mut *values)]
        {
            rows.fill(S::Compute::ZERO);
            self.apply(map, (sequence, whole), (rows, whole), |element| element)?;
        }
        match head.attention {
            Attention::Linear => attention::linear(keys, queries, values, columns, output, rest),
            Attention::Softmax { inverse_temperature, mask } => attention::softmax(
                keys,
                queries,
                values,
                columns,
                inverse_temperature,
                mask,
                output,
                rest,
            ),
        }
        .map_err(|_| Error::Row)
    }
}

/// Scalars that one head needs in addition to its output.
fn head_workspace<T>(head: &Head<T>, columns: usize) -> usize {
    let (key_size, value_size) = (usize::from(head.key_size), usize::from(head.value_size));
    let attention = match head.attention {
        Attention::Linear => attention::linear_workspace(key_size, value_size),
        Attention::Softmax { .. } => attention::softmax_workspace(columns),
    };
    (2 * key_size + value_size) * columns + attention
}
