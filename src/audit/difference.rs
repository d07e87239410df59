//! The table `differences`: one row for each line and cause.

use std::sync::Arc;

use crate::{
    tariff::Amount,
    vocabulary::{Currency, Month, named_enum},
};

named_enum! {
    /// Why an invoice differs from what the replay expects, in the order in which causes are tested.
    pub enum Cause {
        /// A line, or the same quantity of the same cell, stands twice.
        Duplicate = "A-DUPLICATE",
        /// Charged, though the replay holds it free.
        BilledFree = "A-BILLED-FREE",
        /// Free, though the replay holds it chargeable.
        FreeBilled = "A-FREE-BILLED",
        /// Billed under another category.
        Category = "A-CATEGORY",
        /// Billed under another market.
        Market = "A-MARKET",
        /// Billed in another volume tier.
        Tier = "A-TIER",
        /// Billed at another price than the card's.
        Rate = "A-RATE",
        /// Billed in another period.
        Period = "A-PERIOD",
        /// Billed in another number than the log holds.
        Quantity = "A-QUANTITY",
        /// Rounded otherwise than S-34 says.
        Rounding = "A-ROUNDING",
        /// Billed in another currency.
        Currency = "A-CURRENCY",
        /// Taxed at another rate than the accounts state.
        Tax = "A-TAX",
        /// None of these is supported by the evidence.
        Unexplained = "A-UNEXPLAINED",
    }
}

impl Cause {
    /// When it is said: the test that the evidence passed.
    pub const fn is_said_if(self) -> &'static str {
        match self {
            Self::Duplicate => "a line, or the same quantity of the same cell, stands twice",
            Self::BilledFree => {
                "units are charged that the replay holds free: as many as it holds, or as Meta's marks name"
            }
            Self::FreeBilled => {
                "units are free on the bill, or missing from it by Meta's marks, that the replay charges"
            }
            Self::Category => {
                "as many units are missing in one category as are too many in another, or as Meta's marks name"
            }
            Self::Market => "as many units are missing in one market as are too many in another",
            Self::Tier => "as many units are missing in one tier as are too many in another",
            Self::Rate => "the price of the line is not the card's",
            Self::Period => {
                "units of neighbouring days, such as late deliveries, account exactly for the quantity"
            }
            Self::Quantity => {
                "more or fewer units are billed than the log holds, and nothing tells why"
            }
            Self::Rounding => "the line is rounded otherwise than S-34 says",
            Self::Currency => "the line is billed in another currency",
            Self::Tax => "a tax line is not the rate that the accounts state",
            Self::Unexplained => "none of the causes is supported by the evidence",
        }
    }
}

named_enum! {
    /// How a line compares.
    pub enum DifferenceStatus {
        /// Nothing differs.
        Matched = "matched",
        /// The line differs by no more than the tolerance.
        WithinTolerance = "within_tolerance",
        /// It differs.
        Different = "different",
        /// The replay has nothing to test it against.
        NotTested = "not_tested",
    }
}

/// One row of `differences`.
///
/// Every number is additive: the rows of a line sum to the line's expected and billed quantity and amount,
/// the rows of a currency to the whole. A line with several causes has one row that carries what agrees
/// together with its first cause, and one for each further cause, where nothing is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The invoice; none for what every invoice lacks.
    pub invoice_id: Option<Arc<str>>,
    /// The row of its file; none for what the invoice lacks.
    pub invoice_line: Option<u64>,
    /// The file of that row.
    pub file: Option<Arc<str>>,
    /// The account, where the line states one.
    pub account: Option<Arc<str>>,
    /// The business number, where the line states one.
    pub business: Option<Arc<str>>,
    /// The month, where the line's period lies in one.
    pub month: Option<Month>,
    /// The market's name, or the country's code where the line states only that.
    pub market: Option<String>,
    /// The category's name, where the line states one.
    pub category: Option<&'static str>,
    /// The pricing type's name, where the line states one.
    pub pricing_type: Option<&'static str>,
    /// The tier, where the line states one.
    pub tier: Option<String>,
    /// The currency; none only where neither side knows it.
    pub currency: Option<Currency>,
    /// Units the replay expects; none where nothing can be tested.
    pub expected_quantity: Option<i64>,
    /// Units billed; none where the line does not say.
    pub billed_quantity: Option<i64>,
    /// What the line should come to under S-34; none where nothing can be tested.
    pub expected_amount: Option<Amount>,
    /// What it comes to; none where the source states no cost.
    pub billed_amount: Option<Amount>,
    /// Billed minus expected; none where nothing can be tested.
    pub difference: Option<Amount>,
    /// How it compares.
    pub status: DifferenceStatus,
    /// Why it differs; none where it does not, or was not tested.
    pub cause: Option<Cause>,
    /// Whether it was not tested because something can be supplied that would decide it. Fees, and taxes of
    /// accounts that state no rate, are outside of what a log can decide, and forbid no conclusion.
    pub is_evidence_missing: bool,
    /// The reason in words, with its numbers.
    pub explanation: String,
}
