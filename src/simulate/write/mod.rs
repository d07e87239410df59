//! The file of a log: groups of rows are encoded in parallel and written in order.

mod table;
mod webhooks;
mod words;

use std::io::Write;

use anyhow::Result;
use flate2::write::GzEncoder;
use rayon::prelude::*;

use super::Simulation;
use super::faults::Injected;
use super::model::{Model, Shape};
use super::rows::Row;
use crate::report::tables::parquet::{ParquetTable, RowGroup, Schema};
use table::{Group, Table};

/// Rows of a row group.
const GROUP_ROWS: usize = 1 << 17;
/// Groups that are encoded together.
const GROUPS: usize = 8;
/// Zstandard's level for text: the ids in it are mostly noise.
const TEXT_LEVEL: i32 = 3;

/// In which form a log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Parquet.
    Parquet,
    /// CSV, or JSON lines where the shape is webhooks.
    Text(Packing),
}

/// How text is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstandard,
}

impl Form {
    /// The form that the ending of a name asks for, if a log of this shape can have it.
    pub fn of_name(name: &str, shape: Shape) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (stem, packing) = match (name.strip_suffix(".gz"), name.strip_suffix(".zst")) {
            (Some(stem), _) => (stem, Packing::Gzip),
            (_, Some(stem)) => (stem, Packing::Zstandard),
            _ => (name.as_str(), Packing::Plain),
        };
        match shape {
            Shape::Webhooks => stem.ends_with(".jsonl").then_some(Self::Text(packing)),
            _ if stem.ends_with(".csv") => Some(Self::Text(packing)),
            _ => name.ends_with(".parquet").then_some(Self::Parquet),
        }
    }

    /// The endings that [`Self::of_name`] knows for a shape.
    pub const fn endings(shape: Shape) -> &'static str {
        match shape {
            Shape::Webhooks => ".jsonl, .jsonl.gz or .jsonl.zst",
            _ => ".parquet, .csv, .csv.gz or .csv.zst",
        }
    }
}

/// What was written.
#[derive(Debug)]
pub struct Written {
    /// Rows of the log.
    pub rows: u64,
    /// What was done to them.
    pub injected: Vec<Injected>,
}

/// Simulates a model and writes its log; `lived` hears of each day.
///
/// # Errors
/// If the file cannot be written.
pub fn write(
    model: &Model,
    form: Form,
    file: &mut (dyn Write + Send),
    lived: &dyn Fn(),
) -> Result<Written> {
    let table = Table::new(model);
    let schema = Schema::new(table.specs());
    let mut output = Output::new(&table, &schema, model.shape, form, file)?;
    let mut simulation = Simulation::new(model);
    let (mut rows, mut written) = (Vec::new(), 0u64);
    loop {
        let goes_on = simulation.day(&mut rows);
        lived();
        let whole = rows.len() / GROUP_ROWS * GROUP_ROWS;
        let ready = match goes_on {
            true if whole < GROUPS * GROUP_ROWS => continue,
            true => whole,
            false => rows.len(),
        };
        for batch in rows[..ready].chunks(GROUPS * GROUP_ROWS) {
            let groups: Vec<&[Row]> = batch.chunks(GROUP_ROWS).collect();
            let encoded: Vec<Encoded> = groups
                .into_par_iter()
                .with_max_len(1)
                .map(|rows| encode(&table, &schema, model.shape, form, rows))
                .collect::<Result<_>>()?;
            for group in &encoded {
                output.write(group)?;
            }
            written += batch.len() as u64;
        }
        rows.drain(..ready);
        if !goes_on {
            break;
        }
    }
    output.finish()?;
    Ok(Written {
        rows: written,
        injected: simulation.injected(),
    })
}

/// A group of rows as it stands in the file.
enum Encoded {
    Group(RowGroup),
    Text(Vec<u8>),
}

fn encode(
    table: &Table<'_>,
    schema: &Schema,
    shape: Shape,
    form: Form,
    rows: &[Row],
) -> Result<Encoded> {
    Ok(match (form, shape) {
        (Form::Parquet, _) => Encoded::Group(Group::new(table).parquet(schema, rows)?),
        (Form::Text(_), Shape::Webhooks) => Encoded::Text(webhooks::lines(table.model, rows)),
        (Form::Text(_), _) => Encoded::Text(Group::new(table).csv(rows)?),
    })
}

/// The file that is being written.
enum Output<'w> {
    Parquet(ParquetTable<&'w mut (dyn Write + Send)>),
    Plain(&'w mut (dyn Write + Send)),
    Gzip(GzEncoder<&'w mut (dyn Write + Send)>),
    Zstandard(zstd::Encoder<'static, &'w mut (dyn Write + Send)>),
}

impl<'w> Output<'w> {
    fn new(
        table: &Table<'_>,
        schema: &Schema,
        shape: Shape,
        form: Form,
        file: &'w mut (dyn Write + Send),
    ) -> Result<Self> {
        let packing = match form {
            Form::Parquet => return Ok(Self::Parquet(ParquetTable::new(file, schema))),
            Form::Text(packing) => packing,
        };
        let mut output = match packing {
            Packing::Plain => Self::Plain(file),
            Packing::Gzip => Self::Gzip(GzEncoder::new(file, flate2::Compression::fast())),
            Packing::Zstandard => Self::Zstandard(zstd::Encoder::new(file, TEXT_LEVEL)?),
        };
        if shape != Shape::Webhooks {
            output.write(&Encoded::Text(table.header()?))?;
        }
        Ok(output)
    }

    fn write(&mut self, encoded: &Encoded) -> Result<()> {
        match (self, encoded) {
            (Self::Parquet(table), Encoded::Group(group)) => table.write(group)?,
            (Self::Plain(file), Encoded::Text(text)) => file.write_all(text)?,
            (Self::Gzip(file), Encoded::Text(text)) => file.write_all(text)?,
            (Self::Zstandard(file), Encoded::Text(text)) => file.write_all(text)?,
            (Self::Parquet(_), Encoded::Text(_)) | (_, Encoded::Group(_)) => {
                unreachable!("a form encodes for itself")
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Parquet(table) => table.finish()?.flush()?,
            Self::Plain(file) => file.flush()?,
            Self::Gzip(file) => file.finish()?.flush()?,
            Self::Zstandard(file) => file.finish()?.flush()?,
        }
        Ok(())
    }
}
