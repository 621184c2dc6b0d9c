//! The learners: what all of them promise, and what each computes, against something independent.

mod anomaly;
mod archive;
mod bayes;
mod contract;
mod drift;
mod exported;
mod forgetting;
mod games;
mod least_squares;
mod mesa;
mod pairs;
mod robustness;
mod stability;
mod streams;

// The exported firmware's own, which name each other from the root of their crate.
#[path = "../../firmware/learner/src/features.rs"]
mod features;
#[path = "../../firmware/learner/src/model.rs"]
mod model;
#[path = "../../firmware/learner/src/pipeline.rs"]
mod pipeline;
