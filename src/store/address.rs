//! The address of an object, a folder or a glob in a store: `s3://bucket/key`.

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};

/// A kind of store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Amazon S3 and what speaks its protocol.
    S3,
    /// Google Cloud Storage.
    Gs,
    /// Azure Blob Storage.
    Az,
}

impl Scheme {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::S3, Self::Gs, Self::Az];

    /// What stands before `://`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Gs => "gs",
            Self::Az => "az",
        }
    }

    /// What the variables of its environment begin with.
    pub const fn variables(self) -> &'static str {
        match self {
            Self::S3 => "AWS_",
            Self::Gs => "GOOGLE_",
            Self::Az => "AZURE_",
        }
    }

    /// The command that copies one of its objects, or with `is_folder` all below an address, to here.
    pub const fn copy_command(self, is_folder: bool) -> &'static str {
        match (self, is_folder) {
            (Self::S3, false) => "aws s3 cp",
            (Self::S3, true) => "aws s3 cp --recursive",
            (Self::Gs, false) => "gcloud storage cp",
            (Self::Gs, true) => "gcloud storage cp --recursive",
            (Self::Az, _) => "azcopy copy --recursive",
        }
    }
}

/// Where something stands in a store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Which kind of store.
    pub scheme: Scheme,
    /// The bucket, or the container.
    pub bucket: String,
    /// The name in it, without a slash before; empty for the bucket itself.
    pub key: String,
}

/// Why a URL is no address. It never repeats the URL beyond its scheme: credentials may stand in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Another scheme.
    #[error(
        "a URL that begins with {found}://: expected a local path, s3://, gs:// or az://; {advice}"
    )]
    Scheme {
        /// The scheme.
        found: String,
        /// What to do.
        advice: &'static str,
    },
    /// The bucket's name cannot be one.
    #[error(
        "a URL that begins with {0}://: expected the name of a bucket behind it (letters, digits, `.`, `-`, `_`), \
         as in {0}://bucket/folder/; credentials belong into the environment, never into a URL"
    )]
    Bucket(&'static str),
    /// The key cannot be one.
    #[error(
        "{scheme}://{bucket}: expected a key without empty, `.` or `..` parts and without control characters"
    )]
    Key {
        /// The scheme.
        scheme: &'static str,
        /// The bucket.
        bucket: String,
    },
}

impl Address {
    /// Reads an address; `None` for a path that is no URL.
    ///
    /// ```
    /// use counterfoil::store::Address;
    /// let address = Address::parse("s3://exports/2026/a.csv".as_ref()).unwrap().unwrap();
    /// assert_eq!((address.bucket.as_str(), address.key.as_str()), ("exports", "2026/a.csv"));
    /// assert!(Address::parse("exports/2026/a.csv".as_ref()).is_none());
    /// ```
    pub fn parse(path: &Path) -> Option<Result<Self, AddressError>> {
        let text = path.to_str()?;
        let (scheme, rest) = text.split_once("://")?;
        let is_scheme = scheme.len() > 1
            && scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'));
        is_scheme.then(|| Self::of_parts(&scheme.to_ascii_lowercase(), rest))
    }

    /// The address of a path that was parsed before, if it is one.
    pub fn of(path: &Path) -> Option<Self> {
        Self::parse(path)?.ok()
    }

    fn of_parts(name: &str, rest: &str) -> Result<Self, AddressError> {
        let mut schemes = Scheme::ALL.into_iter();
        let Some(scheme) = schemes.find(|scheme| scheme.name() == name) else {
            return Err(AddressError::Scheme {
                found: name.to_owned(),
                advice: advice(name),
            });
        };
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        let is_allowed = |letter: char| {
            letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_' | '$')
        };
        if bucket.is_empty() || !bucket.chars().all(is_allowed) {
            return Err(AddressError::Bucket(scheme.name()));
        }
        let folder = key.strip_suffix('/').unwrap_or(key);
        let is_sound = |part: &str| {
            !matches!(part, "" | "." | "..") && !part.contains(|letter: char| letter.is_control())
        };
        if !key.is_empty() && !folder.split('/').all(is_sound) {
            return Err(AddressError::Key {
                scheme: scheme.name(),
                bucket: bucket.to_owned(),
            });
        }
        Ok(Self {
            scheme,
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        })
    }

    /// Another key of the same bucket.
    pub fn with_key(&self, key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            ..self.clone()
        }
    }

    /// The address as a path, which is what is shown.
    pub fn path(&self) -> PathBuf {
        PathBuf::from(self.to_string())
    }
}

impl Display for Address {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}://{}/{}",
            self.scheme.name(),
            self.bucket,
            self.key
        )
    }
}

fn advice(scheme: &str) -> &'static str {
    match scheme {
        "s3a" | "s3n" => "write s3:// for it",
        "gcs" => "write gs:// for it",
        "abfs" | "abfss" | "wasb" | "wasbs" | "adl" | "azure" => {
            "write az://container/path for it, with the account in AZURE_STORAGE_ACCOUNT_NAME"
        }
        "file" => "leave the scheme out",
        _ => "download it first",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        Address::parse(Path::new(url))
            .expect("a URL")
            .expect_err("refused")
            .to_string()
    }

    #[test]
    fn an_address_is_a_bucket_and_a_key() {
        let read = |url: &str| Address::parse(Path::new(url)).unwrap().unwrap();
        let whole = read("s3://bucket");
        assert_eq!((whole.bucket.as_str(), whole.key.as_str()), ("bucket", ""));
        assert_eq!(read("gs://b/a b/c=1/").key, "a b/c=1/");
        assert_eq!(read("az://b/x*.csv").to_string(), "az://b/x*.csv");
        assert_eq!(read("S3://b/x").scheme, Scheme::S3);
        for path in ["a.csv", "/s3/x", "s3:/b", "c://x", "-", "a/b://c"] {
            assert!(Address::parse(Path::new(path)).is_none(), "{path}");
        }
    }

    #[test]
    fn what_is_no_address_is_not_repeated() {
        for url in [
            "s3://AKIA:hunter2@bucket/x",
            "s3:///x",
            "https://host/x?X-Amz-Signature=hunter2",
            "abfss://hunter2@account.dfs.core.windows.net/x",
        ] {
            assert!(!refusal(url).contains("hunter2"), "{url}");
        }
        assert!(refusal("s3://b//x").contains("s3://b:"));
        assert!(refusal("s3://b/../x").contains("`..`"));
        assert!(refusal("s3a://b/x").contains("write s3://"));
    }
}
