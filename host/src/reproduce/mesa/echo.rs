//! An echo canceller with a changing echo path: the mesa memory as an adaptive filter.

use super::sizes::NOISE;
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::mean;
use crate::reproduce::{Context, Measured, Result, Settings, Study};
use situ::attention::{FastWeights, Gate, Memory, Mesa, MesaConfiguration, Rule};
use situ::random::Generator;
use situ::scalar::f16;
use std::ops::Range;

const TAPS: usize = 16;
const SAMPLES: usize = 10_000;
/// Sample at which the path changes.
const CHANGE: usize = SAMPLES / 2;
const GATE: Gate<f32> = Gate::Variable { max_decay: 0.9995 };
/// Step size of normalized LMS.
const STEP_SIZE: f32 = 0.5;
const INPUTS: [f64; 3] = [0.0, 0.9, 0.98];

/// Samples over which echo return loss is reported.
const WINDOWS: [Range<usize>; 4] = [
    CHANGE - 1000..CHANGE,
    CHANGE..CHANGE + 100,
    CHANGE + 100..CHANGE + 400,
    SAMPLES - 1000..SAMPLES,
];
const AFTER: usize = 2;
const END: usize = 3;

/// A filter: reads an estimate of the echo, then writes the microphone's sample.
type Filter = Box<dyn FnMut(&[f32; TAPS], f32) -> Result<f32>>;

fn filter<F: FastWeights<f32, TAPS, 1> + 'static>(
    mut state: F,
    gate: impl Fn(&[f32; TAPS]) -> F::Gate + 'static,
) -> Filter {
    Box::new(move |input, heard| {
        let mut out = [0.0];
        state.read(input, &mut out)?;
        state.write(gate(input), input, &[heard])?;
        Ok(out[0])
    })
}

fn filters() -> Vec<(&'static str, Filter)> {
    let configuration = MesaConfiguration::default();
    let normalized = |input: &[f32; TAPS]| {
        let square: f32 = input.iter().map(|x| x * x).sum();
        Rule::Delta { step_size: STEP_SIZE / (1e-6 + square) }
    };
    let fixed = Gate::Given { decay: 0.99, weight: 1.0 };
    vec![
        ("normalized LMS", filter(Memory::<f32, TAPS, 1>::new(), normalized)),
        ("mesa", filter(Mesa::<f32, TAPS, 1>::new(configuration), |_| GATE)),
        ("mesa, factors in f16", filter(Mesa::<f16, TAPS, 1, f32>::new(configuration), |_| GATE)),
        ("mesa, all in f16", filter(Mesa::<f16, TAPS, 1>::new(configuration), |_| GATE)),
        ("RLS, forgetting .99", filter(Mesa::<f32, TAPS, 1>::new(configuration), move |_| fixed)),
        ("RLS, no forgetting", filter(Mesa::<f32, TAPS, 1>::new(configuration), |_| Gate::Keep)),
    ]
}

/// A path of exponentially fading taps, of gain one for white input.
fn path(generator: &mut Generator) -> [f64; TAPS] {
    let taps: [f64; TAPS] =
        std::array::from_fn(|i| generator.normal::<f64>() * (-(i as f64) / 4.0).exp());
    let gain = taps.iter().map(|tap| tap * tap).sum::<f64>().sqrt();
    taps.map(|tap| tap / gain)
}

/// Powers of the echo and of each filter's residual, sample by sample.
struct Powers {
    echo: Vec<f64>,
    left: Vec<Vec<f64>>,
}

impl Powers {
    fn new(pole: f64, noise: f64, seed: u64) -> Result<Self> {
        let mut generator = Generator::new(seed);
        let mut filters = filters();
        let mut powers = Self { echo: Vec::new(), left: vec![Vec::new(); filters.len()] };
        let mut taps = path(&mut generator);
        let mut input = [0.0_f32; TAPS];
        let mut last = 0.0;
        for sample in 0..SAMPLES {
            if sample == CHANGE {
                taps = path(&mut generator);
            }
            last = pole * last + (1.0 - pole * pole).sqrt() * generator.normal::<f64>();
            input.rotate_right(1);
            input[0] = last as f32;
            let echo: f64 = taps.iter().zip(&input).map(|(tap, x)| tap * f64::from(*x)).sum();
            let heard = echo + noise * generator.normal::<f64>();
            powers.echo.push(echo * echo);
            for ((_, filter), left) in filters.iter_mut().zip(&mut powers.left) {
                let estimate = filter(&input, heard as f32)?;
                left.push((echo - f64::from(estimate)).powi(2));
            }
        }
        Ok(powers)
    }

