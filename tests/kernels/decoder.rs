//! The decoder compared with attention over whole sequences in f64, and bad weights files.

use nalgebra::{DMatrix, DVector};
use situ::decoder::{Cache, Decoder, Error, File, Shape};
use situ::random::Generator;
use situ::scalar::Storage;

const SHAPE: Shape =
    Shape { vocabulary: 7, positions: 5, context: 9, width: 12, heads: 3, units: 20, layers: 2 };

/// Normal weights, rounded to f16.
fn weights() -> Vec<[u8; 2]> {
    let mut generator = Generator::new(3);
    (0..SHAPE.weights()).map(|_| Storage::store(0.4 * generator.normal::<f32>())).collect()
}

const TOKENS: [u16; 9] = [3, 0, 6, 6, 1, 2, 5, 4, 3];

/// The logits after each token, by the formulas on the whole sequence.
fn reference(weights: &[[u8; 2]]) -> DMatrix<f64> {
    let (width, length) = (12, TOKENS.len());
    let mut values = weights.iter().map(|weight| f64::from(weight.load()));
    let mut matrix = |rows, columns| {
        DMatrix::from_row_iterator(rows, columns, values.by_ref().take(rows * columns))
    };
    let (tokens, positions) = (matrix(7, width), matrix(5, width));
    let mut h = DMatrix::from_fn(width, length, |i, t| {
        tokens[(usize::from(TOKENS[t]), i)] + positions[(t % 5, i)]
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
        let mut mixed = DMatrix::zeros(width, length);
        for head in 0..3 {
            let rows = |m: &DMatrix<f64>| m.rows(4 * head, 4).into_owned();
            let mut scores = rows(&k).transpose() * rows(&q) / 2.0;
            for t in 0..length {
                for s in 0..length {
                    scores[(s, t)] = if s <= t { scores[(s, t)].exp() } else { 0.0 };
                }
                let sum = scores.column(t).sum();
                scores.column_mut(t).scale_mut(1.0 / sum);
            }
            mixed.rows_mut(4 * head, 4).copy_from(&(rows(&v) * scores));
        }
        h += matrix(width, width) * mixed;
        let n = normalize(&h, &matrix(1, width));
        let hidden = (matrix(20, width) * n).map(|x| x.max(0.0));
        h += matrix(width, 20) * hidden;
    }
    let n = normalize(&h, &matrix(1, width));
    matrix(7, width) * n
}

#[test]
fn token_by_token_is_the_whole_sequence() {
    let weights = weights();
    let expected = reference(&weights);
    let decoder = Decoder::new(SHAPE, &weights).unwrap();
    let mut memory = vec![0.0; SHAPE.cache()];
    let mut cache = Cache::new(&mut memory);
    let (mut workspace, mut logits) = (vec![0.0; SHAPE.workspace()], [0.0; 7]);
    for (t, token) in TOKENS.iter().enumerate() {
        decoder.step(*token, &mut cache, &mut workspace, &mut logits).unwrap();
        for (logit, expected) in logits.iter().zip(expected.column(t).iter()) {
            assert!((f64::from(*logit) - expected).abs() < 2e-4, "token {t}: {logit} {expected}");
        }
    }
    // Going back to a position and repeating its token gives the same bits.
    let last = logits;
    cache.truncate(8);
    decoder.step(TOKENS[8], &mut cache, &mut workspace, &mut logits).unwrap();
    assert_eq!(logits, last);
}

#[test]
fn bad_tokens_and_sizes_are_refused_and_change_nothing() {
    let weights = weights();
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
    let weights = weights();
    let mut file = vec![0];
    file.extend(File::header(&SHAPE, &weights));
    file.extend(weights.as_flattened());
    // At an odd address.
    let file = &file[1..];
    let open = |file: &[u8]| File::open(file).map(|decoder| *decoder.shape());
    assert_eq!(open(file), Ok(SHAPE));
    for place in 8..file.len() {
        let mut damaged = file.to_vec();
        damaged[place] ^= 0x10;
        assert!(open(&damaged).is_err(), "a flipped bit at {place}");
    }
    assert_eq!(open(&file[..file.len() - 2]), Err(Error::Weights));
    assert_eq!(open(&file[..20]), Err(Error::Format));
    assert_eq!(open(b"GGUF of another program, not ours"), Err(Error::Format));
}
