//! From the LOG arguments of a command to opened files.
//!
//! A LOG is a file, a folder, a glob or `-`. What a file holds is decided by its content; its name only
//! says which files of a folder belong to the log, and what is inside a packed file.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use tempfile::NamedTempFile;

use super::map::{EvidenceRow, Map};
use super::text::{Compression, Limits, TextSource, TextStream};
use super::texts::TextRows;
use super::{
    CellContext, Chunk, ChunkAddress, Column, LogError, LogFile, TextRow, csv, jsonl, mapped,
    parquet,
};
use crate::vocabulary::named_enum;

/// The extensions of the files of a folder that belong to a log.
const EXTENSIONS: [&str; 7] = [
    "csv",
    "csv.gz",
    "csv.zst",
    "parquet",
    "jsonl",
    "jsonl.gz",
    "jsonl.zst",
];
/// Those that belong to it besides if it is read through a map.
const MAPPED_EXTENSIONS: [&str; 9] = [
    "json",
    "json.gz",
    "json.zst",
    "ndjson",
    "ndjson.gz",
    "ndjson.zst",
    "tsv",
    "tsv.gz",
    "tsv.zst",
];
/// How much of a file is looked at to tell what it is.
const START_BYTES: usize = 4096;

named_enum! {
    /// What standard input holds (`--input-format`).
    pub enum InputFormat {
        /// CSV.
        Csv = "csv",
        /// CSV, gzip.
        CsvGz = "csv.gz",
        /// CSV, zstd.
        CsvZst = "csv.zst",
        /// Parquet.
        Parquet = "parquet",
        /// JSON lines.
        Jsonl = "jsonl",
        /// JSON lines, gzip.
        JsonlGz = "jsonl.gz",
        /// JSON lines, zstd.
        JsonlZst = "jsonl.zst",
    }
}

/// The opened files of a log.
pub struct Logs {
    /// The files, in the order of the arguments; those of a folder or glob by path.
    pub files: Vec<Box<dyn LogFile>>,
    /// The names of the `key=value` folders on the way to them, which are not read as columns.
    pub partition_keys: Vec<String>,
}

/// How files are read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// What cells are parsed against.
    pub context: Arc<CellContext>,
    /// The map through which they are read, where their rows are not canonical.
    pub map: Option<Arc<Map>>,
}

/// Opens the files that the LOG arguments of a command name, each once.
///
/// Standard input (`-`) is copied to a file in `temp_dir` first, because a log is read several times.
///
/// # Errors
/// [`LogError`] if an argument names nothing, or a file cannot be read or is no log.
pub fn open(
    arguments: &[PathBuf],
    input_format: Option<InputFormat>,
    temp_dir: &Path,
    reading: &Reading,
) -> anyhow::Result<Logs> {
    let mut found = Found {
        extensions: match reading.map {
            Some(_) => [&EXTENSIONS[..], &MAPPED_EXTENSIONS].concat(),
            None => EXTENSIONS.to_vec(),
        },
        ..Found::default()
    };
    let mut files: Vec<Box<dyn LogFile>> = Vec::new();
    for argument in arguments {
        if argument.as_os_str() == "-" {
            if found.seen.insert(argument.clone()) {
                files.push(open_standard_input(input_format, temp_dir, reading)?);
            }
            continue;
        }
        for path in found.files_of(argument)? {
            files.push(open_file(&path, &path, None, reading)?);
        }
    }
    if files.is_empty() {
        return Err(LogError::NotFound {
            looked_for: "no LOG was named".to_owned(),
        }
        .into());
    }
    Ok(Logs {
        files,
        partition_keys: found.partition_keys.into_iter().collect(),
    })
}

/// What the arguments led to so far.
#[derive(Default)]
struct Found {
    /// Files and folders by their one true path.
    seen: HashSet<PathBuf>,
    /// Which files of a folder belong to the log.
    extensions: Vec<&'static str>,
    partition_keys: BTreeSet<String>,
}

