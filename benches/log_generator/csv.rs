//! A log as CSV, written without a library: no cell ever needs quotes.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use chrono::DateTime;

use super::Row;

const DAY: i64 = 86_400;

/// Writes the rows with a header; returns the bytes written.
pub fn write_csv(rows: impl Iterator<Item = Row>, path: &Path) -> io::Result<u64> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let header = "message_id,timestamp,direction,business,customer,type,category,template,status,delivered_at,entry_point,account\n";
    file.write_all(header.as_bytes())?;
    let (mut bytes, mut line, mut clock) = (
        header.len() as u64,
        Vec::with_capacity(256),
        Clock::default(),
    );
    for row in rows {
        line.clear();
        line.extend_from_slice(&row.message_id);
        line.push(b',');
        clock.push(&mut line, row.timestamp);
        push_word(&mut line, row.direction);
        push_number(&mut line, row.business);
        push_number(&mut line, row.customer);
        for word in [row.kind, row.category, row.template, row.status] {
            push_word(&mut line, word);
        }
        line.push(b',');
        if let Some(delivered_at) = row.delivered_at {
            clock.push(&mut line, delivered_at);
        }
        push_word(&mut line, row.entry_point);
        push_word(&mut line, "waba");
        line.extend_from_slice(&two_digits(row.account as i64));
        line.push(b'\n');
        file.write_all(&line)?;
        bytes += line.len() as u64;
    }
    file.flush()?;
    Ok(bytes)
}

fn push_word(line: &mut Vec<u8>, word: &str) {
    line.push(b',');
    line.extend_from_slice(word.as_bytes());
}

fn push_number(line: &mut Vec<u8>, mut number: u64) {
    let (mut digits, mut first) = ([0; 20], 20);
    while number > 0 || first == 20 {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    line.push(b',');
    line.extend_from_slice(&digits[first..]);
}

fn two_digits(number: i64) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}

/// Writes instants as RFC 3339; remembers the date, which neighbouring rows share.
#[derive(Default)]
struct Clock {
    day: Option<i64>,
    date: String,
}

impl Clock {
    fn push(&mut self, line: &mut Vec<u8>, instant: i64) {
        let (day, second) = (instant.div_euclid(DAY), instant.rem_euclid(DAY));
        if self.day != Some(day) {
            let date = DateTime::from_timestamp(day * DAY, 0).expect("a date");
            (self.day, self.date) = (Some(day), date.format("%Y-%m-%dT").to_string());
        }
        line.extend_from_slice(self.date.as_bytes());
        line.extend_from_slice(&two_digits(second / 3600));
        line.push(b':');
        line.extend_from_slice(&two_digits(second / 60 % 60));
        line.push(b':');
        line.extend_from_slice(&two_digits(second % 60));
        line.push(b'Z');
    }
}
