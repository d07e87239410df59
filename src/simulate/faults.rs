//! What goes wrong on the way into the log: each row has one fault at most, drawn for it alone, so that neither
//! threads nor the order of rows matter.

use super::draw::Draw;
use super::model::{Model, Shape};
use super::rows::{Flaw, Row, carries_marks};
use crate::vocabulary::{Status, named_enum};

/// What a draw is for.
const FAULT: u64 = 5;

named_enum! {
    /// A kind of fault.
    pub enum Fault {
        /// The row stands twice, alike in every cell.
        Duplicate = "duplicates",
        /// Another row of the same id names another customer, a second later (D-4).
        Conflict = "conflicts",
        /// The row stands in the file hours later than it should.
        Late = "late",
        /// The row is not in the file.
        Lost = "lost",
        /// The row stands in the file minutes later than it should.
        Reordered = "reordered",
        /// The row's own time is wrong; the delivery that it names is not.
        ClockSkew = "clock_skew",
        /// The row stands under another channel (D-5).
        WrongChannel = "wrong_channel",
        /// The row lacks Meta's marks.
        MissingMarks = "missing_marks",
    }
}

/// A fault that was put into the log.
#[derive(Clone, Copy, Debug)]
pub struct Injected {
    /// Its kind.
    pub fault: Fault,
    /// The number of the message's id.
    pub message: u64,
    /// The row's status.
    pub status: Option<Status>,
    /// The row's time as it should be.
    pub at: i64,
}

/// Puts faults into rows.
#[derive(Clone, Debug)]
pub struct Faults {
    seed: u64,
    shape: Shape,
    /// The share of each fault and of those before it, in their order.
    shares: [f64; Fault::ALL.len()],
    late_s: f64,
    reordered_s: f64,
    skew_s: f64,
}

impl Faults {
    /// The faults of a model.
    pub fn new(model: &Model) -> Self {
        let faults = &model.faults;
        let mut before = 0.0;
        let shares = [
            faults.duplicates,
            faults.conflicts,
            faults.late,
            faults.lost,
            faults.reordered,
            faults.clock_skew,
            faults.wrong_channel,
            faults.missing_marks,
        ];
        Self {
            seed: model.seed,
            shape: model.shape,
            shares: shares.map(|share| {
                before += share.0;
                before
            }),
            late_s: faults.late_hours.0 * 3600.0,
            reordered_s: faults.reordered_minutes.0 * 60.0,
            skew_s: faults.clock_skew_s.0,
        }
    }

    /// Hands on a row as it comes into the log, and what was done to it.
    pub fn pass(&self, row: Row, rows: &mut Vec<Row>, injected: &mut Vec<Injected>) {
        if self.shares[self.shares.len() - 1] <= 0.0 {
            return rows.push(row);
        }
        let status = row.status.map_or(u64::MAX, |status| status as u64);
        let mut draw = Draw::keyed(self.seed, &[FAULT, row.message.id, status]);
        let sought = draw.unit();
        let fault = self.shares.iter().position(|&share| sought < share);
        let Some(&fault) = fault.and_then(|place| Fault::ALL.get(place)) else {
            return rows.push(row);
        };
        if fault == Fault::MissingMarks && !carries_marks(&row, self.shape) {
            return rows.push(row);
        }
        injected.push(Injected {
            fault,
            message: row.message.id,
            status: row.status,
            at: row.at,
        });
        let mut seconds = |most: f64| 1 + draw.below(most.max(1.0) as u64) as i64;
        match fault {
            Fault::Duplicate => {
                rows.push(row);
                rows.push(Row {
                    stands: row.stands + seconds(60.0),
                    ..row
                });
            }
            Fault::Conflict => {
                rows.push(row);
                rows.push(Row {
                    at: row.at + 1,
                    stands: row.stands + 1,
                    flaw: Flaw::OtherCustomer,
                    ..row
                });
            }
            Fault::Late => rows.push(Row {
                stands: row.stands + (self.late_s / 2.0) as i64 + seconds(self.late_s / 2.0),
                ..row
            }),
            Fault::Lost => {}
            Fault::Reordered => rows.push(Row {
                stands: row.stands + seconds(self.reordered_s),
                ..row
            }),
            Fault::ClockSkew => {
                let skew = seconds(self.skew_s);
                let skew = if draw.chance(0.5) { skew } else { -skew };
                rows.push(Row {
                    at: row.at + skew,
                    ..row
                });
            }
            Fault::WrongChannel => rows.push(Row {
                flaw: Flaw::WrongChannel,
                ..row
            }),
            Fault::MissingMarks => rows.push(Row {
                flaw: Flaw::MissingMarks,
                ..row
            }),
        }
    }
}
