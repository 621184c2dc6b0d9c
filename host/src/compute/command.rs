//! The command `situ compute`.

use crate::parts::HeapParts;
use crate::programs::{Execution, Fleq, Program, Subleq, fleq, subleq};
use crate::{Failure, console, progress, report};
use serde::Serialize;
use situ::construct::computer::Error;
use situ::construct::computer::subleq::{Depth, Machine};
use situ::transformer::Transformer;
use std::path::PathBuf;

/// Arguments of `situ compute`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// A text program, .subleq or .fleq; or the name of one that is shipped
    #[arg(value_name = "PROGRAM")]
    program: PathBuf,
    /// What executes it
    #[arg(long, value_enum, default_value_t)]
    engine: Engine,
    /// Start with another value in a cell: n=5, list[2]=-1, A=[1 0; 0 1]
    #[arg(long, value_name = "CELL=VALUE")]
    set: Vec<String>,
    /// Give up after so many loops
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    max_loops: u64,
    /// λ, what attention multiplies scores by before its softmax; if not given, so much that every
    /// weight but the largest underflows to zero
    #[arg(long, value_name = "LAMBDA", allow_negative_numbers = true)]
    temperature: Option<f64>,
    /// Print every loop: counter, command, cells that changed
    #[arg(long)]
    trace: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// What executes a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
enum Engine {
    /// The looped transformer, each loop compared with the interpreter.
    #[default]
    Transformer,
    /// Plain arithmetic.
    Interpreter,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Outcome {
    program: String,
    engine: Engine,
    loops: u64,
    halted: bool,
    mismatches: u64,
    memory: Vec<serde_json::Value>,
    #[serde(flatten)]
    size: Size,
}

/// The transformer's size; nothing for the interpreter.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Size {
    layers: Option<usize>,
    heads: Option<usize>,
    rows: Option<usize>,
    columns: Option<usize>,
    weights_nonzero: Option<usize>,
}

impl Size {
    fn of(transformer: &Transformer<'_, f64>, columns: usize) -> Self {
        Self {
            layers: Some(transformer.layers.len()),
            heads: Some(transformer.widest_layer()),
            rows: Some(transformer.rows.into()),
            columns: Some(columns),
            weights_nonzero: Some(transformer.nonzero_weights()),
        }
    }
}

