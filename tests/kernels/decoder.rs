//! The decoder compared with attention over whole sequences in f64, and bad weights files.

use nalgebra::{DMatrix, DVector};
use situ::decoder::{Cache, Decoder, Error, File, Gains, Mixing, Shape};
use situ::normtune::{Adagrad, Sgd};
use situ::random::Generator;
use situ::scalar::Storage;

const SHAPE: Shape = Shape {
    vocabulary: 7,
    positions: 5,
    context: 9,
    width: 12,
    heads: 3,
    units: 20,
    layers: 2,
    mixing: Mixing::Softmax,
};
const MESA: Shape = Shape { mixing: Mixing::Mesa, ..SHAPE };

/// Normal weights, rounded to f16; ridges from 0.25 on.
fn weights(shape: &Shape) -> Vec<[u8; 2]> {
    let mut generator = Generator::new(3);
    let mut normals = |count: usize| -> Vec<f32> {
        (0..count).map(|_| 0.4 * generator.normal::<f32>()).collect()
    };
    let mut weights = normals(12 * (7 + 5));
    for _ in 0..2 {
        weights.extend(normals(12 + 4 * 12 * 12));
        if shape.mixing == Mixing::Mesa {
            weights.extend(normals(2 * (3 * 12 + 3)));
            weights.extend(normals(12).iter().map(|x| 0.25 + x.abs()));
        }
        weights.extend(normals(12 + 2 * 12 * 20));
    }
    weights.extend(normals(12 + 7 * 12));
    weights.into_iter().map(Storage::store).collect()
}

const TOKENS: [u16; 9] = [3, 0, 6, 6, 1, 2, 5, 4, 3];

/// Softmax attention of a head over the whole sequence.
fn softmax(q: &DMatrix<f64>, k: &DMatrix<f64>, v: &DMatrix<f64>) -> DMatrix<f64> {
    let length = q.ncols();
    let mut scores = k.transpose() * q / 2.0;
    for t in 0..length {
        for s in 0..length {
            scores[(s, t)] = if s <= t { scores[(s, t)].exp() } else { 0.0 };
        }
        let sum = scores.column(t).sum();
        scores.column_mut(t).scale_mut(1.0 / sum);
    }
    v * scores
}

/// A mesa layer's head over the whole sequence, without its recurrence: at each token the weighted least
/// squares of all tokens so far, solved by elimination. `gates` has γ and β, one column per token.
fn mesa(
    [q, k, v]: &[DMatrix<f64>; 3],
    gates: &[DVector<f64>; 2],
    ridge: &DVector<f64>,
) -> DMatrix<f64> {
    let unit = |m: &DMatrix<f64>, t: usize| {
        let column = m.column(t).into_owned();
        let length = (column.norm_squared() + 1e-6).sqrt();
        column / length
    };
    let columns: Vec<DVector<f64>> = (0..q.ncols())
        .map(|t| {
            let mut products = DMatrix::from_diagonal(ridge);
            let mut values = DMatrix::zeros(4, 4);
            for s in 0..=t {
                let faded: f64 = (s + 1..=t).map(|r| gates[0][r]).product();
                let key = unit(k, s);
                products += faded * gates[1][s] * &key * key.transpose();
                values += faded * gates[1][s] * v.column(s) * key.transpose();
            }
            values * products.lu().solve(&unit(q, t)).unwrap()
        })
        .collect();
    DMatrix::from_columns(&columns)
}

