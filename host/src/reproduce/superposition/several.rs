//! More than two tasks in one prompt, and very unequal shares, by the shipped models.

use super::model::Model;
use crate::prompts::{Family, Mixture, below};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::{jackknife, mean};
use crate::reproduce::{Measured, Result, Settings};
use situ::decoder::Error;
use situ::random::Generator;

/// Shares of the tasks of a prompt.
pub const SHARES: [&[f64]; 3] = [&[0.5, 0.3, 0.2], &[0.25; 4], &[0.9, 0.1]];

/// Probabilities of the tasks' answers, prompt by prompt.
pub struct Several {
    pub shares: &'static [f64],
    pub prompts: Vec<Vec<f64>>,
}

impl Several {
    /// Runs prompts whose tasks are drawn without replacement, each example's in these shares.
    pub fn of(
        settings: &Settings,
        model: &Model,
        family: Family,
        shares: &'static [f64],
        count: u64,
    ) -> Result<Self> {
        let mixture = Mixture::new(shares)?;
        let run = |index: u64| -> Result<Vec<f64>, Error> {
            let mut random = Generator::new(settings.seed.wrapping_mul(1_000_003) + index);
            let mut tasks: Vec<usize> = (0..family.tasks()).collect();
            for i in (1..tasks.len()).rev() {
                tasks.swap(i, usize::from(below(i as u16 + 1, &mut random)));
            }
            tasks.truncate(shares.len());
            let drawn: Vec<usize> =
                (0..family.examples()).map(|_| tasks[mixture.draw(&mut random)]).collect();
            let prompt = family.prompt(&drawn, &tasks, &mut random);
            let answer = model.answer(&prompt, &mut model.memory())?;
            let of = |task: &usize| answer[usize::from(family.answer(*task, &prompt.query))];
            Ok(tasks.iter().map(of).collect())
        };
        let prompts = (0..count).parallel_map(run);
        Ok(Self { shares, prompts: prompts.collect::<Result<_, Error>>()? })
    }

    /// Largest difference of a task's mean probability from its share.
    pub fn deviation(&self) -> Measured {
        let largest = |prompts: &[&Vec<f64>]| {
            let mean = |task: usize| {
                prompts.iter().map(|prompt| prompt[task]).sum::<f64>() / prompts.len() as f64
            };
            let differences = self.shares.iter().zip(0..).map(|(share, task)| mean(task) - share);
            differences.fold(0.0, |most: f64, difference| most.max(difference.abs()))
        };
        jackknife(&self.prompts, largest)
    }

    /// Mean number of tasks with more than a tenth in a single prompt.
    pub fn completed(&self) -> Measured {
        let count = |prompt: &Vec<f64>| prompt.iter().filter(|p| **p > 0.1).count() as f64;
        mean(self.prompts.iter().map(count))
    }

    /// The tasks with more than a tenth, and every task's mean probability.
    pub fn describe(&self) -> String {
        let of = |task: usize| mean(self.prompts.iter().map(|prompt| prompt[task])).value;
        let means: Vec<f64> = (0..self.shares.len()).map(of).collect();
        let (shares, completed) = (self.shares, self.completed().value);
        format!(
            "shares {shares:.2?}: {completed:.2} tasks above a tenth in a prompt, means {means:.2?}"
        )
    }
}
