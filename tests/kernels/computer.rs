//! The shipped programs on the looped transformer, compared with their expected results.

use nalgebra::{DMatrix, DVector, SymmetricEigen};
use proptest::prelude::*;
use situ::construct::computer::Computer;
use situ::construct::computer::subleq::{Depth, Machine};
use situ_host::buffers::HeapBuffers;
use situ_host::programs::{Execution, fleq, shipped, subleq};

/// Runs a SUBLEQ program on both machines and compares it with the interpreter after every loop; returns
/// the values of its cells.
fn run_subleq(program: &subleq::Program) -> Vec<i64> {
    let mut results = [Depth::Nine, Depth::Five].map(|depth| {
        let machine = Machine::new::<f64>(program.word_bits, program.columns(), depth);
        let mut storage = HeapBuffers::<f64>::new(machine.buffer_sizes());
        let transformer = machine.build(storage.buffers()).unwrap();
        let mut engine = subleq::Engine::new(machine, transformer, program).unwrap();
        let mut interpreter = subleq::Interpreter::new(program);
        while !engine.halted() {
            engine.step().unwrap();
            interpreter.step().unwrap();
            assert!(engine.agrees(&interpreter));
        }
        assert!(interpreter.halted());
        interpreter.memory
    });
    assert_eq!(results[0], results[1]);
    std::mem::take(&mut results[0])
}

/// Runs a shipped SUBLEQ program with other initial values; returns the cells of the result.
fn answer(name: &str, values: &[(&str, &[i64])], result: &str) -> Vec<i64> {
    let mut program = shipped::subleq(name).unwrap();
    let first = |program: &subleq::Program, name: &str| {
        let cells = program.symbols.cells();
        cells
            .into_iter()
            .find(|(known, ..)| *known == name)
            .map(|(_, first, n)| (first, n))
            .unwrap()
    };
    for (cell, values) in values {
        let (at, _) = first(&program, cell);
        program.memory[at..at + values.len()].copy_from_slice(values);
    }
    let (at, count) = first(&program, result);
    run_subleq(&program)[at..at + count].to_vec()
}

/// Runs a FLEQ program in f64; returns the blocks with these names.
fn run_fleq(program: &fleq::Program, names: &[&str]) -> Vec<DMatrix<f64>> {
    let machine = program.machine::<f64>();
    let mut storage = HeapBuffers::<f64>::new(machine.buffer_sizes());
    let transformer = machine.build(storage.buffers()).unwrap();
    let mut engine = fleq::Engine::new(machine, transformer, program).unwrap();
    let mut interpreter = fleq::Interpreter::new(&machine, program);
    for _ in 0..10_000 {
        if engine.halted() {
            break;
        }
        engine.step().unwrap();
        interpreter.step().unwrap();
        assert!(engine.agrees(&interpreter), "control differs");
    }
    assert!(engine.halted() && interpreter.halted);
    let size = usize::from(program.size);
    let block = |name: &&str| {
        let block = program.block(name).unwrap();
        DMatrix::from_row_slice(size, size, &engine.cell(block))
    };
    names.iter().map(block).collect()
}

#[test]
fn factorials() {
    for (n, factorial) in [(1, 1), (4, 24), (7, 5040)] {
        assert_eq!(answer("factorial.subleq", &[("n", &[n])], "product"), [factorial]);
    }
}

#[test]
fn fibonacci_numbers() {
    for (n, number) in [(0, 0), (1, 1), (10, 55), (23, 28_657)] {
        assert_eq!(answer("fibonacci.subleq", &[("n", &[n])], "a"), [number]);
    }
}

#[test]
fn blocked_matrix_product() {
    let program = shipped::fleq("matrix-multiply.fleq").unwrap();
    let blocks: Vec<_> =
        program.memory.chunks(16).map(|x| DMatrix::from_row_slice(4, 4, x)).collect();
    let [a, b] = ["A", "B"].map(|name| program.block(name).unwrap());
    let product = run_fleq(&program, &["C"]).remove(0);
    let expected = &blocks[a] * &blocks[b] + &blocks[a + 1] * &blocks[b + 2];
    assert!((product - expected).amax() < 1e-9);
}

#[test]
fn power_iteration_finds_the_leading_eigenvalue() {
    let program = shipped::fleq("power-iteration.fleq").unwrap();
    let a = program.block("A").unwrap();
    let a = DMatrix::from_row_slice(4, 4, &program.memory[16 * a..16 * a + 16]);
    let leading = SymmetricEigen::new(a).eigenvalues.amax();
    let value = run_fleq(&program, &["value"]).remove(0)[(0, 0)];
    assert!((value - leading).abs() < 1e-8, "{value} {leading}");
}

#[test]
fn sgd_in_context_takes_the_steps_of_sgd() {
    let program = shipped::fleq("sgd.fleq").unwrap();
    let samples = program.block("samples").unwrap();
    let data: Vec<_> = program.memory.chunks(16).skip(samples).take(20).collect();
    let mut expected = DVector::zeros(4);
    for sample in data.chunks(2).cycle().take(50) {
        let x = DMatrix::from_row_slice(4, 4, sample[0]).column(0).into_owned();
        expected -= 0.1 * (expected.dot(&x) - sample[1][0]) * x;
    }
    let found = run_fleq(&program, &["w"]).remove(0);
    assert!((found.column(0) - &expected).amax() < 1e-10 && expected.amax() > 0.1);
}

