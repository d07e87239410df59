//! What holding scenarios against the base shows: every number of the report.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::tariff::Amount;
use crate::vocabulary::named_enum;

named_enum! {
    /// What a scenario changes, and with it a part of the difference.
    pub enum Effect {
        /// Regimes, lengths, allowances, settings.
        Rule = "rule",
        /// List rates, discounts, currencies.
        Rate = "rate",
        /// Volume tiers.
        Tier = "tier",
        /// A provider's mark-up and fees.
        Provider = "provider",
        /// Which categories messages are of.
        Mix = "mix",
        /// When and whether messages are sent and answered.
        Behaviour = "behaviour",
        /// How many messages or customers there are.
        Volume = "volume",
        /// Months after the log.
        Forecast = "forecast",
        /// What two effects change together beyond what each changes alone.
        Interaction = "interaction",
    }
}

impl Serialize for Effect {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The base, the scenarios beside it, and what lies between them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Comparison {
    /// The base first, then the scenarios as they were given.
    pub scenarios: Vec<ScenarioResult>,
    /// From the base to each scenario, one for each currency that either bills in.
    pub bridges: Vec<Bridge>,
    /// What moved from the base to each scenario.
    pub moved: Vec<Moved>,
    /// Scenarios with one value going from here to there (`--sweep`).
    pub sweeps: Vec<Sweep>,
    /// Values at which a scenario costs what the base does (`--break-even`).
    pub break_even: Vec<BreakEven>,
    /// Months after the log.
    pub forecasts: Vec<Forecast>,
}

/// What the log comes to under one scenario.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ScenarioResult {
    /// `base`, or the scenario's name.
    pub name: String,
    /// Its files, as given; none for the base.
    pub files: Vec<String>,
    /// What its author says it is.
    pub says: Option<String>,
    /// What it changes, one sentence each.
    pub changes: Vec<String>,
    /// What it takes for granted, one sentence each.
    pub assumptions: Vec<String>,
    /// Everything, by currency.
    pub totals: BTreeMap<String, Figures>,
    /// By currency, then category.
    pub by_category: BTreeMap<String, BTreeMap<String, Figures>>,
    /// By currency, then market.
    pub by_market: BTreeMap<String, BTreeMap<String, Figures>>,
    /// By currency, then local month.
    pub by_month: BTreeMap<String, BTreeMap<String, Figures>>,
    /// By currency, then business number.
    pub by_business: BTreeMap<String, BTreeMap<String, Figures>>,
    /// Charges without a rate: how many by what is missing, in words.
    pub unrated: BTreeMap<String, u64>,
    /// Days whose cards were taken because the model has none on the real day, with units.
    pub nearest_cards: BTreeMap<String, u64>,
    /// Everything in one currency, where the scenario gives exchange rates: its code and the sum.
    pub converted: Option<Converted>,
}

/// Quantities and money in one currency. Money is exact and unrounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// What is paid in all: Meta's charges, less discounts, with a provider's mark-up and fees.
    pub amount: Amount,
    /// Meta's charges.
    pub charges: Amount,
    /// Discounts on them; zero or below.
    pub discount: Amount,
    /// A provider's mark-up and fees.
    pub provider: Amount,
    /// Units with a rate.
    pub rated: u64,
    /// Units that cost nothing by rule.
    pub free: u64,
    /// Units without a rate: their cost is not known and not part of the amount.
    pub unrated: u64,
    /// Units that rest on an assumption.
    pub estimated: u64,
    /// Conversations and free entry points that opened.
    pub conversations: u64,
}

impl Figures {
    /// All units: rated, free and unrated.
    pub fn units(&self) -> u64 {
        self.rated + self.free + self.unrated
    }
}

/// Everything in one currency, by the user's own exchange rates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Converted {
    /// The currency.
    pub currency: String,
    /// The sum; each currency's total is converted and rounded to twelve digits.
    pub amount: Amount,
    /// One unit of each other currency in it, as the scenario gives it.
    pub rates: BTreeMap<String, Amount>,
}

/// From the base to a scenario, by what was changed. The steps add up to the difference exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bridge {
    /// The scenario.
    pub scenario: String,
    /// The currency.
    pub currency: String,
    /// What the base comes to.
    pub base: Amount,
    /// By effect: what it changes by itself; last, where there are several, what they change only together.
    pub steps: Vec<BridgeStep>,
    /// What the scenario comes to.
    pub total: Amount,
}

/// A part of the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BridgeStep {
    /// What was changed.
    pub effect: Effect,
    /// By how much the amount changes.
    pub amount: Amount,
    /// By how much the units change.
    pub units: i64,
}

/// What moved from the base to a scenario.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Moved {
    /// The scenario.
    pub scenario: String,
    /// Pairs whose charges differ.
    pub pairs: u64,
    /// Messages that are charged otherwise: other category, pricing type, price, or not in one of both. None where
    /// the scenario reads the log by other rules and its messages cannot be matched.
    pub messages: Option<u64>,
    /// The pairs whose money changes most, the largest change first.
    pub largest: Vec<MovedPair>,
}

/// A pair whose charges differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MovedPair {
    /// Business number.
    pub business: String,
    /// Customer; a pseudonym wherever people read it.
    pub customer: String,
    /// Currency.
    pub currency: String,
    /// What its charges cost in the base.
    pub base: Amount,
    /// What they cost in the scenario.
    pub amount: Amount,
    /// Charged units in the base.
    pub base_units: u64,
    /// Charged units in the scenario.
    pub units: u64,
}

/// A scenario with one of its values going from here to there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sweep {
    /// The scenario.
    pub scenario: String,
    /// Which of its values, such as `prices.provider.percent`.
    pub key: String,
    /// By ascending value.
    pub points: Vec<SweepPoint>,
}

/// What a scenario comes to at one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SweepPoint {
    /// The value.
    pub value: Amount,
    /// Totals by currency.
    pub totals: BTreeMap<String, Figures>,
}

/// The value at which a scenario costs what the base does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BreakEven {
    /// The scenario.
    pub scenario: String,
    /// Which of its values.
    pub key: String,
    /// The currency in which both are compared.
    pub currency: String,
    /// What the base comes to.
    pub base: Amount,
    /// The value, if there is one between the bounds, and what the scenario comes to there.
    pub found: Option<(Amount, Amount)>,
    /// The bounds that were searched, and what the scenario comes to at each.
    pub searched: [(Amount, Amount); 2],
    /// How it was found, or why not, in one sentence.
    pub text: String,
}

/// Months after the log, as a scenario states them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// The scenario.
    pub scenario: String,
    /// By currency, then month.
    pub months: BTreeMap<String, BTreeMap<String, ForecastMonth>>,
    /// What it rests on, in one sentence.
    pub rests_on: String,
}

/// A month after the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ForecastMonth {
    /// What it comes to.
    pub figures: Figures,
    /// Nineteen of twenty resamplings of the pairs lie above this amount.
    pub low: Amount,
    /// Nineteen of twenty lie below this one.
    pub high: Amount,
}
