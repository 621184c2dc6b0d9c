//! A pretrained language model on prompts that mix two tasks.

mod model;
mod tasks;

use super::measures::{Measures, Outcome};
use super::several::Several;
use crate::prompts::Mixture;
use crate::report::{Axis, Curve, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::correlation;
use crate::reproduce::{Context, Measured, Result, Study};
use model::Llama;
use situ::random::Generator;
use std::path::Path;
use tasks::Tasks;

/// Shares of the second task.
const SHARES: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

/// Checks by its header that a file is a model that can be measured.
///
/// # Errors
/// The reason that it cannot be measured.
pub fn check(path: &Path) -> Result<()> {
    model::header(&mut std::fs::File::open(path)?).map(drop)
}

impl Study for Llama {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        Self::open(context.settings.model.as_deref().ok_or("no language model was given")?)
    }
}

/// All pairs of tasks, swept over the shares; the verbs come first.
struct Sweeps(Vec<(&'static str, Vec<Measures>)>);

impl Study for Sweeps {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        let model = context.study::<Llama>()?;
        let pairs = Tasks::pairs();
        let mut sweeps = Vec::new();
        // The claims are about the first.
        for (pair, quick) in pairs.iter().zip([60, 20, 20, 20, 20]) {
            let prompts = context.settings.size(quick, 100);
            context.progress.inc_length((SHARES.len() * prompts) as u64);
            let at = |share: &f64| sweep(context, &model, pair, *share, prompts);
            sweeps.push((pair.name, SHARES.iter().map(at).collect::<Result<Vec<_>>>()?));
        }
        for series in series(&sweeps) {
            context.plot(series);
        }
        Ok(Self(sweeps))
    }
}

impl Sweeps {
    /// The pair that the claims are about, by ascending share of the second task.
    fn verbs(&self) -> Result<&[Measures; SHARES.len()]> {
        let (_, verbs) = self.0.first().ok_or("no pairs of tasks")?;
        Ok(verbs.as_slice().try_into()?)
    }
}

/// Share of prompts at the equal mixture where both answers have more than a tenth.
pub fn both(context: &mut Context<'_>) -> Result<Measured> {
    Ok(context.study::<Sweeps>()?.verbs()?[SHARES.len() / 2].estimate(|m| m.both))
}

/// Correlation of the second answer's mean probability with its share.
pub fn monotone(context: &mut Context<'_>) -> Result<Measured> {
    let sweeps = context.study::<Sweeps>()?;
    let points = sweeps.verbs()?.iter().map(|m| [1.0 - m.weight, m.second]);
    Ok(correlation(&points.collect::<Vec<_>>()).into())
}

/// The smaller mean probability of the right answer to a pure prompt.
pub fn pure(context: &mut Context<'_>) -> Result<Measured> {
    let sweeps = context.study::<Sweeps>()?;
    let [first, .., last] = sweeps.verbs()?;
    Ok(first.estimate(|m| m.first).min(last.estimate(|m| m.second)))
}

/// Mean number of tasks with more than a tenth in a single prompt, three tasks in equal shares.
pub fn three(context: &mut Context<'_>) -> Result<Measured> {
    let (model, verbs) = (context.study::<Llama>()?, Tasks::verbs());
    let prompts = context.settings.size(60, 100);
    // The claim is about the first; one task alone is the control.
    let all: [&'static [f64]; 3] = [&[1.0 / 3.0; 3], &[0.25; 4], &[1.0, 0.0, 0.0, 0.0]];
    context.progress.inc_length((all.len() * prompts) as u64);
    let mut several = Vec::new();
    for shares in all {
        let answers = answers(context, &model, &verbs, shares, prompts)?;
        several.push(Several { shares, prompts: answers.into_iter().map(|(_, p)| p).collect() });
    }
    let details: Vec<_> = several.iter().map(Several::describe).collect();
    Ok(several[0].completed().with_detail(details.join("; ")))
}

/// One pair of tasks at one share of the second.
fn sweep(
    context: &Context<'_>,
    model: &Llama,
    pair: &Tasks,
    share: f64,
    count: usize,
) -> Result<Measures> {
    let answers = answers(context, model, pair, &[1.0 - share, share], count)?;
    let outcome = |(tally, p): (f64, Vec<f64>)| Outcome { tally, first: p[0], second: p[1] };
    Ok(Measures::summarize(1.0 - share, answers.into_iter().map(outcome).collect()))
}

/// Prompts whose examples follow the tasks in these shares: the first task's share of the examples drawn,
/// and the probability of every task's answer.
fn answers(
    context: &Context<'_>,
    model: &Llama,
    tasks: &Tasks,
    shares: &[f64],
    count: usize,
) -> Result<Vec<(f64, Vec<f64>)>> {
    let (seed, progress) = (context.settings.seed, &context.progress);
    let mixture = Mixture::new(shares)?;
    let answer = |index: usize| {
        let mut random = Generator::new(seed.wrapping_mul(1_000_003) + index as u64);
        let prompt = tasks.prompt(&mixture, &mut random);
        let probabilities = model.probabilities(&prompt.text, &prompt.answers)?;
        progress.inc(1);
        Ok((prompt.tally, probabilities))
    };
    (0..count).parallel_map(answer).collect()
}

/// Every measure as a function of the share of the second task, one curve per pair.
fn series(sweeps: &[(&str, Vec<Measures>)]) -> Vec<Series> {
    let against = |title: &str, label: &str, of: &dyn Fn(&Measures) -> f64| Series {
        title: format!("Language model: {title}"),
        x: Axis::linear("share of the second task"),
        y: Axis::linear(label),
        curves: sweeps
            .iter()
            .map(|(name, measures)| Curve {
                label: (*name).to_owned(),
                points: measures.iter().map(|m| [1.0 - m.weight, of(m)]).collect(),
            })
            .collect(),
    };
    vec![
        against("the second task", "mean P", &|m| m.second),
        against("the first task", "mean P", &|m| m.first),
        against("other answers", "mean probability", &|m| m.other()),
        against("prompts where both tasks have more than a tenth", "share", &|m| m.both),
        against("single prompts settle on a task", "Var/(p(1-p))", &|m| m.collapse),
        against("divergence of the mean output", "nats", &|m| m.divergence_of_mean),
        against("mean divergence of single prompts", "nats", &|m| m.mean_divergence),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// The file named by `SITU_GGUF`; prints a line if it is not set.
    fn file() -> Option<std::path::PathBuf> {
        let file = std::env::var_os("SITU_GGUF").map(Into::into);
        if file.is_none() {
            // Even where the test runner captures what tests print.
            let _ = writeln!(std::io::stderr(), "SKIPPED: SITU_GGUF names no language model");
        }
        file
    }

    #[test]
    fn the_capital_of_france_is_paris() {
        let Some(file) = file() else { return };
        let model = Llama::open(&file).unwrap();
        let texts = [" Paris".to_owned(), " London".to_owned()];
        let found = model.probabilities("The capital of France is", &texts).unwrap();
        assert!((found[0] - 0.77).abs() < 0.02 && found[1] < 0.05, "{found:?}");
    }

    #[test]
    fn another_file_is_refused() {
        let directory = std::env::temp_dir().join(format!("situ-llm-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let path = directory.join("other.gguf");
        for bytes in [&b"situ-dec, which is no GGUF"[..], b"GGUF", b""] {
            std::fs::write(&path, bytes).unwrap();
            assert!(Llama::open(&path).is_err());
        }
        // A well-formed file of another architecture, without tensors.
        let string =
            |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
        let mut gguf = [b"GGUF".to_vec(), 3_u32.to_le_bytes().to_vec()].concat();
        gguf.extend([0_u64, 1].map(u64::to_le_bytes).as_flattened());
        gguf.extend(string("general.architecture"));
        gguf.extend(8_u32.to_le_bytes());
        gguf.extend(string("mamba"));
        std::fs::write(&path, gguf).unwrap();
        let error = Llama::open(&path).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("architecture 'mamba'"), "{error}");
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn prompts_hold_their_query_once() {
        let mixture = Mixture::new(&[0.5, 0.5]).unwrap();
        for tasks in Tasks::pairs().into_iter().chain([Tasks::verbs()]) {
            let prompt = tasks.prompt(&mixture, &mut Generator::new(1));
            let lines: Vec<&str> = prompt.text.lines().collect();
            let query = *lines.last().unwrap();
            assert_eq!(lines.len(), 31, "{}", tasks.name);
            assert_eq!(lines.iter().filter(|line| line.starts_with(query)).count(), 1);
            assert_ne!(prompt.answers[0], prompt.answers[1]);
        }
    }
}
