//! The model as Rust source: the only source that depends on the data.

use crate::fit::examples::Examples;
use crate::fit::model::{Model, Storage};
use crate::fit::table::Table;
use situ::features::{Feature, Set, Window};
use situ::ftrl::Proximal;
use situ::normtune::Adagrad;
use situ::online::{
    Activation, BayesConfiguration, DeltaConfiguration, Forgetting, FtrlConfiguration,
    LeastSquaresConfiguration, MemoryConfiguration, MesaConfiguration, NewtonConfiguration,
    NormtuneConfiguration, RandomFeatures, Shape, Task,
};
use std::collections::{BTreeMap, BTreeSet};

/// The file `src/model.rs` of an export.
pub fn model(model: &Model, table: &Table, data: &Examples, trained: bool) -> String {
    let shape = data.shape();
    let mut imports = Imports::default();
    for name in ["Error", "Shape"] {
        imports.online(name);
    }
    let learner = type_of(model, shape, &mut imports);
    let configuration = configuration_of(model, &mut imports);
    let (set, overlap) = match data.windows {
        Some(windows) => (set(windows.set, &mut imports), windows.window.overlap()),
        None => (set(Set::MOMENTS, &mut imports), 0),
    };
    let window = match data.windows.map(|windows| windows.window) {
        Some(Window { length, hop }) => format!("Some(Window {{ length: {length}, hop: {hop} }})"),
        None => "None".to_owned(),
    };
    let (shape_call, labels) = match shape.task {
        Task::Classify { classes } => {
            (format!("Shape::classify(FEATURES, {classes})"), data.labels.clone())
        }
        Task::Regress => ("Shape::regress(FEATURES)".to_owned(), Vec::new()),
    };
    imports.add("situ::features", "Window");
    let restore = if trained {
        imports.online("restore");
        "restore(model, include_bytes!(\"../state.bin\"))"
    } else {
        "Ok(())"
    };
    format!(
        "//! The model, its sizes and its configuration. Written by `situ fit --export`; yours to \
         change.\n\n{imports}\n\
         /// Channels of a sample: {columns}.\npub const CHANNELS: usize = {channels};\n\
         /// Features of an example.\npub const FEATURES: usize = {features};\n\
         /// Number of classes, or 1 for a value.\npub const OUTPUTS: usize = {outputs};\n\
         /// Labels in order of their class numbers; empty for a value.\n\
         pub const LABELS: &[&str] = &{labels:?};\n\
         /// The windows of samples whose features are learned; `None`: each sample is an example.\n\
         pub const WINDOW: Option<Window> = {window};\n\
         /// The features of each channel in a window.\npub const SET: Set = {set};\n\
         /// Number of windows open at once.\npub const OVERLAP: usize = {overlap};\n\n\
         /// The model.\npub type Model = {learner};\n\n\
         /// Initializes the model in place.\n///\n/// # Errors\n\
         /// If type, shape, configuration or saved state contradict one another.\n\
         pub fn begin(model: &mut Model) -> Result<(), Error> {{\n    \
         model.begin({shape_call}, {configuration})?;\n    {restore}\n}}\n",
        columns = table.columns.join(", ").replace(['\n', '\r'], " "),
        channels = table.columns.len(),
        features = shape.features,
        outputs = shape.outputs(),
    )
}

/// A set of features as an expression.
fn set(set: Set, imports: &mut Imports) -> String {
    imports.add("situ::features", "Set");
    if set == Set::MOMENTS {
        return "Set::MOMENTS".to_owned();
    }
    imports.add("situ::features", "Feature");
    let chosen = Feature::ALL.into_iter().filter(|feature| set.contains(*feature));
    let with: String = chosen.map(|feature| format!(".with(Feature::{feature:?})")).collect();
    format!("Set::EMPTY{with}")
}

/// Imported names, by module.
#[derive(Default)]
struct Imports(BTreeMap<&'static str, BTreeSet<&'static str>>);

impl Imports {
    fn add(&mut self, module: &'static str, name: &'static str) -> &'static str {
        self.0.entry(module).or_default().insert(name);
        name
    }

    fn online(&mut self, name: &'static str) -> &'static str {
        self.add("situ::online", name)
    }
}

impl std::fmt::Display for Imports {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (module, names) in &self.0 {
            let names: Vec<_> = names.iter().copied().collect();
            match &names[..] {
                [name] => writeln!(formatter, "use {module}::{name};")?,
                names => writeln!(formatter, "use {module}::{{{}}};", names.join(", "))?,
            }
        }
        Ok(())
    }
}

/// The learner's type, of exactly this shape.
fn type_of(model: &Model, shape: Shape, imports: &mut Imports) -> String {
    if let Model::Hedge(models) = model {
        let members: Vec<_> = models.iter().map(|model| type_of(model, shape, imports)).collect();
        let outputs = shape.outputs();
        return format!("{}<f32, ({}), {outputs}>", imports.online("Hedge"), members.join(", "));
    }
    let single = single_type(model, shape, imports);
    format!("{}<{single}, f32>", imports.online("Adaptive"))
}

