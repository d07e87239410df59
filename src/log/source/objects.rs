//! Which objects of a store a LOG argument names; they are copied here and opened from the copies.

use std::collections::HashMap;
use std::path::Path;

use glob::{MatchOptions, Pattern};

use super::copied::Copied;
use super::found::{Found, is_hidden};
use super::{Reading, open_file};
use crate::log::{LogError, LogFile};
use crate::store::{Address, Client, Object};

/// As the shell and the globs of local paths have it: `*` stays within a folder.
const GLOB: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// The clients of the buckets that the arguments name.
#[derive(Default)]
pub(super) struct Stores {
    /// By the address of the bucket.
    clients: HashMap<Address, Client>,
}

impl Stores {
    /// Copies the objects that an address names and that were not found before, and opens them.
    pub(super) fn open(
        &mut self,
        address: &Address,
        found: &mut Found,
        temp_dir: &Path,
        reading: &Reading,
    ) -> anyhow::Result<Vec<Box<dyn LogFile>>> {
        let client = self.client(address)?;
        let mut objects = named(client, address, found)?;
        objects.retain(|object| found.is_new_object(&address.with_key(&object.key).path()));
        let copies = client.fetch(&objects, temp_dir).map_err(LogError::from)?;
        let opened = objects.iter().zip(copies).map(|(object, copy)| {
            let shown = address.with_key(&object.key).path();
            let log = open_file(copy.path(), &shown, None, reading)?;
            Ok(Box::new(Copied::new(&shown, log, copy)) as Box<dyn LogFile>)
        });
        opened.collect()
    }

    fn client(&mut self, address: &Address) -> Result<&Client, LogError> {
        use std::collections::hash_map::Entry;

        match self.clients.entry(address.with_key("")) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(Client::connect(address)?)),
        }
    }
}

/// The objects that an address names: those that match a glob, one object, or those of a folder.
fn named(client: &Client, address: &Address, found: &Found) -> Result<Vec<Object>, LogError> {
    let key = address.key.as_str();
    if key.contains(['*', '?', '[']) {
        let pattern = Pattern::new(key.trim_end_matches('/')).map_err(|error| {
            LogError::format(&address.path(), "a glob of objects", error.to_string())
        })?;
        let mut objects = client.objects(folder_before_glob(key))?;
        objects.retain(|object| is_matched(object, &pattern, found));
        return match objects.is_empty() {
            true => Err(LogError::NotFound {
                looked_for: format!("no object matches {address}"),
            }),
            false => Ok(objects),
        };
    }
    if !key.is_empty()
        && !key.ends_with('/')
        && let Some(object) = client.object(key)?
    {
        return Ok(vec![object]);
    }
    let mut objects = client.objects(key)?;
    if objects.is_empty() {
        return Err(LogError::NotFound {
            looked_for: match key.is_empty() || key.ends_with('/') {
                true => format!("{address} has no objects"),
                false => format!("there is no object {address}, and none below it"),
            },
        });
    }
    objects.retain(|object| is_of_folder(below(&object.key, key), found));
    match objects.is_empty() {
        true => Err(LogError::NotFound {
            looked_for: format!("looked for {} objects below {address}", found.endings()),
        }),
        false => Ok(objects),
    }
}

/// The part of a glob that needs no matching, up to a slash.
fn folder_before_glob(pattern: &str) -> &str {
    let glob = pattern.find(['*', '?', '[']).unwrap_or(pattern.len());
    pattern[..glob]
        .rfind('/')
        .map_or("", |slash| &pattern[..slash])
}

/// A key as it stands below a folder.
fn below<'k>(key: &'k str, folder: &str) -> &'k str {
    let folder = folder.trim_end_matches('/');
    let rest = key.strip_prefix(folder).unwrap_or(key);
    rest.strip_prefix('/').unwrap_or(rest)
}

/// Whether an object of a folder, named from it on, belongs to a log.
fn is_of_folder(key: &str, found: &Found) -> bool {
    !key.split('/').any(|part| is_hidden(part.as_ref()))
        && found.has_known_extension(Path::new(key))
}

/// Whether a glob names an object itself, or a folder in which it is a file of the log.
fn is_matched(object: &Object, pattern: &Pattern, found: &Found) -> bool {
    let key = object.key.as_str();
    let is_asked_for = |part: &str| pattern.as_str().split('/').any(|asked| asked == part);
    if key
        .split('/')
        .any(|part| is_hidden(part.as_ref()) && !is_asked_for(part))
    {
        return false;
    }
    let is_known = found.has_known_extension(Path::new(key));
    if pattern.matches_with(key, GLOB) {
        // Some programs leave empty objects where others would have folders.
        return object.bytes > 0 || is_known;
    }
    let mut folders = key.match_indices('/').map(|(end, _)| &key[..end]);
    is_known && folders.any(|folder| pattern.matches_with(folder, GLOB))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(pattern: &str) -> Vec<&'static str> {
        const OBJECTS: [(&str, u64); 9] = [
            ("logs/a.csv", 1),
            ("logs/b.csv.gz", 1),
            ("logs/day=1", 0),
            ("logs/day=1/c.parquet", 1),
            ("logs/day=1/_temporary/d.parquet", 1),
            ("logs/day=1/notes.txt", 1),
            ("logs/day=2/e.parquet", 1),
            ("logs/.hidden.csv", 1),
            ("other/f.csv", 1),
        ];
        let found = Found::new(false);
        let pattern = Pattern::new(pattern).unwrap();
        let object = |(key, bytes): (&str, u64)| Object {
            key: key.to_owned(),
            bytes,
            version: None,
        };
        let matching = OBJECTS
            .into_iter()
            .filter(|each| is_matched(&object(*each), &pattern, &found));
        matching.map(|(key, _)| key).collect()
    }

    #[test]
    fn a_glob_names_objects_and_folders_as_it_does_of_files() {
        assert_eq!(matched("logs/*.csv"), ["logs/a.csv"]);
        assert_eq!(matched("*/f.csv"), ["other/f.csv"]);
        let folders = ["logs/day=1/c.parquet", "logs/day=2/e.parquet"];
        assert_eq!(matched("logs/day=*"), folders);
        assert_eq!(matched("logs/**/*.parquet"), folders);
        assert_eq!(matched("logs/.hid*"), [""; 0]);
        assert_eq!(matched("logs/day=?/notes.txt"), ["logs/day=1/notes.txt"]);
        let temporary = ["logs/day=1/_temporary/d.parquet"];
        assert_eq!(matched("logs/*/_temporary/*"), temporary);
    }

    #[test]
    fn only_the_folder_before_a_glob_is_listed() {
        assert_eq!(folder_before_glob("a/b/c*.csv"), "a/b");
        assert_eq!(folder_before_glob("a*/b"), "");
        assert_eq!(folder_before_glob("a/[bc]/d"), "a");
    }

    #[test]
    fn of_a_folder_belong_files_with_known_endings_that_are_not_hidden() {
        let found = Found::new(false);
        let belongs = |key: &str| is_of_folder(below(key, "_in/x/"), &found);
        assert!(belongs("_in/x/a.csv"));
        assert!(belongs("_in/x/day=1/b.CSV.GZ"));
        assert!(!belongs("_in/x/_SUCCESS"));
        assert!(!belongs("_in/x/.tmp/a.csv"));
        assert!(!belongs("_in/x/a.txt"));
    }
}
