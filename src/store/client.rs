//! The client of one bucket.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::path::Path as Key;
use object_store::{ClientConfigKey, ObjectMeta, ObjectStore, ObjectStoreExt, RetryConfig};
use tokio::runtime::{Builder, Runtime};

use super::reason::{self, Trouble};
use super::{Action, Address, Object, Scheme, StoreError, environment};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: &str = "10 seconds";
/// How long one request may take: the slowest line on which all parts in flight still pass has 2 Mbit/s.
const REQUEST_TIMEOUT: &str = "180 seconds";
/// How often a request is made again; pauses grow from a tenth of a second, so that it is a matter of seconds.
const RETRIES_MAX: usize = 8;
/// How long after the first attempt another one is made.
const RETRY_TIMEOUT: Duration = Duration::from_secs(60);

/// A client of one bucket. It reads the environment once and keeps nothing of it that could be shown.
pub struct Client {
    pub(super) store: Arc<dyn ObjectStore>,
    runtime: Runtime,
    /// The bucket itself.
    pub(super) bucket: Address,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The crate's own client may show what it read from the environment.
        write!(formatter, "Client({})", self.bucket)
    }
}

impl Client {
    /// Makes a client from the environment; nothing is asked yet.
    ///
    /// # Errors
    /// If the environment says something that cannot be, or half of what is needed.
    pub fn connect(address: &Address) -> Result<Self, StoreError> {
        let bucket = address.with_key("");
        let cannot = |reason: String| StoreError::Refused {
            action: Action::Read,
            url: bucket.to_string(),
            reason,
            advice: reason::variables(bucket.scheme),
        };
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        if let Some(fault) = environment::fault(bucket.scheme, variables) {
            return Err(cannot(fault));
        }
        let store = store(&bucket).map_err(|error| cannot(reason::of_configuration(&error)))?;
        // One thread: requests wait for the network, and the engine's own threads have nothing to do meanwhile.
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| cannot(error.to_string()))?;
        Ok(Self {
            store,
            runtime,
            bucket,
        })
    }

    /// One object, if it is there.
    ///
    /// # Errors
    /// If the store does not say.
    pub fn object(&self, key: &str) -> Result<Option<Object>, StoreError> {
        let asked = self.run(self.store.head(&self.key(key, Action::Read)?));
        match asked {
            Ok(found) => Ok(Some(object(found))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.refused(Action::Read, key, &error)),
        }
    }

    /// Every object below a folder (empty for the bucket), in the order of a walk through folders.
    ///
    /// # Errors
    /// If the store does not say.
    pub fn objects(&self, folder: &str) -> Result<Vec<Object>, StoreError> {
        let prefix = self.prefix(folder)?;
        let listed = self.run(self.store.list(prefix.as_ref()).try_collect::<Vec<_>>());
        let listed = listed.map_err(|error| self.refused(Action::List, folder, &error))?;
        let mut objects: Vec<Object> = listed.into_iter().map(object).collect();
        objects.sort_by(|left, right| left.key.split('/').cmp(right.key.split('/')));
        Ok(objects)
    }

    /// Whether anything stands below a folder.
    ///
    /// # Errors
    /// If the store does not say.
    pub fn has_objects(&self, folder: &str) -> Result<bool, StoreError> {
        let prefix = self.prefix(folder)?;
        let first = self.run(async { self.store.list(prefix.as_ref()).next().await });
        match first.transpose() {
            Ok(first) => Ok(first.is_some()),
            Err(error) => Err(self.refused(Action::List, folder, &error)),
        }
    }

    /// Removes objects; one that is gone already is no error.
    ///
    /// # Errors
    /// If the store refuses.
    pub fn remove(&self, keys: &[String]) -> Result<(), StoreError> {
        for key in keys {
            let removed = self.run(self.store.delete(&self.key(key, Action::Remove)?));
            match removed {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(self.refused(Action::Remove, key, &error)),
            }
        }
        Ok(())
    }

    /// Waits for something.
    pub(super) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// A key as the crate has it.
    pub(super) fn key(&self, key: &str, action: Action) -> Result<Key, StoreError> {
        Key::parse(key).map_err(|error| self.refused(action, key, &error.into()))
    }

    fn prefix(&self, folder: &str) -> Result<Option<Key>, StoreError> {
        let folder = folder.trim_end_matches('/');
        match folder.is_empty() {
            true => Ok(None),
            false => self.key(folder, Action::List).map(Some),
        }
    }

    /// What is said where the store refuses; never in its own words.
    pub(super) fn refused(
        &self,
        action: Action,
        key: &str,
        error: &object_store::Error,
    ) -> StoreError {
        let Trouble { reason, advice } = reason::of(error, self.bucket.scheme);
        StoreError::Refused {
            action,
            url: self.bucket.with_key(key).to_string(),
            reason,
            advice,
        }
    }
}

fn object(found: ObjectMeta) -> Object {
    Object {
        key: found.location.to_string(),
        bytes: found.size,
        version: found.e_tag,
    }
}

/// The crate's client, made of the environment.
fn store(bucket: &Address) -> object_store::Result<Arc<dyn ObjectStore>> {
    let retry = RetryConfig {
        max_retries: RETRIES_MAX,
        retry_timeout: RETRY_TIMEOUT,
        ..RetryConfig::default()
    };
    let name = bucket.bucket.clone();
    let times = times(bucket.scheme);
    Ok(match bucket.scheme {
        Scheme::S3 => {
            let mut builder = AmazonS3Builder::from_env();
            for (key, value) in times {
                builder = builder.with_config(AmazonS3ConfigKey::Client(key), value);
            }
            Arc::new(builder.with_bucket_name(name).with_retry(retry).build()?)
        }
        Scheme::Gs => {
            let mut builder = GoogleCloudStorageBuilder::from_env();
            for (key, value) in times {
                builder = builder.with_config(GoogleConfigKey::Client(key), value);
            }
            Arc::new(builder.with_bucket_name(name).with_retry(retry).build()?)
        }
        Scheme::Az => {
            let mut builder = MicrosoftAzureBuilder::from_env();
            for (key, value) in times {
                builder = builder.with_config(AzureConfigKey::Client(key), value);
            }
            Arc::new(
                builder
                    .with_container_name(name)
                    .with_retry(retry)
                    .build()?,
            )
        }
    })
}

/// The time limits that the environment does not set itself.
fn times(scheme: Scheme) -> impl Iterator<Item = (ClientConfigKey, &'static str)> {
    [
        (
            "CONNECT_TIMEOUT",
            ClientConfigKey::ConnectTimeout,
            CONNECT_TIMEOUT,
        ),
        ("TIMEOUT", ClientConfigKey::Timeout, REQUEST_TIMEOUT),
    ]
    .into_iter()
    .filter(move |(name, ..)| std::env::var_os(format!("{}{name}", scheme.variables())).is_none())
    .map(|(_, key, value)| (key, value))
}
