//! Encodes the cells of a column as Parquet pages.
//!
//! The encodings follow from what is known of each column: words and decimals are dictionaries that the
//! frame has built already, instants, counts and the lengths of ids are small differences.

use anyhow::Result;
use polars_parquet::parquet::CowBuffer;
use polars_parquet::parquet::compression::CompressionOptions;
use polars_parquet::parquet::encoding::Encoding;
use polars_parquet::parquet::encoding::hybrid_rle::{self, Encoder};
use polars_parquet::parquet::metadata::Descriptor;
use polars_parquet::parquet::page::{
    CompressedPage, DataPage, DataPageHeader, DataPageHeaderV1, DictPage, Page,
};
use polars_parquet::parquet::schema::types::PrimitiveType;
use polars_parquet::parquet::statistics::{ParquetStatistics, PrimitiveStatistics};
use polars_parquet::parquet::write::compress;

use super::delta;
use super::frame::{Cells, Decimals, NULL_KEY, NULL_LENGTH, Texts, Words};

/// About how many bytes of text a page holds.
const PAGE_BYTES: usize = 1 << 20;

/// Encodes and compresses a column; the cells must be of the kind that the type was made for.
pub fn encode(
    cells: &Cells,
    type_: &PrimitiveType,
    nullable: bool,
    compression: CompressionOptions,
) -> Result<Vec<CompressedPage>> {
    let pages = Pages {
        type_,
        nullable,
        compression,
    };
    match cells {
        Cells::Text(texts) => pages.texts(texts),
        Cells::Words(words) => pages.words(words),
        Cells::Decimals(decimals) => pages.decimals(decimals),
        Cells::Instants(instants) => pages.instants(instants),
        Cells::Integers(integers) => pages.integers(integers),
        Cells::Flags(flags) => pages.flags(flags),
    }
}

struct Pages<'a> {
    type_: &'a PrimitiveType,
    nullable: bool,
    compression: CompressionOptions,
}

