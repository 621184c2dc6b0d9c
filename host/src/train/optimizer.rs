//! AdamW with accessible state, so that training can be resumed.

use crate::files::Draft;
use candle_core::{Result, Tensor, Var, backprop::GradStore};
use std::collections::HashMap;
use std::path::Path;

/// Decay of the gradient's mean, of its square's mean, and of the weights per unit of step size.
const DECAYS: [f64; 2] = [0.9, 0.98];
const WEIGHT_DECAY: f64 = 0.01;

/// AdamW: running means of each gradient and of its square.
pub struct Optimizer {
    /// Number of steps done.
    pub steps: usize,
    means: Vec<Tensor>,
    squares: Vec<Tensor>,
}

impl Optimizer {
    /// The state before the first step.
    pub fn new(parameters: &[Var]) -> Result<Self> {
        let zeros = || parameters.iter().map(|p| p.zeros_like()).collect::<Result<Vec<_>>>();
        Ok(Self { steps: 0, means: zeros()?, squares: zeros()? })
    }

    /// One step; gradients of a norm above 1 are scaled down to it.
    pub fn step(&mut self, parameters: &[Var], gradients: &GradStore, size: f64) -> Result<()> {
        self.steps += 1;
        let mut square = 0.0;
        for gradient in parameters.iter().filter_map(|p| gradients.get(p)) {
            square += f64::from(gradient.sqr()?.sum_all()?.to_scalar::<f32>()?);
        }
        let clip = 1.0 / square.sqrt().max(1.0);
        let correct = DECAYS.map(|decay| 1.0 / (1.0 - decay.powi(self.steps as i32)));
        let state = self.means.iter_mut().zip(&mut self.squares);
        for (parameter, (mean, square)) in parameters.iter().zip(state) {
            let Some(gradient) = gradients.get(parameter) else { continue };
            let gradient = (gradient.detach() * clip)?;
            *mean = ((&*mean * DECAYS[0])? + (&gradient * (1.0 - DECAYS[0]))?)?;
            *square = ((&*square * DECAYS[1])? + (gradient.sqr()? * (1.0 - DECAYS[1]))?)?;
            let scale = ((&*square * correct[1])?.sqrt()? + 1e-8)?;
            let change = ((&*mean * (correct[0] * size))? / scale)?;
            let kept = (parameter.as_tensor().detach() * (1.0 - size * WEIGHT_DECAY))?;
            parameter.set(&(kept - change)?)?;
        }
        Ok(())
    }

    /// Writes parameters and state.
    pub fn save(&self, parameters: &[Var], path: &Path) -> Result<()> {
        let steps = Tensor::new(self.steps as u32, &candle_core::Device::Cpu)?;
        let mut tensors = HashMap::from([("steps".to_owned(), steps)]);
        for (i, parameter) in parameters.iter().enumerate() {
            tensors.insert(format!("parameter.{i}"), parameter.as_tensor().clone());
            tensors.insert(format!("mean.{i}"), self.means[i].clone());
            tensors.insert(format!("square.{i}"), self.squares[i].clone());
        }
        let draft = Draft::begin(path)?;
        candle_core::safetensors::save(&tensors, draft.place())?;
        Ok(draft.finish()?)
    }

    /// Reads what [`Self::save`] wrote.
    pub fn load(parameters: &[Var], path: &Path) -> Result<Self> {
        let tensors = candle_core::safetensors::load(path, &candle_core::Device::Cpu)?;
        let find = |name: String| {
            let missing = || candle_core::Error::Msg(format!("no tensor {name}"));
            tensors.get(&name).cloned().ok_or_else(missing)
        };
        let (mut means, mut squares) = (Vec::new(), Vec::new());
        for (i, parameter) in parameters.iter().enumerate() {
            parameter.set(&find(format!("parameter.{i}"))?)?;
            means.push(find(format!("mean.{i}"))?);
            squares.push(find(format!("square.{i}"))?);
        }
        let steps = find("steps".to_owned())?.to_scalar::<u32>()? as usize;
        Ok(Self { steps, means, squares })
    }
}
