//! Tuning only the normalization: a frozen random network that no flash holds learns on the device.
//!
//! Every weight of the network is a function of (seed, layer, row, column) and is computed when it is
//! used. Learned are one scale and one shift of each unit: two numbers instead of a row of weights.
//! Three noisy clusters are told apart; the statistics of batch normalization are calibrated on the
//! first examples, before the first step.
//!
//! Run it with `cargo run --release -p situ --example normalization`.

use situ::matrix::argmax;
use situ::normtune::{
    Adam, BatchNorm, Error, Network, Optimizer, Parameters, Sign, Workspace, cross_entropy,
};
use situ::random::Generator;

const WIDTH: usize = 64;
const CLASSES: usize = 3;
const EXAMPLES: usize = 3000;

/// A point near the center of its class.
fn point(class: usize, generator: &mut Generator) -> [f32; 2] {
    let [x, y] = [[1.0, 0.0], [-0.5, 0.9], [-0.5, -0.9]][class];
    [x + 0.35 * generator.normal::<f32>(), y + 0.35 * generator.normal::<f32>()]
}

fn main() -> Result<(), Error> {
    let network = Network::new(7, Sign);
    let mut parameters = Parameters::<f32, WIDTH, 2, CLASSES>::default();
    let mut workspace = Workspace::default();
    let mut generator = Generator::new(5);
    let batch: [[f32; 2]; 99] = core::array::from_fn(|index| point(index % 3, &mut generator));
    let statistics = BatchNorm::calibrated(&network, &batch, &mut parameters, &mut workspace)?;

    let rule = Adam::new(0.01);
    let mut optimizer = Optimizer::new::<f32, _>(&rule);
    let (mut outputs, mut gradient) = ([0.0; CLASSES], [0.0; CLASSES]);
    let mut right = 0;
    println!("{:>8} {:>9}", "examples", "accuracy");
    for example in 1..=EXAMPLES {
        let class = example % CLASSES;
        network.forward(&parameters, &point(class, &mut generator), &mut workspace, &mut outputs);
        right += usize::from(argmax(&outputs) == class);
        cross_entropy(&outputs, class, &mut gradient);
        network.backward(&parameters, &gradient, &mut workspace);
        optimizer.step(&rule, &statistics, &mut parameters, workspace.gradient())?;
        if example % 500 == 0 {
            println!("{example:>8} {:>9.3}", right as f32 / 500.0);
            if example == EXAMPLES {
                assert!(right > 475, "three clusters are told apart");
            }
            right = 0;
        }
    }
    let weights = 2 * WIDTH + WIDTH * WIDTH + WIDTH * CLASSES;
    println!(
        "{weights} weights of the network in 0 bytes: {} bytes of scales and shifts",
        size_of_val(&parameters)
    );
    Ok(())
}
