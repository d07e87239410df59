//! The rows of a bridge: sums, and what leads from one to the other.

use crate::audit::Cause;
use crate::report::charts::measure::Measure;
use crate::report::figures::thousands;
use crate::report::summary::BridgeSummary;
use crate::tariff::Amount;

/// A bar from one sum to another.
pub struct Row {
    /// The sum or the cause, in words.
    pub name: String,
    /// In small letters below.
    pub detail: String,
    /// For who points at it.
    pub tip: String,
    /// Where it begins, in 10^-12 of the currency.
    pub from: i128,
    /// Where it ends.
    pub to: i128,
    /// What it is.
    pub kind: Kind,
}

/// What a row is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A sum, from zero.
    Whole,
    /// What a cause adds.
    Step,
    /// Billed on lines that could not be tested.
    NotTested,
}

impl Row {
    /// What it looks like.
    pub fn series(&self) -> &'static str {
        match self.kind {
            Kind::Whole => "whole",
            Kind::NotTested => "other",
            Kind::Step if self.to > self.from => "over",
            Kind::Step if self.to < self.from => "under",
            Kind::Step => "",
        }
    }
}

/// Every bar, from above.
pub fn rows(bridge: &BridgeSummary) -> Vec<Row> {
    let whole = |name: &str, amount: Amount| Row {
        name: name.to_owned(),
        detail: String::new(),
        tip: String::new(),
        from: 0,
        to: amount.units(),
        kind: Kind::Whole,
    };
    let measure = Measure::Money(&bridge.currency);
    let figure = |amount: Amount| measure.exact_with_unit(amount.units());
    let mut rows = vec![whole("Expected", bridge.expected)];
    let mut sum = bridge.expected.units();
    for step in &bridge.steps {
        let to = sum.saturating_add(step.amount.units());
        let rows_behind = match step.rows {
            1 => "1 row".to_owned(),
            count => format!("{} rows", thousands(count)),
        };
        rows.push(Row {
            name: words(step.cause).to_owned(),
            detail: format!("{}, {rows_behind}", step.cause),
            tip: format!(
                "{}: {} billed too much, {} billed too little, {rows_behind}",
                words(step.cause),
                figure(step.overcharged),
                figure(step.undercharged)
            ),
            from: sum,
            to,
            kind: Kind::Step,
        });
        sum = to;
    }
    if bridge.not_tested != Amount::ZERO {
        rows.push(Row {
            name: "Not tested".to_owned(),
            detail: "the replay has nothing to test it against".to_owned(),
            tip: String::new(),
            from: sum,
            to: sum.saturating_add(bridge.not_tested.units()),
            kind: Kind::NotTested,
        });
    }
    rows.push(whole("Invoiced", bridge.invoiced));
    rows
}

/// A cause as a reader of bills would call it.
fn words(cause: &'static str) -> &'static str {
    match Cause::ALL.iter().find(|known| known.name() == cause) {
        Some(Cause::Duplicate) => "Billed twice",
        Some(Cause::BilledFree) => "Charged though free",
        Some(Cause::FreeBilled) => "Free though chargeable",
        Some(Cause::Category) => "Another category",
        Some(Cause::Market) => "Another market",
        Some(Cause::Tier) => "Another volume tier",
        Some(Cause::Rate) => "Another rate",
        Some(Cause::Period) => "Another period",
        Some(Cause::Quantity) => "Another quantity",
        Some(Cause::Rounding) => "Rounding",
        Some(Cause::Currency) => "Another currency",
        Some(Cause::Tax) => "Tax",
        Some(Cause::Unexplained) => "No cause found",
        None => cause,
    }
}

/// With a sign of its own for each direction.
pub fn signed(measure: Measure<'_>, change: i128) -> String {
    let figure = measure.exact(change);
    match change > 0 {
        true => format!("+{figure}"),
        false => figure,
    }
}

/// What stands at the end of a row.
pub fn figure(measure: Measure<'_>, row: &Row) -> String {
    let change = row.to.saturating_sub(row.from);
    match (row.kind, change) {
        (Kind::Whole, _) => measure.exact(row.to),
        (_, 0) => measure.exact(0),
        (_, 1..) => format!("▲ {}", signed(measure, change)),
        _ => format!("▼ {}", signed(measure, change)),
    }
}