impl Found {
    /// The files of an argument that were not found before.
    fn files_of(&mut self, argument: &Path) -> Result<Vec<PathBuf>, LogError> {
        let mut files = Vec::new();
        if argument.exists() {
            let known = self.seen.len();
            self.add(argument, true, &mut files)?;
            if files.is_empty() && self.seen.len() == known + 1 {
                let kinds: Vec<String> = self
                    .extensions
                    .iter()
                    .map(|extension| format!(".{extension}"))
                    .collect();
                let kinds = kinds.join(", ");
                return Err(LogError::NotFound {
                    looked_for: format!(
                        "looked for {kinds} files in {} and below",
                        argument.display()
                    ),
                });
            }
            return Ok(files);
        }
        let pattern = argument.to_string_lossy();
        if !pattern.contains(['*', '?', '[']) {
            return Err(LogError::io(argument, io::ErrorKind::NotFound.into()));
        }
        let matches = glob::glob(&pattern).map_err(|error| {
            LogError::format(argument, "a file, a folder or a glob", error.to_string())
        })?;
        let mut is_matched = false;
        for path in matches {
            let path = path.map_err(|error| {
                LogError::io(error.path(), std::io::Error::from(error.error().kind()))
            })?;
            let is_asked_for =
                |name: &Component<'_>| argument.components().any(|part| part == *name);
            if path
                .components()
                .any(|name| is_hidden(name.as_os_str()) && !is_asked_for(&name))
            {
                continue;
            }
            is_matched = true;
            self.add(&path, true, &mut files)?;
        }
        if is_matched {
            Ok(files)
        } else {
            Err(LogError::NotFound {
                looked_for: format!("no file matches {pattern}"),
            })
        }
    }

    /// Adds a file, or the files of a folder; a file that was not named itself only by its extension.
    fn add(
        &mut self,
        path: &Path,
        is_named: bool,
        files: &mut Vec<PathBuf>,
    ) -> Result<(), LogError> {
        let metadata = std::fs::metadata(path).map_err(|error| LogError::io(path, error))?;
        if !metadata.is_dir() && !is_named && !self.has_known_extension(path) {
            return Ok(());
        }
        let true_path = path
            .canonicalize()
            .map_err(|error| LogError::io(path, error))?;
        if !self.seen.insert(true_path) {
            return Ok(());
        }
        if !metadata.is_dir() {
            self.add_partition_keys(path);
            files.push(path.to_owned());
            return Ok(());
        }
        let entries = std::fs::read_dir(path).and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.path()))
                .collect::<io::Result<Vec<_>>>()
        });
        let mut entries = entries.map_err(|error| LogError::io(path, error))?;
        entries.retain(|entry| !entry.file_name().is_some_and(is_hidden));
        entries.sort();
        entries
            .iter()
            .try_for_each(|entry| self.add(entry, false, files))
    }

    fn has_known_extension(&self, path: &Path) -> bool {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_ascii_lowercase();
        self.extensions.iter().any(|extension| {
            name.strip_suffix(extension)
                .is_some_and(|stem| stem.len() > 1 && stem.ends_with('.'))
        })
    }

    fn add_partition_keys(&mut self, path: &Path) {
        for part in path.parent().into_iter().flat_map(Path::components) {
            if let Component::Normal(name) = part
                && let Some((key, _)) = name.to_string_lossy().split_once('=')
                && !key.is_empty()
            {
                self.partition_keys.insert(key.to_owned());
            }
        }
    }
}

/// Names that begin with `.` or, as Spark writes beside its data, with `_`.
fn is_hidden(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.') && name != "." && name != ".."
        || name.starts_with('_') && !name.contains('=')
}

/// What the rows of a file are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    Csv,
    Jsonl,
    Parquet,
}

/// Opens a file, which errors call `shown`; its content decides what it is unless `rows` says.
fn open_file(
    path: &Path,
    shown: &Path,
    rows: Option<Rows>,
    reading: &Reading,
) -> anyhow::Result<Box<dyn LogFile>> {
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(START_BYTES as u64).read_to_end(&mut start))
        .map_err(|error| LogError::io(shown, error))?;
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    if rows == Some(Rows::Parquet) || start.starts_with(b"PAR1") || name.ends_with(".parquet") {
        if let Some(map) = &reading.map {
            return Err(LogError::format(
                shown,
                "CSV or JSON",
                format!("Parquet, which the map `{}` cannot read", map.name),
            )
            .into());
        }
        return parquet::open(path, Arc::clone(&reading.context));
    }
    let compression = Compression::of_content(&start);
    let source = |limits| TextSource {
        file: path.to_owned(),
        path: shown.to_owned(),
        compression,
        limits,
    };
    if compression != Compression::Plain {
        start.clear();
        let stream = TextStream::open(path, shown, compression, 0)?;
        let mut begin = stream.take(START_BYTES as u64);
        if let Err(error) = begin.read_to_end(&mut start) {
            return Err(begin.get_ref().error(shown, error).into());
        }
        if start.starts_with(b"PAR1") {
            return Err(LogError::format(
                shown,
                "a Parquet file as it is",
                "a packed one: unpack it first, Parquet is packed inside",
            )
            .into());
        }
    }
    let is_json = rows == Some(Rows::Jsonl) || rows.is_none() && looks_like_json(&start, reading);
    let source = source(Limits::default());
    let context = Arc::clone(&reading.context);
    match &reading.map {
        Some(map) if is_json => mapped::open_json(source, Arc::clone(map), context),
        Some(map) => mapped::open_csv(source, Arc::clone(map), context),
        None if is_json => jsonl::open(source, context),
        None => csv::open(source, context),
    }
}

