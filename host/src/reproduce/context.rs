//! The environment of a system's claims: settings, plots, and the studies that claims share.

use super::{Result, Settings};
use crate::report::Series;
use indicatif::ProgressBar;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::rc::Rc;

/// An experiment whose results several claims of a system need.
pub trait Study: Sized + 'static {
    /// Runs it.
    ///
    /// # Errors
    /// Why it could not run; every claim that needs it is then missing for this reason.
    fn run(context: &mut Context<'_>) -> Result<Self>;
}

/// The settings that the claims of a system see, and their plots.
pub struct Context<'a> {
    /// The settings of the run.
    pub settings: &'a Settings,
    /// The system's progress bar; the runner advances it by one step per claim. A measurement that takes
    /// minutes may add its own steps.
    pub progress: ProgressBar,
    plots: Vec<Series>,
    studies: HashMap<TypeId, Result<Rc<dyn Any>, String>>,
}

impl<'a> Context<'a> {
    /// A context without plots or studies.
    pub fn new(settings: &'a Settings, progress: ProgressBar) -> Self {
        Self { settings, progress, plots: Vec::new(), studies: HashMap::new() }
    }

    /// The study `S`: run by the first claim that requests it, then kept.
    ///
    /// # Errors
    /// Those of the study, for every claim that requests it.
    pub fn study<S: Study>(&mut self) -> Result<Rc<S>> {
        let key = TypeId::of::<S>();
        let kept = match self.studies.get(&key) {
            Some(kept) => kept.clone(),
            None => {
                let outcome = S::run(self).map_err(|error| error.to_string());
                let outcome = outcome.map(|study| Rc::new(study) as Rc<dyn Any>);
                self.studies.insert(key, outcome.clone());
                outcome
            }
        };
        kept?.downcast().map_err(|_| "a study of another type".into())
    }

    /// Adds a plot, without the points that are not finite numbers.
    pub fn plot(&mut self, mut series: Series) {
        for curve in &mut series.curves {
            curve.points.retain(|[x, y]| x.is_finite() && y.is_finite());
        }
        self.plots.push(series);
    }

    /// The plots of all claims so far.
    pub fn into_plots(self) -> Vec<Series> {
        self.plots
    }
}
