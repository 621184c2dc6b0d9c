//! The parameters of a learner's configuration, by name.

use super::model::Model;
use crate::Failure;

/// Sets the field called `name`; returns the names of all fields if there is no such field.
macro_rules! set {
    ($configuration:ident, $name:ident, $value:ident: $($key:literal $($field:ident).+ as $type:ty),*) => {
        match $name {
            $($key => {
                $configuration.$($field).+ = $value as $type;
                Ok(())
            })*
            _ => Err(&[$($key),*][..]),
        }
    };
}

impl Model {
    /// The same learner with one parameter of its configuration changed. The value's range is checked
    /// when the learner is built.
    ///
    /// # Errors
    /// [`Failure::Input`] for an unknown name; lists the learner's parameters.
    pub fn with(mut self, name: &str, value: f64) -> Result<Self, Failure> {
        let outcome: Result<(), &[&str]> = match &mut self {
            Self::Ftrl(_, c) => set!(c, name, value: "alpha" rule.alpha as f32,
                "beta" rule.beta as f32, "l1" rule.l1 as f32, "l2" rule.l2 as f32),
            Self::Newton(_, c) => set!(c, name, value: "ridge" ridge as f32),
            Self::LeastSquares(_, c) => set!(c, name, value: "ridge" ridge as f32,
                "count" random.count as usize, "weight" random.weight as f32,
                "bias" random.bias as f32, "scale" random.scale as f32, "seed" random.seed as u64),
            Self::Mesa(_, c) => set!(c, name, value: "ridge" ridge as f32,
                "max_decay" max_decay as f32, "min_decay" min_decay as f32,
                "count" random.count as usize, "weight" random.weight as f32,
                "bias" random.bias as f32, "scale" random.scale as f32, "seed" random.seed as u64),
            Self::Delta(_, c) => set!(c, name, value: "step_size" step_size as f32,
                "cooling" cooling as f32, "count" random.count as usize,
                "weight" random.weight as f32, "bias" random.bias as f32,
                "scale" random.scale as f32, "seed" random.seed as u64),
            Self::Memory(_, c) => set!(c, name, value: "slots" slots as usize,
                "certainty" certainty as f32, "temperature" temperature as f32),
            Self::Bayes(_, c) => set!(c, name, value: "floor" floor as f32),
            Self::Normtune(_, _, c) => set!(c, name, value: "rate" rule.rate as f32,
                "spread" spread as f32, "seed" seed as u64),
            Self::Hedge(_) => Err(&[]),
        };
        match outcome {
            Ok(()) => Ok(self),
            Err([]) => Err(Failure::Input(format!("{}: has no parameters", self.name()))),
            Err(known) => Err(Failure::Input(format!(
                "{}: no parameter '{name}'; available: {}",
                self.name(),
                known.join(", ")
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fit::catalogue::{NAMES, fitting};
    use crate::fit::stack::on_large_stack;
    use situ::online::Shape;

    /// Every configuration changes by each of its names, and says which they are.
    #[test]
    fn parameters_are_set_by_name() {
        // Measuring a learner builds it.
        on_large_stack(every_parameter_is_known).unwrap();
    }

    fn every_parameter_is_known() {
        for name in NAMES.into_iter().filter(|name| *name != "hedge") {
            let model = fitting(name, Shape::classify(3, 2), None, |_| Some(0)).unwrap();
            let complaint = model.clone().with("sharpness", 1.0).unwrap_err().to_string();
            let (_, known) = complaint.split_once("available: ").unwrap();
            for parameter in known.split(", ") {
                let changed = model.clone().with(parameter, 0.123).unwrap();
                assert_ne!(changed, model, "{name}: {parameter}");
            }
        }
    }
}
