//! Decompression of pages whose length is known beforehand.

use std::io::Read;

use super::Damage;
use super::thrift::varint;

/// How much of a Brotli stream is read at once.
const BROTLI_BUFFER_BYTES: usize = 4096;

/// How the pages of a column chunk are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    None,
    Snappy,
    Gzip,
    Brotli,
    /// LZ4 in Hadoop's frames.
    Lz4Hadoop,
    Zstd,
    Lz4,
}

impl Codec {
    /// The codec with this number in the format.
    pub(super) fn new(number: i32) -> Result<Self, Damage> {
        Ok(match number {
            0 => Self::None,
            1 => Self::Snappy,
            2 => Self::Gzip,
            4 => Self::Brotli,
            5 => Self::Lz4Hadoop,
            6 => Self::Zstd,
            7 => Self::Lz4,
            3 => {
                return Err(Damage::new(
                    "compressed with LZO, which nobody supports any more",
                ));
            }
            other => {
                return Err(Damage::new(format!(
                    "compressed with the unknown codec {other}"
                )));
            }
        })
    }

    /// How many bytes a byte can become at most, where the codec has such a limit.
    const fn ratio_max(self) -> Option<usize> {
        match self {
            Self::Gzip => Some(1_100),
            Self::Lz4 | Self::Lz4Hadoop => Some(256),
            Self::None | Self::Snappy | Self::Brotli | Self::Zstd => None,
        }
    }
}

/// Decompresses page after page.
#[derive(Default)]
pub(super) struct Inflater {
    zstd: Option<zstd::bulk::Decompressor<'static>>,
}

impl std::fmt::Debug for Inflater {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Inflater").finish_non_exhaustive()
    }
}

impl Inflater {
    /// Replaces what `output` holds by exactly `length` decompressed bytes.
    pub(super) fn inflate(
        &mut self,
        codec: Codec,
        compressed: &[u8],
        length: usize,
        output: &mut Vec<u8>,
    ) -> Result<(), Damage> {
        output.clear();
        if codec == Codec::None {
            check_length(compressed.len(), length)?;
            output.extend_from_slice(compressed);
            return Ok(());
        }
        if length == 0 {
            return Ok(());
        }
        // What a damaged header claims must not take memory that the data cannot fill.
        if codec
            .ratio_max()
            .is_some_and(|ratio| compressed.len().saturating_mul(ratio) < length)
        {
            return Err(Damage::found(
                format!("{length} bytes"),
                format!(
                    "{} compressed ones, which cannot hold as many",
                    compressed.len()
                ),
            ));
        }
        if codec == Codec::Snappy {
            let said = varint(compressed).map_or(0, |(said, _)| said);
            check_length(usize::try_from(said).unwrap_or(usize::MAX), length)?;
        }
        output.try_reserve(length).map_err(|_| {
            Damage::new(format!(
                "a page of {length} bytes, for which there is no memory"
            ))
        })?;
        if codec == Codec::Zstd {
            return self.inflate_zstd(compressed, length, output);
        }
        output.resize(length, 0);
        match codec {
            Codec::Gzip => inflate_gzip(compressed, output),
            Codec::Lz4Hadoop => inflate_hadoop(compressed, output),
            Codec::Lz4 => inflate_lz4(compressed, output),
            Codec::Brotli => inflate_brotli(compressed, output),
            Codec::Snappy => inflate_snappy(compressed, output),
            Codec::None | Codec::Zstd => unreachable!("handled above"),
        }
    }

    /// In one go and straight into place, which is a third faster than by stream.
    fn inflate_zstd(
        &mut self,
        compressed: &[u8],
        length: usize,
        output: &mut Vec<u8>,
    ) -> Result<(), Damage> {
        let decompressor = match &mut self.zstd {
            Some(decompressor) => decompressor,
            empty => empty.insert(zstd::bulk::Decompressor::new()?),
        };
        let found = decompressor
            .decompress_to_buffer(compressed, output)
            .map_err(|error| Damage::new(format!("a page that is no zstd stream: {error}")))?;
        check_length(found, length)
    }
}

fn check_length(found: usize, expected: usize) -> Result<(), Damage> {
    if found == expected {
        return Ok(());
    }
    Err(Damage::found(
        format!("a page of {expected} bytes"),
        found.to_string(),
    ))
}