/// The logits after each token, by the formulas on the whole sequence.
fn reference(shape: &Shape, weights: &[[u8; 2]], sequence: &[u16]) -> DMatrix<f64> {
    let (width, length) = (12, sequence.len());
    let mut values = weights.iter().map(|weight| f64::from(weight.load()));
    let mut matrix = |rows, columns| {
        DMatrix::from_row_iterator(rows, columns, values.by_ref().take(rows * columns))
    };
    let (tokens, positions) = (matrix(7, width), matrix(5, width));
    let mut h = DMatrix::from_fn(width, length, |i, t| {
        tokens[(usize::from(sequence[t]), i)] + positions[(t % 5, i)]
    });
    let normalize = |h: &DMatrix<f64>, gain: &DMatrix<f64>| {
        let columns: Vec<DVector<f64>> = h
            .column_iter()
            .map(|x| {
                let scale = 1.0 / (x.norm_squared() / width as f64 + 1e-5).sqrt();
                x.component_mul(&gain.transpose()) * scale
            })
            .collect();
        DMatrix::from_columns(&columns)
    };
    for _ in 0..2 {
        let n = normalize(&h, &matrix(1, width));
        let [q, k, v] = [0, 1, 2].map(|_| matrix(width, width) * &n);
        let output = matrix(width, width);
        let gates = (shape.mixing == Mixing::Mesa).then(|| {
            let gates = [(); 2].map(|()| {
                let (rows, bias) = (matrix(3, width), matrix(3, 1));
                let mut logits = rows * &n;
                logits.column_iter_mut().for_each(|mut column| column += &bias);
                logits.map(|x| 1.0 / (1.0 + (-x).exp()))
            });
            (gates, matrix(width, 1))
        });
        let mut mixed = DMatrix::zeros(width, length);
        for head in 0..3 {
            let rows = |m: &DMatrix<f64>| m.rows(4 * head, 4).into_owned();
            let [q, k, v] = [&q, &k, &v].map(rows);
            let read = match &gates {
                None => softmax(&q, &k, &v),
                Some((gates, ridge)) => {
                    let gates = gates.each_ref().map(|gate| gate.row(head).transpose());
                    mesa(&[q, k, v], &gates, &rows(ridge).column(0).into_owned())
                }
            };
            mixed.rows_mut(4 * head, 4).copy_from(&read);
        }
        h += output * mixed;
        let n = normalize(&h, &matrix(1, width));
        let hidden = (matrix(20, width) * n).map(|x| x.max(0.0));
        h += matrix(width, 20) * hidden;
    }
    let n = normalize(&h, &matrix(1, width));
    matrix(7, width) * n
}

/// Runs the tokens one by one and compares with the whole sequence; returns the last logits.
fn check(
    decoder: &Decoder<'_, [u8; 2]>,
    weights: &[[u8; 2]],
    cache: &mut Cache<'_, f32>,
    sequence: &[u16],
) -> [f32; 7] {
    let expected = reference(decoder.shape(), weights, sequence);
    let (mut workspace, mut logits) = (vec![0.0; decoder.shape().workspace()], [0.0; 7]);
    for (t, token) in sequence.iter().enumerate() {
        decoder.step(*token, cache, &mut workspace, &mut logits).unwrap();
        for (logit, expected) in logits.iter().zip(expected.column(t).iter()) {
            assert!((f64::from(*logit) - expected).abs() < 2e-4, "token {t}: {logit} {expected}");
        }
    }
    logits
}

#[test]
fn token_by_token_is_the_whole_sequence() {
    let weights = weights(&SHAPE);
    let decoder = Decoder::new(SHAPE, &weights).unwrap();
    let mut memory = vec![0.0; SHAPE.cache()];
    let mut cache = Cache::new(&mut memory);
    let mut logits = check(&decoder, &weights, &mut cache, &TOKENS);
    let mut workspace = vec![0.0; SHAPE.workspace()];
    // Going back to a position and repeating its token gives the same bits.
    let last = logits;
    cache.truncate(8);
    decoder.step(TOKENS[8], &mut cache, &mut workspace, &mut logits).unwrap();
    assert_eq!(logits, last);
}

/// In memory that does not grow, beyond the context that softmax attention would have had.
#[test]
fn a_stream_of_mesa_layers_is_the_whole_sequence() {
    let weights = weights(&MESA);
    assert_eq!(weights.len(), MESA.weights());
    let decoder = Decoder::new(MESA, &weights).unwrap();
    // What was in the memory before does not matter.
    let mut memory = vec![f32::NAN; MESA.cache()];
    assert_eq!(memory.len(), 2 * 3 * (4 * 4 + 4 * 4));
    let mut cache = Cache::new(&mut memory);
    let sequence: Vec<u16> = TOKENS.iter().chain(&TOKENS).chain(&TOKENS).copied().collect();
    let last = check(&decoder, &weights, &mut cache, &sequence);

    // A state of fixed size forgets all tokens or none.
    let (mut workspace, mut logits) = (vec![0.0; MESA.workspace()], [0.0; 7]);
    cache.truncate(3);
    let step = decoder.step(1, &mut cache, &mut workspace, &mut logits);
    assert_eq!(step, Err(Error::Truncated));
    cache.truncate(0);
    assert_eq!(check(&decoder, &weights, &mut cache, &sequence), last);
    // Enough workspace for the largest part, and no more.
    let mut short = vec![0.0; MESA.workspace() - 1];
    let step = decoder.step(1, &mut cache, &mut short, &mut logits);
    assert_eq!(step, Err(Error::Workspace));
    let mut memory = vec![0.0; MESA.cache() - 1];
    let mut cache = Cache::new(&mut memory);
    let step = decoder.step(1, &mut cache, &mut workspace, &mut logits);
    assert_eq!(step, Err(Error::Full));
}

