//! The learners: what all of them promise, and what each computes, against something independent.

mod contract;
mod least_squares;
mod streams;
