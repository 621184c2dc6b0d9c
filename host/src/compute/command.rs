//! The command `situ compute`.

use crate::buffers::HeapBuffers;
use crate::programs::{Change, Engine, Execution, LayerTrace, Program, Source, fleq, subleq};
use crate::{Failure, console, progress, report};
use serde::Serialize;
use situ::construct::computer::subleq::{Depth, Machine};
use situ::construct::computer::{Computer, Error};
use situ::transformer::Transformer;
use std::path::PathBuf;

/// Arguments of `situ compute`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = include_str!("reference.txt"))]
pub struct Arguments {
    /// Program file, .subleq or .fleq, or the name of a shipped program
    #[arg(value_name = "PROGRAM")]
    program: PathBuf,
    /// Engine that executes the program
    #[arg(long, value_enum, default_value_t)]
    engine: EngineChoice,
    /// Set the initial value of a cell: n=5, list[2]=-1, A=[1 0; 0 1]
    #[arg(long, value_name = "CELL=VALUE")]
    set: Vec<String>,
    /// Stop after this many loops
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    max_loops: u64,
    /// Inverse temperature of attention, 1 / temperature [default: high enough that all attention
    /// weights but the largest underflow to zero]
    #[arg(long, value_name = "LAMBDA", allow_negative_numbers = true)]
    inverse_temperature: Option<f64>,
    /// Print every loop: counter, instruction, changed cells; with 'layers', also the fields of the
    /// sequence that each layer of the transformer changed
    #[arg(long, value_name = "DETAIL", value_enum, num_args = 0..=1, default_missing_value = "loops")]
    trace: Option<Detail>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// Detail of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Detail {
    /// Loops.
    Loops,
    /// Loops and the layers of each.
    Layers,
}

/// What executes a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
enum EngineChoice {
    /// The looped transformer, compared with the interpreter after every loop.
    #[default]
    Transformer,
    /// Ordinary arithmetic.
    Interpreter,
}

/// The JSON output.
#[derive(Debug, Serialize)]
struct Outcome {
    program: String,
    engine: EngineChoice,
    loops: u64,
    halted: bool,
    mismatches: u64,
    memory: Vec<serde_json::Value>,
    #[serde(flatten)]
    size: Size,
}

/// Size of the transformer; empty for the interpreter.
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
            heads: Some(transformer.max_heads()),
            rows: Some(transformer.rows.into()),
            columns: Some(columns),
            weights_nonzero: Some(transformer.nonzero_weights()),
        }
    }
}

/// Runs `situ compute`.
///
/// # Errors
/// [`Failure::Input`] for a program with mistakes or one that does not fit; [`Failure::Check`] for a
/// program that does not halt or whose transformer differs from the interpreter.
pub fn compute(arguments: &Arguments) -> Result<(), Failure> {
    let mut program = Program::read(&arguments.program)?;
    for assignment in &arguments.set {
        program.set(assignment)?;
    }
    if arguments.inverse_temperature.is_some() && arguments.engine == EngineChoice::Interpreter {
        let message = "--inverse-temperature: the interpreter has no attention";
        return Err(Failure::Input(message.to_owned()));
    }
    if arguments.trace == Some(Detail::Layers) && arguments.engine == EngineChoice::Interpreter {
        let message = "--trace layers: the interpreter has no layers";
        return Err(Failure::Input(message.to_owned()));
    }
    match &program {
        Program::Subleq(source) => {
            let (bits, columns) = (source.word_bits, source.columns());
            let mut machine = Machine::new::<f64>(bits, columns, Depth::Nine);
            set(&mut machine.inverse_temperature, arguments);
            let rule = format!("(ln n + N ln 2) / 2 + 2, n = {columns} columns, N = {bits} bits");
            let interpreter = subleq::Interpreter::new(source);
            execute(arguments, &program, (source, machine, &rule), interpreter)
        }
        Program::Fleq(source) => {
            let mut machine = source.machine::<f64>();
            set(&mut machine.inverse_temperature, arguments);
            let rule = format!("(ln n - ln e) / 2, n = {} columns, e = 2^-52", machine.columns());
            let interpreter = fleq::Interpreter::new(&machine, source);
            execute(arguments, &program, (source, machine, &rule), interpreter)
        }
    }
}

/// Sets λ of the machine if it was given.
fn set(inverse_temperature: &mut f64, arguments: &Arguments) {
    *inverse_temperature = arguments.inverse_temperature.unwrap_or(*inverse_temperature);
}

/// Executes a program with the engine that was asked for. `rule` is the formula of the smallest
/// inverse temperature.
fn execute<S: Source>(
    arguments: &Arguments,
    program: &Program,
    (source, computer, rule): (&S, S::Computer, &str),
    interpreter: impl Execution,
) -> Result<(), Failure> {
    if arguments.engine == EngineChoice::Interpreter {
        let reference = None::<subleq::Interpreter<'_>>;
        return run(arguments, program, interpreter, reference, Size::default());
    }
    let refused =
        |error: Error| Failure::Input(format!("{}: {error}", arguments.program.display()));
    let mut storage = HeapBuffers::<f64>::new(computer.buffer_sizes());
    let transformer = computer
        .build(storage.buffers())
        .map_err(|error| out_of_range(error, arguments, rule).unwrap_or_else(|| refused(error)))?;
    let size = Size::of(&transformer, computer.columns());
    let engine = Engine::new(computer, transformer, source).map_err(refused)?;
    run(arguments, program, engine, Some(interpreter), size)
}

