use super::*;
use crate::ftrl::{Entropic, Euclidean, LogBarrier, Power, Tsallis};

#[test]
fn bad_input_leaves_the_state_unchanged() {
    let ftrl = Ftrl::new(Entropic, Constant::new(0.5_f64).unwrap());
    let mut state = ftrl.start(&[2, 3], [0.5, 0.5, 0.2, 0.3, 0.5]).unwrap();
    ftrl.update(&mut state, &[2, 3], &[1.0, 0.0, 0.1, 0.2, 0.3]).unwrap();
    let before = state.clone();
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let refused = ftrl.update(&mut state, &[2, 3], &[1.0, 0.0, 0.1, bad, 0.3]);
        assert_eq!(refused, Err(Error::NotFinite));
    }
    assert_eq!(ftrl.update(&mut state, &[2, 2], &[0.0; 4]), Err(Error::Shape));
    assert_eq!(ftrl.update(&mut state, &[2, 3], &[0.0; 4]), Err(Error::Shape));
    assert_eq!(ftrl.update(&mut state, &[2, usize::MAX], &[0.0; 5]), Err(Error::Shape));
    assert_eq!(state, before);
}

#[test]
fn scores_stay_finite_whatever_adds_up() {
    let huge = f32::MAX / 32.0;
    let ftrl = Ftrl::new(Entropic, Constant::new(1.0_f32).unwrap()).optimistic();
    let mut state = ftrl.start(&[3], [0.5, 0.25, 0.25]).unwrap();
    for _ in 0..100 {
        ftrl.update(&mut state, &[3], &[huge, -huge, 0.0]).unwrap();
    }
    assert_eq!(*state.strategies(), [1.0, 0.0, 0.0]);
    assert!(state.scores().iter().all(|score| score.is_finite()));
    let before = state.clone();
    let refused = ftrl.update(&mut state, &[3], &[f32::MAX, 0.0, 0.0]);
    assert_eq!((refused, state), (Err(Error::NotFinite), before));
}

/// The same payoffs plus a constant, in f32 and after millions of rounds, against f64.
#[test]
fn a_constant_in_the_payoffs_costs_no_digits() {
    fn after<T: Scalar>(rounds: u32, offset: f64) -> [f64; 2] {
        let ftrl = Ftrl::new(Entropic, Constant::new(T::from_f64(0.0625)).unwrap());
        let mut state = ftrl.start(&[2], [T::from_f64(0.5); 2]).unwrap();
        let mut generator = crate::random::Generator::new(3);
        for _ in 0..rounds {
            // On a grid, so that the payoffs themselves are exact.
            let payoffs =
                [(); 2].map(|()| T::from_f64(offset + f64::from(generator.bits() >> 24) / 256.0));
            ftrl.update(&mut state, &[2], &payoffs).unwrap();
        }
        state.strategies().map(Scalar::to_f64)
    }
    let exact = after::<f64>(1_000_000, 0.0);
    for offset in [0.0, 20.0, -1000.0] {
        let [given, _] = after::<f32>(1_000_000, offset);
        assert!((given - exact[0]).abs() < 1e-3, "{offset} {given} {exact:?}");
    }
}

/// Millions of rounds that pay all actions alike, then a few that do not.
#[test]
fn learning_goes_on_after_millions_of_equal_rounds() {
    let ftrl = Ftrl::new(Entropic, Constant::new(1.0_f32).unwrap());
    let mut state = ftrl.start(&[2], [0.5, 0.5]).unwrap();
    for _ in 0..17_000_000 {
        ftrl.update(&mut state, &[2], &[1.0, 1.0]).unwrap();
    }
    for _ in 0..20 {
        ftrl.update(&mut state, &[2], &[1.0, 0.0]).unwrap();
    }
    let expected = (-20.0_f32).exp();
    assert!((state.strategies()[1] / expected - 1.0).abs() < 1e-5, "{state:?}");
}

#[test]
fn a_share_keeps_every_action_alive() {
    let ftrl = Ftrl::new(Entropic, Constant::new(1.0_f64).unwrap());
    let mut state = ftrl.start(&[2], [0.5, 0.5]).unwrap();
    for _ in 0..1000 {
        ftrl.update(&mut state, &[2], &[1.0, 0.0]).unwrap();
        ftrl.share(&mut state, &[2], 0.01).unwrap();
    }
    assert!(state.strategies()[1] >= 0.005, "{state:?}");
    // Ten rounds suffice, although a thousand rounds favored the other action.
    for _ in 0..10 {
        ftrl.update(&mut state, &[2], &[0.0, 1.0]).unwrap();
    }
    assert!(state.strategies()[1] > 0.9, "{state:?}");
    assert_eq!(ftrl.share(&mut state, &[2], 0.0), Err(Error::NotProbability));
    assert_eq!(ftrl.share(&mut state, &[3], 0.1), Err(Error::Shape));
}

#[test]
fn a_start_is_a_strategy_that_the_map_can_give() {
    let step = Constant::new(0.1_f64).unwrap();
    let entropic = Ftrl::new(Entropic, step);
    assert_eq!(entropic.start(&[2], [1.0, 0.0]).unwrap_err(), Error::NotStrategy);
    assert_eq!(entropic.start(&[2], [0.6, 0.6]).unwrap_err(), Error::NotStrategy);
    assert_eq!(entropic.start(&[2], [1.5, -0.5]).unwrap_err(), Error::NotStrategy);
    assert_eq!(entropic.start(&[2, 0], [0.5, 0.5]).unwrap_err(), Error::NoActions);
    assert_eq!(entropic.start(&[3], [0.5, 0.5]).unwrap_err(), Error::Shape);
    assert_eq!(entropic.start(&[1], [1.0, 0.5]).unwrap_err(), Error::Shape);
    assert!(Ftrl::new(Euclidean, step).start(&[2], [1.0, 0.0]).is_ok());
}

#[test]
fn zero_payoffs_keep_the_starting_strategy() {
    let start = [0.1, 0.25, 0.65];
    let stays = |moved: [f64; 3]| {
        for (moved, start) in moved.iter().zip(start) {
            assert!((moved - start).abs() < 2e-15, "{moved} {start}");
        }
    };
    let step = Power::new(1.0, 0.0, 0.5).unwrap();
    macro_rules! check {
        ($($regularizer:expr),*) => {$({
            let ftrl = Ftrl::new($regularizer, step);
            let mut state = ftrl.start(&[3], start).unwrap();
            ftrl.update(&mut state, &[3], &[0.0; 3]).unwrap();
            stays(*state.strategies());
        })*};
    }
    check!(Entropic, Euclidean, Tsallis::half(), Tsallis::new(0.3).unwrap(), LogBarrier);
}

#[test]
fn memory_is_two_numbers_an_action_and_a_counter() {
    assert_eq!(size_of::<State<[f32; 7]>>(), 4 * (2 * 7 + 1));
}
