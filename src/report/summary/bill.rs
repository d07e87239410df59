//! The bill of a run: what its charges come to, by everything a finance person asks for.
//!
//! Every sum is made of counts times rates ([`Groups`]), exactly and per currency; nothing is rounded,
//! nothing converted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::TierTold;
use crate::pricing::{
    Groups, Price, PriceList, PriceTotals, Pricing, ReportedTier, range_over_markets, sums_of,
};
use crate::replay::outcome::{Outcome, Warning};
use crate::tariff::{Amount, Tariff, UnratedReason};
use crate::vocabulary::{ChargeCategory, ChargeState, LocalDate};

/// What the charges of a run come to. Amounts are decimal text, by ISO 4217 code of the currency.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Bill {
    /// Everything, by currency.
    pub totals: BTreeMap<String, BillTotals>,
    /// By account, then currency.
    pub by_account: BTreeMap<String, BTreeMap<String, BillTotals>>,
    /// By currency, then local month.
    pub by_month: BTreeMap<String, BTreeMap<String, BillTotals>>,
    /// By currency, then category.
    pub by_category: BTreeMap<String, BTreeMap<String, BillTotals>>,
    /// By currency, then market.
    pub by_market: BTreeMap<String, BTreeMap<String, BillTotals>>,
    /// By currency, then business number.
    pub by_business: BTreeMap<String, BTreeMap<String, BillTotals>>,
    /// Charges on a ladder, by currency, then step.
    pub by_tier: BTreeMap<String, BTreeMap<String, BillTotals>>,
    /// By currency, then what the rates rest on.
    pub by_support: BTreeMap<String, BTreeMap<String, BillTotals>>,
    /// Charges without a rate: each missing cell by name.
    pub unrated: Vec<MissingRate>,
    /// What volume that the log does not show could change (S-23), by currency.
    pub tier_range: BTreeMap<String, TierRange>,
    /// Charges of max-price messages: at most the amount shown, by currency.
    pub bounded: BTreeMap<String, BillTotals>,
    /// What entry points of 168 hours from 2026-09-28 would make free as well (S-11b), by currency.
    pub longer_entry_points: BTreeMap<String, Freed>,
    /// Days whose cards were taken because the model has none on the real day, with units.
    pub nearest_cards: BTreeMap<String, u64>,
    /// How far each allowance is used (C22-3, C23-6, P26-2).
    pub allowances: Vec<Allowance>,
    /// How far each portfolio has climbed.
    pub tiers: Vec<TierClimb>,
    /// The tiers that Meta says were reached, where evidence tells (S-23).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers_told: Vec<TierTold>,
    /// The cards that priced anything.
    pub rate_cards: Vec<String>,
}

/// Sums of some charges in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillTotals {
    /// Sum of the rated charges, unrounded.
    pub amount: Amount,
    /// Units with a rate.
    pub rated: u64,
    /// Units that cost nothing by rule.
    pub free: u64,
    /// Units without a rate: their cost is not known and not part of the amount.
    pub unrated: u64,
    /// Units that rest on an assumption (S-12, R-2).
    pub estimated: u64,
    /// Units that an edge decided (S-08).
    pub edge: u64,
}

/// A cell of a card that is missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MissingRate {
    /// Billing currency.
    pub currency: String,
    /// Market.
    pub market: String,
    /// Category of the cell.
    pub category: &'static str,
    /// Why there is none.
    pub reason: &'static str,
    /// First local date of a charge that needs it.
    pub first_date: String,
    /// Last one.
    pub last_date: String,
    /// How many charges need it.
    pub quantity: u64,
    /// What the charges cost at least, where the market alone is unknown.
    pub lowest: Option<Amount>,
    /// What they cost at most.
    pub highest: Option<Amount>,
    /// One sentence.
    pub text: String,
}

/// Charges on a ladder: as priced, at list, and at the lowest step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TierRange {
    /// As priced.
    pub amount: Amount,
    /// Had every one cost the list rate.
    pub list: Amount,
    /// Had every one cost the lowest published step.
    pub best: Amount,
}

