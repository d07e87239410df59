//! Files become objects: several at once, large ones in parts.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::{
    Attribute, Attributes, PutMode, PutMultipartOptions, PutOptions, PutPayload, WriteMultipart,
};

use super::{Action, Client, StoreError, Upload};

/// Files up to this size are sent whole; larger ones in parts of at least it.
const PART_BYTES: u64 = 8 << 20;
/// The most parts that S3 puts together.
const PARTS_MAX: u64 = 10_000;
/// How many files are under way at once.
const FILES_AT_ONCE: usize = 4;
/// How many parts of one file are under way at once.
const PARTS_AT_ONCE: usize = 4;

impl Client {
    /// Uploads files. Each object appears whole or not at all.
    ///
    /// # Errors
    /// If one cannot be read, or the store refuses it; others may be there then.
    pub fn upload(&self, uploads: &[Upload]) -> Result<(), StoreError> {
        self.run(
            stream::iter(uploads)
                .map(|upload| self.send(upload))
                .buffer_unordered(FILES_AT_ONCE)
                .try_collect(),
        )
    }

    /// Uploads the file that makes the others a whole, last.
    ///
    /// # Errors
    /// As [`Self::upload`]; also if another one came there meanwhile and `replaces` is not set.
    pub fn seal(&self, upload: &Upload, replaces: bool) -> Result<(), StoreError> {
        let mode = match replaces {
            true => PutMode::Overwrite,
            false => PutMode::Create,
        };
        self.run(async {
            match self.put(upload, mode).await {
                // A store that knows no conditions was asked for the object before.
                Err(object_store::Error::NotImplemented { .. }) if !replaces => {
                    self.put(upload, PutMode::Overwrite).await
                }
                put => put,
            }
        })
        .map_err(|error| match error {
            object_store::Error::AlreadyExists { .. } => {
                StoreError::Exists(self.bucket.with_key(&upload.key).to_string())
            }
            error => self.refused(Action::Write, &upload.key, &error),
        })
    }

    async fn send(&self, upload: &Upload) -> Result<(), StoreError> {
        let sent = match std::fs::metadata(&upload.file) {
            Ok(found) if found.len() > PART_BYTES => self.put_parts(upload, found.len()).await,
            _ => self.put(upload, PutMode::Overwrite).await,
        };
        sent.map_err(|error| self.refused(Action::Write, &upload.key, &error))
    }

    async fn put(&self, upload: &Upload, mode: PutMode) -> object_store::Result<()> {
        let content = std::fs::read(&upload.file).map_err(unreadable)?;
        let options = PutOptions {
            mode,
            attributes: attributes(&upload.key),
            ..PutOptions::default()
        };
        let key = object_store::path::Path::parse(&upload.key)?;
        let payload = PutPayload::from(content);
        self.store.put_opts(&key, payload, options).await.map(drop)
    }

    async fn put_parts(&self, upload: &Upload, bytes: u64) -> object_store::Result<()> {
        let part = PART_BYTES.max(bytes.div_ceil(PARTS_MAX)) as usize;
        let mut file = File::open(&upload.file).map_err(unreadable)?;
        let options = PutMultipartOptions {
            attributes: attributes(&upload.key),
            ..PutMultipartOptions::default()
        };
        let key = object_store::path::Path::parse(&upload.key)?;
        let started = self.store.put_multipart_opts(&key, options).await?;
        let mut writer = WriteMultipart::new_with_chunk_size(started, part);
        loop {
            if let Err(error) = writer.wait_for_capacity(PARTS_AT_ONCE).await {
                // Parts that stay behind cost money and are nowhere to be seen.
                let _ = writer.abort().await;
                return Err(error);
            }
            let mut block = Vec::with_capacity(part);
            match (&mut file).take(part as u64).read_to_end(&mut block) {
                Ok(0) => break,
                Ok(_) => writer.write(&block),
                Err(error) => {
                    let _ = writer.abort().await;
                    return Err(unreadable(error));
                }
            }
        }
        writer.finish().await.map(drop)
    }
}

/// The error of a file on this machine that can no longer be read.
fn unreadable(error: std::io::Error) -> object_store::Error {
    object_store::Error::Generic {
        store: "local",
        source: Box::new(error),
    }
}

/// What a browser is told that an object is.
fn attributes(key: &str) -> Attributes {
    let ending = Path::new(key).extension().unwrap_or_default();
    let kind = match ending.to_str().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        "csv" => "text/csv; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "parquet" => "application/vnd.apache.parquet",
        _ => "application/octet-stream",
    };
    Attributes::from_iter([(Attribute::ContentType, kind)])
}