/// The message for an inverse temperature that is not supported, with the rule of the smallest one.
fn out_of_range(error: Error, arguments: &Arguments, rule: &str) -> Option<Failure> {
    let (Error::InverseTemperature { min, max }, Some(given)) =
        (error, arguments.inverse_temperature)
    else {
        return None;
    };
    // Rounded up, so that the number in the message is accepted.
    let min = (100.0 * min).ceil() / 100.0;
    let message = format!("--inverse-temperature {given}: must be from {min} to {max}: {rule}");
    Some(Failure::Input(message))
}

/// Executes a program until it halts, compares it with `reference` after every loop if given, and
/// prints the result.
fn run(
    arguments: &Arguments,
    program: &Program,
    mut engine: impl Execution,
    mut reference: Option<impl Execution>,
    size: Size,
) -> Result<(), Failure> {
    let (mut loops, mut mismatches) = (0, 0);
    let bar = progress::bar("compute", arguments.max_loops);
    let trace = arguments.trace.filter(|_| !arguments.json);
    while !engine.halted() && loops < arguments.max_loops {
        let quoted = program.quote(engine.counter());
        let failed =
            |error: Error| Failure::Check(format!("loop {}: {quoted}: {error}", loops + 1));
        let before = trace.map(|_| (engine.counter(), engine.memory()));
        let layers = match trace {
            Some(Detail::Layers) => engine.layers().map_err(failed)?,
            _ => Vec::new(),
        };
        engine.step().map_err(failed)?;
        loops += 1;
        if loops % 1000 == 0 {
            bar.set_position(loops);
        }
        if let Some(reference) = &mut reference {
            reference.step().map_err(|error| Failure::Check(error.to_string()))?;
            mismatches += u64::from(differ(&engine, reference));
        }
        if let Some((counter, memory)) = before {
            let change = program.trace(counter, &memory, &engine.memory());
            console::line(format_args!("{loops:>6}  {change}"))?;
            for (index, layer) in layers.iter().enumerate() {
                console::line(format_args!("        {}", describe(index + 1, layer)))?;
            }
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
        print_outcome(&outcome, program, &memory, reference.map(|r| r.memory()).as_deref())?;
    }
    if mismatches > 0 {
        return Err(Failure::Check(format!("{mismatches} of {loops} loops differ")));
    }
    if !outcome.halted {
        return Err(Failure::Check(format!("did not halt within {loops} loops")));
    }
    Ok(())
}

/// A line about a layer: its size, the fields that it wrote, as rows x columns, and those that it
/// cleared.
fn describe(number: usize, layer: &LayerTrace) -> String {
    let LayerTrace { heads, units, changes } = layer;
    let plural = if *heads == 1 { "" } else { "s" };
    let (cleared, written): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.cleared);
    let size = |change: &&Change| format!("{} {}x{}", change.field, change.rows, change.columns);
    let written = written.iter().map(size).collect::<Vec<_>>().join(", ");
    let mut line = format!("layer {number} ({heads} head{plural}, {units} units): {written}");
    if !cleared.is_empty() {
        let fields = cleared.iter().map(|change| change.field).collect::<Vec<_>>();
        line += &format!("; clears {}", fields.join(", "));
    }
    line
}

/// Whether counters or halt bits differ, or a number differs by more than a millionth.
fn differ(engine: &impl Execution, reference: &impl Execution) -> bool {
    let (found, expected) = (engine.memory(), reference.memory());
    let pairs = found.iter().flatten().zip(expected.iter().flatten());
    let close = |(x, y): (&f64, &f64)| (x - y).abs() <= 1e-6 * (1.0 + y.abs());
    engine.counter() != reference.counter()
        || engine.halted() != reference.halted()
        || !pairs.into_iter().all(close)
}

/// Prints the named cells, with their largest distance to the reference, and the size.
fn print_outcome(
    outcome: &Outcome,
    program: &Program,
    memory: &[Vec<f64>],
    reference: Option<&[Vec<f64>]>,
) -> Result<(), Failure> {
    let headings: &[&str] =
        if reference.is_some() { &["cell", "value", "error"] } else { &["cell", "value"] };
    let mut table = report::table(headings);
    for (cell, value) in memory.iter().enumerate() {
        if let Some(name) = program.name_of_cell(cell) {
            let mut row = vec![name, program.text(value)];
            row.extend(reference.and_then(|reference| reference.get(cell)).map(|expected| {
                let distances = value.iter().zip(expected).map(|(x, y)| (x - y).abs());
                report::number(distances.fold(0.0, f64::max))
            }));
            table.add_row(row);
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
