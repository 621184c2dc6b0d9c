//! Bandits: one agent that sees only the payoff of its own action.

use crate::failure::value;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use situ::ftrl::{Bandit, Error, Exp3, Exp3S, Regularizer, Schedule, State, TsallisInf};
use situ::random::Generator;
use situ::simplex::Draw;

/// A bandit with its state, whatever its kind and number of actions.
trait Player: Send + Sync {
    fn strategy(&self) -> &[f32];
    fn choose(&self, generator: &mut Generator) -> Draw<f32>;
    fn reward(&mut self, chosen: Draw<f32>, reward: f32) -> Result<(), Error>;
    fn loss(&mut self, chosen: Draw<f32>, loss: f32) -> Result<(), Error>;
}

struct Playing<R, L, const A: usize> {
    bandit: Bandit<f32, R, L>,
    state: State<[f32; A]>,
}

impl<R, L, const A: usize> Player for Playing<R, L, A>
where
    R: Regularizer<f32> + Send + Sync,
    L: Schedule<f32> + Send + Sync,
{
    fn strategy(&self) -> &[f32] {
        self.state.strategies()
    }
    fn choose(&self, generator: &mut Generator) -> Draw<f32> {
        self.bandit.choose(&self.state, generator)
    }
    fn reward(&mut self, chosen: Draw<f32>, reward: f32) -> Result<(), Error> {
        self.bandit.reward(&mut self.state, chosen, reward)
    }
    fn loss(&mut self, chosen: Draw<f32>, loss: f32) -> Result<(), Error> {
        self.bandit.loss(&mut self.state, chosen, loss)
    }
}

/// A player of as many actions as are asked for, each number a type of its own.
macro_rules! of_actions {
    ($bandit:expr, $actions:expr; $($count:literal)*) => {
        match $actions {
            $($count => Ok(Box::new(Playing { state: $bandit.start::<$count>().map_err(value)?, bandit: $bandit })),)*
            count => Err(PyValueError::new_err(format!("{count} actions: from 2 to 16"))),
        }
    };
}

fn player<R, L>(bandit: Bandit<f32, R, L>, actions: usize) -> PyResult<Box<dyn Player>>
where
    R: Regularizer<f32> + Send + Sync + 'static,
    L: Schedule<f32> + Send + Sync + 'static,
{
    of_actions!(bandit, actions; 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
}

/// A bandit and the generator that it draws from.
#[pyclass(name = "Bandit", module = "situ._situ")]
pub struct PyBandit {
    player: Box<dyn Player>,
    generator: Generator,
    last: Option<Draw<f32>>,
}

#[pymethods]
impl PyBandit {
    #[new]
    #[pyo3(signature = (kind, actions, *, seed=0, low=0.0, high=1.0, exploration=0.0, rounds=0, changes=0))]
    #[allow(clippy::too_many_arguments, reason = "named arguments of Python")]
    fn new(
        kind: &str,
        actions: usize,
        seed: u64,
        low: f32,
        high: f32,
        exploration: f32,
        rounds: u32,
        changes: u32,
    ) -> PyResult<Self> {
        macro_rules! ranged {
            ($bandit:expr) => {
                player(
                    $bandit
                        .with_range(low, high)
                        .and_then(|bandit| bandit.with_exploration(exploration))
                        .map_err(value)?,
                    actions,
                )
            };
        }
        let player = match kind {
            "exp3" => ranged!(Exp3::<f32>::new(actions).map_err(value)?),
            "exp3-ix" => ranged!(Exp3::<f32>::implicit(actions).map_err(value)?),
            "exp3-s" => ranged!(Exp3S::<f32>::new(actions, rounds, changes).map_err(value)?),
            "tsallis-inf" => ranged!(TsallisInf::<f32>::new()),
            _ => {
                return Err(PyValueError::new_err(format!(
                    "no bandit '{kind}'; available: exp3, exp3-ix, exp3-s, tsallis-inf"
                )));
            }
        };
        Ok(Self { player: player?, generator: Generator::new(seed), last: None })
    }

    #[getter]
    fn strategy(&self) -> Vec<f32> {
        self.player.strategy().to_vec()
    }

    fn choose(&mut self) -> usize {
        let draw = self.player.choose(&mut self.generator);
        self.last = Some(draw);
        draw.action
    }

    fn reward(&mut self, reward: f32) -> PyResult<()> {
        let chosen = self.chosen()?;
        self.player.reward(chosen, reward).map_err(value)?;
        self.last = None;
        Ok(())
    }

    fn loss(&mut self, loss: f32) -> PyResult<()> {
        let chosen = self.chosen()?;
        self.player.loss(chosen, loss).map_err(value)?;
        self.last = None;
        Ok(())
    }
}

impl PyBandit {
    fn chosen(&self) -> PyResult<Draw<f32>> {
        self.last
            .ok_or_else(|| PyValueError::new_err("no action has been chosen since the last payoff"))
    }
}
