//! Frozen random networks: drawing their weights, running them, tuning their scales and shifts.

use crate::format::{Format, emit_all, vector};
use crate::{Benchmark, Visitor, rows};
use situ::normtune::{
    Affine, Gaussian, Law, Network, Optimizer, Parameters, Sgd, Sign, Stream, Uniform, Units,
    Workspace, cross_entropy,
};
use situ::random::Generator;
use situ::scalar::f16;

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Draw<Sign>, Draw<Uniform>, Draw<Gaussian>);
    rows!(visitor: Forward<f32, 32>, Forward<f32, 64>, Forward<f32, 256>);
    rows!(visitor: Step<f32, 32>, Step<f32, 64>, Step<f32, 256>, Step<f16, 256>);
}

/// Inputs, frozen hidden layers and classes of the networks.
const INPUTS: usize = 18;
const DEPTH: usize = 2;
const CLASSES: usize = 4;

/// A distribution with the name of its benchmark.
trait Named: Law {
    const NAME: &'static str;
    const LAW: Self;
}

impl Named for Sign {
    const NAME: &'static str = "draw_sign";
    const LAW: Self = Self;
}

impl Named for Uniform {
    const NAME: &'static str = "draw_uniform";
    const LAW: Self = Self;
}

impl Named for Gaussian {
    const NAME: &'static str = "draw_gaussian";
    const LAW: Self = Self;
}

/// A row of weights, drawn from its seed.
struct Draw<L> {
    row: Stream,
    law: L,
    out: [f32; 256],
}

impl<L: Named> Benchmark for Draw<L> {
    const NAME: &'static str = L::NAME;
    const SIZE: usize = 256;
    // The device draws the same bits as the host.
    const TOLERANCE: f64 = 0.0;

    fn new(random: &mut Generator) -> Self {
        let row = Stream::new(u64::from(random.bits())).child(0).child(0);
        Self { row, law: L::LAW, out: [0.0; 256] }
    }
    fn run(&mut self) {
        self.law.draw(self.row, &mut self.out);
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(&self.out, emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        (0..256).for_each(|column| emit(f64::from(self.law.weight(self.row, column))));
    }
}

/// The frozen network of a benchmark.
fn network(random: &mut Generator) -> Network<Uniform> {
    Network::new(u64::from(random.bits()), Uniform)
}

/// Outputs of a network in f64, for the same input.
fn exact<const WIDTH: usize>(
    network: &Network<Uniform>,
    parameters: &Parameters<f64, WIDTH, DEPTH, CLASSES>,
    inputs: &[f32; INPUTS],
) -> [f64; CLASSES] {
    let mut outputs = [0.0; CLASSES];
    network.forward(parameters, &inputs.map(f64::from), &mut Workspace::default(), &mut outputs);
    outputs
}

/// A forward pass through two frozen hidden layers of `WIDTH` units and a frozen output layer.
struct Forward<S: Format, const WIDTH: usize> {
    network: Network<Uniform>,
    parameters: Parameters<S, WIDTH, DEPTH, CLASSES>,
    work: Workspace<S, WIDTH, DEPTH, CLASSES>,
    inputs: [f32; INPUTS],
    outputs: [f32; CLASSES],
}

impl<S: Format, const WIDTH: usize> Benchmark for Forward<S, WIDTH> {
    const NAME: &'static str = "normtune_forward";
    const SIZE: usize = WIDTH;
    const SCALAR: &'static str = S::NAME;
    const TOLERANCE: f64 = 1e-5;
    const REDUCED: bool = false;

    fn new(random: &mut Generator) -> Self {
        Self {
            network: network(random),
            parameters: Parameters::default(),
            work: Workspace::default(),
            inputs: vector(random),
            outputs: [0.0; CLASSES],
        }
    }
    fn run(&mut self) {
        let Self { network, parameters, work, inputs, outputs } = self;
        network.forward(parameters, &*inputs, work, outputs);
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(&self.outputs, emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let parameters = Parameters::<f64, WIDTH, DEPTH, CLASSES>::default();
        exact(&self.network, &parameters, &self.inputs).into_iter().for_each(emit);
    }
    fn state_bytes() -> usize {
        size_of::<Parameters<S, WIDTH, DEPTH, CLASSES>>()
            + size_of::<Workspace<S, WIDTH, DEPTH, CLASSES>>()
    }
}

/// One tuning step by gradient descent: forward, backward, update. The outputs are those after
/// [`Benchmark::RUNS`] steps on the same example.
struct Step<S: Format, const WIDTH: usize> {
    network: Network<Uniform>,
    parameters: Parameters<S, WIDTH, DEPTH, CLASSES>,
    optimizer: Optimizer<(), WIDTH, DEPTH, CLASSES>,
    work: Workspace<S, WIDTH, DEPTH, CLASSES>,
    inputs: [f32; INPUTS],
    outputs: [f32; CLASSES],
}

const RATE: f32 = 1.0 / 64.0;
const CLASS: usize = 1;

impl<S: Format, const WIDTH: usize> Benchmark for Step<S, WIDTH> {
    const NAME: &'static str = "normtune_step";
    const SIZE: usize = WIDTH;
    const SCALAR: &'static str = S::NAME;
    // In f16 the sums and the parameters are rounded to the format.
    const TOLERANCE: f64 = 1e-5 + 20.0 * (S::ROUNDING - f32::ROUNDING);
    const REDUCED: bool = false;

    fn new(random: &mut Generator) -> Self {
        Self {
            network: network(random),
            parameters: Parameters::default(),
            optimizer: Optimizer::new::<f32, _>(&Sgd { rate: RATE }),
            work: Workspace::default(),
            inputs: vector(random),
            outputs: [0.0; CLASSES],
        }
    }
    fn run(&mut self) {
        let Self { network, parameters, optimizer, work, inputs, outputs } = self;
        network.forward(parameters, &*inputs, work, outputs);
        let mut slope = [0.0; CLASSES];
        cross_entropy(outputs, CLASS, &mut slope);
        network.backward(parameters, &slope, work);
        let affine = Units::filled(Affine);
        // If a step is refused, the outputs are wrong.
        let _ = optimizer.step(&Sgd { rate: RATE }, &affine, parameters, work.gradient());
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        let mut outputs = [0.0; CLASSES];
        let mut work = Workspace::default();
        self.network.forward(&self.parameters, &self.inputs, &mut work, &mut outputs);
        emit_all(&outputs, emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let mut parameters = Parameters::<f64, WIDTH, DEPTH, CLASSES>::default();
        let rule = Sgd { rate: f64::from(RATE) };
        let mut optimizer = Optimizer::new::<f64, _>(&rule);
        let mut work = Workspace::default();
        let inputs = self.inputs.map(f64::from);
        for _ in 0..Self::RUNS {
            let (mut outputs, mut slope) = ([0.0; CLASSES], [0.0; CLASSES]);
            self.network.forward(&parameters, &inputs, &mut work, &mut outputs);
            cross_entropy(&outputs, CLASS, &mut slope);
            self.network.backward(&parameters, &slope, &mut work);
            let affine = Units::filled(Affine);
            let _ = optimizer.step(&rule, &affine, &mut parameters, work.gradient());
        }
        exact(&self.network, &parameters, &self.inputs).into_iter().for_each(emit);
    }
    fn state_bytes() -> usize {
        size_of::<Parameters<S, WIDTH, DEPTH, CLASSES>>()
            + size_of::<Workspace<S, WIDTH, DEPTH, CLASSES>>()
            + size_of::<Optimizer<(), WIDTH, DEPTH, CLASSES>>()
    }
}