#[test]
fn backpropagation_descends_along_the_gradient_of_the_loss() {
    let program = shipped::fleq("backpropagation.fleq").unwrap();
    let blocks: Vec<_> =
        program.memory.chunks(16).map(|x| DMatrix::from_row_slice(4, 4, x)).collect();
    let [first, second, batches] = ["W1", "W2", "batches"].map(|name| program.block(name).unwrap());
    let mut weights = [first, second].map(|block| blocks[block].transpose());
    let sigmoid = |x: DMatrix<f64>| x.map(|x| 1.0 / (1.0 + (-x).exp()));
    let loss = |weights: &[DMatrix<f64>; 2], batch: &[DMatrix<f64>]| {
        let output = &weights[1] * sigmoid(&weights[0] * &batch[0]);
        0.5 * (output - &batch[1]).norm_squared()
    };
    for batch in blocks[batches..batches + 8].chunks(2).cycle().take(20) {
        // The gradient by central differences: no backpropagation here.
        let slopes = [0, 1].map(|layer| {
            DMatrix::from_fn(4, 4, |i, j| {
                let at = |step: f64| {
                    let mut moved = weights.clone();
                    moved[layer][(i, j)] += step;
                    loss(&moved, batch)
                };
                (at(1e-5) - at(-1e-5)) / 2e-5
            })
        });
        weights.iter_mut().zip(slopes).for_each(|(weights, slope)| *weights -= 0.2 * slope);
    }
    let found = run_fleq(&program, &["W1", "W2"]);
    for (found, expected) in found.iter().zip(&weights) {
        let distance = (found.transpose() - expected).amax();
        assert!(distance < 1e-7, "{distance:e}");
    }
}

#[test]
fn calculator_knows_six_operations() {
    let program = shipped::fleq("calculator.fleq").unwrap();
    let machine = program.machine::<f64>();
    let mut storage = HeapBuffers::<f64>::new(machine.buffer_sizes());
    let transformer = machine.build(storage.buffers()).unwrap();
    let mut engine = fleq::Engine::new(machine, transformer, &program).unwrap();
    for _ in 0..2000 {
        if !engine.halted() {
            engine.step().unwrap();
        }
    }
    assert!(engine.halted());
    let results = program.block("results").unwrap();
    let pairs: [(f64, f64); 4] = [(3.0, 2.0), (2.5, 0.5), (4.0, 3.0), (1.0, 4.0)];
    for (pair, (x, y)) in pairs.into_iter().enumerate() {
        let expected = [x + y, x - y, x * y, x / y, x.sqrt(), x % y];
        for (operation, expected) in expected.into_iter().enumerate() {
            let found = engine.cell(results + 6 * pair + operation)[0];
            let error = (found - expected).abs();
            assert!(error < 1e-6, "{x} {y} {operation}: {found} {expected}");
        }
    }
}

/// Quotients, roots and products over the whole range, to a millionth of each.
#[test]
fn calculator_covers_its_range() {
    let mut program = shipped::fleq("calculator.fleq").unwrap();
    let (pairs, results) = (program.block("pairs").unwrap(), program.block("results").unwrap());
    let numbers = [(3.0, 0.01), (3.0, -20.0), (0.01, 100.0), (100.0, 9.9)];
    for (pair, (x, y)) in numbers.into_iter().enumerate() {
        for (offset, number) in [(0, x), (1, y)] {
            let identity = DMatrix::identity(4, 4) * number;
            program.set(pairs + 2 * pair + offset, identity.as_slice());
        }
    }
    let machine = program.machine::<f64>();
    let mut storage = HeapBuffers::<f64>::new(machine.buffer_sizes());
    let transformer = machine.build(storage.buffers()).unwrap();
    let mut engine = fleq::Engine::new(machine, transformer, &program).unwrap();
    let mut loops = 0;
    while !engine.halted() && loops < 10_000 {
        engine.step().unwrap();
        loops += 1;
    }
    assert!(engine.halted());
    for (pair, (x, y)) in numbers.into_iter().enumerate() {
        for (operation, expected) in [x + y, x - y, x * y, x / y, x.sqrt()].into_iter().enumerate()
        {
            let found = engine.cell(results + 6 * pair + operation)[0];
            let error = (found / expected - 1.0).abs();
            assert!(error < 1e-6, "{x} {y} {operation}: {found} {expected}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn products(x in -90_i64..90, y in 0_i64..30) {
        prop_assert_eq!(answer("multiply.subleq", &[("x", &[x]), ("y", &[y])], "product"), [x * y]);
    }

    #[test]
    fn lists_are_sorted(mut list in prop::collection::vec(-999_i64..999, 5)) {
        let sorted = answer("sort.subleq", &[("list", &list)], "list");
        list.sort_unstable();
        prop_assert_eq!(sorted, list);
    }

    #[test]
    fn lists_are_reversed(mut list in prop::collection::vec(-9999_i64..9999, 5)) {
        let reversed = answer("reverse.subleq", &[("list", &list)], "list");
        list.reverse();
        prop_assert_eq!(reversed, list);
    }

    #[test]
    fn keys_are_found_at_their_first_place(
        list in prop::collection::vec(-4_i64..4, 8),
        key in -4_i64..4,
    ) {
        let index = answer("linear-search.subleq", &[("list", &list), ("key", &[key])], "index");
        let expected = list.iter().position(|x| *x == key).unwrap_or(8);
        prop_assert_eq!(index, [expected as i64]);
    }

    #[test]
    fn one_step_of_subleq_is_that_of_the_interpreter(
        a in -16_i64..16,
        b in -16_i64..16,
        same in any::<bool>(),
    ) {
        let text = ".word 5\n.data\nx: 0, 0\n.code\n x[0], x[1], end\n halt\nend: halt\n";
        let text = if same { text.replace("x[0], x[1]", "x[1], x[1]") } else { text.to_owned() };
        let mut program = subleq::assemble(std::path::Path::new("step"), &text).unwrap();
        program.memory[..2].copy_from_slice(&[a, b]);
        run_subleq(&program);
    }
}
