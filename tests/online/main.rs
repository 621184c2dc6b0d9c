//! The learners: what all of them promise, and what each computes, against something independent.

mod anomaly;
mod archive;
mod bayes;
mod contract;
mod drift;
mod forgetting;
mod games;
mod least_squares;
mod mesa;
mod pairs;
mod robustness;
mod stability;
mod streams;