/// Charges that another reading of a rule would make free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Freed {
    /// How many.
    pub units: u64,
    /// What they cost.
    pub amount: Amount,
}

/// An allowance of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Allowance {
    /// The regime that grants it.
    pub regime: &'static str,
    /// Account, or business number under per-message pricing.
    pub owner: String,
    /// Local month.
    pub month: String,
    /// Its size.
    pub size: u64,
    /// Used outside of the log.
    pub used_elsewhere: u64,
    /// Units of the log that take part in it.
    pub units: u64,
    /// Units of the log that it made free.
    pub free: u64,
    /// Units of the log that take part in it, by local date.
    pub by_day: BTreeMap<String, u64>,
}

/// The volume of a portfolio in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TierClimb {
    /// Portfolio, or the account that is its own.
    pub owner: String,
    /// Market.
    pub market: String,
    /// Category.
    pub category: &'static str,
    /// Local month.
    pub month: String,
    /// Volume outside of the log (S-23).
    pub used_elsewhere: u64,
    /// Charged messages of the log.
    pub counted: u64,
    /// Those at list because no ladder is known (Q-NO-LADDER).
    pub without_ladder: u64,
    /// Billing currencies.
    pub currencies: Vec<String>,
    /// The step of the last one.
    pub tier: Option<String>,
    /// First rank of the next step.
    pub next_from: Option<u64>,
}

/// The sums of a total's parts, by name.
type Parts = BTreeMap<String, BillTotals>;

impl Bill {
    /// Sums up a run.
    ///
    /// # Panics
    /// If the parts do not foot: a bug in the program.
    pub fn new(outcome: &Outcome, list: &PriceList, groups: &Groups, tariff: &Tariff) -> Self {
        let mut bill = Self::default();
        let mut missing: BTreeMap<MissingCell, MissingSum> = BTreeMap::new();
        let mut rate_cards = std::collections::BTreeSet::new();
        for (group, counts) in groups.iter() {
            let price = list.price(group.price);
            let currency = price.currency.code();
            let totals = BillTotals::of(price, counts);
            let account = outcome.cells.accounts.word(group.account);
            let market = tariff.markets.name(price.market);
            add(&mut bill.totals, currency, totals);
            add(
                bill.by_account.entry(account).or_default(),
                currency,
                totals,
            );
            let business = outcome.cells.businesses.word(group.business);
            let tables: [(&mut BTreeMap<String, Parts>, &str); 4] = [
                (&mut bill.by_month, &group.month.to_string()),
                (&mut bill.by_category, group.category.name()),
                (&mut bill.by_market, market),
                (&mut bill.by_business, &business),
            ];
            for (table, key) in tables {
                add(table.entry(currency.to_owned()).or_default(), key, totals);
            }
            if let Some(tier) = list.tier_label(price) {
                let table = bill.by_tier.entry(currency.to_owned()).or_default();
                add(table, tier, totals);
            }
            if let Some(support) = price.support {
                let table = bill.by_support.entry(currency.to_owned()).or_default();
                add(table, support.name(), totals);
            }
            if price.is_bounded {
                add(&mut bill.bounded, currency, totals);
            }
            if let Some(range) = price.list_to_best {
                let sum = bill.tier_range.entry(currency.to_owned()).or_default();
                sum.add(totals.amount, range, counts.quantity);
            }
            if let Some(day) = price.nearest_card {
                *bill.nearest_cards.entry(day.to_string()).or_default() += counts.quantity;
            }
            if let Some(card) = price.card {
                rate_cards.insert(tariff.cards.card_name(card).to_owned());
            }
            MissingSum::add(&mut missing, price, counts, tariff);
        }
        bill.rate_cards = rate_cards.into_iter().collect();
        bill.unrated = missing.into_iter().map(MissingSum::finish).collect();
        bill.allowances = allowances(outcome);
        bill.tiers = tiers(list);
        bill.assert_cross_foot();
        bill
    }

    /// Everything, by currency, and nothing else of a bill.
    pub fn totals_of(list: &PriceList, groups: &Groups) -> BTreeMap<String, BillTotals> {
        let mut totals = BTreeMap::new();
        for (group, counts) in groups.iter() {
            let price = list.price(group.price);
            add(
                &mut totals,
                price.currency.code(),
                BillTotals::of(price, counts),
            );
        }
        totals
    }