    /// Echo return loss of a filter in dB.
    fn loss(&self, filter: usize, window: Range<usize>) -> f64 {
        let sum = |powers: &[f64]| powers[window.clone()].iter().sum::<f64>();
        10.0 * (sum(&self.echo) / sum(&self.left[filter])).log10()
    }
}

/// All runs: one list per input.
struct Echo {
    runs: Vec<Vec<Powers>>,
}

impl Study for Echo {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        let Settings { seed, .. } = *context.settings;
        let (count, noise) = (context.settings.size(60, 100), context.settings.value(&NOISE));
        let runs = |pole: f64| {
            (0..count).map(|run| Powers::new(pole, noise, seed.wrapping_mul(1000) + run)).collect()
        };
        let runs = INPUTS.into_iter().map(runs).collect::<Result<_>>()?;
        let echo = Self { runs };
        let labels: Vec<&str> = filters().iter().map(|(label, _)| *label).collect();
        for (input, pole) in INPUTS.iter().enumerate() {
            let curve = |(filter, label): (usize, &&str)| Curve {
                label: (*label).into(),
                points: (0..SAMPLES / 100)
                    .map(|block| {
                        let window = 100 * block..100 * (block + 1);
                        let losses = echo.runs[input].iter();
                        let losses = losses.map(|run| run.loss(filter, window.clone()));
                        [100.0 * (block as f64 + 0.5), mean(losses).value]
                    })
                    .collect(),
            };
            context.plot(Series {
                title: format!("Changing echo path, AR({pole}) input"),
                x: Axis::linear("sample"),
                y: Axis::linear("echo return loss, dB"),
                curves: labels.iter().enumerate().map(curve).collect(),
            });
        }
        Ok(echo)
    }
}

impl Echo {
    /// Mean over runs of how much more one filter cancels than another, in dB.
    fn gain(&self, input: usize, filters: [usize; 2], window: usize) -> Measured {
        let [one, other] = filters;
        let window = &WINDOWS[window];
        mean(
            self.runs[input]
                .iter()
                .map(|run| run.loss(one, window.clone()) - run.loss(other, window.clone())),
        )
    }

    /// Losses of a filter in all windows, for a detail.
    fn losses(&self, input: usize, filter: usize) -> String {
        let loss = |window: &Range<usize>| {
            mean(self.runs[input].iter().map(|run| run.loss(filter, window.clone()))).value
        };
        let losses: Vec<String> =
            WINDOWS.iter().map(|window| format!("{:.1}", loss(window))).collect();
        losses.join(" / ")
    }
}

pub(super) fn change(context: &mut Context<'_>) -> Result<Measured> {
    let echo = context.study::<Echo>()?;
    let smaller = echo.gain(1, [1, 0], AFTER).min(echo.gain(2, [1, 0], AFTER));
    let detail = format!(
        "before / first 100 / 100 to 400 / end, AR(.9) mesa {}, LMS {}; AR(.98) mesa {}, LMS {}",
        echo.losses(1, 1),
        echo.losses(1, 0),
        echo.losses(2, 1),
        echo.losses(2, 0),
    );
    Ok(smaller.with_detail(detail))
}

pub(super) fn half(context: &mut Context<'_>) -> Result<Measured> {
    let echo = context.study::<Echo>()?;
    let larger = echo.gain(1, [1, 2], END).max(echo.gain(2, [1, 2], END));
    let all = echo.gain(1, [1, 3], END).max(echo.gain(2, [1, 3], END));
    let detail =
        format!("{:.1} ± {:.1} with the weights in f16 too", all.value, all.standard_error);
    Ok(larger.with_detail(detail))
}
