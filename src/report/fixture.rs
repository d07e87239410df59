//! Outcomes for tests: generated from a seed, so that a test says what it needs and no more.

use std::sync::Arc;

use super::summary::Bill;
use super::tables::{Content, TableRows};
use crate::accounts::Accounts;
use crate::log::cell::CellContext;
use crate::log::totals::ControlTotals;
use crate::pricing::{self, Groups, Line, Pricing};
use crate::replay::outcome::{
    Charge, Conversation, FetchMessageIds, MessageIds, Outcome, Part, RowNumber, Warning,
};
use crate::replay::pair::{PairParts, PairTable};
use crate::rulebook::Settings;
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
    fn message_ids(&self, rows: &[RowNumber]) -> anyhow::Result<MessageIds> {
        let mut ids = MessageIds::with_len(rows.len());
        for (place, row) in rows.iter().enumerate() {
            ids.set(place, self.0[row.0 as usize].as_bytes());
        }
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
        let mut content: Vec<Part> = (0..parts).map(|_| Part::default()).collect();
        for row in 0..rows {
            let part = &mut content[random.below(parts as u64) as usize];
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
                part.conversations.push(Conversation {
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
                });
            }
            part.charges.push(Charge {
                pair,
                charged_at: at,
                sent_at: Instant::from_micros(at.micros() - 1_500_000 * random.below(2) as i64),
                row: RowNumber(row as u32),
                conversation: match opens {
                    true => part.conversations.len() as u32 - 1,
                    false => Charge::NO_CONVERSATION,
                },
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
                in_group: false,
                is_written: true,
            });
        }
        // Parts hold pair after pair, not instant after instant.
        for part in &mut content {
            for last in (1..part.charges.len()).rev() {
                let other = random.below(last as u64 + 1) as usize;
                part.charges.swap(last, other);
            }
        }
        let totals = ControlTotals {
            rows_read: rows as u64 * 3,
            inbound: rows as u64,
            outbound_delivered: rows as u64,
            folded_status_rows: rows as u64,
            ..ControlTotals::default()
        };
        Self {
            outcome: Outcome {
                parts: content,
                price_marks: Default::default(),
                allowances: Vec::new(),
                pairs,
                cells,
                totals,
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
            is_regime_forced: false,
            with_rates: true,
            ids: &self.ids,
        };
        let pricing = pricing::price(&request).expect("a price");
        let groups = Groups::of(&self.outcome, &pricing);
        Priced {
            lines: pricing::lines(&self.outcome, &pricing, &groups, &tariff),
            bill: Bill::new(&self.outcome, &pricing, &groups, &tariff),
            pricing,
            tariff,
        }
    }

    /// Writes the tables of a priced run.
    pub fn write(&self, csv: bool, folder: &Folder) -> TableRows {
        let priced = self.priced();
        let content = Content {
            outcome: &self.outcome,
            pricing: &priced.pricing,
            lines: Some(&priced.lines),
            tariff: &priced.tariff,
            ids: &self.ids,
        };
        super::tables::write(&content, csv, folder).expect("the tables")
    }

    /// The same outcome with its parts and the rows inside them in another order.
    pub fn shuffled(mut self, seed: u64) -> Self {
        let mut random = Random(seed);
        self.outcome.parts.reverse();
        for part in &mut self.outcome.parts {
            for last in (1..part.charges.len()).rev() {
                part.charges
                    .swap(last, random.below(last as u64 + 1) as usize);
            }
        }
        self
    }
}