    /// Adds what longer entry points would make free (S-11b), charge by charge.
    #[must_use]
    pub fn with_longer_entry_points(mut self, outcome: &Outcome, pricing: &Pricing) -> Self {
        let freed = sums_of(&outcome.freed_by_longer_entry_points, outcome, pricing);
        self.longer_entry_points = freed
            .into_iter()
            .map(|(currency, (units, amount))| (currency.to_string(), Freed { units, amount }))
            .collect();
        self
    }

    /// Adds what Meta says of volume tiers.
    #[must_use]
    pub fn with_tiers_told(mut self, told: &[ReportedTier]) -> Self {
        self.tiers_told = told.iter().map(TierTold::of).collect();
        self
    }

    /// Every table sums to the totals.
    fn assert_cross_foot(&self) {
        for (currency, totals) in &self.totals {
            for (name, table) in [
                ("months", &self.by_month),
                ("categories", &self.by_category),
                ("markets", &self.by_market),
                ("business numbers", &self.by_business),
            ] {
                let mut sum = BillTotals::default();
                table[currency].values().for_each(|part| sum.add(*part));
                assert_eq!(sum, *totals, "{name} sum to the total in {currency}");
            }
            let mut sum = BillTotals::default();
            let accounts = self.by_account.values();
            accounts
                .filter_map(|account| account.get(currency))
                .for_each(|part| sum.add(*part));
            assert_eq!(sum, *totals, "accounts sum to the total in {currency}");
        }
    }

    /// What the reader must know of the prices, most important first.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut warn = |code: &str, count: u64, text: String| {
            if count > 0 {
                let code = code.to_owned();
                warnings.push(Warning { code, count, text });
            }
        };
        let unrated = self.unrated.iter().map(|cell| cell.quantity).sum();
        let first = self.unrated.first().map_or("", |cell| &cell.text);
        warn(
            "Q-UNRATED",
            unrated,
            format!(
                "charges have no rate and are not part of any sum: {first}. Give the card with --rates; \
                 summary.json names every missing cell."
            ),
        );
        let without_ladder = self.tiers.iter().map(|tier| tier.without_ladder).sum();
        warn(
            "Q-NO-LADDER",
            without_ladder,
            "charges of categories with volume tiers are priced at list, because no ladder is known for \
             their currency, market and date: their true rate may be lower. Give tiers.csv with --rates."
                .to_owned(),
        );
        let bounded = self.bounded.values().map(|totals| totals.rated).sum();
        warn(
            "X-3",
            bounded,
            "max-price messages have no known price: the amount shown is a bound (S-33)."
                .to_owned(),
        );
        let nearest = self.nearest_cards.values().sum();
        let days: Vec<&str> = self.nearest_cards.keys().map(String::as_str).collect();
        warn(
            "R-1",
            nearest,
            format!(
                "charges under the forced rulebook are priced by the nearest card, that of {}.",
                days.join(", ")
            ),
        );
        warnings.extend(super::reported::warnings(&self.tiers_told));
        warnings
    }

    /// Why the bill is no conclusion; empty where it is one.
    pub fn incomplete(&self) -> Vec<String> {
        let cells = self.unrated.iter();
        cells
            .map(|cell| format!("{} charges: {}", cell.quantity, cell.text))
            .collect()
    }
}

impl BillTotals {
    fn of(price: &Price, counts: &PriceTotals) -> Self {
        let units = |state: ChargeState| match price.state == state {
            true => counts.quantity,
            false => 0,
        };
        let amount = price.rate.map(|rate| rate.times(counts.quantity));
        Self {
            amount: amount.map_or(Amount::ZERO, |amount| amount.expect("a line fits")),
            rated: units(ChargeState::Rated),
            free: units(ChargeState::Free),
            unrated: units(ChargeState::Unrated),
            estimated: counts.estimated,
            edge: counts.edge,
        }
    }

