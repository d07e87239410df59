//! Why something in a store cannot be reached.

use super::Scheme;

/// What was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// To read an object.
    Read,
    /// To list what stands below an address.
    List,
    /// To write an object.
    Write,
    /// To remove an object.
    Remove,
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::List => "list",
            Self::Write => "write",
            Self::Remove => "remove",
        }
    }
}

/// Why something in a store cannot be reached: the address, what was tried, why, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store refuses, or does not answer.
    #[error("cannot {} {url}: {reason}; {advice}", .action.name())]
    Refused {
        /// What was tried.
        action: Action,
        /// Where.
        url: String,
        /// Why, in words of our own.
        reason: String,
        /// What to do.
        advice: String,
    },
    /// Something is there already.
    #[error("{0} exists already")]
    Exists(String),
    /// The copy on this machine cannot be written or read.
    #[error("cannot keep {url} in {folder}: {source}; --temp-dir names another folder")]
    Copy {
        /// What is copied.
        url: String,
        /// The folder for temporary files.
        folder: String,
        /// Why.
        source: std::io::Error,
    },
    /// This build has no object stores.
    #[error("{}", not_built(*.0))]
    NotBuilt(Scheme),
}

fn not_built(scheme: Scheme) -> String {
    format!(
        "this build of counterfoil has no object stores, so it cannot reach {}://: {HOW_TO_BUILD}",
        scheme.name()
    )
}

/// How a build is made that has object stores.
pub const HOW_TO_BUILD: &str = "build one that has: cargo build --release --features object-store (docs/object-stores.md), or copy the files";
