//! The suite on this machine, without a board: every row is within its tolerance of f64.

use situ::random::Generator;
use situ_host::bench::{Expected, Suite, expected};
use situ_host::prompts::{Family, Mixture};
use situ_suite::{Benchmark, SEED, Visitor, tuning};

struct Here<'e> {
    expected: std::slice::Iter<'e, Expected>,
}

impl Visitor for Here<'_> {
    const REDUCED: bool = false;

    fn visit<B: Benchmark>(&mut self) {
        let expected = self.expected.next().expect("a row for each benchmark");
        let mut benchmark = B::new(&mut Generator::new(SEED));
        benchmark.load();
        for _ in 0..B::RUNS {
            benchmark.run();
        }
        let mut output = Vec::new();
        benchmark.output(&mut |value| output.push(value));
        let (error, bound) = (expected.error(&output), expected.tolerance);
        assert!(error <= bound, "{} {} {}: {error:e} > {bound:e}", B::NAME, B::SIZE, B::SCALAR);
        // An output of zeros would check nothing.
        let moved = expected.values.iter().any(|value| *value != 0.0);
        // Rows that count differing results.
        let counts = matches!(B::NAME, "empty" | "every_f16") || B::NAME.ends_with("_bits");
        assert!(moved || counts, "{} is all zeros", B::NAME);
    }
}

fn check(suite: Suite, each: impl FnOnce(&mut Here<'_>)) {
    let expected = expected(suite, "");
    let mut here = Here { expected: expected.iter() };
    each(&mut here);
    assert_eq!(here.expected.len(), 0);
}

#[test]
fn every_row_agrees_with_f64() {
    check(Suite::Full, |here| situ_suite::each(here));
}

#[test]
fn every_model_agrees_with_f64() {
    check(Suite::Models, |here| situ_suite::each_model(here));
}

#[test]
fn every_learner_agrees_with_f64() {
    check(Suite::Learners, |here| situ_suite::each_learner(here));
}

/// Each prompt mixes two languages in equal shares, like the prompts on which the host measures the
/// model.
#[test]
fn prompts_of_the_model_are_of_its_family() {
    let mut random = Generator::new(SEED);
    let mixture = Mixture::new(&[0.5, 0.5]).unwrap();
    let prompts = situ_suite::PROMPTS.map(|_| {
        let tasks: Vec<usize> = (0..10).map(|_| mixture.draw(&mut random)).collect();
        let prompt = Family::Lang.prompt(&tasks, &[0, 1], &mut random);
        prompt.tokens.iter().map(|token| *token as u8).collect::<Vec<_>>()
    });
    assert_eq!(
        prompts.each_ref().map(Vec::as_slice),
        situ_suite::PROMPTS.each_ref().map(|p| &p[..])
    );
}

/// The fifth language is that of the family; a prompt's answers are those of its examples and its query.
#[test]
fn lessons_are_of_the_fifth_language() {
    let mut generator = Generator::new(SEED);
    for _ in 0..20 {
        let mut same = generator.clone();
        let lesson = tuning::prompt(&mut generator);
        let prompt = Family::Lang.prompt(&[4; 10], &[4], &mut same);
        assert!(lesson.iter().map(|(token, _)| token).eq(&prompt.tokens));
        for [(input, none), (separator, answer)] in
            lesson.chunks(3).map(|example| [example[0], example[1]])
        {
            assert_eq!((none, separator), (None, Family::Lang.separator()));
            assert_eq!(answer, Some(Family::Lang.answer(4, &[input])));
        }
    }
}

#[test]
fn rows_have_unique_names() {
    let rows = expected(Suite::Full, "");
    let mut keys: Vec<_> = rows.iter().map(|row| (row.name, row.size, row.scalar)).collect();
    keys.sort_unstable();
    let count = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), count);
    let reduced = expected(Suite::Reduced, "");
    assert!(!reduced.is_empty() && reduced.len() < count);
}
