//! Trained models: one kind of prompt each, the same architecture, the same training.

use crate::linear_attention::chains::{Format, HIDDEN, Network, OUTPUTS, Trace};
use crate::linear_attention::{CHAINS, Model, Workspace};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::{jackknife, median, sampled_median};
use crate::reproduce::{Context, Measured, Result, Settings, Study};
use situ::random::Generator;

/// Numbers of examples that are tried; those of the training are between the first and the last.
const EXAMPLES: [usize; 9] = [4, 5, 7, 10, 14, 20, 28, 40, 56];

/// Number of examples of the claims: the most of the training.
const CLAIMED: usize = 40;

/// Chains to predict of a task.
const QUERIES: usize = 10;

/// Normalized errors of the models on the same tasks.
struct Trained {
    /// By model, in the order of [`CHAINS`], by number of examples.
    errors: Vec<[Vec<f64>; EXAMPLES.len()]>,
}

impl Study for Trained {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        let settings = context.settings;
        let errors = |(format, bytes): &(Format, &[u8])| {
            let model = Model::open(bytes).ok_or("not a model")?;
            Ok(EXAMPLES.map(|examples| errors(settings, (&model, *format), examples)))
        };
        let errors: Vec<_> = CHAINS.iter().map(errors).collect::<Result<_>>()?;
        let curves = CHAINS.iter().zip(&errors).map(|((format, _), errors)| Curve {
            label: label(*format).to_owned(),
            points: EXAMPLES
                .iter()
                .zip(errors)
                .map(|(examples, errors)| [*examples as f64, median(errors.clone())])
                .collect(),
        });
        context.plot(Series {
            title: "Trained models: error by the number of examples".to_owned(),
            x: Axis::logarithmic("examples"),
            y: Axis::logarithmic("normalized error, median of tasks"),
            curves: curves.collect(),
        });
        Ok(Self { errors })
    }
}

fn label(format: Format) -> &'static str {
    match format {
        Format::Plain => "plain",
        Format::Input => "intermediate values in the examples (CoT-I)",
        Format::Steps => "chain of thought (CoT-I/O)",
        Format::Filtered => "chain of thought, filtered",
    }
}

/// Normalized errors of a model on many tasks.
fn errors(settings: &Settings, model: (&Model, Format), examples: usize) -> Vec<f64> {
    let task = |index: u64| {
        let seed = settings.seed.wrapping_mul(1 << 32).wrapping_add(index);
        error(model, examples, &mut Generator::new(seed))
    };
    (0..settings.size(1000, 4000)).parallel_map(task).collect()
}

/// Squared error of the answers to a task's queries over their mean square. A second pass is given what the
/// first has answered.
fn error((model, format): (&Model, Format), examples: usize, generator: &mut Generator) -> f64 {
    let network = Network::new(generator);
    let mut traces =
        |count| -> Vec<Trace> { (0..count).map(|_| network.trace(generator)).collect() };
    let (queries, examples) = (traces(QUERIES), traces(examples));
    let mut work = Workspace::default();
    let mut outputs: Vec<f32> = Vec::new();
    for pass in 0..format.passes() {
        let mut tokens = Vec::new();
        examples.iter().for_each(|trace| format.push_example(&mut tokens, trace, pass));
        for (index, query) in queries.iter().enumerate() {
            let steps =
                outputs.get(index * OUTPUTS..).and_then(|outputs| outputs.first_chunk::<HIDDEN>());
            format.push_query(&mut tokens, &query.x, steps);
        }
        outputs = model.predict(&tokens, QUERIES, &mut work).to_vec();
    }
    let answers = outputs.chunks_exact(OUTPUTS).map(|outputs| outputs[HIDDEN]).zip(&queries);
    let (mut error, mut square) = (0.0, 0.0);
    for (answer, query) in answers {
        error += f64::from(answer - query.y).powi(2);
        square += f64::from(query.y).powi(2);
    }
    error / square
}

impl Trained {
    /// Errors of the model of a kind of prompt, by number of examples.
    fn of(&self, format: Format) -> Result<&[Vec<f64>; EXAMPLES.len()]> {
        let index = CHAINS.iter().position(|(of, _)| *of == format);
        Ok(&self.errors[index.ok_or("no such model")?])
    }

    /// Errors at the claims' number of examples.
    fn claimed(&self, format: Format) -> Result<&[f64]> {
        let at = EXAMPLES.iter().position(|examples| *examples == CLAIMED);
        Ok(&self.of(format)?[at.ok_or("no such number of examples")?])
    }

    /// Median error with one kind of prompt over that with another on the same tasks.
    fn ratio(&self, format: Format, other: Format) -> Result<Measured> {
        let errors = self.claimed(format)?.iter().zip(self.claimed(other)?);
        let pairs: Vec<(&f64, &f64)> = errors.collect();
        Ok(jackknife(&pairs, |pairs| {
            let error = median(pairs.iter().map(|(error, _)| **error).collect());
            error / median(pairs.iter().map(|(_, other)| **other).collect())
        }))
    }
}

/// Median error of the model that answers in steps.
pub fn steps(context: &mut Context<'_>) -> Result<Measured> {
    let trained = context.study::<Trained>()?;
    Ok(sampled_median(trained.claimed(Format::Steps)?))
}

/// How many times the error of plain prompts is larger.
pub fn plain(context: &mut Context<'_>) -> Result<Measured> {
    context.study::<Trained>()?.ratio(Format::Plain, Format::Steps)
}

/// The same of the model that sees the intermediate values and answers at once.
pub fn input(context: &mut Context<'_>) -> Result<Measured> {
    context.study::<Trained>()?.ratio(Format::Input, Format::Steps)
}

/// Error of the model that answers in steps over that of the one whose prompts are filtered.
pub fn filtered(context: &mut Context<'_>) -> Result<Measured> {
    context.study::<Trained>()?.ratio(Format::Steps, Format::Filtered)
}

/// Examples with which chain of thought has the error that plain prompts have at the claims' number, over
/// that number: linear between the tried numbers, in logarithms.
pub fn examples(context: &mut Context<'_>) -> Result<Measured> {
    let trained = context.study::<Trained>()?;
    let (steps, plain) = (trained.of(Format::Steps)?, trained.claimed(Format::Plain)?);
    let tasks: Vec<usize> = (0..steps[0].len()).collect();
    Ok(jackknife(&tasks, |tasks| {
        let of = |errors: &[f64]| median(tasks.iter().map(|task| errors[**task]).collect());
        let sought = of(plain).ln();
        let curve =
            EXAMPLES.iter().zip(steps).map(|(n, errors)| [(*n as f64).ln(), of(errors).ln()]);
        let curve: Vec<[f64; 2]> = curve.collect();
        let crossing = curve.windows(2).find(|pair| pair[0][1] > sought && pair[1][1] <= sought);
        let at = crossing.map_or(f64::NAN, |pair| {
            let [[n, error], [next, least]] = [pair[0], pair[1]];
            n + (next - n) * (error - sought) / (error - least)
        });
        at.exp() / CLAIMED as f64
    }))
}