#[test]
fn bad_tokens_and_sizes_are_refused_and_change_nothing() {
    let weights = weights(&SHAPE);
    let decoder = Decoder::new(SHAPE, &weights).unwrap();
    let mut memory = vec![0.0; SHAPE.token_cache() * 2];
    let mut cache = Cache::new(&mut memory);
    let (mut workspace, mut logits) = (vec![0.0; SHAPE.workspace()], [0.0; 7]);
    let mut step =
        |token, cache: &mut Cache<'_, f32>| decoder.step(token, cache, &mut workspace, &mut logits);
    assert_eq!(step(7, &mut cache), Err(Error::Token));
    assert_eq!(cache.next(), 0);
    assert_eq!(step(1, &mut cache), Ok(()));
    assert_eq!(step(1, &mut cache), Ok(()));
    assert_eq!(step(1, &mut cache), Err(Error::Full), "the memory is full");
    assert_eq!(cache.next(), 2);
    let mut memory = vec![0.0; SHAPE.cache() * 2];
    assert_eq!(step(1, &mut Cache::at(&mut memory, 9)), Err(Error::Full), "beyond the context");
    let mut cache = Cache::new(&mut memory);
    assert_eq!(decoder.step(1, &mut cache, &mut [0.0; 3], &mut [0.0; 7]), Err(Error::Workspace));
    assert_eq!(decoder.step(1, &mut cache, &mut [0.0; 100], &mut [0.0; 6]), Err(Error::Workspace));
    assert_eq!(Decoder::new(SHAPE, &weights[1..]).map(|_| ()), Err(Error::Weights));
    let heads = Shape { heads: 5, ..SHAPE };
    assert_eq!(Decoder::new(heads, &weights).map(|_| ()), Err(Error::Shape));
}

#[test]
fn weights_files_are_read_in_place_and_checked() {
    let open = |file: &[u8]| File::open(file).map(|decoder| *decoder.shape());
    let mut file = Vec::new();
    for shape in [MESA, SHAPE] {
        let weights = weights(&shape);
        file = vec![0];
        file.extend(File::header(&shape, &weights));
        file.extend(weights.as_flattened());
        // At an odd address.
        assert_eq!(open(&file[1..]), Ok(shape));
    }
    let file = &file[1..];
    for place in 8..file.len() {
        let mut damaged = file.to_vec();
        damaged[place] ^= 0x10;
        assert!(open(&damaged).is_err(), "a flipped bit at {place}");
    }
    assert_eq!(open(&file[..file.len() - 2]), Err(Error::Weights));
    assert_eq!(open(&file[..20]), Err(Error::Format));
    assert_eq!(open(b"GGUF of another program, not ours"), Err(Error::Format));
}

/// The places of the gains among the weights, in their order.
fn gain_places() -> impl Iterator<Item = usize> {
    let layer = 2 * 12 + 4 * 12 * 12 + 2 * 12 * 20;
    let layers = (0..2).flat_map(move |index| {
        let start = 12 * (7 + 5) + index * layer;
        [start, start + 12 + 4 * 12 * 12]
    });
    layers.chain([12 * (7 + 5) + 2 * layer]).flat_map(|start| start..start + 12)
}

/// Mean cross-entropy of the answers in a prompt, by running it.
fn loss(weights: &[f64], prompt: &[(u16, Option<u16>)]) -> f64 {
    let decoder = Decoder::new(SHAPE, weights).unwrap();
    let mut memory = vec![0.0; SHAPE.cache()];
    let (mut cache, mut workspace) = (Cache::new(&mut memory), vec![0.0; SHAPE.workspace()]);
    let (mut logits, mut losses) = ([0.0; 7], Vec::new());
    for (token, answer) in prompt {
        decoder.step(*token, &mut cache, &mut workspace, &mut logits).unwrap();
        let sum: f64 = logits.iter().map(|logit| logit.exp()).sum();
        losses.extend(answer.map(|answer| sum.ln() - logits[usize::from(answer)]));
    }
    losses.iter().sum::<f64>() / losses.len().max(1) as f64
}

