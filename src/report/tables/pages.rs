//! Encodes the cells of a column as Parquet pages.
//!
//! The encodings follow from what is known of each column: words and decimals are dictionaries that the
//! columns have built already; instants, counts and the lengths of ids are small differences. Only texts
//! are compressed: the rest is a few bits per cell as it is.

use anyhow::Result;
use polars_parquet::parquet::CowBuffer;
use polars_parquet::parquet::compression::Compression;
use polars_parquet::parquet::encoding::Encoding;
use polars_parquet::parquet::encoding::hybrid_rle::{self, Encoder};
use polars_parquet::parquet::metadata::Descriptor;
use polars_parquet::parquet::page::{
    CompressedDataPage, CompressedDictPage, CompressedPage, DataPageHeader, DataPageHeaderV1,
};
use polars_parquet::parquet::schema::types::PrimitiveType;
use polars_parquet::parquet::statistics::{ParquetStatistics, PrimitiveStatistics};

use super::delta;
use super::frame::{Cells, Decimals, NULL_KEY, NULL_LENGTH, Texts, Words};
use super::runs;

/// Type and nullability of a column.
pub struct ColumnType {
    /// What Parquet knows of it.
    pub primitive: PrimitiveType,
    /// Whether cells may be empty.
    pub nullable: bool,
}

/// Compresses pages one after another in the same memory.
pub struct PageCompressor {
    compressor: zstd::bulk::Compressor<'static>,
    buffer: Vec<u8>,
}

impl PageCompressor {
    /// Zstandard at this level.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn new(level: i32) -> Result<Self> {
        Ok(Self {
            compressor: zstd::bulk::Compressor::new(level)?,
            buffer: Vec::new(),
        })
    }

    fn compress(&mut self, body: &[u8]) -> Result<Vec<u8>> {
        self.buffer.clear();
        self.buffer
            .reserve(zstd::zstd_safe::compress_bound(body.len()));
        self.compressor.compress_to_buffer(body, &mut self.buffer)?;
        Ok(self.buffer.as_slice().to_vec())
    }
}

/// Encodes a page; the cells must be of the kind that the type was made for.
pub fn data_page(
    cells: Cells<'_>,
    column: &ColumnType,
    compressor: &mut PageCompressor,
) -> Result<CompressedPage> {
    let rows = cells.rows();
    let mut page = Page {
        column,
        body: Vec::new(),
        statistics: None,
    };
    let encoding = match cells {
        Cells::Text(texts) => page.texts(texts)?,
        Cells::Words(words) => page.keys(words.keys(), words.words().len())?,
        Cells::Decimals(decimals) => page.keys(decimals.keys(), decimals.values().len())?,
        Cells::Instants(instants) => page.instants(instants)?,
        Cells::Integers(integers) => page.integers(integers)?,
        Cells::Flags(flags) => page.flags(flags)?,
    };
    page.finish(
        rows,
        encoding,
        matches!(cells, Cells::Text(_)).then_some(compressor),
    )
}

/// The dictionary of a column, if it has one.
pub fn dictionary_page(cells: Cells<'_>) -> Option<CompressedPage> {
    let (body, values) = match cells {
        Cells::Words(words) => (plain_words(words), words.words().len()),
        Cells::Decimals(decimals) => (plain_decimals(decimals), decimals.values().len()),
        _ => return None,
    };
    let bytes = body.len();
    (values > 0).then(|| {
        let body = CowBuffer::Owned(body);
        let page = CompressedDictPage::new(body, Compression::Uncompressed, bytes, values, false);
        CompressedPage::Dict(page)
    })
}

fn plain_words(words: &Words) -> Vec<u8> {
    let mut body = Vec::new();
    for word in words.words() {
        body.extend_from_slice(&(word.len() as u32).to_le_bytes());
        body.extend_from_slice(word.as_bytes());
    }
    body
}

fn plain_decimals(decimals: &Decimals) -> Vec<u8> {
    decimals
        .values()
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect()
}

struct Page<'a> {
    column: &'a ColumnType,
    body: Vec<u8>,
    statistics: Option<ParquetStatistics>,
}

