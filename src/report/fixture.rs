//! Outcomes for tests: generated from a seed, so that a test says what it needs and no more.

use std::sync::Arc;

use super::mask::Mask;
use super::summary::{Bill, Circumstances, Found, Summary};
use super::tables::{Content, TableRows};
use crate::accounts::Accounts;
use crate::log::cell::CellContext;
use crate::log::totals::ControlTotals;
use crate::memory::Memory;
use crate::pricing::{self, Groups, Line, Pricing};
use crate::replay::outcome::{
    Charge, Conversation, FetchMessageIds, MessageIds, Outcome, Part, Record, Records, RowNumber,
    RowSet, Warning,
};
use crate::replay::pair::{PairParts, PairTable};
use crate::rulebook::{Rulebook, Settings};
use crate::run::output::Folder;
use crate::tariff::Tariff;
use crate::vocabulary::{
    ChargeCategory, ChargeUnit, CloseReason, ConversationCategory, Instant, LocalDate, PricingType,
    Regime, Rule,
};

/// 2025-07-01T00:00:00Z in seconds.
const START: i64 = 1_751_328_000;

/// An outcome with its message ids.
pub struct World {
    pub outcome: Outcome,
    pub ids: Ids,
}

/// What an outcome costs.
pub struct Priced {
    pub tariff: Tariff,
    pub pricing: Pricing,
    pub lines: Vec<Line>,
    pub bill: Bill,
}

/// Message ids by row.
pub struct Ids(pub Vec<String>);

impl FetchMessageIds for Ids {
    fn message_ids(&self, rows: RowSet) -> anyhow::Result<MessageIds> {
        let mut ids = MessageIds::of(rows);
        let found: Vec<&[u8]> = ids
            .rows()
            .iter()
            .map(|row| self.0[row.0 as usize].as_bytes())
            .collect();
        ids.set(0, &found);
        Ok(ids)
    }
}

/// A small, well-mixed generator (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

impl World {
    /// `rows` charges, half of them of conversations, in `parts` parts.
    pub fn generated(rows: usize, parts: usize, seed: u64) -> Self {
        let mut random = Random(seed);
        let cells = Arc::new(CellContext::default());
        let accounts: Vec<u32> = (0..3)
            .map(|n| cells.accounts.code(format!("10200000000{n}").as_bytes()))
            .collect();
        let businesses: Vec<u32> = (0..5)
            .map(|n| cells.businesses.code(format!("49301234567{n}").as_bytes()))
            .collect();
        let pairs = PairTable::new(Arc::clone(&cells));
        let mut ids = Vec::with_capacity(rows);
        let (mut conversations, mut charges) = (Vec::new(), Vec::new());
        for row in 0..rows {
            let customer = match random.below(50) {
                0 => {
                    let odd = cells
                        .customers
                        .code(format!("AE.{}", random.below(rows as u64)).as_bytes());
                    crate::replay::pair::CUSTOMER_LISTED + u64::from(odd)
                }
                _ => 5_511_900_000_000 + random.below(1 + rows as u64 / 3),
            };
            let business = businesses[random.below(5) as usize];
            // A number belongs to one account, but for the few that moved.
            let moved = u64::from(random.below(1000) == 0);
            let account = accounts[((u64::from(business) + moved) % 3) as usize];
            let pair = pairs.key(PairParts {
                business,
                customer,
                group: None,
            });
            // Logs are nearly in the order of time, one row in two seconds.
            let at = Instant::from_seconds(START + (row as u64 / 2 + random.below(30)) as i64);
            ids.push(format!(
                "wamid.{:016x}{:08x}",
                random.next(),
                random.next() as u32
            ));
            let opens = random.below(2) == 0;
            let category = ConversationCategory::from_index(random.below(5) as u8);
            if opens {
                let is_open = random.below(10) == 0;
                conversations.push(Conversation {
                    pair,
                    opened_at: at,
                    expires_at: at.plus_hours(24),
                    closed_at: at.plus_hours(24),
                    opened_by: RowNumber(row as u32),
                    messages_outbound: 1 + random.below(5) as u32,
                    messages_inbound: random.below(4) as u32,
                    account,
                    category,
                    regime: Regime::Cbp2023,
                    rule: Rule::C23_1,
                    close_reason: if is_open {
                        CloseReason::OpenAtEndOfLog
                    } else {
                        CloseReason::Expired
                    },
                    is_written: true,
                    is_estimated: category == ConversationCategory::FreeEntryPoint
                        && random.below(15) == 0,
                });
            }
            charges.push(Charge {
                pair,
                charged_at: at,
                sent_at: Instant::from_micros(at.micros() - 1_500_000 * random.below(2) as i64),
                row: RowNumber(row as u32),
                conversation: opens.then_some(RowNumber(row as u32)),
                local_date: LocalDate::at_offset(at, 3600),
                account,
                unit: match opens {
                    true => ChargeUnit::Conversation,
                    false => ChargeUnit::Message,
                },
                regime: match opens {
                    true => Regime::Cbp2023,
                    false => Regime::Pmp2025,
                },
                rule: match opens {
                    true => Rule::C23_5,
                    false => Rule::P25_4,
                },
                category: match opens {
                    true => category.into(),
                    false => ChargeCategory::ALL[random.below(4) as usize],
                },
                pricing_type: PricingType::ALL[random.below(4) as usize],
                estimated: random.below(20) == 0,
                edge: random.below(30) == 0,
                uses_allowance: false,
                in_window: false,
                is_international: false,
                in_group: false,
                is_written: true,
            });
        }
        let instants = charges.iter().map(|charge: &Charge| charge.charged_at);
        let conversations = parts_of(&conversations, |row| row.opened_at, instants.clone(), parts);
        let charges_by_part = parts_of(&charges, |row| row.charged_at, instants, parts);
        let content = conversations.into_iter().zip(charges_by_part);
        let content = content.map(|(conversations, charges)| Part {
            conversations: shuffled(&conversations, &mut random),
            charges: shuffled(&charges, &mut random),
        });
        let content = content.collect();
        let totals = ControlTotals {
            rows_read: rows as u64 * 3,
            inbound: rows as u64,
            outbound_delivered: rows as u64,
            folded_status_rows: rows as u64,
            ..ControlTotals::default()
        };
        Self {
            outcome: Outcome {
                kept: None,
                carried_rows: 0,
                new_rows: None,
                new_rejects: 0,
                doubts: Default::default(),
                rows: rows as u32 * 3,
                settled_rows: 0,
                memory: Memory::unlimited(),
                parts: content,
                price_marks: Default::default(),
                allowances: Vec::new(),
                sightings: Default::default(),
                activity: Default::default(),
                freed_by_longer_entry_points: Vec::new(),
                notes: Default::default(),
                pairs: pairs.into(),
                cells,
                totals,
                inferred: Default::default(),
                rejected_by_code: Default::default(),
                other_channels: Default::default(),
                time_range: Some((
                    Instant::from_seconds(START),
                    Instant::from_seconds(START + rows as i64),
                )),
                sent_counts_as_delivered: false,
                warnings: vec![Warning {
                    code: "Q-CONFLICT".into(),
                    count: 12,
                    text: "messages have contradicting rows; the first was kept. See rejects.csv."
                        .into(),
                }],
                incomplete: Vec::new(),
            },
            ids: Ids(ids),
        }
    }