/// Against central differences in f64, at random weights and prompts of any length.
#[test]
fn the_gradient_by_the_gains_is_the_slope_of_the_loss() {
    for seed in 0..18 {
        let mut generator = Generator::new(seed);
        let mut weights: Vec<f64> =
            (0..SHAPE.weights()).map(|_| 0.5 * generator.normal::<f64>()).collect();
        let mut letter = || (7.0 * generator.uniform::<f64>()) as u16;
        let length = 1 + seed as usize % 9;
        let prompt: Vec<(u16, Option<u16>)> =
            (0..length).map(|_| (letter(), (letter() > 3).then(&mut letter))).collect();

        let decoder = Decoder::new(SHAPE, &weights).unwrap();
        let mut gains = Gains::<f64, Sgd<f64>, { SHAPE.gains() }>::EMPTY;
        gains.begin(&decoder).unwrap();
        let start = *gains.values();
        let mut workspace = vec![f64::NAN; SHAPE.tuning_workspace(length)];
        let found = gains.step(&decoder, &Sgd { rate: 0.5 }, &prompt, &mut workspace).unwrap();
        assert!((found - loss(&weights, &prompt)).abs() < 1e-12);
        for (index, place) in gain_places().enumerate() {
            let gain = weights[place];
            assert_eq!(start[index], gain);
            let mut at = |gain: f64| {
                weights[place] = gain;
                loss(&weights, &prompt)
            };
            let slope = (at(gain + 1e-6) - at(gain - 1e-6)) / 2e-6;
            at(gain);
            let gradient = gains.gradient()[index];
            assert!((gradient - slope).abs() < 1e-7, "{seed}, {index}: {gradient} {slope}");
            assert!((gains.values()[index] - (gain - 0.5 * gradient)).abs() < 1e-12);
        }
    }
}

/// What cannot be learned leaves the gains as they were.
#[test]
fn refused_prompts_change_no_gain() {
    let stored = weights(&SHAPE);
    let decoder = Decoder::new(SHAPE, &stored).unwrap();
    let mut workspace = vec![0.0; SHAPE.tuning_workspace(10)];
    let mut gains = Gains::<f32, Adagrad<f32>, { SHAPE.gains() }>::EMPTY;
    gains.begin(&decoder).unwrap();
    let before = gains.clone();
    let rule = Adagrad { rate: 0.1, floor: 1e-6 };
    let mut step = |gains: &mut Gains<_, _, _>, rule, prompt: &[_], length: usize| {
        gains.step(&decoder, rule, prompt, &mut workspace[..length])
    };
    let all = SHAPE.tuning_workspace(10);
    assert_eq!(step(&mut gains, &rule, &[(7, None)], all), Err(Error::Token));
    assert_eq!(step(&mut gains, &rule, &[(1, Some(7))], all), Err(Error::Token));
    assert_eq!(step(&mut gains, &rule, &[(1, Some(2)); 10], all), Err(Error::Full));
    let short = SHAPE.tuning_workspace(2) - 1;
    assert_eq!(step(&mut gains, &rule, &[(1, Some(2)); 2], short), Err(Error::Workspace));
    let wild = Adagrad { rate: f32::INFINITY, floor: 0.0 };
    assert_eq!(step(&mut gains, &wild, &[(1, Some(2)); 2], all), Err(Error::NotFinite));
    assert_eq!(gains.values(), before.values());
    // An empty prompt has nothing to learn.
    assert_eq!(step(&mut gains, &rule, &[], all), Ok(0.0));
    assert_eq!(gains.values(), before.values());

    let tuned = decoder.with_gains(&[0.5; SHAPE.gains()]).unwrap();
    gains.begin(&tuned).unwrap();
    assert_eq!(gains.values(), &[0.5; SHAPE.gains()]);
    assert!(decoder.with_gains(&[0.5; SHAPE.gains() - 1]).is_err());
    let mesa = weights(&MESA);
    let mesa = Decoder::new(MESA, &mesa).unwrap();
    assert_eq!(gains.step(&mesa, &rule, &[(1, Some(2))], &mut workspace), Err(Error::Mesa));
}
