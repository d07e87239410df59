//! The client of a build without object stores: there is none.

use std::path::Path;

use super::{Address, LocalCopy, Object, Scheme, StoreError, Upload};

/// A client of one bucket, of which this build has none.
#[derive(Debug)]
pub enum Client {}

impl Client {
    /// Refuses.
    ///
    /// # Errors
    /// Always [`StoreError::NotBuilt`].
    pub fn connect(address: &Address) -> Result<Self, StoreError> {
        Err(Self::refusal(address.scheme))
    }

    fn refusal(scheme: Scheme) -> StoreError {
        StoreError::NotBuilt(scheme)
    }

    /// One object.
    ///
    /// # Errors
    /// Never: there is no client.
    pub fn object(&self, _: &str) -> Result<Option<Object>, StoreError> {
        match *self {}
    }

    /// Objects below a folder.
    ///
    /// # Errors
    /// Never: there is no client.
    pub fn objects(&self, _: &str) -> Result<Vec<Object>, StoreError> {
        match *self {}
    }

    /// Whether anything stands below a folder.
    ///
    /// # Errors
    /// Never: there is no client.
    pub fn has_objects(&self, _: &str) -> Result<bool, StoreError> {
        match *self {}
    }

    /// Copies.
    ///
    /// # Errors
    /// Never: there is no client.
    pub fn fetch(&self, _: &[Object], _: &Path) -> Result<Vec<LocalCopy>, StoreError> {
        match *self {}
    }

    /// Uploads.
    ///
    /// # Errors
    /// Never: there is no client.
    pub fn upload(&self, _: &[Upload]) -> Result<(), StoreError> {
        match *self {}
    }

    /// Uploads the last one.
    ///
    /// # Errors
    /// Never: there is no client.
    pub fn seal(&self, _: &Upload, _: bool) -> Result<(), StoreError> {
        match *self {}
    }

    /// Removes.
    ///
    /// # Errors
    /// Never: there is no client.
    pub fn remove(&self, _: &[String]) -> Result<(), StoreError> {
        match *self {}
    }
}
