//! Activity on a wrist: what adapting to its wearer is worth.
//!
//! A band ships with a model that learned the motions of others. It is then put on the other way
//! around: x and z change places, and one sign flips. One copy of the model only predicts; another
//! learns from the wearer, who labels one window in five. Both see the same windows.
//!
//! Run it with `cargo run --release -p situ --example wrist_activity`. The data are bundled:
//! accelerometer and gyroscope at 10 Hz, four activities, 80 recordings of ten seconds.

use situ::Error;
use situ::features::{Window, WindowFeatures};
use situ::matrix::argmax;
use situ::online::{
    Ftrl, FtrlConfiguration, Hedge, Learner, Memory, MemoryConfiguration, Shape, Target,
};
use situ::scalar::f16;

const CHANNELS: usize = 6;
/// Mean, deviation and mean change of each channel.
const FEATURES: usize = 3 * CHANNELS;
const NAMES: [&str; 4] = ["standing", "running", "walking", "badminton"];
const CLASSES: usize = NAMES.len();

/// Follows whichever of its two members errs less.
type Model =
    Hedge<f32, (Memory<f16, FEATURES, CLASSES, 128>, Ftrl<f16, FEATURES, CLASSES>), CLASSES>;

/// The windows of one recording with their class.
struct Windows(Vec<([f32; FEATURES], usize)>);

/// Reads the recordings; `turned` mounts the sensor the other way around.
fn recordings(turned: bool) -> Result<Vec<Windows>, Error> {
    let mut all = Vec::new();
    let mut window =
        WindowFeatures::<f32, CHANNELS, 2>::new(Window { length: 20, hop: 10 }, CHANNELS)?;
    let mut last = "";
    for line in include_str!("../../host/data/basic-motions.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |index: usize| cells[index].parse().unwrap_or(f32::NAN);
        let [ax, ay, az, gx, gy, gz] = core::array::from_fn(|channel| number(3 + channel));
        let sample = if turned { [az, -ay, ax, gz, -gy, gx] } else { [ax, ay, az, gx, gy, gz] };
        if cells[0] != last {
            last = cells[0];
            window.restart();
            all.push(Windows(Vec::new()));
        }
        let mut features = [0.0; FEATURES];
        let class = NAMES.iter().position(|name| *name == cells[9]);
        if window.push(&sample, &mut features)? {
            let (Some(Windows(windows)), Some(class)) = (all.last_mut(), class) else { continue };
            windows.push((features, class));
        }
    }
    // The file is sorted by class; 29 is prime to 80 and visits every recording once.
    let count = all.len();
    let mut order: Vec<usize> = (0..count).map(|index| index * 29 % count).collect();
    let mut sorted: Vec<Option<Windows>> = all.into_iter().map(Some).collect();
    Ok(order.drain(..).filter_map(|index| sorted[index].take()).collect())
}

fn main() -> Result<(), Error> {
    // On a device this is a static: EMPTY takes no flash, and `begin` works in place.
    let mut shipped = Model::EMPTY;
    let memory = MemoryConfiguration { slots: 128, ..Default::default() };
    shipped.begin(Shape::classify(FEATURES, CLASSES), (memory, FtrlConfiguration::default()))?;

    // At the factory: half of the recordings, all labeled.
    let (others, wearer) = (recordings(false)?, recordings(true)?);
    let half = others.len() / 2;
    for (features, class) in others[..half].iter().flat_map(|recording| &recording.0) {
        shipped.learn(features, Target::Class(*class))?;
    }

    // On the wrist: the other half, turned.
    let (frozen, mut adapting) = (shipped.clone(), shipped);
    let (mut seen, mut labels, mut right) = (0_usize, 0, [0_usize; 2]);
    println!("{:>8} {:>7} {:>9} {:>9}", "windows", "labels", "frozen", "adapting");
    for (features, class) in wearer[half..].iter().flat_map(|recording| &recording.0) {
        let mut probabilities = [0.0; CLASSES];
        let models: [&Model; 2] = [&frozen, &adapting];
        for (right, model) in right.iter_mut().zip(models) {
            model.predict(features, &mut probabilities)?;
            *right += usize::from(argmax(&probabilities) == *class);
        }
        if seen % 5 == 0 {
            adapting.learn(features, Target::Class(*class))?;
            labels += 1;
        }
        seen += 1;
        if seen % 60 == 0 {
            let [frozen, adapting] = right.map(|right| right as f32 / seen as f32);
            println!("{seen:>8} {labels:>7} {frozen:>9.3} {adapting:>9.3}");
        }
    }
    println!("the model takes {} bytes", size_of::<Model>());
    assert!(right[1] > right[0] + seen / 10, "adapting is worth more than a tenth");
    Ok(())
}
