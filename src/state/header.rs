//! Everything small that a state keeps, as JSON.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::Belongs;
use crate::audit::QUANTITY_MAX;
use crate::log::Gone;
use crate::log::totals::{ControlTotals, CountByName};
use crate::pricing::TierPosition;
use crate::replay::carried::{AllowanceName, Carried, Doubts, SettledMessages};
use crate::report::summary::Adjusted;
use crate::vocabulary::{ChargeCategory, Currency, Instant, LocalDate, Month, Regime};

/// For how many days rows can be carried.
pub const HORIZON_DAYS: std::ops::RangeInclusive<u32> = 1..=400;

/// How far a zone is ahead of UTC at most.
const FARTHEST_ZONE_SECONDS: i32 = 14 * 3_600;

/// Everything small.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The program that wrote it, with its version.
    pub program: String,
    /// Under what it was made.
    pub belongs: Belongs,
    /// How many runs have continued each other.
    pub runs: u64,
    /// How long before the log's last instant rows are carried.
    pub horizon_days: u32,
    /// What was charged before is settled (microseconds).
    pub settled_before: i64,
    /// The end of the log, but for a few clocks that ran ahead (microseconds).
    pub ends: i64,
    /// First and last instant of any accepted row (microseconds).
    pub time_range: Option<(i64, i64)>,
    /// What became of the rows that are not carried.
    pub totals: ControlTotals,
    /// What became of all rows of all runs.
    pub totals_so_far: ControlTotals,
    /// Rejected rows by code.
    pub rejected_by_code: CountByName,
    /// Rows of other channels.
    pub other_channels: CountByName,
    /// Whether what was sent counts as delivered (D-3), decided by the first run.
    pub assumes_delivery: bool,
    /// Whether some row knew more of its message than that it was sent (D-3).
    pub knows_deliveries: bool,
    /// Settled units of allowances.
    pub allowances: Vec<AllowanceUnits>,
    /// Settled volumes.
    pub tiers: Vec<TierName>,
    /// Local months that are closed: their lines change by adjustments only.
    pub closed_months: BTreeSet<String>,
    /// Findings that were published and could be found again.
    pub findings: BTreeSet<String>,
    /// What adjustments of all runs come to, by month, then currency.
    pub adjusted: BTreeMap<String, BTreeMap<String, Adjusted>>,
    /// Messages whose charges are not sure any more.
    pub doubts: Doubts,
    /// Published charges that may still change.
    pub charges_left: u64,
    /// Published conversations that may still change.
    pub conversations_left: u64,
}

/// Settled units of an allowance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowanceUnits {
    /// The regime that grants it.
    pub regime: String,
    /// Account or business number.
    pub owner: String,
    /// Local month.
    pub month: String,
    /// How many.
    pub units: u64,
}

/// A volume, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierName {
    /// Portfolio, or the account that is its own.
    pub owner: String,
    /// Market.
    pub market: String,
    /// Category.
    pub category: String,
    /// Local month.
    pub month: String,
    /// Volume that no log shows (S-23).
    pub used_elsewhere: u64,
    /// Settled charges.
    pub counted: u64,
    /// Those at list for want of a ladder.
    pub without_ladder: u64,
    /// Billing currencies.
    pub currencies: Vec<String>,
    /// The step of the last one.
    pub tier: Option<String>,
    /// First rank of the next step.
    pub next_from: Option<u64>,
}

impl Header {
    /// The instant before which everything is settled.
    pub fn settled_before(&self) -> Instant {
        Instant::from_micros(self.settled_before)
    }

    /// The last local month, in any zone, that has settled charges.
    pub fn settled_month(&self) -> Month {
        LocalDate::at_offset(self.settled_before(), FARTHEST_ZONE_SECONDS).month()
    }