/// Runs `situ compute`.
///
/// # Errors
/// [`Failure::Input`] for a program with mistakes, or that does not fit; [`Failure::Check`] for one
/// that does not halt, or whose transformer differs from the interpreter.
pub fn compute(arguments: &Arguments) -> Result<(), Failure> {
    let mut program = Program::read(&arguments.program)?;
    for assignment in &arguments.set {
        program.set(assignment)?;
    }
    let name = arguments.program.display().to_string();
    let refused = |error: Error| Failure::Input(format!("{name}: {error}"));
    if arguments.temperature.is_some() && arguments.engine == Engine::Interpreter {
        return Err(Failure::Input("--temperature: the interpreter has none".to_owned()));
    }
    match &program {
        Program::Subleq(subleq) => {
            let interpreter = subleq::Interpreter::new(&subleq.memory, subleq.word_bits);
            let oracle = Subleq { interpreter, commands: &subleq.commands };
            if arguments.engine == Engine::Interpreter {
                return run(arguments, &program, oracle, None::<Subleq<'_>>, Size::default());
            }
            let (bits, columns) = (subleq.word_bits, subleq.columns());
            let mut machine = Machine::new::<f64>(bits, columns, Depth::Nine);
            set(&mut machine.inverse_temperature, arguments);
            let mut room = HeapParts::<f64>::new(machine.counts());
            let transformer = machine.build(room.buffers()).map_err(|error| {
                let rule =
                    format!("(ln n + N ln 2) / 2 + 2, n = {columns} columns, N = {bits} bits");
                too_soft(error, arguments, &rule).unwrap_or_else(|| refused(error))
            })?;
            let size = Size::of(&transformer, machine.columns);
            let engine = subleq::Engine::new(machine, transformer, subleq).map_err(refused)?;
            run(arguments, &program, engine, Some(oracle), size)
        }
        Program::Fleq(fleq) => {
            let mut machine = fleq.machine::<f64>();
            set(&mut machine.inverse_temperature, arguments);
            let interpreter = fleq::Interpreter::new(&machine, &fleq.memory);
            let oracle = Fleq { interpreter, commands: &fleq.commands };
            if arguments.engine == Engine::Interpreter {
                return run(arguments, &program, oracle, None::<Fleq<'_>>, Size::default());
            }
            let mut room = HeapParts::<f64>::new(machine.counts());
            let transformer = machine.build(room.buffers()).map_err(|error| {
                let rule =
                    format!("(ln n - ln e) / 2, n = {} columns, e = 2^-52", machine.columns());
                too_soft(error, arguments, &rule).unwrap_or_else(|| refused(error))
            })?;
            let size = Size::of(&transformer, machine.columns());
            let engine = fleq::Engine::new(machine, transformer, fleq).map_err(refused)?;
            run(arguments, &program, engine, Some(oracle), size)
        }
    }
}

/// The machine's λ, if another is asked for.
fn set(inverse_temperature: &mut f64, arguments: &Arguments) {
    *inverse_temperature = arguments.temperature.unwrap_or(*inverse_temperature);
}

/// That λ is refused, and the rule by which the least one is found.
fn too_soft(error: Error, arguments: &Arguments, rule: &str) -> Option<Failure> {
    let (Error::Temperature { least, most }, Some(given)) = (error, arguments.temperature) else {
        return None;
    };
    // Rounded up, so that what is named is allowed.
    let least = (100.0 * least).ceil() / 100.0;
    let message = format!("--temperature {given}: must be from {least} to {most}: {rule}");
    Some(Failure::Input(message))
}

/// Executes a program until it halts, beside `oracle` if there is one, and prints what came out.
fn run(
    arguments: &Arguments,
    program: &Program,
    mut engine: impl Execution,
    mut oracle: Option<impl Execution>,
    size: Size,
) -> Result<(), Failure> {
    let (mut loops, mut mismatches) = (0, 0);
    let bar = progress::bar("compute", arguments.max_loops);
    let trace = arguments.trace && !arguments.json;
    while !engine.halted() && loops < arguments.max_loops {
        let before = trace.then(|| (engine.counter(), engine.memory()));
        engine.step().map_err(|error| Failure::Check(format!("loop {}: {error}", loops + 1)))?;
        loops += 1;
        if loops % 1000 == 0 {
            bar.set_position(loops);
        }
        if let Some(oracle) = &mut oracle {
            oracle.step().map_err(|error| Failure::Check(error.to_string()))?;
            mismatches += u64::from(differ(&engine, oracle));
        }
        if let Some((counter, memory)) = before {
            let change = program.trace(counter, &memory, &engine.memory());
            console::line(format_args!("{loops:>6}  {change}"))?;
        }
    }
    bar.finish_and_clear();
    let memory = engine.memory();
    let outcome = Outcome {
        program: arguments.program.display().to_string(),
        engine: arguments.engine,
        loops,
        halted: engine.halted(),
        mismatches,
        memory: memory.iter().map(|cell| program.json(cell)).collect(),
        size,
    };
    if arguments.json {
        console::json(&outcome)?;
    } else {
        print_outcome(&outcome, program, &memory)?;
    }
    if mismatches > 0 {
        return Err(Failure::Check(format!("{mismatches} of {loops} loops differ")));
    }
    if !outcome.halted {
        return Err(Failure::Check(format!("did not halt within {loops} loops")));
    }
    Ok(())
}

/// Whether counters or halt bits differ, or a number by more than a millionth.
fn differ(engine: &impl Execution, oracle: &impl Execution) -> bool {
    let (found, expected) = (engine.memory(), oracle.memory());
    let pairs = found.iter().flatten().zip(expected.iter().flatten());
    let close = |(x, y): (&f64, &f64)| (x - y).abs() <= 1e-6 * (1.0 + y.abs());
    engine.counter() != oracle.counter()
        || engine.halted() != oracle.halted()
        || !pairs.into_iter().all(close)
}

fn print_outcome(outcome: &Outcome, program: &Program, memory: &[Vec<f64>]) -> Result<(), Failure> {
    let mut table = report::table(&["cell", "value"]);
    for (cell, value) in memory.iter().enumerate() {
        if let Some(name) = program.name_of_cell(cell) {
            table.add_row([name, program.text(value)]);
        }
    }
    console::line(table)?;
    let state = if outcome.halted { "halted" } else { "stopped" };
    let mut end = format!("{state} after {} loops", outcome.loops);
    if let Size {
        layers: Some(layers),
        heads: Some(heads),
        rows: Some(rows),
        columns: Some(columns),
        weights_nonzero: Some(weights),
    } = outcome.size
    {
        end += &format!(
            ", {} differ from the interpreter; {layers} layers, {heads} heads, {rows} rows, \
             {columns} columns, {weights} weights",
            outcome.mismatches
        );
    }
    console::line(end)
}