    /// The outcome priced from the built-in tables, every account in US dollars.
    pub fn priced(&self) -> Priced {
        let tariff = Tariff::embedded().expect("the built-in tables");
        let settings = Settings::default();
        let request = pricing::Request {
            outcome: &self.outcome,
            tariff: &tariff,
            accounts: &Accounts::absent(&settings),
            settings: &settings,
            cards: pricing::CardDays::Real,
            with_rates: true,
            settled_tiers: &[],
            ids: &self.ids,
        };
        let pricing = pricing::price(&request).expect("a price");
        let groups = Groups::of(&self.outcome, &pricing);
        Priced {
            lines: pricing::lines(&self.outcome, pricing.list(), &groups, &tariff),
            bill: Bill::new(&self.outcome, pricing.list(), &groups, &tariff),
            pricing,
            tariff,
        }
    }

    /// What a run would say of it, with a bill or without.
    pub fn summary(&self, with_bill: bool, circumstances: Circumstances) -> Summary {
        let priced = self.priced();
        let found = Found {
            outcome: &self.outcome,
            pricing: &priced.pricing,
            accounts: &Accounts::absent(&Settings::default()),
            rulebook: &Rulebook::embedded().expect("the built-in rules"),
            tables: TableRows::default(),
            bill: with_bill.then_some(&priced.bill),
            readings: &[],
            findings: with_bill.then_some(&[]),
            mask: &Mask::of_run([&[7; 32]]),
        };
        Summary::new(&found, circumstances)
    }

    /// Writes the tables of a priced run.
    pub fn write(&self, csv: bool, folder: &Folder) -> TableRows {
        let priced = self.priced();
        let content = Content {
            outcome: &self.outcome,
            pricing: &priced.pricing,
            lines: Some(&priced.lines),
            differences: Some(&[]),
            analytics_differences: None,
            findings: Some(&[]),
            adjustments: None,
            tariff: &priced.tariff,
            ids: &self.ids,
        };
        super::tables::write(&content, csv, folder).expect("the tables")
    }

    /// The same outcome with the rows inside its parts in another order.
    pub fn shuffled(mut self, seed: u64) -> Self {
        let mut random = Random(seed);
        for part in &mut self.outcome.parts {
            part.conversations = shuffled(&part.conversations, &mut random);
            part.charges = shuffled(&part.charges, &mut random);
        }
        self
    }
}

/// The rows by part: parts follow each other in time, with about as many instants each.
fn parts_of<T: Record>(
    rows: &[T],
    at: impl Fn(&T) -> Instant,
    instants: impl Iterator<Item = Instant>,
    parts: usize,
) -> Vec<Records<T>> {
    let mut instants: Vec<Instant> = instants.collect();
    instants.sort_unstable();
    let starts: Vec<Instant> = (1..parts)
        .filter_map(|part| instants.get(instants.len() * part / parts))
        .copied()
        .collect();
    let mut content: Vec<Records<T>> = (0..parts).map(|_| Records::default()).collect();
    for row in rows {
        content[starts.partition_point(|&start| start <= at(row))].push(row);
    }
    content
}

/// Parts hold pair after pair, not instant after instant.
fn shuffled<T: Record>(records: &Records<T>, random: &mut Random) -> Records<T> {
    let mut rows: Vec<T> = records.iter().collect();
    for last in (1..rows.len()).rev() {
        rows.swap(last, random.below(last as u64 + 1) as usize);
    }
    let mut records = Records::default();
    rows.iter().for_each(|row| records.push(row));
    records
}
