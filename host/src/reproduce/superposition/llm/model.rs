//! Pretrained language models of the llama architecture, read from GGUF files.

use crate::reproduce::Result;
use candle_core::Device;
use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::quantized::tokenizer::TokenizerFromGguf;
use nalgebra::{DMatrix, DMatrixView, DVector};
use std::fs::File;
use std::path::Path;
use tokenizers::Tokenizer;
use tokenizers::pre_tokenizers::{byte_level::ByteLevel, digits::Digits, sequence::Sequence};

/// A language model and its tokenizer: weights widened to f32, one column per token.
pub struct Llama {
    tokenizer: Tokenizer,
    heads: usize,
    /// Heads of keys and values, each shared by the same number of query heads.
    shared: usize,
    epsilon: f32,
    /// Angle by which one position rotates each pair of a head's coordinates.
    angles: Vec<f32>,
    embedding: DMatrix<f32>,
    layers: Vec<Layer>,
    gain: DVector<f32>,
    /// The embedding, if the file has no other matrix.
    output: Option<DMatrix<f32>>,
}

struct Layer {
    attention_gain: DVector<f32>,
    query: DMatrix<f32>,
    key: DMatrix<f32>,
    value: DMatrix<f32>,
    attention_output: DMatrix<f32>,
    feed_forward_gain: DVector<f32>,
    gate: DMatrix<f32>,
    up: DMatrix<f32>,
    down: DMatrix<f32>,
}

/// Keys and values of the tokens so far, layer by layer, one column per token.
#[derive(Clone, Default)]
struct Cache {
    layers: Vec<[Vec<f32>; 2]>,
    tokens: usize,
}

impl Cache {
    fn truncate(&mut self, tokens: usize) {
        for columns in self.layers.iter_mut().flatten() {
            columns.truncate(columns.len() / self.tokens.max(1) * tokens);
        }
        self.tokens = tokens;
    }
}

/// Reads the description of a model, of the llama architecture.
///
/// # Errors
/// A line that says what the file is instead.
pub fn header(file: &mut File) -> Result<Content> {
    let content = Content::read(file)?;
    let architecture = content.metadata.get("general.architecture").ok_or("no architecture")?;
    let architecture = architecture.to_string()?;
    if architecture != "llama" {
        return Err(format!("architecture '{architecture}': only llama is supported").into());
    }
    Ok(content)
}