impl Pages<'_> {
    fn texts(&self, texts: &Texts) -> Result<Vec<CompressedPage>> {
        let mut pages = Vec::new();
        let mut bytes = texts.bytes();
        let mut lengths = texts.lengths();
        while !lengths.is_empty() {
            let (mut rows, mut size) = (0, 0);
            let mut present = Vec::new();
            while rows < lengths.len() && size < PAGE_BYTES {
                if lengths[rows] != NULL_LENGTH {
                    size += lengths[rows] as usize;
                    present.push(i64::from(lengths[rows]));
                }
                rows += 1;
            }
            let (page, rest) = lengths.split_at(rows);
            let mut body = Vec::with_capacity(size + 1024);
            self.levels(&mut body, page.iter().map(|&length| length != NULL_LENGTH))?;
            delta::encode(&present, &mut body);
            body.extend_from_slice(&bytes[..size]);
            pages.push(self.data_page(body, rows, Encoding::DeltaLengthByteArray, None)?);
            lengths = rest;
            bytes = &bytes[size..];
        }
        Ok(pages)
    }

    fn words(&self, words: &Words) -> Result<Vec<CompressedPage>> {
        let mut dictionary = Vec::new();
        for word in words.words() {
            dictionary.extend_from_slice(&(word.len() as u32).to_le_bytes());
            dictionary.extend_from_slice(word.as_bytes());
        }
        self.dictionary(words.keys(), dictionary, words.words().len())
    }

    fn decimals(&self, decimals: &Decimals) -> Result<Vec<CompressedPage>> {
        let mut dictionary = Vec::new();
        for value in decimals.values() {
            dictionary.extend_from_slice(&value.to_be_bytes());
        }
        self.dictionary(decimals.keys(), dictionary, decimals.values().len())
    }

    fn dictionary(
        &self,
        keys: &[u32],
        dictionary: Vec<u8>,
        values: usize,
    ) -> Result<Vec<CompressedPage>> {
        let mut body = Vec::with_capacity(keys.len() / 4 + 64);
        self.levels(&mut body, keys.iter().map(|&key| key != NULL_KEY))?;
        if values == 0 {
            return Ok(vec![self.data_page(
                body,
                keys.len(),
                Encoding::Plain,
                None,
            )?]);
        }
        let key_bits = usize::BITS - (values - 1).leading_zeros();
        body.push(key_bits as u8);
        if values == 1 {
            // All keys are zero: one run, of the cells that are there.
            let present = keys.iter().filter(|&&key| key != NULL_KEY).count();
            u32::run_length_encode(&mut body, present, 0, key_bits)?;
        } else if keys.contains(&NULL_KEY) {
            let present: Vec<u32> = keys
                .iter()
                .copied()
                .filter(|&key| key != NULL_KEY)
                .collect();
            hybrid_rle::encode::<u32, _, _>(&mut body, present.iter().copied(), key_bits)?;
        } else {
            hybrid_rle::encode::<u32, _, _>(&mut body, keys.iter().copied(), key_bits)?;
        }
        let dictionary = DictPage::new(CowBuffer::Owned(dictionary), values, false);
        Ok(vec![
            compress(Page::Dict(dictionary), Vec::new(), self.compression)?,
            self.data_page(body, keys.len(), Encoding::RleDictionary, None)?,
        ])
    }

    fn instants(&self, instants: &[Option<i64>]) -> Result<Vec<CompressedPage>> {
        let mut body = Vec::with_capacity(instants.len() * 4);
        self.levels(&mut body, instants.iter().map(Option::is_some))?;
        let present: Vec<i64> = instants.iter().copied().flatten().collect();
        delta::encode(&present, &mut body);
        let statistics = PrimitiveStatistics::<i64> {
            primitive_type: self.type_.clone(),
            null_count: Some((instants.len() - present.len()) as i64),
            distinct_count: None,
            min_value: present.iter().copied().min(),
            max_value: present.iter().copied().max(),
        };
        let statistics = statistics.serialize();
        Ok(vec![self.data_page(
            body,
            instants.len(),
            Encoding::DeltaBinaryPacked,
            Some(statistics),
        )?])
    }

    fn integers(&self, integers: &[i64]) -> Result<Vec<CompressedPage>> {
        let mut body = Vec::with_capacity(integers.len());
        self.levels(&mut body, integers.iter().map(|_| true))?;
        delta::encode(integers, &mut body);
        Ok(vec![self.data_page(
            body,
            integers.len(),
            Encoding::DeltaBinaryPacked,
            None,
        )?])
    }

    fn flags(&self, flags: &[bool]) -> Result<Vec<CompressedPage>> {
        let mut body = Vec::with_capacity(flags.len() / 8 + 64);
        self.levels(&mut body, flags.iter().map(|_| true))?;
        hybrid_rle::bitpacked_encode(&mut body, flags.iter().copied())?;
        Ok(vec![self.data_page(
            body,
            flags.len(),
            Encoding::Plain,
            None,
        )?])
    }

    /// Definition levels: whether each cell is there.
    fn levels(
        &self,
        body: &mut Vec<u8>,
        present: impl ExactSizeIterator<Item = bool> + Clone,
    ) -> Result<()> {
        if !self.nullable {
            return Ok(());
        }
        let start = body.len();
        body.extend_from_slice(&[0; 4]);
        let cells = present.len();
        match present.clone().filter(|&present| present).count() {
            0 => bool::run_length_encode(body, cells, false, 1)?,
            all if all == cells => bool::run_length_encode(body, cells, true, 1)?,
            _ => hybrid_rle::encode::<bool, _, _>(body, present, 1)?,
        }
        let length = (body.len() - start - 4) as u32;
        body[start..start + 4].copy_from_slice(&length.to_le_bytes());
        Ok(())
    }

    fn data_page(
        &self,
        body: Vec<u8>,
        rows: usize,
        encoding: Encoding,
        statistics: Option<ParquetStatistics>,
    ) -> Result<CompressedPage> {
        let header = DataPageHeader::V1(DataPageHeaderV1 {
            num_values: rows as i32,
            encoding: encoding.into(),
            definition_level_encoding: Encoding::Rle.into(),
            repetition_level_encoding: Encoding::Rle.into(),
            statistics,
        });
        let descriptor = Descriptor {
            primitive_type: self.type_.clone(),
            max_def_level: i16::from(self.nullable),
            max_rep_level: 0,
        };
        let page = DataPage::new(header, CowBuffer::Owned(body), descriptor, rows);
        Ok(compress(Page::Data(page), Vec::new(), self.compression)?)
    }
}
