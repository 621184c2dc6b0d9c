//! Small trained models of linear attention, which predict by in-context regression.
//!
//! A model reads n examples (x, y) and a query (x, 0), a token each, through L layers of linear
//! attention with 2 heads and no feed-forward, and reads its prediction out of the query. Each layer adds
//! `Σ_heads W_O S W_Q t` to a token t with `S = 1/n Σ_examples (W_V t_j)(W_K t_j)ᵀ`. In a normalized
//! model the layers read each token over its root mean square.

mod gradient;
mod model;
mod tasks;
mod training;

pub use gradient::Gradient;
pub use model::{Model, Shape, Workspace};
pub use tasks::{EXAMPLES, FEATURES, Law, UNIT};
pub use training::train;

/// The weights files of the trained models that are included; `weights/README.md` has the commands that
/// made them.
pub const SHIPPED: [&[u8]; 8] = [
    include_bytes!("weights/plain-1.bin"),
    include_bytes!("weights/plain-2.bin"),
    include_bytes!("weights/plain-3.bin"),
    include_bytes!("weights/plain-4.bin"),
    include_bytes!("weights/norm-1.bin"),
    include_bytes!("weights/norm-2.bin"),
    include_bytes!("weights/norm-3.bin"),
    include_bytes!("weights/norm-4.bin"),
];
