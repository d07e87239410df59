//! The lines of the right invoice, with all that decides which error can stand on them unmistakably.

use std::collections::{BTreeSet, HashMap};

use super::{Truth, wish::Column, wish::Grain};
use crate::audit::{ExpectedGroup, Tier};
use crate::pricing::Line;
use crate::tariff::{Amount, CardModel, MarketId, Period};
use crate::vocabulary::{ChargeCategory, ChargeState, Currency, LocalDate, Month, PricingType};

/// What a line of the invoice states. `None` where the invoice has no such column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RowKey {
    /// The account.
    pub account: Option<String>,
    /// The business number.
    pub business: Option<String>,
    /// The month, by the account's local time.
    pub month: Month,
    /// The market.
    pub market: Option<MarketId>,
    /// The category.
    pub category: Option<ChargeCategory>,
    /// The pricing type.
    pub pricing_type: Option<PricingType>,
    /// The volume tier; none also where there is only one.
    pub tier: Option<Tier>,
    /// The currency.
    pub currency: Currency,
}

impl RowKey {
    /// Whether it lists what costs nothing.
    pub fn is_free(&self) -> bool {
        let is_free = |pricing_type| pricing_type != PricingType::Regular;
        self.pricing_type.is_some_and(is_free)
    }

    /// Whether it is another tier of the same cell.
    pub(super) fn is_other_tier_of(&self, other: &Self) -> bool {
        self.tier != other.tier
            && (self.month, self.market, self.category)
                == (other.month, other.market, other.category)
            && (self.pricing_type, self.currency) == (other.pricing_type, other.currency)
            && (&self.account, &self.business) == (&other.account, &other.business)
    }

    /// Whether two lines can never be taken for the two ends of one move: units move from one category or
    /// pricing type, market, month, tier or currency to another, but never along two of those at once, and
    /// never between accounts or numbers.
    pub fn is_apart_from(&self, other: &Self) -> bool {
        let kind = |key: &Self| (key.category, key.pricing_type);
        let columns = [
            kind(self) != kind(other),
            self.market != other.market,
            self.month != other.month,
            self.currency != other.currency,
        ];
        (&self.account, &self.business) != (&other.account, &other.business)
            || columns.into_iter().filter(|&differs| differs).count() >= 2
    }
}

/// A line of the right invoice.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub key: RowKey,
    /// The units it bills.
    pub quantity: i64,
    /// What it comes to, rounded (S-34).
    pub amount: Amount,
    /// What one unit costs, if all cost the same; zero on a free line.
    pub price: Option<Amount>,
    /// Units of the same cell that are free, where the invoice does not list them.
    pub free: i64,
    /// Whether some of its units stand on a ladder.
    pub has_tiers: bool,
    /// How many lines of the run are summed in it.
    pub parts: i64,
    /// Whether all of its units have a rate.
    pub is_rated: bool,
    /// Whether Meta's own marks price some of its units otherwise: they explain differences, too.
    pub is_marked: bool,
    /// Whether another calendar would put units into its month, or out of it.
    pub is_at_month_end: bool,
    /// Units sent in its month and delivered in another, less the reverse; none where some of them have another
    /// price or tier than the line.
    pub late: Option<i64>,
    /// The model whose card prices it.
    pub model: Option<CardModel>,
    /// The last day on which one of its charged units was charged.
    pub last_date: Option<LocalDate>,
}

impl Row {
    /// Whether it bills units that cost something, all at one known price, in a month that the log holds.
    pub fn has_one_price(&self, covered: Option<Period>) -> bool {
        let price = self.price.filter(|&price| price > Amount::ZERO);
        self.is_testable(covered) && !self.key.is_free() && price.is_some()
    }

    /// Whether the audit can say something of it.
    pub fn is_testable(&self, covered: Option<Period>) -> bool {
        let (first, last) = (self.key.month.first_day(), self.key.month.last_day());
        let is_covered = covered.is_none_or(|days| days.from <= first && last <= days.to);
        self.is_rated && is_covered && self.quantity > 0
    }
}

/// Where lines stand.
#[derive(Default)]
struct Places {
    by_key: HashMap<RowKey, usize>,
    /// The lines of a cell, whatever their tier.
    by_cell: HashMap<RowKey, Vec<usize>>,
}