fn inflate_gzip(compressed: &[u8], output: &mut [u8]) -> Result<(), Damage> {
    inflate_stream(
        "gzip",
        flate2::read::MultiGzDecoder::new(compressed),
        output,
    )
}

fn inflate_brotli(compressed: &[u8], output: &mut [u8]) -> Result<(), Damage> {
    let decoder = brotli_decompressor::Decompressor::new(compressed, BROTLI_BUFFER_BYTES);
    inflate_stream("Brotli", decoder, output)
}

/// Reads on to the end, where the checksum of a stream stands that has one.
fn inflate_stream(name: &str, mut decoder: impl Read, output: &mut [u8]) -> Result<(), Damage> {
    let damage = |error| Damage::new(format!("a page that is no {name} stream: {error}"));
    decoder.read_exact(output).map_err(damage)?;
    match decoder.read(&mut [0]).map_err(damage)? {
        0 => Ok(()),
        _ => Err(Damage::found(
            format!("a page of {} bytes", output.len()),
            "more",
        )),
    }
}

fn inflate_snappy(compressed: &[u8], output: &mut [u8]) -> Result<(), Damage> {
    let found = snap::raw::Decoder::new()
        .decompress(compressed, output)
        .map_err(|error| Damage::new(format!("a page that is no Snappy block: {error}")))?;
    check_length(found, output.len())
}

/// One bare block.
fn inflate_lz4(compressed: &[u8], output: &mut [u8]) -> Result<(), Damage> {
    let damage = |error| Damage::new(format!("a page that is no LZ4 block: {error}"));
    let length = i32::try_from(output.len())
        .map_err(|_| Damage::new("an LZ4 page of more than 2 GiB, which no such block can hold"))?;
    let found =
        lz4::block::decompress_to_buffer(compressed, Some(length), output).map_err(damage)?;
    check_length(found, output.len())
}

/// Frames of (length, compressed length, data) as Hadoop writes them, or one bare block.
fn inflate_hadoop(compressed: &[u8], output: &mut [u8]) -> Result<(), Damage> {
    if inflate_hadoop_frames(compressed, output).is_some() {
        return Ok(());
    }
    inflate_lz4(compressed, output)
}

fn inflate_hadoop_frames(mut compressed: &[u8], mut output: &mut [u8]) -> Option<()> {
    while !compressed.is_empty() {
        let (length, rest) = compressed.split_first_chunk::<4>()?;
        let (compressed_length, rest) = rest.split_first_chunk::<4>()?;
        let (frame, rest) =
            rest.split_at_checked(u32::from_be_bytes(*compressed_length) as usize)?;
        let (place, left) = output.split_at_mut_checked(u32::from_be_bytes(*length) as usize)?;
        inflate_lz4(frame, place).ok()?;
        (compressed, output) = (rest, left);
    }
    output.is_empty().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"a page of a log, a page of a log, a page of a log";

    fn inflated(codec: Codec, compressed: &[u8], length: usize) -> Result<Vec<u8>, Damage> {
        let mut output = Vec::new();
        Inflater::default().inflate(codec, compressed, length, &mut output)?;
        Ok(output)
    }

    /// Where a block gave fewer bytes than its page was said to have, zeros once stood in for the rest.
    #[test]
    fn a_block_of_another_length_is_damage() {
        let lz4 = lz4::block::compress(TEXT, None, false).unwrap();
        let snappy = snap::raw::Encoder::new().compress_vec(TEXT).unwrap();
        let frame = [TEXT.len() as u32, lz4.len() as u32].map(u32::to_be_bytes);
        let hadoop = [frame.concat(), lz4.clone()].concat();
        // By hand (RFC 7932): window bits 16, one stored meta-block of 49 bytes, an empty last one.
        let brotli = [&[0x00, 0x03, 0x10], TEXT, &[0x03]].concat();
        for (codec, compressed) in [
            (Codec::Brotli, brotli),
            (Codec::Lz4, lz4),
            (Codec::Lz4Hadoop, hadoop),
            (Codec::Snappy, snappy),
        ] {
            let read = |length| inflated(codec, &compressed, length);
            assert_eq!(read(TEXT.len()).unwrap(), TEXT, "{codec:?}");
            assert!(read(TEXT.len() + 1).is_err(), "{codec:?} is too short");
            assert!(read(TEXT.len() - 1).is_err(), "{codec:?} is too long");
        }
    }
}