/// No header of a CSV file begins with a brace; with a map, an array of objects is read too. A map that draws no
/// row from a record itself cannot read CSV.
fn looks_like_json(start: &[u8], reading: &Reading) -> bool {
    if reading.map.as_ref().is_some_and(|map| map.is_json_only()) {
        return true;
    }
    let start = start
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(start)
        .trim_ascii_start();
    start.starts_with(b"{") || reading.map.is_some() && start.starts_with(b"[")
}

fn open_standard_input(
    format: Option<InputFormat>,
    temp_dir: &Path,
    reading: &Reading,
) -> anyhow::Result<Box<dyn LogFile>> {
    let shown = Path::new("-");
    let Some(format) = format else {
        let formats: Vec<_> = InputFormat::ALL
            .iter()
            .map(|format| format.name())
            .collect();
        return Err(LogError::format(
            shown,
            format!("--input-format with one of {}", formats.join(", ")),
            "standard input without it",
        )
        .into());
    };
    let file = spool(&mut io::stdin().lock(), temp_dir)?;
    let rows = match format {
        InputFormat::Csv | InputFormat::CsvGz | InputFormat::CsvZst => Rows::Csv,
        InputFormat::Jsonl | InputFormat::JsonlGz | InputFormat::JsonlZst => Rows::Jsonl,
        InputFormat::Parquet => Rows::Parquet,
    };
    let log = open_file(file.path(), shown, Some(rows), reading)?;
    Ok(Box::new(Spooled { log, file }))
}

/// Copies a stream to a temporary file.
fn spool(input: &mut dyn Read, temp_dir: &Path) -> Result<NamedTempFile, LogError> {
    let refused = |error| LogError::io(temp_dir, error);
    let mut file = tempfile::Builder::new()
        .prefix("counterfoil-")
        .tempfile_in(temp_dir)
        .map_err(refused)?;
    let mut block = vec![0; 1 << 20];
    loop {
        match input.read(&mut block) {
            Ok(0) => break,
            Ok(count) => file.write_all(&block[..count]).map_err(refused)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(LogError::io(Path::new("-"), error)),
        }
    }
    file.flush().map_err(refused)?;
    Ok(file)
}

/// Standard input, and the file that it was copied to for as long as it is needed.
struct Spooled {
    log: Box<dyn LogFile>,
    file: NamedTempFile,
}

impl LogFile for Spooled {
    fn path(&self) -> &Path {
        Path::new("-")
    }

    fn content_path(&self) -> &Path {
        self.file.path()
    }

    fn columns(&self) -> &[Column] {
        self.log.columns()
    }

    fn ignored_columns(&self) -> &[String] {
        self.log.ignored_columns()
    }

    fn is_raw_webhooks(&self) -> bool {
        self.log.is_raw_webhooks()
    }

    fn evidence(&self) -> anyhow::Result<BTreeSet<EvidenceRow>> {
        self.log.evidence()
    }

    fn size_bytes(&self) -> u64 {
        self.log.size_bytes()
    }

    fn scan(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(ChunkAddress, &Chunk) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        self.log.scan(progress, consume)
    }

    fn scan_texts(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(u32, &TextRows) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        self.log.scan_texts(progress, consume)
    }

    fn message_ids(
        &self,
        wanted: &[(u32, u32)],
        consume: &(dyn Fn(Range<usize>, &[&[u8]]) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        self.log.message_ids(wanted, consume)
    }

    fn text_rows(
        &self,
        wanted: &[(u32, u32)],
        consume: &mut dyn FnMut(usize, TextRow) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.log.text_rows(wanted, consume)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const HEADER: &str = "message_id,timestamp,direction,business,customer\n";

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn write(&self, name: &str, content: &[u8]) -> PathBuf {
            let path = self.0.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, content).unwrap();
            path
        }

        fn open(&self, arguments: &[&str]) -> anyhow::Result<Logs> {
            let arguments: Vec<PathBuf> = arguments
                .iter()
                .map(|name| self.0.path().join(name))
                .collect();
            super::open(&arguments, None, self.0.path(), &Reading::default())
        }

        fn names(&self, logs: &Logs) -> Vec<String> {
            let name = |file: &dyn LogFile| {
                file.path()
                    .strip_prefix(self.0.path())
                    .unwrap()
                    .display()
                    .to_string()
            };
            logs.files.iter().map(|file| name(&**file)).collect()
        }
    }

