//! Why a command ends without success, and its exit status.

use std::fmt;

/// A command's failure: one line for the user and an exit status for scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A claim, check or comparison failed. Exit status 1.
    Check(String),
    /// Bad usage, bad input, or a file that cannot be written; the line names the flag, or the file,
    /// line and column. Exit status 2.
    Input(String),
    /// A required tool is missing; the line says which and how to install it. Exit status 3.
    Tool(String),
    /// The reader of standard output closed it, as `head` does. Exit status 141, which is what a shell
    /// reports of any program that a closed pipe ends (128 + SIGPIPE).
    Closed,
}

impl Failure {
    /// The exit status.
    pub fn status(&self) -> u8 {
        match self {
            Self::Check(_) => 1,
            Self::Input(_) => 2,
            Self::Tool(_) => 3,
            Self::Closed => 141,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(line) | Self::Input(line) | Self::Tool(line) => {
                write!(formatter, "situ: {line}")
            }
            Self::Closed => write!(formatter, "situ: standard output is closed"),
        }
    }
}

impl std::error::Error for Failure {}
