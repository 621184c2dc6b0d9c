//! Numbers, element by element: the functions of [`Scalar`] and the conversions of f16.

use crate::format::{emit_all, exact, vector};
use crate::{Benchmark, Visitor, rows};
use situ::random::Generator;
use situ::scalar::{Scalar, f16, load_slice, store_slice};

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Exp<1>, Exp<4>, Exp<16>, Exp<32>, Ln<1>, Tanh<1>, SquareRoot<1>);
    rows!(visitor: Load<4>, Load<16>, Load<64>, Load<256>, Load<1024>);
    rows!(visitor: EveryHalf);
    rows!(visitor: Store<4>, Store<16>, Store<64>, Store<256>, Store<1024>);
}

/// A function of each number of a vector.
#[inline(always)]
fn one_by_one(function: impl Fn(f32) -> f32) -> impl Fn(&[f32], &mut [f32]) {
    move |x, out| {
        for (out, x) in out.iter_mut().zip(x) {
            *out = function(*x);
        }
    }
}

/// A row that applies a function to each element of a vector.
macro_rules! elementwise {
    ($kernel:ident, $name:literal, $input:expr, $function:path, $all:expr) => {
        #[doc = concat!("`out[i] = ", $name, "(x[i])`.")]
        struct $kernel<const N: usize> {
            x: [f32; N],
            out: [f32; N],
        }

        impl<const N: usize> Benchmark for $kernel<N> {
            const NAME: &'static str = $name;
            const SIZE: usize = N;
            const TOLERANCE: f64 = 2e-7;

            fn new(random: &mut Generator) -> Self {
                Self { x: vector::<f32, N>(random).map($input), out: [0.0; N] }
            }
            fn run(&mut self) {
                $all(&self.x, &mut self.out);
            }
            fn output(&self, emit: &mut dyn FnMut(f32)) {
                emit_all(&self.out, emit);
            }
            fn reference(&self, emit: &mut dyn FnMut(f64)) {
                self.x.iter().for_each(|x| emit($function(exact(*x))));
            }
        }
    };
}

elementwise!(Exp, "exp", |x| 5.0 * x, Scalar::exp, Scalar::exp_all);
elementwise!(Ln, "ln", |x| 3.0 + 2.0 * x, Scalar::ln, one_by_one(Scalar::ln));
elementwise!(Tanh, "tanh", |x| 3.0 * x, Scalar::tanh, one_by_one(Scalar::tanh));
elementwise!(SquareRoot, "sqrt", |x| 2.0 + x, Scalar::sqrt, one_by_one(Scalar::sqrt));

/// f16 to f32.
struct Load<const N: usize> {
    stored: [f16; N],
    out: [f32; N],
}

impl<const N: usize> Benchmark for Load<N> {
    const NAME: &'static str = "load";
    const SIZE: usize = N;
    const SCALAR: &'static str = "f16";
    const TOLERANCE: f64 = 0.0;

    fn new(random: &mut Generator) -> Self {
        Self { stored: vector(random), out: [0.0; N] }
    }
    fn run(&mut self) {
        load_slice(&self.stored, &mut self.out);
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(&self.out, emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        self.stored.iter().for_each(|stored| emit(stored.to_f64()));
    }
}

/// f32 to f16.
struct Store<const N: usize> {
    values: [f32; N],
    out: [f16; N],
}

impl<const N: usize> Benchmark for Store<N> {
    const NAME: &'static str = "store";
    const SIZE: usize = N;
    const SCALAR: &'static str = "f16";
    const TOLERANCE: f64 = 0.0;

    fn new(random: &mut Generator) -> Self {
        Self { values: vector(random), out: [f16::ZERO; N] }
    }
    fn run(&mut self) {
        store_slice(&self.values, &mut self.out);
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(&self.out, emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        self.values.iter().for_each(|value| emit(f16::from_f32(*value).to_f64()));
    }
}

/// Every bit pattern of f16, loaded and stored by this core's instructions. The output is the number that
/// differ from the portable conversion, bit for bit, except that a NaN equals any NaN.
struct EveryHalf {
    wrong_loads: u32,
    wrong_stores: u32,
}

impl Benchmark for EveryHalf {
    const NAME: &'static str = "every_f16";
    const SIZE: usize = 1 << 16;
    const SCALAR: &'static str = "f16";
    const TOLERANCE: f64 = 0.0;

    fn new(_: &mut Generator) -> Self {
        Self { wrong_loads: u32::MAX, wrong_stores: u32::MAX }
    }
    fn run(&mut self) {
        (self.wrong_loads, self.wrong_stores) = (0, 0);
        for first in (0..=u16::MAX).step_by(8) {
            // From the second on: a half that is not word-aligned.
            let stored: [f16; 9] =
                core::array::from_fn(|i| f16::from_bits(first.wrapping_add(i as u16)));
            let (mut values, mut again) = ([0.0_f32; 9], [f16::ZERO; 9]);
            load_slice(&stored[1..], &mut values[1..]);
            // Not representable, so that storing rounds.
            let between = values.map(|value| value * 1.000_3);
            store_slice(&between[1..], &mut again[1..]);
            for i in 1..9 {
                let (load, store) = (stored[i].to_f32_const(), f16::from_f32_const(between[i]));
                let same = load.to_bits() == values[i].to_bits();
                self.wrong_loads += u32::from(!(same || load.is_nan() && values[i].is_nan()));
                let same = store.to_bits() == again[i].to_bits();
                self.wrong_stores += u32::from(!(same || store.is_nan() && again[i].is_nan()));
            }
        }
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit(self.wrong_loads as f32);
        emit(self.wrong_stores as f32);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        emit(0.0);
        emit(0.0);
    }
}
