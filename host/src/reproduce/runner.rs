//! Measures the claims of a system, one after another.

use super::{Claim, Context, Result, Settings, System};
use crate::progress;
use crate::report::{MeasuredClaim, SystemRun};
use std::time::Instant;

/// Measures every claim of `system`. A claim that cannot be measured is missing from the result, and
/// the result's error gives the reason; the other claims are not affected.
pub fn run(system: &System, settings: &Settings) -> SystemRun {
    let start = Instant::now();
    let claims = system.claims_for(settings);
    let progress = progress::bar(system.name, claims.clone().count() as u64);
    let mut context = Context::new(settings, progress.clone());
    let (mut measured, mut errors) = (Vec::new(), Vec::new());
    for claim in claims {
        progress.set_message(claim.id);
        match measure(claim, &mut context) {
            Ok(claim) => measured.push(claim),
            Err(error) => errors.push(format!("{}: {}", claim.id, one_line(&*error))),
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    SystemRun {
        system: system.name.to_owned(),
        paper: system.paper.to_owned(),
        precision: settings.precision,
        seconds: start.elapsed().as_secs_f64(),
        claims: measured,
        series: context.into_plots(),
        error: (!errors.is_empty()).then(|| errors.join("; ")),
    }
}

fn measure(claim: &Claim, context: &mut Context<'_>) -> Result<MeasuredClaim> {
    let measured = (claim.measure)(context)?;
    let (value, standard_error) = (measured.value, measured.standard_error);
    if !value.is_finite() {
        return Err(format!("measured {value}").into());
    }
    if !standard_error.is_finite() {
        return Err(format!("standard error {standard_error}").into());
    }
    let statement = match measured.detail {
        Some(detail) => format!("{} ({detail})", claim.statement),
        None => claim.statement.to_owned(),
    };
    Ok(MeasuredClaim {
        id: claim.id.to_owned(),
        statement,
        measured: value,
        standard_error,
        relation: claim.relation,
        bound: claim.bound,
        unit: claim.unit.to_owned(),
        holds: claim.relation.holds(value, claim.bound),
    })
}

/// The first line of an error: some libraries append a backtrace.
pub fn one_line(error: &dyn std::error::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reproduce::{Measured, Study};
    use std::cell::Cell;

    thread_local! {
        static RUNS: Cell<u32> = const { Cell::new(0) };
    }

    /// Fails, and counts how often it ran.
    struct Broken;

    impl Study for Broken {
        fn run(_: &mut Context<'_>) -> Result<Self> {
            RUNS.set(RUNS.get() + 1);
            Err("no such data\nwith a backtrace".into())
        }
    }

    fn broken(context: &mut Context<'_>) -> Result<Measured> {
        context.study::<Broken>()?;
        Ok(1.0.into())
    }

    const SYSTEM: System = System {
        claims: &[
            Claim::at_most("test.first", "a study that fails", 1.0, broken),
            Claim::at_most("test.infinite", "never settles", 1.0, |_| Ok(f64::INFINITY.into())),
            Claim::at_least("test.holds", "two", 1.0, |_| Ok(Measured::new(2.0, 0.5))),
            Claim::at_most("test.second", "the same study", 1.0, broken),
            Claim::at_most("test.fails", "two", 1.0, |_| Ok(2.0.into())),
        ],
        ..System::new("test", "a paper")
    };

    #[test]
    fn an_unmeasurable_claim_is_missing_alone() {
        let run = run(&SYSTEM, &Settings::default());
        let holds: Vec<_> = run.claims.iter().map(|claim| (&*claim.id, claim.holds)).collect();
        assert_eq!(holds, [("test.holds", true), ("test.fails", false)]);
        assert_eq!(run.claims[0].standard_error, 0.5);
        let error = run.error.unwrap();
        assert_eq!(
            error,
            "test.first: no such data; test.infinite: measured inf; test.second: no such data"
        );
        assert_eq!(RUNS.get(), 1, "a study is run once, even if it fails");
    }
}