    fn add(&mut self, other: Self) {
        self.amount = self.amount.plus(other.amount).expect("a sum of lines fits");
        self.rated += other.rated;
        self.free += other.free;
        self.unrated += other.unrated;
        self.estimated += other.estimated;
        self.edge += other.edge;
    }
}

impl TierRange {
    fn add(&mut self, amount: Amount, (list, best): (Amount, Amount), quantity: u64) {
        let plus = |sum: Amount, rate: Amount| {
            let line = rate.times(quantity).expect("a line fits");
            sum.plus(line).expect("a sum of lines fits")
        };
        self.amount = self.amount.plus(amount).expect("a sum of lines fits");
        self.list = plus(self.list, list);
        self.best = plus(self.best, best);
    }
}

fn add(table: &mut BTreeMap<String, BillTotals>, key: &str, totals: BillTotals) {
    match table.get_mut(key) {
        Some(sum) => sum.add(totals),
        None => {
            table.insert(key.to_owned(), totals);
        }
    }
}

type MissingCell = (String, String, ChargeCategory, UnratedReason);

struct MissingSum {
    first: LocalDate,
    last: LocalDate,
    quantity: u64,
    range: Option<(Amount, Amount)>,
    text: String,
}

impl MissingSum {
    fn add(
        missing: &mut BTreeMap<MissingCell, Self>,
        price: &Price,
        counts: &PriceTotals,
        tariff: &Tariff,
    ) {
        let Some(unrated) = price.unrated else {
            return;
        };
        let cell = (
            unrated.currency.to_string(),
            tariff.markets.name(unrated.market).to_owned(),
            unrated.category,
            unrated.reason,
        );
        let text = unrated.describe(&tariff.markets).to_string();
        let range = match unrated.reason {
            UnratedReason::UnknownMarket => range_over_markets(tariff, &unrated),
            _ => None,
        };
        let times = |rate: Amount| rate.times(counts.quantity).expect("a line fits");
        let range = range.map(|(lowest, highest)| (times(lowest), times(highest)));
        let sum = missing.entry(cell).or_insert_with(|| Self {
            first: unrated.date,
            last: unrated.date,
            quantity: 0,
            range: Some((Amount::ZERO, Amount::ZERO)),
            text: text.clone(),
        });
        if unrated.date < sum.first {
            (sum.first, sum.text) = (unrated.date, text);
        }
        sum.last = sum.last.max(unrated.date);
        sum.quantity += counts.quantity;
        sum.range = sum
            .range
            .zip(range)
            .and_then(|(sum, part)| Some((sum.0.plus(part.0)?, sum.1.plus(part.1)?)));
    }

    fn finish(((currency, market, category, reason), sum): (MissingCell, Self)) -> MissingRate {
        MissingRate {
            currency,
            market,
            category: category.name(),
            reason: reason.name(),
            first_date: sum.first.to_string(),
            last_date: sum.last.to_string(),
            quantity: sum.quantity,
            lowest: sum.range.map(|(lowest, _)| lowest),
            highest: sum.range.map(|(_, highest)| highest),
            text: sum.text,
        }
    }
}

fn allowances(outcome: &Outcome) -> Vec<Allowance> {
    let positions = outcome.allowances.iter();
    positions
        .map(|position| Allowance {
            regime: position.regime.name(),
            owner: position.owner.clone(),
            month: position.month.to_string(),
            size: position.size,
            used_elsewhere: position.used_elsewhere,
            units: position.units,
            free: position.free(),
            by_day: BTreeMap::new(),
        })
        .collect()
}

fn tiers(list: &PriceList) -> Vec<TierClimb> {
    let positions = list.tiers.iter();
    positions
        .map(|position| TierClimb {
            owner: position.owner.clone(),
            market: position.market.clone(),
            category: position.category.name(),
            month: position.month.to_string(),
            used_elsewhere: position.used_elsewhere,
            counted: position.counted,
            without_ladder: position.without_ladder,
            currencies: position
                .currencies
                .iter()
                .map(ToString::to_string)
                .collect(),
            tier: position.tier.clone(),
            next_from: position.next_from,
        })
        .collect()
}