impl Llama {
    /// Reads a GGUF file.
    ///
    /// # Errors
    /// A line that says what the file is instead, or what it lacks.
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path)?;
        let content = header(&mut file)?;
        let found = |key: &str| content.metadata.get(key).ok_or(format!("no '{key}'"));
        let size = |key: &str| {
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(found(key)?.to_u32()? as usize)
        };
        let heads = size("llama.attention.head_count")?;
        let shared = size("llama.attention.head_count_kv").unwrap_or(heads);
        let width = size("llama.embedding_length")?;
        if heads == 0 || shared == 0 || heads % shared != 0 || width % heads != 0 {
            return Err(format!("{heads} heads, {shared} of keys, do not divide {width}").into());
        }
        let turned = size("llama.rope.dimension_count").unwrap_or(width / heads);
        let base = found("llama.rope.freq_base").ok().and_then(|value| value.to_f32().ok());
        let base = base.unwrap_or(10_000.0);
        let mut matrix = |name: &str| -> Result<DMatrix<f32>> {
            let tensor = content.tensor(&mut file, name, &Device::Cpu)?.dequantize(&Device::Cpu)?;
            let (rows, columns) = match *tensor.dims() {
                [rows, columns] => (rows, columns),
                [rows] => (rows, 1),
                _ => return Err(format!("tensor '{name}' is not a matrix").into()),
            };
            Ok(DMatrix::from_row_slice(rows, columns, &tensor.flatten_all()?.to_vec1()?))
        };
        let exists = |name: &str| content.tensor_infos.contains_key(name);
        // For contexts longer than the model was trained for, some pairs rotate more slowly.
        let slower =
            if exists("rope_freqs.weight") { Some(matrix("rope_freqs.weight")?) } else { None };
        let angle = |pair: usize| {
            let slower = slower.as_ref().and_then(|s| s.get(pair)).copied().unwrap_or(1.0);
            base.powf(-2.0 * pair as f32 / turned as f32) / slower
        };
        let mut layers = Vec::new();
        for index in 0..size("llama.block_count")? {
            let mut part = |name: &str| matrix(&format!("blk.{index}.{name}.weight"));
            layers.push(Layer {
                attention_gain: part("attn_norm")?.column(0).into(),
                query: part("attn_q")?,
                key: part("attn_k")?,
                value: part("attn_v")?,
                attention_output: part("attn_output")?,
                feed_forward_gain: part("ffn_norm")?.column(0).into(),
                gate: part("ffn_gate")?,
                up: part("ffn_up")?,
                down: part("ffn_down")?,
            });
        }
        Ok(Self {
            tokenizer: tokenizer(&content)?,
            heads,
            shared,
            epsilon: found("llama.attention.layer_norm_rms_epsilon")?.to_f32()?,
            angles: (0..turned / 2).map(angle).collect(),
            embedding: matrix("token_embd.weight")?,
            layers,
            gain: matrix("output_norm.weight")?.column(0).into(),
            output: if exists("output.weight") { Some(matrix("output.weight")?) } else { None },
        })
    }

    /// Probability of each text after the prompt: the product over its tokens.
    ///
    /// # Errors
    /// If a text has no tokens in the model's vocabulary.
    pub fn probabilities(&self, prompt: &str, texts: &[String]) -> Result<Vec<f64>> {
        let mut cache = Cache::default();
        let first = self.forward(self.tokenizer.encode(prompt, true)?.get_ids(), &mut cache)?;
        let length = cache.tokens;
        let mut probability = |text: &String| {
            let tokens = self.tokenizer.encode(text.as_str(), false)?;
            let Some((last, before)) = tokens.get_ids().split_last() else {
                return Err(format!("no tokens for '{text}'").into());
            };
            let mut product = 1.0;
            let mut logits = first.clone();
            for token in before {
                product *= share(&logits, *token);
                logits = self.forward(&[*token], &mut cache)?;
            }
            cache.truncate(length);
            Ok(product * share(&logits, *last))
        };
        texts.iter().map(&mut probability).collect()
    }

    /// Processes tokens and returns the logits of the next one.
    fn forward(&self, tokens: &[u32], cache: &mut Cache) -> Result<DVector<f32>> {
        cache.layers.resize(self.layers.len(), Default::default());
        let mut residual = DMatrix::zeros(self.embedding.ncols(), tokens.len());
        for (mut column, token) in residual.column_iter_mut().zip(tokens) {
            let known = (*token as usize) < self.embedding.nrows();
            let row = known.then(|| self.embedding.row(*token as usize).transpose());
            column.copy_from(&row.ok_or("a token without embedding")?);
        }
        for (layer, cache_of_layer) in self.layers.iter().zip(&mut cache.layers) {
            let normed = self.normalize(&residual, &layer.attention_gain);
            let [mut query, mut key] = [&layer.query, &layer.key].map(|map| map * &normed);
            self.turn(&mut query, cache.tokens);
            self.turn(&mut key, cache.tokens);
            let [keys, values] = cache_of_layer;
            keys.extend_from_slice(key.as_slice());
            values.extend_from_slice((&layer.value * &normed).as_slice());
            let columns = cache.tokens + tokens.len();
            let [keys, values] =
                [keys, values].map(|slice| DMatrixView::from_slice(slice, key.nrows(), columns));
            let mixed = self.attend(&query, &keys, &values);
            residual += &layer.attention_output * mixed;
            let normed = self.normalize(&residual, &layer.feed_forward_gain);
            let gate = (&layer.gate * &normed).map(|x| x / (1.0 + (-x).exp()));
            residual += &layer.down * gate.component_mul(&(&layer.up * &normed));
        }
        cache.tokens += tokens.len();
        let last = residual.columns(tokens.len() - 1, 1).into_owned();
        let output = self.output.as_ref().unwrap_or(&self.embedding);
        Ok((output * self.normalize(&last, &self.gain)).column(0).into())
    }

    /// Each column divided by its root mean square, times the gain.
    fn normalize(&self, columns: &DMatrix<f32>, gain: &DVector<f32>) -> DMatrix<f32> {
        let mut out = columns.clone();
        for mut column in out.column_iter_mut() {
            let mean = column.norm_squared() / column.len() as f32;
            column.component_mul_assign(gain);
            column /= (mean + self.epsilon).sqrt();
        }
        out
    }

    /// Rotates each pair of each head's coordinates by its angle times the token's position.
    fn turn(&self, columns: &mut DMatrix<f32>, first: usize) {
        let size = self.embedding.ncols() / self.heads;
        for (mut column, place) in columns.column_iter_mut().zip(first..) {
            for head in column.as_mut_slice().chunks_exact_mut(size) {
                for ([x, y], angle) in head.as_chunks_mut::<2>().0.iter_mut().zip(&self.angles) {
                    let (sine, cosine) = (angle * place as f32).sin_cos();
                    (*x, *y) = (*x * cosine - *y * sine, *x * sine + *y * cosine);
                }
            }
        }
    }

    /// Causal softmax attention, head by head.
    fn attend(
        &self,
        query: &DMatrix<f32>,
        keys: &DMatrixView<'_, f32>,
        values: &DMatrixView<'_, f32>,
    ) -> DMatrix<f32> {
        let size = self.embedding.ncols() / self.heads;
        let sharpness = 1.0 / (size as f32).sqrt();
        let before = keys.ncols() - query.ncols();
        let mut mixed = DMatrix::zeros(query.nrows(), query.ncols());
        for head in 0..self.heads {
            let shared = head * self.shared / self.heads * size;
            let mut weights = keys.rows(shared, size).transpose() * query.rows(head * size, size);
            for (mut column, place) in weights.column_iter_mut().zip(before..) {
                let (seen, later) = column.as_mut_slice().split_at_mut(place + 1);
                situ::attention::softmax_in_place(seen, sharpness);
                later.fill(0.0);
            }
            mixed.rows_mut(head * size, size).copy_from(&(values.rows(shared, size) * weights));
        }
        mixed
    }
}

/// Share of one token in the softmax of the logits.
fn share(logits: &DVector<f32>, token: u32) -> f64 {
    let largest = logits.max();
    let sum: f64 = logits.iter().map(|logit| f64::from(logit - largest).exp()).sum();
    f64::from(logits[token as usize] - largest).exp() / sum
}

/// The file's byte-pair encoding. A text has the same tokens alone as after another text: no space is
/// inserted before it.
fn tokenizer(content: &Content) -> Result<Tokenizer> {
    let mut tokenizer = Tokenizer::from_gguf(content)?;
    let kind = content.metadata.get("tokenizer.ggml.pre").map(Value::to_string);
    match kind.transpose()?.map(String::as_str) {
        // Their texts are split as those of their families.
        Some("qwen2" | "llama3" | "smaug-bpe" | "lfm2") => {}
        Some("smollm") => {
            let parts = vec![Digits::new(true).into(), ByteLevel::new(false, false, true).into()];
            tokenizer.with_pre_tokenizer(Some(Sequence::new(parts)));
        }
        _ => {
            tokenizer.with_pre_tokenizer(Some(ByteLevel::new(false, false, true)));
        }
    }
    Ok(tokenizer)
}
