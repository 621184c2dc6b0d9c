//! Products of the FLEQ machine: error against scale, order, temperature and size.

use crate::buffers::HeapBuffers;
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::largest;
use crate::reproduce::{Context, Measured, Result, Settings};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use situ::construct::computer::Computer;
use situ::construct::computer::fleq::{Instruction, Machine, Operand, Operation};
use situ::transformer::Transformer;

/// The program of one product, C = A' B of the first two blocks.
const PRODUCT: [Instruction; 2] = [
    Instruction { b: Operand::Block(1), ..Instruction::new(Operation::Multiply, 0, 2) },
    Instruction::HALT,
];

/// Products on a machine with memory for them.
struct Multiplier<'a> {
    machine: Machine,
    transformer: Transformer<'a, f64>,
    sequence: Vec<f64>,
    workspace: Vec<f64>,
}

impl Multiplier<'_> {
    /// A' B, row by row; `None` if the machine refuses it.
    fn multiply(&mut self, a: &[f64], b: &[f64]) -> Result<Option<Vec<f64>>> {
        let mut memory = [a, b].concat();
        memory.resize(self.machine.blocks * a.len(), 0.0);
        self.machine.load(&memory, &PRODUCT, &mut self.sequence)?;
        let step = self.machine.step(&self.transformer, &mut self.sequence, &mut self.workspace);
        let mut product = vec![0.0; a.len()];
        self.machine.read(&self.sequence, 2, &mut product);
        Ok(step.is_ok().then_some(product))
    }
}

/// Passes a machine that multiplies to `then`.
fn with<R>(machine: Machine, then: impl FnOnce(&mut Multiplier<'_>) -> Result<R>) -> Result<R> {
    let mut buffers = HeapBuffers::<f64>::new(machine.buffer_sizes());
    let transformer = machine.build(buffers.buffers())?;
    let sequence = vec![0.0; machine.sequence()];
    let workspace = vec![0.0; transformer.workspace(machine.columns())];
    then(&mut Multiplier { machine, transformer, sequence, workspace })
}

fn machine(size: u16) -> Machine {
    Machine::new::<f64>(size, 3, PRODUCT.len())
}

/// Largest relative error of random products, one number per block, among those accepted.
pub fn product(context: &mut Context<'_>) -> Result<Measured> {
    for series in [by_scale(context.settings)?, by_temperature(context.settings)?, by_size()?] {
        context.plot(series);
    }
    let mut random = Pcg64Mcg::seed_from_u64(context.settings.seed);
    let count = context.settings.size(500, 10_000);
    let (mut worst, mut refused) = (0.0_f64, 0);
    with(machine(1), |multiplier| {
        for _ in 0..count {
            // Spread evenly on a logarithmic scale.
            let a = 1000.0_f64.powf(random.random_range(0.0..1.0));
            let sign = if a < 30.0 { 1.0 } else { -1.0 };
            let b = sign * (1000.0 / a).powf(random.random_range(0.0..1.0));
            match multiplier.multiply(&[a], &[b])? {
                Some(product) => worst = worst.max((product[0] / (a * b) - 1.0).abs()),
                None => refused += 1,
            }
        }
        Ok(())
    })?;
    Ok(Measured::from(worst).with_detail(format!("{refused} of {count} refused")))
}

/// Largest relative error of 20 products of numbers from 1 to 10; NaN, which is not drawn, if one is
/// refused.
fn error(settings: &Settings, machine: Machine) -> Result<f64> {
    let mut random = Pcg64Mcg::seed_from_u64(settings.seed);
    with(machine, |multiplier| {
        let mut errors = Vec::new();
        for _ in 0..20 {
            let [a, b]: [f64; 2] = std::array::from_fn(|_| random.random_range(1.0..10.0));
            let product = multiplier.multiply(&[a], &[b])?;
            errors.push(product.map_or(f64::NAN, |product| (product[0] / (a * b) - 1.0).abs()));
        }
        // A logarithmic axis has no zero.
        let worst = largest(errors);
        Ok(if worst < 1e-17 { 1e-17 } else { worst })
    })
}

fn by_scale(settings: &Settings) -> Result<Series> {
    let mut curves = Vec::new();
    for order in 1..=4 {
        let mut points = Vec::new();
        for exponent in -16..=-2 {
            let scale = 10.0_f64.powf(f64::from(exponent) / 2.0);
            let machine = Machine { product_scale: scale, product_order: order, ..machine(1) };
            points.push([scale, error(settings, machine)?]);
        }
        curves.push(Curve { label: format!("order {order}"), points });
    }
    Ok(Series {
        title: "FLEQ products of 1 to 10: error against scale, where not refused".to_owned(),
        x: Axis::logarithmic("scale c"),
        y: Axis::logarithmic("largest relative error"),
        curves,
    })
}

fn by_temperature(settings: &Settings) -> Result<Series> {
    let mut points = Vec::new();
    for inverse_temperature in (2..=40).map(f64::from) {
        let machine = Machine { inverse_temperature, ..machine(1) };
        // Below a limit the machine refuses to be built or to step.
        points.push([inverse_temperature, error(settings, machine).unwrap_or(f64::NAN)]);
    }
    Ok(Series {
        title: "FLEQ products of 1 to 10: error against inverse temperature, where not refused"
            .to_owned(),
        x: Axis::linear("inverse temperature"),
        y: Axis::logarithmic("largest relative error"),
        curves: vec![Curve { label: "order 3".to_owned(), points }],
    })
}

/// Largest error of products of matrices of ones and minus ones over their largest possible entry.
fn by_size() -> Result<Series> {
    let mut points = Vec::new();
    for size in [1_u16, 2, 3, 4, 6, 8] {
        let mut random = Pcg64Mcg::seed_from_u64(size.into());
        let d = usize::from(size);
        let mut sign = || if random.random::<bool>() { 1.0 } else { -1.0 };
        let [a, b]: [Vec<f64>; 2] = std::array::from_fn(|_| (0..d * d).map(|_| sign()).collect());
        let found = with(machine(size), |multiplier| multiplier.multiply(&a, &b))?;
        let exact = |i: usize, j: usize| (0..d).map(|k| a[k * d + i] * b[k * d + j]).sum::<f64>();
        let found = found.ok_or("a product of ones is refused")?;
        let differences =
            found.iter().enumerate().map(|(at, x)| (x - exact(at / d, at % d)).abs() / d as f64);
        points.push([f64::from(size), largest(differences).max(1e-17)]);
    }
    Ok(Series {
        title: "FLEQ products of matrices: error against size".to_owned(),
        x: Axis::linear("rows d of a block"),
        y: Axis::logarithmic("largest error / d"),
        curves: vec![Curve { label: "entries of 1 and -1, order 3".to_owned(), points }],
    })
}
