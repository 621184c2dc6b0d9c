//! Why a command ends without success, and the exit status that says so.

use std::fmt;

/// A command's failure: one line for the user and an exit status for scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A claim, check or comparison failed. Exit status 1.
    Check(String),
    /// Bad usage or bad input; the line names the flag, or the file, line and column. Exit status 2.
    Input(String),
    /// A needed tool is missing; the line says which and how to get it. Exit status 3.
    Tool(String),
}

impl Failure {
    /// The exit status.
    pub fn status(&self) -> u8 {
        match self {
            Self::Check(_) => 1,
            Self::Input(_) => 2,
            Self::Tool(_) => 3,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Check(line) | Self::Input(line) | Self::Tool(line)) = self;
        write!(formatter, "situ: {line}")
    }
}

impl std::error::Error for Failure {}
