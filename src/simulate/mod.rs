//! Seeded synthetic logs: businesses and customers who behave as a model says, written as an exporter would
//! write them, with known faults.
//!
//! ```text
//!  model ──▶ flows ──────▶ meta ──────▶ rows ──▶ faults ──▶ write
//!  TOML      messages of    marks, in    by shape  by rate    Parquet, CSV,
//!            each day       T-5's order                       webhooks
//! ```
//!
//! Every message follows from the seed, its business, its customer and its day alone. So customers are simulated
//! in blocks, in parallel, a day at a time; only the first thousand service messages of a month (P26-2) need an
//! order over all of them. Memory grows with the rows of a day, not with the log.
//!
//! A model in numbers: 1,000 customers with 3 chats each in 30 days begin 100 chats a day; where 0.55 of answers
//! are answered in turn, a chat has about 2.2 turns of an inbound and an outbound message.

mod block;
mod countries;
mod customers;
mod draw;
mod faults;
mod flows;
mod ids;
mod message;
mod meta;
mod model;
mod rows;
mod truth;
mod write;
pub mod wrong_invoice;

use rayon::prelude::*;

pub use faults::{Fault, Injected};
pub use model::{Model, Shape};
pub use rows::Row;
pub use truth::{accounts_toml, faults_csv};
pub use write::{Form, Written, write};

use block::Block;
use faults::Faults;
use meta::{Allowances, Rules};

use crate::vocabulary::LocalDate;

/// Customers of the trial that says how many rows a customer makes.
const TRIAL_CUSTOMERS: f64 = 5_000.0;

/// A simulation that goes on day by day.
pub struct Simulation<'m> {
    model: &'m Model,
    blocks: Vec<Block>,
    rules: Rules,
    faults: Faults,
    allowances: Allowances,
    /// The day in UTC that comes next.
    next: LocalDate,
    is_over: bool,
}

impl<'m> Simulation<'m> {
    /// A simulation that has not begun.
    pub fn new(model: &'m Model) -> Self {
        Self {
            model,
            blocks: Block::all(model),
            rules: Rules::new(),
            faults: Faults::new(model),
            allowances: Allowances::default(),
            // East of UTC a local day begins on the day before.
            next: model.from.previous(),
            is_over: false,
        }
    }

    /// How many days it goes on for.
    pub fn days(model: &Model) -> u64 {
        (model.to.days() - model.from.days() + 6)
            .unsigned_abs()
            .into()
    }

    /// Goes on by a day and adds the rows that stand next in the file; `false` once everything is told.
    pub fn day(&mut self, told: &mut Vec<Row>) -> bool {
        if self.is_over {
            return false;
        }
        let day = self.next;
        self.next = day.next();
        let second = |day: LocalDate| i64::from(day.days()) * 86_400;
        let end = second(self.next);
        // West of UTC a local day ends on the day after, and a delivery takes less than a day.
        self.is_over = day.days() > self.model.to.days() + 3;
        let (model, rules, faults) = (self.model, &self.rules, &self.faults);
        self.blocks
            .par_iter_mut()
            .with_max_len(1)
            .for_each(|block| {
                block.live(model, day.next());
                block.judge(model, rules, end);
            });
        let candidates = self.blocks.iter().flat_map(|block| &block.candidates);
        let cuts = self.allowances.settle(candidates);
        // What was sent a day ago has been delivered by now, so no earlier row can come any more.
        let until = if self.is_over { i64::MAX } else { second(day) };
        let handed: Vec<Vec<Row>> = self
            .blocks
            .par_iter_mut()
            .with_max_len(1)
            .map(|block| {
                let mut rows = Vec::new();
                block.write_down(model, faults, &cuts);
                block.hand_over(until, &mut rows);
                rows
            })
            .collect();
        let first = told.len();
        told.extend(handed.into_iter().flatten());
        told[first..].par_sort_unstable_by_key(Row::order);
        true
    }

    /// What was put into the log, in the order of the file's messages.
    pub fn injected(self) -> Vec<Injected> {
        let mut injected: Vec<Injected> = self
            .blocks
            .into_iter()
            .flat_map(|block| block.injected)
            .collect();
        injected
            .par_sort_unstable_by_key(|found| (found.fault, found.at, found.message, found.status));
        injected
    }
}

/// The model with as many customers as make about this many rows: a trial without faults says how many rows a
/// customer makes, so faults change nothing about who there is.
///
/// # Errors
/// If a business would need more customers than its countries have numbers.
pub fn with_rows(model: &Model, rows: u64) -> anyhow::Result<Model> {
    let customers: u64 = model
        .businesses
        .iter()
        .map(|business| business.customers)
        .sum();
    let mut trial = model.scaled(TRIAL_CUSTOMERS / customers as f64);
    trial.faults = Default::default();
    let mut simulation = Simulation::new(&trial);
    let (mut made, mut told) = (0u64, Vec::new());
    while simulation.day(&mut told) {
        made += told.len() as u64;
        told.clear();
    }
    let in_trial: u64 = trial
        .businesses
        .iter()
        .map(|business| business.customers)
        .sum();
    let of_model = made as f64 / in_trial as f64 * customers as f64;
    let factor = rows as f64 / of_model.max(1.0);
    for business in &model.businesses {
        let (needed, most) = (business.customers as f64 * factor, business.customers_max());
        anyhow::ensure!(
            needed <= most as f64,
            "--rows {rows} needs {needed:.0} customers of business {}: expected at most {most}, as many as the \
             smallest of its countries has numbers; add businesses or days",
            business.number
        );
    }
    Ok(model.scaled(factor))
}
