//! Objects are copied to temporary files in parts, several at once.

use std::io::Write;
use std::ops::Range;
use std::path::Path;

use futures_util::{StreamExt, stream};
use object_store::{GetOptions, GetRange};

use super::{Action, Client, LocalCopy, Object, StoreError};

/// The size of a part.
const PART_BYTES: u64 = 8 << 20;
/// How many parts are under way at once, of one object or of several.
const PARTS_MAX: usize = 6;

impl Client {
    /// Copies objects, each to a temporary file in this folder.
    ///
    /// All parts of an object are of the version that was listed: one that is replaced meanwhile is an error.
    ///
    /// # Errors
    /// If one cannot be read to its end, or the folder cannot hold it.
    pub fn fetch(&self, objects: &[Object], folder: &Path) -> Result<Vec<LocalCopy>, StoreError> {
        let not_kept = |object: &Object, source| StoreError::Copy {
            url: self.bucket.with_key(&object.key).to_string(),
            folder: folder.display().to_string(),
            source,
        };
        let copies: Vec<LocalCopy> = objects
            .iter()
            .map(|object| LocalCopy::create(folder).map_err(|error| not_kept(object, error)))
            .collect::<Result<_, _>>()?;
        let parts = objects
            .iter()
            .zip(&copies)
            .flat_map(|(object, copy)| parts(object.bytes).map(move |part| (object, copy, part)));
        self.run(async {
            let mut parts =
                stream::iter(parts)
                    .map(|(object, copy, part)| async move {
                        (object, copy, self.part(object, part).await)
                    })
                    .buffered(PARTS_MAX);
            while let Some((object, copy, part)) = parts.next().await {
                copy.file()
                    .write_all(&part?)
                    .map_err(|error| not_kept(object, error))?;
            }
            Ok(())
        })?;
        Ok(copies)
    }

    async fn part(&self, object: &Object, part: Range<u64>) -> Result<Vec<u8>, StoreError> {
        let length = part.end - part.start;
        let options = GetOptions {
            if_match: object.version.clone(),
            range: Some(GetRange::Bounded(part)),
            ..GetOptions::default()
        };
        let key = self.key(&object.key, Action::Read)?;
        let refused = |error| self.refused(Action::Read, &object.key, &error);
        let got = self.store.get_opts(&key, options).await.map_err(refused)?;
        let bytes = got.bytes().await.map_err(refused)?;
        if bytes.len() as u64 != length {
            return Err(StoreError::Refused {
                action: Action::Read,
                url: self.bucket.with_key(&object.key).to_string(),
                reason: format!("the store sent {} of {length} bytes", bytes.len()),
                advice: "run it again when nobody writes there".to_owned(),
            });
        }
        Ok(bytes.into())
    }
}

/// The parts of an object of this size.
fn parts(bytes: u64) -> impl Iterator<Item = Range<u64>> {
    (0..bytes.div_ceil(PART_BYTES))
        .map(move |part| part * PART_BYTES..((part + 1) * PART_BYTES).min(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_an_object_once() {
        assert_eq!(parts(0).count(), 0);
        assert!(parts(1).eq(std::iter::once(0..1)));
        let two = [0..PART_BYTES, PART_BYTES..PART_BYTES + 3];
        assert_eq!(parts(PART_BYTES + 3).collect::<Vec<_>>(), two);
    }
}