/// The type of a learner that is not a mixture, without drift detection.
fn single_type(model: &Model, shape: Shape, imports: &mut Imports) -> String {
    let (d, c) = (shape.features, shape.outputs());
    let (name, storage, sizes) = match model {
        Model::Ftrl(s, _) => ("Ftrl", s, String::new()),
        Model::Newton(s, _) => ("Newton", s, (d + 1).to_string()),
        Model::LeastSquares(s, configuration) => {
            ("LeastSquares", s, configuration.random.terms(d).to_string())
        }
        Model::Mesa(s, configuration) => ("Mesa", s, configuration.random.terms(d).to_string()),
        Model::Delta(s, configuration) => ("Delta", s, configuration.random.terms(d).to_string()),
        Model::Memory(s, configuration) => ("Memory", s, configuration.slots.to_string()),
        Model::Bayes(s, _) => ("Bayes", s, String::new()),
        Model::Normtune(s, width, _) => ("Normtune", s, width.to_string()),
        Model::Hedge(_) => return type_of(model, shape, imports),
    };
    let separator = if sizes.is_empty() { "" } else { ", " };
    let (name, storage) = (imports.online(name), storage_type(*storage, imports));
    format!("{name}<{storage}, {d}, {c}{separator}{sizes}>")
}

fn storage_type(storage: Storage, imports: &mut Imports) -> &'static str {
    match storage {
        Storage::F32 => "f32",
        Storage::F16 => imports.add("situ::scalar", "f16"),
        Storage::Byte => imports.online("Byte"),
    }
}

/// The configuration as an expression; a tuple for a mixture.
fn configuration_of(model: &Model, imports: &mut Imports) -> String {
    match model {
        Model::Hedge(models) => {
            let members: Vec<_> =
                models.iter().map(|model| configuration_of(model, imports)).collect();
            format!("({})", members.join(", "))
        }
        Model::Ftrl(_, configuration) => configuration.literal(imports),
        Model::Newton(_, configuration) => configuration.literal(imports),
        Model::LeastSquares(_, configuration) => configuration.literal(imports),
        Model::Mesa(_, configuration) => configuration.literal(imports),
        Model::Delta(_, configuration) => configuration.literal(imports),
        Model::Memory(_, configuration) => configuration.literal(imports),
        Model::Bayes(_, configuration) => configuration.literal(imports),
        Model::Normtune(_, _, configuration) => configuration.literal(imports),
    }
}

/// A value as a Rust expression.
trait Literal {
    fn literal(&self, imports: &mut Imports) -> String;
}

/// Writes a configuration field by field; forgetting a field is a compile error.
macro_rules! literal {
    ($module:literal $type:ident { $($field:ident),* }) => {
        impl Literal for $type<f32> {
            fn literal(&self, imports: &mut Imports) -> String {
                let Self { $($field),* } = self;
                let fields =
                    [$(format!("{}: {}", stringify!($field), $field.literal(imports))),*];
                let name = imports.add($module, stringify!($type));
                format!("{name} {{ {} }}", fields.join(", "))
            }
        }
    };
}

literal!("situ::ftrl" Proximal { alpha, beta, l1, l2 });
literal!("situ::online" FtrlConfiguration { rule });
literal!("situ::online" NewtonConfiguration { ridge, forgetting });
literal!("situ::online" Forgetting { max_decay, min_decay });
literal!("situ::online" BayesConfiguration { floor });
literal!("situ::online" LeastSquaresConfiguration { random, ridge, forgetting });
literal!("situ::online" MesaConfiguration { random, ridge, max_decay, min_decay });
literal!("situ::online" DeltaConfiguration { random, step_size, cooling });
literal!("situ::online" MemoryConfiguration { slots, certainty, temperature });
literal!("situ::online" NormtuneConfiguration { seed, spread, rule });
literal!("situ::online" RandomFeatures { count, weight, bias, scale, activation, seed });
literal!("situ::normtune" Adagrad { rate, floor });

impl Literal for Activation {
    fn literal(&self, imports: &mut Imports) -> String {
        let name = match self {
            Self::Relu => "Relu",
            Self::Cosine => "Cosine",
        };
        format!("{}::{name}", imports.online("Activation"))
    }
}

impl Literal for f32 {
    fn literal(&self, _: &mut Imports) -> String {
        // The shortest decimal that parses to the same number.
        format!("{self:?}")
    }
}

impl Literal for usize {
    fn literal(&self, _: &mut Imports) -> String {
        self.to_string()
    }
}

impl Literal for u64 {
    fn literal(&self, _: &mut Imports) -> String {
        self.to_string()
    }
}