    /// What no run can have written of it, if anything.
    pub fn fault(&self) -> Option<String> {
        if !HORIZON_DAYS.contains(&self.horizon_days) {
            return Some(format!(
                "a horizon of {} days, where {} to {} are possible",
                self.horizon_days,
                HORIZON_DAYS.start(),
                HORIZON_DAYS.end()
            ));
        }
        let totals = [&self.totals, &self.totals_so_far];
        let counts = totals.into_iter().flat_map(ControlTotals::counts);
        let counts = counts.chain([self.runs, self.doubts.late, self.doubts.revived]);
        let counts = counts.chain(self.rejected_by_code.values().copied());
        let counts = counts.chain(self.other_channels.values().copied());
        let counts = counts.chain(self.allowances.iter().map(|allowance| allowance.units));
        let tiers = self.tiers.iter();
        let counts = counts.chain(tiers.flat_map(|tier| [tier.counted, tier.without_ladder]));
        if let Some(count) = counts.into_iter().find(|&count| count > QUANTITY_MAX) {
            return Some(format!(
                "a count of {count}, where {QUANTITY_MAX} is the most"
            ));
        }
        let is_closed = |totals: &ControlTotals| totals.rows_read == totals.outcomes();
        match is_closed(&self.totals) && is_closed(&self.totals_so_far) {
            true => None,
            false => Some("control totals that do not close".to_owned()),
        }
    }

    /// How many rows are carried.
    pub fn rows_left(&self) -> u64 {
        let settled = self.totals.rows_read;
        self.totals_so_far.rows_read.saturating_sub(settled)
    }

    /// What the replay needs.
    ///
    /// # Errors
    /// If an allowance is named by a regime or month that there is not.
    pub fn carried(&self, gone: Vec<Gone>, messages: SettledMessages) -> Result<Carried> {
        let mut allowances = BTreeMap::new();
        for allowance in &self.allowances {
            let regime = Regime::parse(allowance.regime.as_bytes());
            let name: AllowanceName = (
                regime.with_context(|| format!("`{}` is no regime", allowance.regime))?,
                allowance.owner.clone(),
                month(&allowance.month)?,
            );
            allowances.insert(name, allowance.units);
        }
        let instants = |(first, last)| (Instant::from_micros(first), Instant::from_micros(last));
        Ok(Carried {
            gone,
            settled_before: self.settled_before(),
            ends: Instant::from_micros(self.ends),
            doubts: self.doubts,
            time_range: self.time_range.map(instants),
            totals: self.totals.clone(),
            rejected_by_code: self.rejected_by_code.clone(),
            other_channels: self.other_channels.clone(),
            allowances,
            messages,
            assumes_delivery: self.assumes_delivery,
            knows_deliveries: self.knows_deliveries,
        })
    }

    /// The settled volumes.
    ///
    /// # Errors
    /// If one is named by words that there are not.
    pub fn tiers(&self) -> Result<Vec<TierPosition>> {
        let position = |tier: &TierName| {
            let category = ChargeCategory::parse(tier.category.as_bytes());
            let currency = |code: &String| {
                Currency::parse(code).with_context(|| format!("`{code}` is no currency"))
            };
            Ok(TierPosition {
                owner: tier.owner.clone(),
                market: tier.market.clone(),
                category: category
                    .with_context(|| format!("`{}` is no category", tier.category))?,
                month: month(&tier.month)?,
                used_elsewhere: tier.used_elsewhere,
                counted: tier.counted,
                without_ladder: tier.without_ladder,
                currencies: tier
                    .currencies
                    .iter()
                    .map(currency)
                    .collect::<Result<_>>()?,
                tier: tier.tier.clone(),
                next_from: tier.next_from,
            })
        };
        self.tiers.iter().map(position).collect()
    }
}

fn month(word: &str) -> Result<Month> {
    Month::parse(word).with_context(|| format!("`{word}` is no month"))
}

/// Allowances in words.
pub fn allowance_units(allowances: &BTreeMap<AllowanceName, u64>) -> Vec<AllowanceUnits> {
    let units = |((regime, owner, month), units): (&AllowanceName, &u64)| AllowanceUnits {
        regime: regime.name().to_owned(),
        owner: owner.clone(),
        month: month.to_string(),
        units: *units,
    };
    allowances.iter().map(units).collect()
}

impl From<&TierPosition> for TierName {
    fn from(position: &TierPosition) -> Self {
        Self {
            owner: position.owner.clone(),
            market: position.market.clone(),
            category: position.category.name().to_owned(),
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_run_can_have_written_is_a_fault() {
        let sound = Header {
            horizon_days: 7,
            ..Header::default()
        };
        assert_eq!(sound.fault(), None);
        let mut header = sound.clone();
        header.horizon_days = u32::MAX;
        assert!(header.fault().expect("a fault").contains("a horizon of"));
        let mut header = sound.clone();
        header.runs = u64::MAX;
        assert!(header.fault().expect("a fault").contains("a count of"));
        let mut header = sound;
        header.totals.inbound = 1;
        assert!(header.fault().expect("a fault").contains("do not close"));
    }
}
