//! `[prices]`: rates, tiers, discounts, a provider's fees and exchange rates that are otherwise.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::Source;
use super::words::{CurrencyWord, Date, Number, NumberOrText, entry_of_cells};
use crate::rulebook::ConfigError;
use crate::tariff::Amount;
use crate::vocabulary::named_enum;

/// No step begins after more messages.
const AFTER_MAX: u64 = 1_000_000_000_000;
/// The largest percentage.
const PERCENT_MAX: Amount = Amount::from_units(1_000_000 * 1_000_000_000_000);

/// What holds instead of the cards of the base, and what is paid beside them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prices {
    /// The cards and ladders of this day hold on all days.
    pub card_date: Option<Date>,
    /// Every account is billed in this currency.
    pub currency: Option<CurrencyWord>,
    /// Changes of list rates, one after the other.
    pub change: Vec<Spanned<RateEntry>>,
    /// Changes of volume tiers, one after the other.
    pub tiers: Vec<Spanned<TierEntry>>,
    /// Discounts on Meta's charges; each is taken on the charges themselves.
    pub discount: Vec<Spanned<DiscountEntry>>,
    /// What a provider takes beside Meta's charges.
    pub provider: Option<Provider>,
    /// One currency for everything, by the user's own rates.
    pub exchange: Option<Spanned<Exchange>>,
}

entry_of_cells! {
    /// A change of list rates: exactly one of `percent`, `add` and `rate`.
    RateEntry {
        /// By so many percent.
        percent: Option<Number>,
        /// By so much.
        add: Option<Number>,
        /// To this flat rate.
        rate: Option<Number>,
    }
}

entry_of_cells! {
    /// A change of volume tiers: exactly one of `thresholds_percent` and `steps`.
    TierEntry {
        /// Every step begins after so many percent of the messages after which it began.
        thresholds_percent: Option<u64>,
        /// Other steps; none at all means that the list rate holds for any volume.
        steps: Option<Vec<StepEntry>>,
    }
}

/// A step of volume tiers.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepEntry {
    /// After so many messages of a month.
    pub after: u64,
    /// So many percent below the list rate.
    pub discount_percent: Number,
}

entry_of_cells! {
    /// A discount on Meta's charges; days count by their months.
    DiscountEntry {
        /// How many percent of a charge.
        percent: Number,
        /// Of which account.
        account: Option<NumberOrText>,
        /// Of which business number.
        business: Option<NumberOrText>,
    }
}

/// What a provider takes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Provider {
    /// So many percent on Meta's charges, after discounts.
    pub percent: Option<Number>,
    /// A fee for each of something.
    pub fee: Vec<Spanned<FeeEntry>>,
}

/// A fee for each of something.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeEntry {
    /// How much for each.
    pub amount: Number,
    /// In which currency; by default that of the account.
    pub currency: Option<CurrencyWord>,
    /// For each what.
    pub per: FeeUnit,
}

named_enum! {
    /// What a fee is taken for.
    pub enum FeeUnit {
        /// A unit that Meta charges for.
        Charged = "charged",
        /// A unit of Meta's, charged or free.
        Unit = "unit",
        /// A delivered message of the business, whatever Meta makes of it.
        Outbound = "outbound",
        /// A message of a customer.
        Inbound = "inbound",
    }
}

super::words::deserialize_listed!(FeeUnit, "unit of a fee");

/// Exchange rates of the user's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The one currency.
    pub to: CurrencyWord,
    /// What one unit of another currency is worth in it.
    pub rates: BTreeMap<String, Number>,
}

impl Prices {
    /// Whether no rate of Meta's, and no discount on one, is otherwise.
    pub fn keeps_rates(&self) -> bool {
        self.card_date.is_none()
            && self.currency.is_none()
            && self.change.is_empty()
            && self.discount.is_empty()
    }

    /// Whether a provider takes anything.
    pub fn has_provider(&self) -> bool {
        let takes = |provider: &Provider| provider.percent.is_some() || !provider.fee.is_empty();
        self.provider.as_ref().is_some_and(takes)
    }