    fn refusal(result: anyhow::Result<Logs>) -> String {
        let error = result.err().expect("refused");
        error
            .downcast_ref::<LogError>()
            .expect("a recognisable error")
            .to_string()
    }

    #[test]
    fn folders_are_searched_in_order_and_each_file_is_read_once() {
        let folder = Folder::new();
        for name in [
            "logs/day=2/b.csv",
            "logs/day=1/a.CSV",
            "logs/.hidden.csv",
            "logs/_temporary/x.csv",
            "logs/notes.txt",
            "logs/.csv",
            "one.csv",
        ] {
            folder.write(name, HEADER.as_bytes());
        }
        let logs = folder
            .open(&["one.csv", "logs", "*.csv", "logs/day=2/b.csv"])
            .unwrap();
        assert_eq!(
            folder.names(&logs),
            ["one.csv", "logs/day=1/a.CSV", "logs/day=2/b.csv"]
        );
        assert_eq!(logs.partition_keys, ["day"]);
        let logs = folder.open(&["logs/*/*"]).unwrap();
        assert_eq!(
            folder.names(&logs),
            ["logs/day=1/a.CSV", "logs/day=2/b.csv"]
        );
        // A file that is named is read whatever its name is.
        assert_eq!(
            folder.names(&folder.open(&["logs/notes.txt"]).unwrap()),
            ["logs/notes.txt"]
        );
    }

    #[test]
    fn what_is_not_there_is_named() {
        let folder = Folder::new();
        folder.write("logs/readme.md", b"x");
        assert!(refusal(folder.open(&["gone.csv"])).contains("gone.csv"));
        assert!(refusal(folder.open(&["logs"])).contains(".csv.gz"));
        assert!(refusal(folder.open(&["*.csv"])).contains("no file matches"));
        assert!(refusal(folder.open(&[])).contains("no LOG was named"));
        let standard_input = super::open(
            &[PathBuf::from("-")],
            None,
            folder.0.path(),
            &Reading::default(),
        );
        assert!(refusal(standard_input).contains("--input-format"));
    }

    #[test]
    fn content_wins_over_the_name() {
        let folder = Folder::new();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(HEADER.as_bytes()).unwrap();
        let gzip = gzip.finish().unwrap();
        folder.write("packed.csv", &gzip);
        folder.write("plain.csv.gz", HEADER.as_bytes());
        folder.write(
            "packed.zst",
            &zstd::encode_all(HEADER.as_bytes(), 1).unwrap(),
        );
        let row = br#" {"message_id":"a","timestamp":1700000000,"direction":"in","business":"1","customer":"2"}"#;
        folder.write("rows.csv", row);
        let logs = folder
            .open(&["packed.csv", "plain.csv.gz", "packed.zst", "rows.csv"])
            .unwrap();
        assert!(logs.files.iter().all(|file| file.columns().len() == 5));
        folder.write(
            "parquet.csv.zst",
            &zstd::encode_all(&b"PAR1"[..], 1).unwrap(),
        );
        assert!(refusal(folder.open(&["parquet.csv.zst"])).contains("Parquet"));
        folder.write("cut.csv.gz", &gzip[..gzip.len() - 9]);
        assert!(refusal(folder.open(&["cut.csv.gz"])).contains("gzip stream truncated at byte"));
    }

    #[test]
    fn standard_input_is_copied() {
        let folder = Folder::new();
        let text = format!("{HEADER}a,1700000000,in,1,2\n");
        let file = spool(&mut text.as_bytes(), folder.0.path()).unwrap();
        let log = open_file(
            file.path(),
            Path::new("-"),
            Some(Rows::Csv),
            &Reading::default(),
        )
        .unwrap();
        let path = file.path().to_owned();
        let log = Spooled { log, file };
        assert_eq!(log.path(), Path::new("-"));
        assert_eq!(log.size_bytes(), text.len() as u64);
        let rows = std::sync::atomic::AtomicUsize::new(0);
        log.scan(&|_| (), &|_, chunk| {
            rows.fetch_add(chunk.rows, std::sync::atomic::Ordering::Relaxed);
            Ok(())
        })
        .unwrap();
        assert_eq!(rows.into_inner(), 1);
        drop(log);
        assert!(!path.exists());
    }
}
