//! Which messages an entry of a scenario means.

use crate::log::cell::CellContext;
use crate::replay::message::Message;
use crate::replay::outcome::PairKey;
use crate::rulebook::{ConfigError, Place};
use crate::tariff::MarketId;
use crate::vocabulary::{LocalDate, TemplateCategory};
use crate::whatif::scenario::words::{Date, NumberOrText};

use super::Circumstances;

/// Messages by what is named of them.
#[derive(Clone, Debug)]
pub struct MessageReach {
    category: Option<TemplateCategory>,
    market: Option<MarketId>,
    business: Option<String>,
    from: LocalDate,
    to: LocalDate,
    /// Registered templates.
    templates: Option<Vec<u32>>,
}

/// What an entry names.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named<'a> {
    /// The category of templates.
    pub category: Option<TemplateCategory>,
    /// The market, by name.
    pub market: Option<&'a str>,
    /// The business number.
    pub business: Option<&'a NumberOrText>,
    /// The first local date.
    pub from: Option<Date>,
    /// The last local date.
    pub to: Option<Date>,
    /// The name of registered templates; a `*` at the end stands for any ending.
    pub template: Option<&'a str>,
}

impl MessageReach {
    /// Looks up what an entry names.
    ///
    /// # Errors
    /// If the market or the template is unknown.
    pub fn new(
        named: Named<'_>,
        circumstances: &Circumstances<'_>,
        place: Place,
    ) -> Result<Self, ConfigError> {
        let markets = &circumstances.tariff.markets;
        let market = match named.market {
            None => None,
            Some(name) => Some(markets.named(name).ok_or_else(|| {
                let accepted = "the markets that `counterfoil rates list` shows";
                ConfigError::unknown_value(place.clone(), "market", name, accepted, markets.names())
            })?),
        };
        let templates = match named.template {
            None => None,
            Some(wanted) => {
                let known = circumstances.templates.names();
                let is_meant = |name: &str| match wanted.strip_suffix('*') {
                    Some(start) => name.starts_with(start),
                    None => {
                        name == wanted
                            || name
                                .strip_prefix(wanted)
                                .is_some_and(|rest| rest.starts_with('/'))
                    }
                };
                let meant: Vec<u32> = known
                    .iter()
                    .filter(|(name, _)| is_meant(name))
                    .map(|(_, &number)| number)
                    .collect();
                if meant.is_empty() {
                    let accepted = "the names of the template registry (--templates)";
                    let names = known.keys().map(String::as_str);
                    return Err(ConfigError::unknown_value(
                        place, "template", wanted, accepted, names,
                    ));
                }
                Some(meant)
            }
        };
        Ok(Self {
            category: named.category,
            market,
            business: named
                .business
                .map(|number| number.0.trim_start_matches('+').to_owned()),
            from: named.from.map_or(LocalDate::MIN, |date| date.0),
            to: named.to.map_or(LocalDate::MAX, |date| date.0),
            templates,
        })
    }

    /// Whether a message of a pair is meant, on its local date.
    pub fn holds(&self, pair: &PairFacts<'_>, message: &Message, date: LocalDate) -> bool {
        (self.from..=self.to).contains(&date)
            && self
                .category
                .is_none_or(|category| message.category() == Some(category))
            && self
                .business
                .as_ref()
                .is_none_or(|business| *business == pair.business)
            && self.market.is_none_or(|market| pair.market(date) == market)
            && self.templates.as_ref().is_none_or(|templates| {
                let template = message.attributes().template();
                template.is_some_and(|number| templates.contains(&number))
            })
    }
}

/// What is known of a pair.
pub struct PairFacts<'a> {
    /// The business number.
    pub business: String,
    customer: Option<u64>,
    circumstances: &'a Circumstances<'a>,
}

impl<'a> PairFacts<'a> {
    /// Looks a pair up.
    pub fn of(key: PairKey, circumstances: &'a Circumstances<'a>) -> Self {
        Self {
            business: circumstances.pairs.business(key),
            customer: circumstances.pairs.customer_number(key),
            circumstances,
        }
    }

    /// The local date of a message, by its account's clock.
    pub fn date(&self, message: &Message) -> LocalDate {
        let cells: &CellContext = self.circumstances.cells;
        let account = cells.accounts.word(message.attributes().account());
        let account = self.circumstances.accounts.account(&account);
        account.clock.local_date(message.instant())
    }

    fn market(&self, date: LocalDate) -> MarketId {
        let Circumstances {
            tariff, settings, ..
        } = self.circumstances;
        self.customer.map_or(MarketId::UNKNOWN, |number| {
            tariff.markets.market(number, date, settings)
        })
    }
}
