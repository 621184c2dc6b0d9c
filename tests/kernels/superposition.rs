//! Task superposition: mixtures, ambiguous examples, refused prompts.

use proptest::prelude::*;
use situ::array_buffers;
use situ::construct::superposition::{Plan, Task};
use situ::transformer::{Block, Error};

const PLAN: Plan = Plan { letters: 5, inputs: 2, examples: 6 };
type Storage<S> = array_buffers!(S; PLAN.buffer_sizes(2, 3));

/// Two tasks: copy the first input; answer the letter after the second.
fn run(tasks: usize, prompt: &[u16]) -> Result<[f64; 5], Error> {
    let (copy, next) = ([Block::copy(0, 0, 5)], [Block::copy(1, 0, 4), Block::copy(0, 4, 1)]);
    let tasks = &[Task { input: 0, map: &copy }, Task { input: 1, map: &next }][..tasks];
    let mut storage = Storage::default();
    let transformer = PLAN.build::<f64>(tasks, storage.buffers())?;
    let mut answer = [0.0; 5];
    transformer.run(prompt, &mut answer, &mut vec![0.0; transformer.workspace()])?;
    Ok(answer)
}

proptest! {
    /// Examples that each follow one task alone, any number of them the first.
    #[test]
    fn the_answer_is_the_mixture(
        examples in proptest::collection::vec((0..5_u16, 0..5_u16, any::<bool>()), 6),
        query in (0..5_u16, 0..5_u16),
    ) {
        let mut prompt = Vec::new();
        let mut tally = 0;
        for (first, second, copies) in examples {
            // The two answers differ, or the example would follow both tasks.
            let second = if (second + 1) % 5 == first { first } else { second };
            tally += usize::from(copies);
            prompt.extend([first, second, if copies { first } else { (second + 1) % 5 }]);
        }
        prompt.extend([query.0, query.1]);
        let answer = run(2, &prompt).unwrap();
        let mut mixture = [0.0; 5];
        mixture[usize::from(query.0)] += tally as f64 / 6.0;
        mixture[usize::from((query.1 + 1) % 5)] += 1.0 - tally as f64 / 6.0;
        for (answer, share) in answer.iter().zip(mixture) {
            prop_assert!((answer - share).abs() < 1e-12, "{answer} {share}");
        }
    }
}

#[test]
fn one_task_alone_is_answered_alone() {
    let prompt: Vec<u16> = (0..6).flat_map(|i| [i % 5, 2, i % 5]).chain([3, 4]).collect();
    let answer = run(1, &prompt).unwrap();
    assert!((answer[3] - 1.0).abs() < 1e-12, "{answer:?}");
}

proptest! {
    /// Any examples: each counts for all tasks that it follows, and the answer sums to one.
    #[test]
    fn ambiguous_examples_count_for_every_task_they_follow(
        examples in proptest::collection::vec(proptest::array::uniform3(0..5_u16), 6),
        query in proptest::array::uniform2(0..5_u16),
    ) {
        let prompt: Vec<u16> = examples.iter().flatten().chain(&query).copied().collect();
        let answer = run(2, &prompt).unwrap();
        let count = |follows: fn(&[u16; 3]) -> bool| examples.iter().filter(|e| follows(e)).count();
        let votes = [count(|[x, _, y]| x == y), count(|[_, x, y]| (x + 1) % 5 == *y)];
        // Without a vote, all tasks are alike.
        let votes = if votes == [0, 0] { [1, 1] } else { votes };
        let mut mixture = [0.0; 5];
        for (vote, letter) in votes.into_iter().zip([query[0], (query[1] + 1) % 5]) {
            mixture[usize::from(letter)] += vote as f64 / (votes[0] + votes[1]) as f64;
        }
        for (answer, share) in answer.iter().zip(mixture) {
            prop_assert!((answer - share).abs() < 1e-12, "{answer} {share}");
        }
    }
}

#[test]
fn bad_prompts_and_plans_are_refused() {
    assert_eq!(run(2, &[0; 19]), Err(Error::Shape));
    assert_eq!(run(2, &[0; 21]), Err(Error::Shape));
    let mut prompt = [0; 20];
    prompt[7] = 5;
    assert_eq!(run(2, &prompt), Err(Error::Range), "a letter that does not exist");
    assert_eq!(run(0, &[0; 20]), Err(Error::Shape));

    let copy = [Block::copy(0, 0, 5)];
    let build = |plan: Plan, input, map: &[Block<f32>]| {
        let tasks = [Task { input, map }];
        plan.build(&tasks, Storage::default().buffers()).map(|_| ()).unwrap_err()
    };
    assert_eq!(build(PLAN, 2, &copy), Error::Range, "no such input");
    assert_eq!(build(PLAN, 0, &[Block::copy(1, 0, 5)]), Error::Row, "beyond the letters");
    assert_eq!(build(Plan { letters: 0, ..PLAN }, 0, &copy), Error::Shape);
    assert_eq!(build(Plan { examples: 60, ..PLAN }, 0, &copy), Error::Full);
}
