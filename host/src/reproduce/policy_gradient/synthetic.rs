//! The rate's exponent `q = min(l_b, p - 2 l_σ)` on a strongly stable field with noise and bias of
//! known growth, where it can be tight: games with strict equilibria converge faster.

use crate::report::{Axis, Curve, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::{jackknife, log_slope};
use crate::reproduce::{Context, Measured, Result};
use situ::ftrl::{Power, Schedule};
use situ::random::Generator;
use situ::variational::{ConstantStep, Error, Everywhere, Method, Sgda};

/// Steps `2 / (n + 20)^p`, bias `(n + 20)^-bias`, noise deviation `(n + 20)^noise`.
struct Field {
    p: f64,
    bias: f64,
    noise: f64,
}

impl Field {
    fn exponent(&self) -> f64 {
        self.bias.min(self.p - 2.0 * self.noise)
    }
}

const OFFSET: f64 = 20.0;
const STEPS: u32 = 20_000;

/// Independent groups of runs.
const CHUNKS: u64 = 16;

/// No bias.
const NONE: f64 = f64::INFINITY;

const FIELDS: [Field; 6] = [
    Field { p: 1.0, bias: NONE, noise: 0.0 },
    Field { p: 1.0, bias: 0.5, noise: 0.25 },
    Field { p: 1.0, bias: 0.25, noise: 0.1 },
    Field { p: 0.8, bias: NONE, noise: 0.0 },
    Field { p: 0.8, bias: 0.5, noise: 0.1 },
    Field { p: 0.75, bias: 0.375, noise: 0.1 },
];

/// Squared distance of each step, from `STEPS / 100` on, summed over `runs` runs.
fn squares(field: &Field, runs: u32, mut generator: Generator) -> Result<Vec<f64>, Error> {
    let steps = Power::new(2.0, OFFSET, field.p).map_err(|_| Error::StepSize)?;
    let unit = Sgda::new(1.0, Everywhere)?;
    let mut points = vec![[0.5, -0.5]; runs as usize];
    let mut sums = Vec::new();
    for n in 1..=STEPS {
        let method = unit.with_step_size(steps.at(n))?;
        let time = f64::from(n) + OFFSET;
        let bias = time.powf(-field.bias);
        // Uniform noise of deviation one, scaled.
        let noise = time.powf(field.noise) * 12.0_f64.sqrt();
        let mut sum = 0.0;
        for point in &mut points {
            // Distance from the solution: the field is -z and a rotation.
            method.advance(point, |[x, y], v| {
                *v = [x - y + bias, y + x]
                    .map(|exact| exact + noise * (generator.uniform::<f64>() - 0.5));
            })?;
            sum += point[0] * point[0] + point[1] * point[1];
        }
        if n >= STEPS / 100 {
            sums.push(sum);
        }
    }
    Ok(sums)
}

/// The largest excess of a measured slope over the theorem's.
pub fn largest_excess(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let runs = settings.size(80, 1000);
    let mut excesses = Vec::new();
    let mut curves = Vec::new();
    for (index, field) in FIELDS.iter().enumerate() {
        let seed = settings.seed.wrapping_mul(1000).wrapping_add(100 * index as u64);
        let chunks: Vec<Vec<f64>> = (0..CHUNKS)
            .parallel_map(|chunk| squares(field, runs, Generator::new(seed.wrapping_add(chunk))))
            .collect::<Result<_, _>>()?;
        let points = |chunks: &[&Vec<f64>]| {
            let runs = chunks.len() as f64 * f64::from(runs);
            let mean = |index: usize| chunks.iter().map(|chunk| chunk[index]).sum::<f64>() / runs;
            log_spaced(chunks[0].len(), mean)
        };
        excesses.push(jackknife(&chunks, |chunks| log_slope(&points(chunks)) + field.exponent()));
        curves.push(Curve {
            label: format!("p {}, bias {}, noise {}", field.p, field.bias, field.noise),
            points: points(&chunks.iter().collect::<Vec<_>>()),
        });
    }
    context.plot(Series {
        title: "Rates under noise and bias of known growth".to_owned(),
        x: Axis::logarithmic("step + 20"),
        y: Axis::logarithmic("mean squared distance"),
        curves,
    });
    excesses.into_iter().reduce(Measured::max).ok_or_else(|| "no schedules".into())
}

/// Means over bins of a tenth of a decade, by `n + 20`.
fn log_spaced(count: usize, mean: impl Fn(usize) -> f64) -> Vec<[f64; 2]> {
    let first = (STEPS / 100) as f64;
    let edge = |bin: i32| (first * 10.0_f64.powf(f64::from(bin) / 10.0) - first) as usize;
    let bins = (0..20).map(|bin| (edge(bin), edge(bin + 1).min(count)));
    bins.map(|(low, high)| {
        let sum: f64 = (low..high).map(&mean).sum();
        let middle = ((low as f64 + first) * (high as f64 + first)).sqrt();
        [middle + OFFSET, sum / (high - low) as f64]
    })
    .collect()
}

/// Upper end of the 95 % bootstrap interval of the slope for the abstract's schedule, p = 1 with
/// exploration n^-1/2, which makes a bias of n^-1/2 and noise of deviation n^1/4.
pub fn rate_abstract(context: &mut Context<'_>) -> Result<Measured> {
    const GROUPS: u64 = 48;
    const RESAMPLES: usize = 1000;
    let settings = context.settings;
    let (field, runs) = (&FIELDS[1], settings.size(40, 400));
    let seed = settings.seed.wrapping_mul(1000).wrapping_add(900);
    let groups: Vec<Vec<[f64; 2]>> = (0..GROUPS)
        .parallel_map(|group| {
            let sums = squares(field, runs, Generator::new(seed.wrapping_add(group)))?;
            Ok(log_spaced(sums.len(), |index| sums[index] / f64::from(runs)))
        })
        .collect::<Result<_, Error>>()?;
    let slope = |groups: &[&Vec<[f64; 2]>]| {
        let mean = |bin: usize| groups.iter().map(|group| group[bin][1]).sum::<f64>();
        let bins = groups[0].iter().enumerate();
        log_slope(&bins.map(|(bin, [n, _])| [*n, mean(bin)]).collect::<Vec<_>>())
    };
    let estimate = jackknife(&groups, slope);
    let mut generator = Generator::new(settings.seed);
    let mut resampled: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let draw = |_| &groups[generator.bits() as usize % groups.len()];
            slope(&(0..groups.len()).map(draw).collect::<Vec<_>>())
        })
        .collect();
    resampled.sort_by(f64::total_cmp);
    let [low, high] = [25, 974].map(|index| resampled[index]);
    let detail = format!("{:.3} [{low:.3}, {high:.3}]", estimate.value);
    Ok(Measured::new(high, estimate.standard_error).with_detail(detail))
}
