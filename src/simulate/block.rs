//! Customers of one business who are simulated together, day by day, by one thread at a time.

use super::customers::Customers;
use super::faults::{Faults, Injected};
use super::flows::Day;
use super::message::Message;
use super::meta::{Candidate, Cuts, Pair, Rules};
use super::model::Model;
use super::rows::{self, Row};
use crate::vocabulary::LocalDate;

/// Customers of a block.
pub const CUSTOMERS: u64 = 4096;

/// Some customers of one business, and what waits for its time.
pub struct Block {
    business: u16,
    customers: Customers,
    pairs: Vec<Pair>,
    /// Written, but not received or delivered yet.
    under_way: Vec<Message>,
    /// What the last stretch of time has brought, marked.
    judged: Vec<Message>,
    /// Rows that are not written yet.
    rows: Vec<Row>,
    /// Service messages of the last stretch that may be free.
    pub candidates: Vec<Candidate>,
    /// What was done to rows.
    pub injected: Vec<Injected>,
}

impl Block {
    /// Every block of a model, in order.
    pub fn all(model: &Model) -> Vec<Self> {
        let mut blocks = Vec::new();
        for (business, found) in model.businesses.iter().enumerate() {
            for first in (0..found.customers).step_by(CUSTOMERS as usize) {
                let end = (first + CUSTOMERS).min(found.customers);
                let customers = Customers::new(model, business as u16, first, end);
                blocks.push(Self {
                    business: business as u16,
                    pairs: vec![Pair::default(); customers.len()],
                    customers,
                    under_way: Vec::new(),
                    judged: Vec::new(),
                    rows: Vec::new(),
                    candidates: Vec::new(),
                    injected: Vec::new(),
                });
            }
        }
        blocks
    }

    /// Lives a local day, if it is one of the model's.
    pub fn live(&mut self, model: &Model, day: LocalDate) {
        if (model.from..=model.to).contains(&day) {
            let day = Day::new(model, self.business, day);
            day.live(&self.customers, &mut self.under_way);
        }
    }

    /// Marks what has been received or delivered before `end`, pair by pair in the order of T-5.
    pub fn judge(&mut self, model: &Model, rules: &Rules, end: i64) {
        self.judged.clear();
        self.candidates.clear();
        let judged = &mut self.judged;
        self.under_way.retain(|message| {
            let is_due = message.instant() < end;
            if is_due {
                judged.push(*message);
            }
            !is_due
        });
        judged.sort_unstable_by_key(|message| (message.place, message.order()));
        for (place, message) in judged.iter_mut().enumerate() {
            let pair = &mut self.pairs[message.place as usize];
            if let Some(month) = rules.mark(pair, message, model) {
                self.candidates.push(Candidate {
                    business: self.business,
                    month,
                    order: message.order(),
                    message: place,
                });
            }
        }
    }

    /// Makes rows of what has been judged, once the allowances are settled.
    pub fn write_down(&mut self, model: &Model, faults: &Faults, cuts: &Cuts) {
        for candidate in &self.candidates {
            let cut = cuts.get(&(candidate.business, candidate.month));
            let cut = cut.copied().flatten();
            if cut.is_some_and(|last| candidate.order <= last) {
                self.judged[candidate.message].mark = super::message::Mark::FreeService;
            }
        }
        for message in &self.judged {
            rows::of(message, model.shape, |row| {
                faults.pass(row, &mut self.rows, &mut self.injected);
            });
        }
    }

    /// Hands over the rows that stand before `end`.
    pub fn hand_over(&mut self, end: i64, taken: &mut Vec<Row>) {
        self.rows.retain(|row| {
            let is_due = row.stands < end;
            if is_due {
                taken.push(*row);
            }
            !is_due
        });
    }
}
