//! A line of an invoice, or of Meta's analytics, as far as it states anything.

use std::sync::Arc;

use super::Tier;
use crate::{
    tariff::{Amount, MarketId, Period},
    vocabulary::{ChargeCategory, Currency, PricingType, named_enum},
};

named_enum! {
    /// What a line of an invoice is for.
    pub enum LineKind {
        /// Messages or conversations at a rate: what the replay can re-perform.
        Usage = "usage" | "charge" | "charges",
        /// A tax on other lines: tested only against a rate that the accounts state (A-TAX).
        Tax = "tax" | "vat" | "gst",
        /// A fee of a provider, a minimum, or tokens of an agent: not tested.
        Fee = "fee" | "fees",
        /// Money given back.
        Credit = "credit" | "refund" | "credit_note",
        /// A later correction of a line, up or down.
        Adjustment = "adjustment" | "correction",
    }
}

named_enum! {
    /// By which calendar the days of a line's period are counted.
    pub enum DateBasis {
        /// The account's local time (T-2).
        Local = "local",
        /// UTC: analytics may count their days so.
        Utc = "utc",
    }
}

/// The largest quantity a line or a group may state: no network carries as many messages.
pub const QUANTITY_MAX: u64 = 1_000_000_000_000;
/// The largest amount a line or a group may state, in whole units of a currency, so that every sum fits.
pub const AMOUNT_MAX: Amount = Amount::from_units(1_000_000_000_000_000_000_000_000_000);

/// One line. What is `None` the line does not state: it then holds for all values of that column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceLine {
    /// The file it was read from.
    pub file: Arc<str>,
    /// Its row, counted from 1 as the file's lines are (the header of a CSV is line 1).
    pub row: u64,
    /// The invoice it stands on; the file's name where it has no number.
    pub invoice_id: Arc<str>,
    /// The days it is for, the last one included.
    pub period: Option<Period>,
    /// How those days are counted.
    pub basis: DateBasis,
    /// The account.
    pub account: Option<Arc<str>>,
    /// The business number, without `+`.
    pub business: Option<Arc<str>>,
    /// The market.
    pub market: Option<MarketId>,
    /// The customer's country, ISO alpha-2.
    pub country: Option<[u8; 2]>,
    /// The category.
    pub category: Option<ChargeCategory>,
    /// The pricing type.
    pub pricing_type: Option<PricingType>,
    /// The volume tier; `0:MAX` is read as none.
    pub tier: Option<Tier>,
    /// How many messages or conversations; negative where they are given back.
    pub quantity: Option<i64>,
    /// The price of one.
    pub unit_price: Option<Amount>,
    /// The money. None where the source has no cost at all (analytics of partner-billed accounts).
    pub amount: Option<Amount>,
    /// Digits after the point with which the amount was written.
    pub amount_digits: u32,
    /// The currency.
    pub currency: Option<Currency>,
    /// What it is for.
    pub kind: LineKind,
}
