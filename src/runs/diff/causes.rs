//! The one cause of each charge that differs, decided by evidence in a fixed order.
//!
//! A charge that was added or removed: period, account, rule (the message is charged as another unit),
//! detail, then the rows of the log (new, late, removed), rule, other. A charge that changed, by the first
//! of its columns that differs: account or currency, market, category, time, rule, price, other. What
//! decides stands before what follows from it: another category also costs another rate.

use serde::{Serialize, Serializer};

use super::evidence::{Circumstances, Other, Side};
use super::row::{Places, Row};
use crate::vocabulary::named_enum;

named_enum! {
    /// What became of a charge.
    pub enum Change {
        /// Only the second run has it.
        Added = "added",
        /// Only the first run has it.
        Removed = "removed",
        /// Both have it, with other cells.
        Changed = "changed",
    }
}

named_enum! {
    /// Why a charge differs.
    pub enum Cause {
        /// The other run wrote other local dates (`--month`, `--from`, `--to`).
        Period = "period",
        /// The message belongs to another account, or the account bills in another currency.
        Account = "account_or_currency",
        /// Covered messages are written by one run only (`--detail`).
        Detail = "detail",
        /// Its message is new in the log, after the first run's end of log.
        NewRows = "new_rows",
        /// Its message is new in the log, though the first run's log went further.
        LateRows = "late_rows",
        /// Its message is no longer in the log.
        RemovedRows = "removed_rows",
        /// The customer's market or country is another.
        Market = "market",
        /// The message or conversation has another category.
        Category = "category",
        /// It is charged at another instant or on another local date.
        Time = "time",
        /// Another regime, rule or pricing type decides.
        Rule = "rule",
        /// Another card, tier or rate prices it.
        Price = "price",
        /// Anything else, such as the marks `estimated` and `edge`.
        Other = "other",
    }
}

macro_rules! serialized_by_name {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    )*};
}

serialized_by_name!(Change, Cause);

impl Cause {
    /// The cause in a few words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Period => "another period was asked for",
            Self::Account => "account or currency",
            Self::Detail => "covered messages written or not",
            Self::NewRows => "new rows of the log",
            Self::LateRows => "late rows of the log",
            Self::RemovedRows => "rows no longer in the log",
            Self::Market => "market or country",
            Self::Category => "category",
            Self::Time => "instant or local date",
            Self::Rule => "regime, rule or pricing type",
            Self::Price => "card, tier or rate",
            Self::Other => "other",
        }
    }
}

/// Why a charge stands on one side only; `other` is what the other side knows of its message.
pub fn of_one_sided(
    row: &Row,
    places: &Places,
    side: Side,
    other: Other,
    circumstances: &Circumstances,
) -> Cause {
    let of_detail = row.is(places.unit, "message")
        && row
            .cell(places.regime)
            .is_some_and(|regime| regime.starts_with("cbp-"));
    if circumstances.is_outside_other_period(side, row.cell(places.local_date)) {
        return Cause::Period;
    }
    match other {
        Other::AnotherAccount => return Cause::Account,
        Other::AnotherUnit => return Cause::Rule,
        _ => {}
    }
    if of_detail && circumstances.detail_differs {
        return Cause::Detail;
    }
    if circumstances.logs_differ && other == Other::Unknown {
        return match side {
            Side::Before => Cause::RemovedRows,
            Side::After if circumstances.was_over_before(row.instant) => Cause::NewRows,
            Side::After => Cause::LateRows,
        };
    }
    if circumstances.rules_differ || circumstances.logs_differ {
        return Cause::Rule;
    }
    Cause::Other
}

/// Why a charge that both runs have changed.
pub fn of_changed(changed: &[usize], places: &Places) -> Cause {
    let has = |columns: &[usize]| columns.iter().any(|column| changed.contains(column));
    let tests: [(Cause, &[usize]); 6] = [
        (Cause::Account, &[places.currency]),
        (Cause::Market, &[places.market, places.country]),
        (Cause::Category, &[places.category]),
        (Cause::Time, &[places.charged_at, places.local_date]),
        (
            Cause::Rule,
            &[places.regime, places.rule, places.pricing_type],
        ),
        (
            Cause::Price,
            &[
                places.rate_card,
                places.rate,
                places.tier,
                places.state,
                places.amount,
            ],
        ),
    ];
    tests
        .into_iter()
        .find(|(_, columns)| has(columns))
        .map_or(Cause::Other, |(cause, _)| cause)
}
