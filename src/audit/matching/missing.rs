//! What the invoice lacks: charges that none of its lines covers.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    super::{
        ExpectedGroup, InvoiceLine,
        comparison::{Comparison, Progress, Slice},
        key::{Grain, Key, date_of},
    },
    CellCharges, is_usage,
    precision::Formations,
};
use crate::tariff::Period;

/// Periods longer than this are months and the like, of which an invoice is for one.
const WEEK_DAYS: i32 = 7;

/// The periods that invoices are for: of each invoice the one that most of its lines state. A line for another
/// month on an invoice does not make the whole other month part of it. Days and weeks all count.
pub(super) fn main_periods(lines: &[InvoiceLine]) -> Vec<Period> {
    let mut counts: BTreeMap<&str, BTreeMap<Period, usize>> = BTreeMap::new();
    for line in lines.iter().filter(|line| is_usage(line)) {
        if let Some(period) = line.period {
            let of_invoice = counts.entry(&line.invoice_id).or_default();
            *of_invoice.entry(period).or_default() += 1;
        }
    }
    let mut main = BTreeSet::new();
    for of_invoice in counts.values() {
        let most = of_invoice.values().max().copied().unwrap_or(0);
        let is_main = |period: &Period, count: usize| {
            count == most || period.to.days().saturating_sub(period.from.days()) < WEEK_DAYS
        };
        main.extend(
            of_invoice
                .iter()
                .filter(|&(period, &count)| is_main(period, count))
                .map(|(&period, _)| period),
        );
    }
    main.into_iter().collect()
}

/// Charges without a line, at the grain of the invoice.
pub(super) struct Lacking {
    grain: Grain,
    periods: Vec<Period>,
    /// The accounts that lines name, if every line names one.
    accounts: Option<BTreeSet<Arc<str>>>,
    charged: HashMap<Key, CellCharges>,
    free: HashMap<Key, CellCharges>,
}

impl Lacking {
    pub fn new(lines: &[InvoiceLine], grain: Grain, periods: Vec<Period>) -> Self {
        let usage = || lines.iter().filter(|line| is_usage(line));
        let accounts: Option<BTreeSet<Arc<str>>> =
            usage().map(|line| line.account.clone()).collect();
        Self {
            grain,
            periods,
            accounts,
            charged: HashMap::new(),
            free: HashMap::new(),
        }
    }

    pub fn add(&mut self, group: &ExpectedGroup) {
        let date = date_of(group, self.grain.basis);
        let period = self
            .periods
            .iter()
            .find(|period| period.contains(date))
            .copied();
        if self.grain.period && period.is_none() {
            return;
        }
        let mut key = Key::of_group(group, self.grain, period);
        let list = if group.is_charged() {
            &mut self.charged
        } else {
            key.pricing_type = Some(group.pricing_type);
            &mut self.free
        };
        list.entry(key)
            .or_default()
            .add(Slice::of_group(group), true);
    }

    /// A comparison with nothing for each cell, in the order of their keys.
    pub fn comparisons(self, formations: &Formations) -> Vec<Comparison> {
        let accounts = self.accounts;
        let is_other_account = |key: &Key| {
            let named = accounts.as_ref().filter(|accounts| !accounts.is_empty());
            match (named, &key.account) {
                (Some(named), Some(account)) => !named.contains(account),
                _ => false,
            }
        };
        let charged = self.charged.into_iter().map(|cell| (cell, false));
        let free = self.free.into_iter().map(|cell| (cell, true));
        let mut comparisons: Vec<Comparison> = charged
            .chain(free)
            .map(|((key, mut charges), is_silent)| {
                let formation = formations.plain(key.currency);
                charges.sort();
                let is_other = is_other_account(&key);
                let mut comparison = Comparison::new(key, charges.counted, formation);
                comparison.is_silent = is_silent;
                if is_other {
                    let account = comparison.key.account.as_deref().unwrap_or_default();
                    let reason = format!(
                        "no line of any invoice names account {account}: supply its invoice"
                    );
                    comparison.progress = Progress::NotTested(reason);
                }
                comparison
            })
            .collect();
        comparisons
            .sort_by(|left, right| (left.is_silent, &left.key).cmp(&(right.is_silent, &right.key)));
        comparisons
    }
}
