//! The mesa memory: against exact solves in f64, published layers, and hostile input.

mod layers;

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use situ::archive::{restore, save};
use situ::attention::{Error, FastWeights, Gate, Memory, Mesa, MesaConfiguration, Rule};
use situ::matrix::Matrix;
use situ::scalar::{Storage, f16};

const KEYS: usize = 6;
const VALUES: usize = 3;
const CONFIGURATION: MesaConfiguration<f64> = MesaConfiguration { ridge: 0.3, max_variance: 1e12 };

/// A token: key, value, decay and weight.
type Token = ([f64; KEYS], [f64; VALUES], f64, f64);

fn tokens() -> impl Strategy<Value = Vec<Token>> {
    let token = (
        proptest::array::uniform6(-2.0..2.0),
        proptest::array::uniform3(-2.0..2.0),
        0.5..1.0_f64,
        0.0..1.0_f64,
    );
    proptest::collection::vec(token, 1..60)
}

/// The recurrences of H + Λ (which starts at the ridge and fades) and G, solved exactly.
struct Exact {
    products: DMatrix<f64>,
    moments: DMatrix<f64>,
}

impl Exact {
    fn new() -> Self {
        let products = DMatrix::identity(KEYS, KEYS) * CONFIGURATION.ridge;
        Self { products, moments: DMatrix::zeros(VALUES, KEYS) }
    }

    fn write(&mut self, (key, value, decay, weight): &Token) {
        let (key, value) = (DVector::from_row_slice(key), DVector::from_row_slice(value));
        self.products = &self.products * *decay + &key * key.transpose() * *weight;
        self.moments = &self.moments * *decay + value * key.transpose() * *weight;
    }

    fn read(&self, query: &[f64; KEYS]) -> DVector<f64> {
        let query = DVector::from_row_slice(query);
        &self.moments * self.products.clone().cholesky().unwrap().solve(&query)
    }
}

proptest! {
    #[test]
    fn reads_are_the_exact_solution(tokens in tokens()) {
        let mut exact = Exact::new();
        let mut mesa = Mesa::<f64, KEYS, VALUES>::new(CONFIGURATION);
        for token in &tokens {
            exact.write(token);
            let gate = Gate::Given { decay: token.2, weight: token.3 };
            mesa.write(gate, &token.0, &token.1).unwrap();
            let (expected, mut out) = (exact.read(&token.0), [0.0; VALUES]);
            mesa.read(&token.0, &mut out).unwrap();
            for (out, expected) in out.iter().zip(&expected) {
                prop_assert!((out - expected).abs() <= 1e-8 * (1.0 + expected.abs()), "{out} {expected}");
            }
            let query = DVector::from_row_slice(&token.0);
            let solved = exact.products.clone().cholesky().unwrap().solve(&query);
            let variance = query.dot(&solved);
            prop_assert!((mesa.variance(&token.0) - variance).abs() <= 1e-8 * (1.0 + variance));
        }
    }

    /// P at its start is the identity: the first write is a step of the implicit delta rule.
    #[test]
    fn with_the_identity_for_p_a_write_is_the_implicit_delta_rule(
        (key, value, _, _) in tokens().prop_map(|tokens| tokens[0]),
        start in proptest::array::uniform3(proptest::array::uniform6(-2.0..2.0_f64)),
    ) {
        let unit = MesaConfiguration { ridge: 1.0, max_variance: 1.0 };
        let (mut mesa, start) = (Mesa::<f64, KEYS, VALUES>::new(unit), Matrix::from_rows(start));
        mesa.set_weights(&start).unwrap();
        mesa.write(Gate::Keep, &key, &value).unwrap();
        let mut by_key = Matrix::zeros();
        start.transpose_into(&mut by_key);
        let mut memory = Memory::from_matrix(by_key).unwrap();
        memory.write(Rule::Implicit { ridge: 1.0 }, &key, &value).unwrap();
        let mut written = Matrix::zeros();
        memory.matrix().transpose_into(&mut written);
        for (mesa, delta) in mesa.weights().as_slice().iter().zip(written.as_slice()) {
            prop_assert!((mesa - delta).abs() < 1e-13);
        }
    }

    /// No input makes a memory that reads NaN, and what is refused changes nothing.
    #[test]
    fn writes_are_finite_or_refused(
        bits in proptest::collection::vec(any::<[u32; KEYS + VALUES]>(), 1..200),
        exponent in -20..38_i32,
        gate in 0..3_usize,
    ) {
        let gate = [
            Gate::Keep,
            Gate::Given { decay: 0.9, weight: 1.0 },
            Gate::Variable { max_decay: 0.9995 },
        ][gate];
        let configuration = MesaConfiguration::default();
        let mut single = Mesa::<f32, KEYS, VALUES>::new(configuration);
        let mut half = Mesa::<f16, KEYS, VALUES>::new(configuration);
        let mut mixed = Mesa::<f16, KEYS, VALUES, f32>::new(configuration);
        for bits in bits {
            let numbers = bits.map(|bits| {
                let ordinary = (bits % 2001) as f32 / 1000.0 - 1.0;
                match bits % 7 {
                    0 => f32::from_bits(bits),
                    1 | 2 => ordinary * 10_f32.powi(exponent),
                    _ => ordinary,
                }
            });
            let (key, rest) = numbers.split_first_chunk().unwrap();
            let value = rest.first_chunk().unwrap();
            finite_or_refused(&mut single, gate, key, value)?;
            finite_or_refused(&mut half, gate, key, value)?;
            finite_or_refused(&mut mixed, gate, key, value)?;
        }
    }
}

