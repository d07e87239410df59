//! Object stores: what stands at `s3://`, `gs://` and `az://`.
//!
//! A log is read several times and from any place, so its objects are copied to temporary files first
//! ([`Client::fetch`]), and everything behind them works as for files. A run is written to a local folder and
//! then uploaded, its manifest last ([`Client::upload`], [`Client::seal`]).
//!
//! The client is compiled only with the feature `object-store`; this module is the one place that asks. Without
//! it, addresses are still recognised, so that they are refused by name and not taken for a folder called `s3:`.
//! Credentials come from the environment alone, and nothing that a store says is passed on as it is
//! (`reason.rs`): what it answers may repeat them.

mod address;
mod error;
mod local_copy;

#[cfg(not(feature = "object-store"))]
#[path = "absent.rs"]
mod client;
#[cfg(feature = "object-store")]
mod client;
#[cfg(feature = "object-store")]
mod environment;
#[cfg(feature = "object-store")]
mod fetch;
#[cfg(feature = "object-store")]
mod reason;
#[cfg(feature = "object-store")]
mod upload;

pub use address::{Address, AddressError, Scheme};
pub use client::Client;
pub use error::{Action, HOW_TO_BUILD, StoreError};
pub use local_copy::LocalCopy;

/// Whether this build can reach object stores.
pub const IS_BUILT: bool = cfg!(feature = "object-store");

/// An object that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its name in the bucket.
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// What the store calls this version of it.
    pub version: Option<String>,
}

/// A file that is to be uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Where it stands on this machine.
    pub file: std::path::PathBuf,
    /// Its name in the bucket.
    pub key: String,
}
