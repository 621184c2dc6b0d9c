//! The return codes of the functions, as in `include/situ.h`.

use situ::{archive, features, online};

pub const SITU_OK: i32 = 0;
pub const SITU_COMPLETE: i32 = 1;
pub const SITU_NULL: i32 = -1;
pub const SITU_MISALIGNED: i32 = -2;
pub const SITU_CAPACITY: i32 = -3;
pub const SITU_NOT_BEGUN: i32 = -4;
pub const SITU_NOT_FINITE: i32 = -5;
pub const SITU_NO_EXAMPLE: i32 = -6;
pub const SITU_UNKNOWN_CLASS: i32 = -7;
pub const SITU_WRONG_TASK: i32 = -8;
pub const SITU_CONFIGURATION: i32 = -9;
pub const SITU_BLANK: i32 = -10;
pub const SITU_TOO_SHORT: i32 = -11;
pub const SITU_DAMAGED: i32 = -12;
pub const SITU_VERSION: i32 = -13;
pub const SITU_FOREIGN: i32 = -14;
pub const SITU_IMPLAUSIBLE: i32 = -15;
pub const SITU_OTHER: i32 = -99;

/// The number of an error.
pub fn code(error: situ::Error) -> i32 {
    match error {
        situ::Error::Online(error) => of_learner(error),
        situ::Error::Features(features::Error::NotFinite { .. }) => SITU_NOT_FINITE,
        situ::Error::Features(features::Error::Capacity) => SITU_CAPACITY,
        _ => SITU_OTHER,
    }
}

fn of_learner(error: online::Error) -> i32 {
    match error {
        online::Error::Capacity => SITU_CAPACITY,
        online::Error::Configuration { .. } => SITU_CONFIGURATION,
        online::Error::NotBegun => SITU_NOT_BEGUN,
        // The requested example is not, or no longer, in the pipeline's memory.
        online::Error::FeatureCount => SITU_NO_EXAMPLE,
        online::Error::NotFinite { .. } => SITU_NOT_FINITE,
        online::Error::UnknownClass => SITU_UNKNOWN_CLASS,
        online::Error::WrongTask => SITU_WRONG_TASK,
        online::Error::Archive(error) => of_archive(error),
        _ => SITU_OTHER,
    }
}

fn of_archive(error: archive::Error) -> i32 {
    match error {
        archive::Error::Capacity => SITU_CAPACITY,
        archive::Error::Blank => SITU_BLANK,
        archive::Error::TooShort { .. } => SITU_TOO_SHORT,
        archive::Error::Damaged => SITU_DAMAGED,
        archive::Error::Version { .. } => SITU_VERSION,
        archive::Error::Foreign => SITU_FOREIGN,
        archive::Error::Implausible => SITU_IMPLAUSIBLE,
        _ => SITU_OTHER,
    }
}