fn finite_or_refused<S, W>(
    mesa: &mut Mesa<S, KEYS, VALUES, W>,
    gate: Gate<f32>,
    key: &[f32; KEYS],
    value: &[f32; VALUES],
) -> Result<(), TestCaseError>
where
    S: Storage<Compute = f32> + PartialEq + std::fmt::Debug,
    W: Storage<Compute = f32> + PartialEq + std::fmt::Debug,
{
    let before = mesa.clone();
    if mesa.write(gate, key, value).is_err() {
        prop_assert_eq!(&*mesa, &before);
    }
    prop_assert!(mesa.weights().is_finite());
    // An ordinary pair is always taken, and read.
    let ordinary = [0.3, -0.2, 0.5, 0.1, 0.0, -0.4];
    let mut probe = mesa.clone();
    if mesa.weights().as_slice().iter().all(|weight| weight.load().abs() < 1e3) {
        prop_assert_eq!(probe.write(gate, &ordinary, &[0.5, -0.5, 0.2]), Ok(()));
        prop_assert_eq!(probe.read(&ordinary, &mut [0.0; VALUES]), Ok(()));
    }
    Ok(())
}

#[test]
fn refused_writes_change_nothing() {
    let mut mesa = Mesa::<f32, 2, 1>::new(MesaConfiguration::default());
    mesa.write(Gate::Keep, &[1.0, 2.0], &[3.0]).unwrap();
    let before = mesa.clone();
    for (gate, key, value, error) in [
        (Gate::Keep, [f32::NAN, 0.0], 1.0, Error::NotFinite),
        (Gate::Keep, [1.0, 0.0], f32::INFINITY, Error::NotFinite),
        (Gate::Keep, [1e30, 0.0], 1.0, Error::Overflow),
        (Gate::Keep, [1.0, 0.0], 1e30, Error::Overflow),
        (Gate::Given { decay: 0.0, weight: 1.0 }, [1.0, 0.0], 1.0, Error::Parameter),
        (Gate::Given { decay: 1.1, weight: 1.0 }, [1.0, 0.0], 1.0, Error::Parameter),
        (Gate::Given { decay: 1.0, weight: -1.0 }, [1.0, 0.0], 1.0, Error::Parameter),
        (Gate::Given { decay: 1e-30, weight: 1e30 }, [1.0, 0.0], 1.0, Error::Overflow),
        (Gate::Variable { max_decay: f32::NAN }, [1.0, 0.0], 1.0, Error::Parameter),
    ] {
        assert_eq!(mesa.write(gate, &key, &[value]), Err(error), "{gate:?} {key:?} {value}");
        assert_eq!(mesa, before);
    }
    for ridge in [0.0, -1.0, f32::NAN, 1e-40, f32::INFINITY] {
        let mut mesa = Mesa::<f32, 2, 1>::new(MesaConfiguration { ridge, max_variance: 1.0 });
        assert_eq!(mesa.write(Gate::Keep, &[1.0, 0.0], &[1.0]), Err(Error::Parameter));
    }
}

#[test]
fn a_cleared_memory_is_a_new_one_and_a_restored_one_goes_on() {
    let configuration = MesaConfiguration::default();
    let write = |mesa: &mut Mesa<f16, 3, 2>, from: u32| {
        for step in from..from + 50 {
            let key = [0.5, (step as f32).sin(), (step as f32 * 0.7).cos()];
            let gate = Gate::Variable { max_decay: 0.99 };
            mesa.write(gate, &key, &[key[1] - key[2], 0.3]).unwrap();
        }
    };
    let mut mesa = Mesa::new(configuration);
    write(&mut mesa, 0);
    let mut bytes = [0; 128];
    let length = save(&mut mesa, &mut bytes).unwrap();
    let mut other = Mesa::<f16, 3, 2>::new(configuration);
    restore(&mut other, &bytes[..length]).unwrap();
    write(&mut mesa, 50);
    write(&mut other, 50);
    assert_eq!(mesa, other);
    let mut foreign = Mesa::<f16, 3, 2>::new(MesaConfiguration { ridge: 0.5, ..configuration });
    assert!(restore(&mut foreign, &bytes[..length]).is_err());
    mesa.clear();
    assert_eq!(mesa, Mesa::new(configuration));
}

/// One direction is never excited, forgetting goes on, and then it is: nothing has wound up.
#[test]
fn unexcited_directions_do_not_wind_up() {
    let mut mesa = Mesa::<f32, 2, 1>::new(MesaConfiguration::default());
    for step in 0..200_000_u32 {
        let key = [1.0 + (step % 3) as f32, 0.0];
        mesa.write(Gate::Given { decay: 0.9, weight: 1.0 }, &key, &[2.0 * key[0]]).unwrap();
    }
    assert!(mesa.variance(&[0.0, 1.0]) <= 1.01e4);
    // Change in the excited direction is still followed.
    for step in 0..200_u32 {
        let key = [1.0 + (step % 3) as f32, 0.0];
        mesa.write(Gate::Given { decay: 0.9, weight: 1.0 }, &key, &[-key[0]]).unwrap();
    }
    mesa.write(Gate::Given { decay: 0.9, weight: 1.0 }, &[0.0, 1.0], &[5.0]).unwrap();
    let mut out = [0.0];
    mesa.read(&[1.0, 1.0], &mut out).unwrap();
    assert!((out[0] - 4.0).abs() < 0.01, "{out:?}");
}
