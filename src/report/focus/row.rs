//! A row of FOCUS: its columns in the order of the specification, and how values are written.

use serde_json::{Map, Value};

use crate::tariff::Amount;
use crate::vocabulary::{Currency, LocalDate};

/// Who offers, publishes and bills the service.
const PROVIDER: &str = "Meta";
const SERVICE: &str = "WhatsApp Business Platform";
/// FOCUS: services enabling applications to interact via mobile technologies.
const SERVICE_CATEGORY: &str = "Mobile";
const SERVICE_SUBCATEGORY: &str = "Other (Mobile)";
const ACCOUNT_TYPE: &str = "WhatsApp Business Account";
const SUB_ACCOUNT_TYPE: &str = "Business number";
/// Decimals of a cost that is a round number: a column of them alone must not look like integers.
const COST_DIGITS: usize = 4;

/// The columns: those of FOCUS 1.2 as its document lists them, then our own.
pub const HEADER: [&str; 45] = [
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingAccountType",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SkuPriceDetails",
    "SkuPriceId",
    "SubAccountId",
    "SubAccountName",
    "SubAccountType",
    "Tags",
    "x_CostBasis",
    "x_InvoiceLineKind",
    "x_SourceInvoiceId",
    "x_SourceInvoiceFile",
    "x_SourceInvoiceRow",
];

/// What differs between rows; empty where it is null.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it costs: billed, effective, list and contracted cost are the same here.
    pub cost: Amount,
    /// In what.
    pub currency: Currency,
    /// The account as the log names it.
    pub account: String,
    /// The business number; empty where the row is for none alone.
    pub business: String,
    /// The market; empty where the row is for none alone.
    pub market: String,
    /// First and last day of the calendar months it is billed with.
    pub billing_days: (LocalDate, LocalDate),
    /// First and last day it is for.
    pub charge_days: (LocalDate, LocalDate),
    /// `Usage`, `Tax`, `Credit` or `Adjustment`.
    pub charge_category: &'static str,
    /// One sentence.
    pub description: String,
    /// What was used, where something was.
    pub usage: Option<Usage>,
    /// Names of what the row is about.
    pub tags: Vec<(&'static str, String)>,
    /// Where it comes from: `expected` by the replay or `invoiced`.
    pub cost_basis: &'static str,
    /// The line of the invoice, where it is one.
    pub source: Option<Source>,
}

/// Units at a price.
#[derive(Clone, Debug)]
pub struct Usage {
    /// How many.
    pub quantity: u64,
    /// `Messages` or `Conversations`.
    pub unit: &'static str,
    /// The price of one.
    pub price: Amount,
    /// `Standard` or `Dynamic`.
    pub pricing_category: &'static str,
    /// What is sold.
    pub sku: String,
    /// What is counted.
    pub meter: &'static str,
    /// The price it is sold at.
    pub sku_price: String,
    /// What that price depends on.
    pub price_details: Vec<(&'static str, String)>,
}

/// A line of an invoice.
#[derive(Clone, Debug)]
pub struct Source {
    /// What it is for.
    pub kind: &'static str,
    /// The invoice.
    pub invoice_id: String,
    /// Its file.
    pub file: String,
    /// The row there.
    pub row: u64,
}

impl Row {
    /// The cells, in the order of [`HEADER`].
    pub fn cells(&self) -> [String; HEADER.len()] {
        let cost = format!("{:.COST_DIGITS$}", self.cost);
        let usage = self.usage.as_ref();
        let of_usage = |cell: fn(&Usage) -> String| usage.map(cell).unwrap_or_default();
        // A quantity is a decimal in FOCUS, so it is written as one.
        let quantity = of_usage(|usage| format!("{}.0", usage.quantity));
        let unit = of_usage(|usage| usage.unit.to_owned());
        let price = of_usage(|usage| format!("{:.COST_DIGITS$}", usage.price));
        let has_business = !self.business.is_empty();
        let of_business = |text: String| if has_business { text } else { String::new() };
        let has_market = !self.market.is_empty();
        let market = text(&self.market);
        let frequency = match usage {
            Some(_) => "Usage-Based",
            None => "One-Time",
        };
        let source = self.source.as_ref();
        let of_source = |cell: fn(&Source) -> String| source.map(cell).unwrap_or_default();
        [
            cost.clone(),
            format!("account/{}", text(&self.account)),
            String::new(),
            ACCOUNT_TYPE.to_owned(),
            self.currency.to_string(),
            end_of(self.billing_days.1),
            start_of(self.billing_days.0),
            self.charge_category.to_owned(),
            String::new(),
            text(&self.description),
            frequency.to_owned(),
            end_of(self.charge_days.1),
            start_of(self.charge_days.0),
            quantity.clone(),
            unit.clone(),
            cost.clone(),
            price.clone(),
            cost.clone(),
            String::new(),
            PROVIDER.to_owned(),
            cost,
            price,
            of_usage(|usage| usage.pricing_category.to_owned()),
            quantity,
            unit,
            PROVIDER.to_owned(),
            PROVIDER.to_owned(),
            if has_market {
                format!("market/{market}")
            } else {
                String::new()
            },
            market,
            SERVICE_CATEGORY.to_owned(),
            SERVICE.to_owned(),
            SERVICE_SUBCATEGORY.to_owned(),
            of_usage(|usage| text(&usage.sku)),
            of_usage(|usage| usage.meter.to_owned()),
            of_usage(|usage| object(&usage.price_details)),
            of_usage(|usage| text(&usage.sku_price)),
            of_business(format!("number/{}", text(&self.business))),
            of_business(format!("Number {}", text(&self.business))),
            of_business(SUB_ACCOUNT_TYPE.to_owned()),
            object(&self.tags),
            self.cost_basis.to_owned(),
            of_source(|source| source.kind.to_owned()),
            of_source(|source| format!("invoice/{}", text(&source.invoice_id))),
            of_source(|source| format!("file/{}", text(&source.file))),
            of_source(|source| source.row.to_string()),
        ]
    }
}

/// Text as it is, but for control characters: readers of CSV do not agree on them, so each becomes U+FFFD.
fn text(text: &str) -> String {
    let replaced = |letter: char| match letter.is_control() {
        true => char::REPLACEMENT_CHARACTER,
        false => letter,
    };
    text.chars().map(replaced).collect()
}

/// Names and values as a JSON object, without those that are empty.
fn object(pairs: &[(&'static str, String)]) -> String {
    let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
    let pairs = pairs.map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())));
    Value::Object(pairs.collect::<Map<_, _>>()).to_string()
}

/// The calendar day's first instant, in UTC whatever the account's time zone is.
fn start_of(day: LocalDate) -> String {
    format!("{day}T00:00:00Z")
}

/// The instant after the calendar day's last.
fn end_of(day: LocalDate) -> String {
    start_of(day.next())
}