    /// Whether a fee is taken for messages, whatever Meta makes of them.
    pub fn counts_messages(&self) -> bool {
        let fees = self.provider.iter().flat_map(|provider| &provider.fee);
        fees.into_iter()
            .any(|fee| matches!(fee.get_ref().per, FeeUnit::Outbound | FeeUnit::Inbound))
    }

    /// Refuses what contradicts itself or cannot be.
    ///
    /// # Errors
    /// If an entry changes nothing, two things at once, or states an impossible number.
    pub fn check(&self, source: &Source<'_>) -> Result<(), ConfigError> {
        let refused =
            |span, problem: String| Err(ConfigError::malformed(source.place(span), problem));
        for entry in &self.change {
            let RateEntry {
                percent, add, rate, ..
            } = entry.get_ref();
            let named = [percent, add, rate].into_iter().flatten().count();
            if named != 1 {
                let problem = "a change needs exactly one of `percent`, `add` and `rate`";
                return refused(entry.span(), problem.to_owned());
            }
            if percent.is_some_and(|percent| percent.0 < hundred(-1) || percent.0 > PERCENT_MAX) {
                let problem = "a rate can change by -100 to 1000000 percent";
                return refused(entry.span(), problem.to_owned());
            }
            if rate.is_some_and(|rate| rate.0.is_negative() || rate.0 >= Amount::RATE_MAX) {
                return refused(
                    entry.span(),
                    "a rate must lie between 0 and 1,000,000".to_owned(),
                );
            }
        }
        for entry in &self.tiers {
            let TierEntry {
                thresholds_percent,
                steps,
                ..
            } = entry.get_ref();
            if thresholds_percent.is_some() == steps.is_some() {
                let problem =
                    "a change of tiers needs exactly one of `thresholds_percent` and `steps`";
                return refused(entry.span(), problem.to_owned());
            }
            if thresholds_percent.is_some_and(|percent| !(1..=1_000_000).contains(&percent)) {
                let problem = "`thresholds_percent` must lie between 1 and 1000000";
                return refused(entry.span(), problem.to_owned());
            }
            let steps = steps.as_deref().unwrap_or_default();
            if !steps.is_sorted_by(|left, right| left.after < right.after)
                || steps
                    .iter()
                    .any(|step| !(1..=AFTER_MAX).contains(&step.after))
            {
                let problem =
                    "steps must begin `after` ascending numbers of messages, 1 to 1000000000000";
                return refused(entry.span(), problem.to_owned());
            }
            if steps.iter().any(|step| !is_share(step.discount_percent.0)) {
                let problem = "`discount_percent` must lie between 0 and 100";
                return refused(entry.span(), problem.to_owned());
            }
        }
        for entry in &self.discount {
            let entry_cells = entry.get_ref().cells();
            if !is_share(entry.get_ref().percent.0) {
                return refused(
                    entry.span(),
                    "a discount must lie between 0 and 100 percent".to_owned(),
                );
            }
            if entry_cells.model.is_some() {
                let problem = "a discount is taken on charges of either model: leave out `model`";
                return refused(entry.span(), problem.to_owned());
            }
        }
        let provider = self.provider.iter();
        if let Some(percent) = provider.clone().find_map(|provider| provider.percent)
            && (percent.0 < hundred(-1) || percent.0 > PERCENT_MAX)
        {
            let problem = "`prices.provider.percent` must lie between -100 and 1000000";
            return Err(ConfigError::malformed(source.file(), problem));
        }
        for fee in provider.flat_map(|provider| &provider.fee) {
            let amount = fee.get_ref().amount.0;
            if amount.abs() >= Amount::RATE_MAX {
                return refused(fee.span(), "a fee must lie below 1,000,000".to_owned());
            }
        }
        if let Some(exchange) = &self.exchange {
            exchange.get_ref().check(source.place(exchange.span()))?;
        }
        Ok(())
    }

