//! One loop of the SUBLEQ machine in nine layers on 7! (N = 16, 27 columns), beside the same layers
//! evaluated densely in numpy, on one core, in the same run.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};
use situ::construct::computer::Computer;
use situ::construct::computer::subleq::{Depth, Machine};
use situ::transformer::{Map, Span, Transformer};
use situ_host::buffers::HeapBuffers;
use situ_host::programs::shipped;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Whole runs of 7!, of which the fastest counts.
const REPETITIONS: usize = 30;

/// A map of blocks as a dense matrix, row after row.
fn dense(transformer: &Transformer<'_, f64>, map: Map, rows: usize, columns: usize) -> Vec<f64> {
    let mut matrix = vec![0.0; rows * columns];
    let Map::Blocks(span) = map else { return matrix };
    for block in span.of(transformer.blocks) {
        for i in 0..usize::from(block.length) {
            let row = usize::from(block.output) + i * usize::from(block.output_step);
            let column = usize::from(block.input) + i * usize::from(block.input_step);
            matrix[row * columns + column] += block.scale;
        }
    }
    matrix
}

/// A bias as a column.
fn column(transformer: &Transformer<'_, f64>, span: Span, rows: usize) -> Vec<f64> {
    let mut column = vec![0.0; rows];
    for bias in span.of(transformer.biases) {
        let first = usize::from(bias.row);
        column[first..first + usize::from(bias.length)].iter_mut().for_each(|x| *x += bias.value);
    }
    column
}

/// The shapes of the layers, and all their weights in the order in which numpy reads them.
fn weights(transformer: &Transformer<'_, f64>) -> (Vec<Value>, Vec<f64>) {
    let rows = usize::from(transformer.rows);
    let (mut shapes, mut numbers) = (Vec::new(), Vec::new());
    for layer in transformer.layers {
        let mut heads = Vec::new();
        for head in layer.heads.of(transformer.heads) {
            let (key, value) = (usize::from(head.key_size), usize::from(head.value_size));
            heads.push(json!({ "key": key, "value": value, "output": head.output }));
            for (map, height) in [(head.keys, key), (head.queries, key), (head.values, value)] {
                numbers.extend(dense(transformer, map, height, rows));
            }
        }
        let units = usize::from(layer.feed_forward.units);
        shapes.push(json!({ "heads": heads, "units": units }));
        numbers.extend(dense(transformer, layer.feed_forward.input, units, rows));
        numbers.extend(column(transformer, layer.feed_forward.input_bias, units));
        numbers.extend(dense(transformer, layer.feed_forward.output, rows, units));
        numbers.extend(column(transformer, layer.feed_forward.output_bias, rows));
    }
    (shapes, numbers)
}

/// What numpy needed; nothing, said loudly, where numpy is missing.
fn numpy(header: &Value, numbers: &[f64]) -> Option<Value> {
    let probe = Command::new("python3").args(["-c", "import numpy"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: no python3 with numpy, so nothing to compare with");
        return None;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/suites/looped.py");
    let mut child = Command::new("python3")
        .arg(script)
        .envs(
            ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"].map(|name| (name, "1")),
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut input = format!("{header}\n").into_bytes();
    input.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    child.stdin.take().expect("a pipe").write_all(&input).expect("numpy reads");
    let output = child.wait_with_output().expect("numpy ends");
    assert!(output.status.success(), "numpy failed");
    Some(serde_json::from_slice(&output.stdout).expect("numpy answers"))
}

fn factorial(criterion: &mut Criterion) {
    let program = shipped::subleq("factorial.subleq").expect("a shipped program");
    let machine = Machine::new::<f64>(program.word_bits, program.columns(), Depth::Nine);
    let mut storage = HeapBuffers::<f64>::new(machine.buffer_sizes());
    let transformer = machine.build(storage.buffers()).expect("a machine");
    let mut start = vec![0.0; machine.sequence()];
    let memory: Vec<f64> = program.memory.iter().map(|value| *value as f64).collect();
    machine.load(&memory, &program.instructions, &mut start).expect("the program fits");
    let mut workspace = vec![0.0; transformer.workspace(machine.columns)];

    let (mut loops, mut best, mut end) = (0, f64::INFINITY, Vec::new());
    for _ in 0..REPETITIONS {
        end.clone_from(&start);
        loops = 0;
        let begin = Instant::now();
        while !machine.halted(&end) {
            transformer.forward(&mut end, &mut workspace).expect("a loop");
            loops += 1;
        }
        best = best.min(begin.elapsed().as_secs_f64() / f64::from(loops));
    }
    let mut product = [0.0];
    machine.read(&end, 1, &mut product);
    assert_eq!(product, [5040.0]);

    let (shapes, mut numbers) = weights(&transformer);
    numbers.extend(start.iter().chain(&end));
    let header = json!({
        "rows": transformer.rows,
        "columns": machine.columns,
        "layers": shapes,
        "inverse_temperature": machine.inverse_temperature,
        "loops": loops,
        "repetitions": REPETITIONS,
    });
    if let Some(answer) = numpy(&header, &numbers) {
        let seconds = answer["seconds"].as_f64().expect("seconds");
        assert_eq!(answer["difference"], 0.0, "numpy computes the same sequence");
        println!(
            "7! in {loops} loops: situ {:.1} us a loop, dense numpy {:.1} us, {:.1} times as long",
            best * 1e6,
            seconds * 1e6,
            seconds / best
        );
    }

    let mut sequence = start.clone();
    criterion.bench_function("looped/subleq_factorial_loop", |bencher| {
        bencher.iter(|| {
            if machine.halted(&sequence) {
                sequence.copy_from_slice(&start);
            }
            transformer.forward(&mut sequence, &mut workspace).expect("a loop");
        });
    });
}

criterion_group!(benches, factorial);
criterion_main!(benches);