/// The lines of the right invoices, month by month. None if an amount does not fit.
pub(super) fn rows(truth: &Truth<'_>, grain: &Grain) -> Option<Vec<Row>> {
    let mut places = Places::default();
    let mut rows: Vec<Row> = Vec::new();
    for line in truth.lines {
        let key = key_of_line(truth, grain, line)?;
        let place = *places.by_key.entry(key.clone()).or_insert_with(|| {
            rows.push(Row {
                key,
                quantity: 0,
                amount: Amount::ZERO,
                price: None,
                free: 0,
                has_tiers: false,
                parts: 0,
                is_rated: true,
                is_marked: false,
                is_at_month_end: false,
                late: Some(0),
                model: None,
                last_date: None,
            });
            rows.len() - 1
        });
        add(&mut rows[place], line, grain)?;
    }
    for (place, row) in rows.iter().enumerate() {
        let cell = RowKey {
            tier: None,
            ..row.key.clone()
        };
        places.by_cell.entry(cell).or_default().push(place);
    }
    for group in truth.groups {
        note(&mut rows, &places, grain, group);
    }
    rows.retain(|row| row.quantity > 0);
    for row in &mut rows {
        row.amount = truth.rounded(row.amount, row.key.currency);
    }
    rows.sort_by_key(|row| row.key.month);
    Some(rows)
}

fn add(row: &mut Row, line: &Line, grain: &Grain) -> Option<()> {
    let quantity = i64::try_from(line.quantity).ok()?;
    let is_free = line.state.0 == ChargeState::Free;
    if is_free && !grain.has(Column::PricingType) {
        row.free = row.free.checked_add(quantity)?;
        return Some(());
    }
    let price = match line.state.0 {
        ChargeState::Free => Some(Amount::ZERO),
        _ => line.rate,
    };
    row.is_rated &= line.amount.is_some();
    row.price = price.filter(|_| row.parts == 0 || row.price == price);
    row.has_tiers |= line.tier.is_some();
    row.parts += 1;
    row.quantity = row.quantity.checked_add(quantity)?;
    row.amount = row.amount.plus(line.amount.unwrap_or_default())?;
    Some(())
}

/// Keeps what the days and marks of charges say of the lines that bill them.
fn note(rows: &mut [Row], places: &Places, grain: &Grain, group: &ExpectedGroup) {
    let month = group.local_date.month();
    let own = key_of_group(grain, group, month);
    if let Some(&place) = places.by_key.get(&own) {
        let row = &mut rows[place];
        row.is_marked |= group.meta_pricing_type.is_some() || group.meta_category.is_some();
        if group.is_charged() || row.key.pricing_type.is_some() {
            row.last_date = row.last_date.max(Some(group.local_date));
            row.model = Some(group.model);
        }
    }
    let (sent, utc) = (group.send_date.month(), group.utc_date.month());
    if sent == month && utc == month {
        return;
    }
    // The tier does not matter: what no line of its tier covers falls to another one of the cell.
    let units = i64::try_from(group.quantity).ok();
    for other in BTreeSet::from([month, sent, utc]) {
        let cell = RowKey {
            month: other,
            tier: None,
            ..own.clone()
        };
        for &place in places.by_cell.get(&cell).into_iter().flatten() {
            let row = &mut rows[place];
            row.is_at_month_end = true;
            if sent != month {
                let is_alike = group.rate == row.price && own.tier == row.key.tier;
                let units = units.filter(|_| is_alike && group.is_charged());
                let sign = i64::from(other == sent) - i64::from(other == month);
                row.late =
                    (row.late.zip(units)).and_then(|(late, units)| late.checked_add(sign * units));
            }
        }
    }
}

fn key_of_line(truth: &Truth<'_>, grain: &Grain, line: &Line) -> Option<RowKey> {
    let tier = line.tier.as_ref().and_then(|tier| Tier::parse(&tier.label));
    let market = truth.tariff.markets.named(&line.market)?;
    Some(RowKey {
        account: grain.has(Column::Account).then(|| line.account.clone()),
        business: grain.has(Column::Business).then(|| line.business.clone()),
        month: line.month,
        market: grain.has(Column::Market).then_some(market),
        category: grain.has(Column::Category).then_some(line.category.0),
        pricing_type: (grain.has(Column::PricingType)).then_some(line.pricing_type.0),
        tier: tier.filter(|tier| grain.has(Column::Tier) && !tier.is_whole()),
        currency: line.currency,
    })
}

fn key_of_group(grain: &Grain, group: &ExpectedGroup, month: Month) -> RowKey {
    RowKey {
        account: grain
            .has(Column::Account)
            .then(|| group.account.to_string()),
        business: (grain.has(Column::Business)).then(|| group.business.to_string()),
        month,
        market: grain.has(Column::Market).then_some(group.market),
        category: grain.has(Column::Category).then_some(group.category),
        pricing_type: grain.has(Column::PricingType).then_some(group.pricing_type),
        tier: group
            .tier
            .filter(|tier| grain.has(Column::Tier) && !tier.is_whole()),
        currency: group.currency,
    }
}
