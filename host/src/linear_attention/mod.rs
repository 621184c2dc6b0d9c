//! Small trained models of linear attention, which learn in context.
//!
//! A model passes n examples and some queries, one token each, through L layers of linear attention with 2
//! heads, and reads its predictions from the queries. Each layer adds `Σ_heads W_O S W_Q t` to a token t
//! with `S = 1/n Σ_examples (W_V t_j)(W_K t_j)ᵀ`; in a normalized model the attention divides each token by
//! its root mean square. A feed-forward of ReLU units may follow.

pub mod chains;
mod gradient;
mod model;
mod tasks;
mod training;

pub use gradient::Gradient;
pub use model::{Model, Shape, Workspace};
pub use tasks::{EXAMPLES, FEATURES, Law, UNIT, regression};
pub use training::{BATCH, Prompt, train};

/// The weights files of the included trained models; `weights/README.md` has the commands that made them.
pub const SHIPPED: [&[u8]; 12] = [
    include_bytes!("weights/plain-1.bin"),
    include_bytes!("weights/plain-2.bin"),
    include_bytes!("weights/plain-3.bin"),
    include_bytes!("weights/plain-4.bin"),
    include_bytes!("weights/plain-5.bin"),
    include_bytes!("weights/plain-6.bin"),
    include_bytes!("weights/norm-1.bin"),
    include_bytes!("weights/norm-2.bin"),
    include_bytes!("weights/norm-3.bin"),
    include_bytes!("weights/norm-4.bin"),
    include_bytes!("weights/norm-5.bin"),
    include_bytes!("weights/norm-6.bin"),
];

/// The models of chains: what their training prompts showed, and their weights.
pub const CHAINS: [(chains::Format, &[u8]); 4] = [
    (chains::Format::Plain, include_bytes!("weights/chain-plain.bin")),
    (chains::Format::Input, include_bytes!("weights/chain-input.bin")),
    (chains::Format::Steps, include_bytes!("weights/chain-steps.bin")),
    (chains::Format::Filtered, include_bytes!("weights/chain-filtered.bin")),
];