    /// What is otherwise, one sentence each.
    pub fn changes(&self) -> Vec<String> {
        let mut changes = Vec::new();
        if let Some(date) = self.card_date {
            changes.push(format!(
                "The cards and volume tiers of {} hold on all days.",
                date.0
            ));
        }
        if let Some(currency) = self.currency {
            changes.push(format!("Every account is billed in {}.", currency.0));
        }
        for entry in &self.change {
            let RateEntry {
                percent, add, rate, ..
            } = entry.get_ref();
            let cells = entry.get_ref().cells();
            let how = match (percent, add, rate) {
                (Some(percent), ..) => format!("rates change by {} percent", percent.0),
                (_, Some(add), _) => format!("rates change by {} a unit", add.0),
                (.., Some(rate)) => format!("a unit costs {}, flat", rate.0),
                _ => continue,
            };
            changes.push(format!("{cells}: {how}."));
        }
        for entry in &self.tiers {
            let TierEntry {
                thresholds_percent,
                steps,
                ..
            } = entry.get_ref();
            let cells = entry.get_ref().cells();
            let how = match (thresholds_percent, steps.as_deref()) {
                (Some(percent), _) => {
                    format!("steps begin after {percent} percent of the messages")
                }
                (None, Some([])) => "the list rate holds for any volume".to_owned(),
                (None, steps) => {
                    let steps = steps.unwrap_or_default().iter();
                    let steps: Vec<String> = steps
                        .map(|step| {
                            format!(
                                "{} percent off after {}",
                                step.discount_percent.0, step.after
                            )
                        })
                        .collect();
                    steps.join(", ")
                }
            };
            changes.push(format!("Volume tiers, {cells}: {how}."));
        }
        for entry in &self.discount {
            let entry = entry.get_ref();
            let of = |what: &str, id: &Option<NumberOrText>| {
                id.as_ref()
                    .map_or_else(String::new, |id| format!(", {what} {}", id.0))
            };
            let account = of("account", &entry.account);
            let business = of("number", &entry.business);
            changes.push(format!(
                "Discount of {} percent on Meta's charges: {}{account}{business}.",
                entry.percent.0,
                entry.cells()
            ));
        }
        if let Some(provider) = &self.provider {
            if let Some(percent) = provider.percent {
                changes.push(format!(
                    "The provider adds {} percent to Meta's charges.",
                    percent.0
                ));
            }
            for fee in &provider.fee {
                let FeeEntry {
                    amount,
                    currency,
                    per,
                } = fee.get_ref();
                let currency =
                    currency.map_or_else(String::new, |currency| format!(" {}", currency.0));
                let each = match per {
                    FeeUnit::Charged => "charged unit",
                    FeeUnit::Unit => "unit, charged or free",
                    FeeUnit::Outbound => "delivered message of the business",
                    FeeUnit::Inbound => "message of a customer",
                };
                changes.push(format!(
                    "The provider takes {}{currency} for each {each}.",
                    amount.0
                ));
            }
        }
        if let Some(exchange) = &self.exchange {
            let Exchange { to, rates } = exchange.get_ref();
            for (from, rate) in rates {
                changes.push(format!("One {from} is counted as {} {}.", rate.0, to.0));
            }
        }
        changes
    }
}

impl Exchange {
    fn check(&self, place: crate::rulebook::Place) -> Result<(), ConfigError> {
        let mut known = Vec::new();
        for (code, rate) in &self.rates {
            let Some(currency) = crate::vocabulary::Currency::parse(code) else {
                let codes = crate::vocabulary::Currency::codes();
                let accepted = "codes of ISO 4217 such as USD";
                return Err(ConfigError::unknown_value(
                    place, "currency", code, accepted, codes,
                ));
            };
            if currency == self.to.0 || rate.0 <= Amount::ZERO {
                let problem = format!(
                    "the rate of {code} must be above 0, and not that of {} itself",
                    self.to.0
                );
                return Err(ConfigError::malformed(place, problem));
            }
            if known.contains(&currency) {
                let problem = format!("the rate of {currency} stands twice");
                return Err(ConfigError::malformed(place, problem));
            }
            known.push(currency);
        }
        Ok(())
    }
}

fn hundred(sign: i128) -> Amount {
    Amount::from_units(sign * 100 * 1_000_000_000_000)
}

fn is_share(percent: Amount) -> bool {
    !percent.is_negative() && percent <= hundred(1)
}