impl Page<'_> {
    fn texts(&mut self, texts: &Texts) -> Result<Encoding> {
        let lengths = texts.lengths();
        self.body
            .reserve(texts.bytes().len() + lengths.len() / 8 + 64);
        self.levels(lengths.iter().map(|&length| length != NULL_LENGTH))?;
        let present: Vec<i64> = lengths
            .iter()
            .filter(|&&length| length != NULL_LENGTH)
            .map(|&length| i64::from(length))
            .collect();
        delta::encode(&present, &mut self.body);
        self.body.extend_from_slice(texts.bytes());
        Ok(Encoding::DeltaLengthByteArray)
    }

    fn keys(&mut self, keys: &[u32], values: usize) -> Result<Encoding> {
        let present = keys.iter().filter(|&&key| key != NULL_KEY).count();
        if present == 0 {
            return self.nulls(keys.len());
        }
        self.levels(keys.iter().map(|&key| key != NULL_KEY))?;
        let bits = usize::BITS - (values - 1).leading_zeros();
        self.body.push(bits as u8);
        if values == 1 {
            u32::run_length_encode(&mut self.body, present, 0, bits)?;
        } else if present == keys.len() {
            runs::encode(keys, bits, &mut self.body);
        } else {
            let is_present = |key: &u32| *key != NULL_KEY;
            let keys: Vec<u32> = keys.iter().copied().filter(is_present).collect();
            runs::encode(&keys, bits, &mut self.body);
        }
        Ok(Encoding::RleDictionary)
    }

    fn instants(&mut self, instants: &[Option<i64>]) -> Result<Encoding> {
        self.levels(instants.iter().map(Option::is_some))?;
        let present: Vec<i64> = instants.iter().copied().flatten().collect();
        delta::encode(&present, &mut self.body);
        let statistics = PrimitiveStatistics::<i64> {
            primitive_type: self.column.primitive.clone(),
            null_count: Some((instants.len() - present.len()) as i64),
            distinct_count: None,
            min_value: present.iter().copied().min(),
            max_value: present.iter().copied().max(),
        };
        self.statistics = Some(statistics.serialize());
        Ok(Encoding::DeltaBinaryPacked)
    }

    fn integers(&mut self, integers: &[i64]) -> Result<Encoding> {
        self.levels(integers.iter().map(|_| true))?;
        delta::encode(integers, &mut self.body);
        Ok(Encoding::DeltaBinaryPacked)
    }

    fn flags(&mut self, flags: &[bool]) -> Result<Encoding> {
        self.levels(flags.iter().map(|_| true))?;
        hybrid_rle::bitpacked_encode(&mut self.body, flags.iter().copied())?;
        Ok(Encoding::Plain)
    }

    fn nulls(&mut self, rows: usize) -> Result<Encoding> {
        self.levels((0..rows).map(|_| false))?;
        Ok(Encoding::Plain)
    }

    /// Definition levels: whether each cell is there.
    fn levels(&mut self, present: impl ExactSizeIterator<Item = bool> + Clone) -> Result<()> {
        if !self.column.nullable {
            return Ok(());
        }
        let body = &mut self.body;
        body.extend_from_slice(&[0; 4]);
        let cells = present.len();
        match present.clone().filter(|&present| present).count() {
            0 => bool::run_length_encode(body, cells, false, 1)?,
            all if all == cells => bool::run_length_encode(body, cells, true, 1)?,
            _ => hybrid_rle::encode::<bool, _, _>(body, present, 1)?,
        }
        let length = (body.len() - 4) as u32;
        body[..4].copy_from_slice(&length.to_le_bytes());
        Ok(())
    }

    fn finish(
        self,
        rows: usize,
        encoding: Encoding,
        compressor: Option<&mut PageCompressor>,
    ) -> Result<CompressedPage> {
        let header = DataPageHeader::V1(DataPageHeaderV1 {
            num_values: rows as i32,
            encoding: encoding.into(),
            definition_level_encoding: Encoding::Rle.into(),
            repetition_level_encoding: Encoding::Rle.into(),
            statistics: self.statistics,
        });
        let descriptor = Descriptor {
            primitive_type: self.column.primitive.clone(),
            max_def_level: i16::from(self.column.nullable),
            max_rep_level: 0,
        };
        let bytes = self.body.len();
        let (body, compression) = match compressor {
            Some(compressor) => (compressor.compress(&self.body)?, Compression::Zstd),
            None => (self.body, Compression::Uncompressed),
        };
        let body = CowBuffer::Owned(body);
        let page = CompressedDataPage::new(header, body, compression, bytes, descriptor, rows);
        Ok(CompressedPage::Data(page))
    }
}
