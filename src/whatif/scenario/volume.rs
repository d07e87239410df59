//! `[volume]` and `[[mix]]`: how many messages or customers there are, and of which categories.

use serde::Deserialize;
use toml::Spanned;

use super::Source;
use super::words::{
    Date, Number, NumberOrText, TemplateCategoryWord, deserialize_listed, refuse_order,
};
use crate::rulebook::ConfigError;
use crate::tariff::{Amount, Rounding};
use crate::vocabulary::named_enum;

/// The largest factor, and what all of them may multiply to.
pub const FACTOR_MAX: i128 = 1_000;

/// How many messages or customers there are.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Volume {
    /// More or fewer of some; entries that mean the same message multiply.
    pub scale: Vec<Spanned<Scale>>,
    /// So many percent more customers in each month than in the one before, from the log's first month on.
    pub growth_percent_per_month: Option<Number>,
}

/// More or fewer of some messages or customers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// How many there are for each one of the log.
    pub factor: Number,
    /// Of what.
    #[serde(default)]
    pub unit: ScaleUnit,
    /// Templates of this category only.
    pub category: Option<TemplateCategoryWord>,
    /// Customers of this market only.
    pub market: Option<String>,
    /// This business number only.
    pub business: Option<NumberOrText>,
    /// From this local date on.
    pub from: Option<Date>,
    /// To this local date, inclusive.
    pub to: Option<Date>,
}

named_enum! {
    /// What there is more or less of.
    #[derive(Default)]
    pub enum ScaleUnit {
        /// Messages of the business: a copy stands beside its message, in the same windows and conversations.
        #[default]
        Messages = "messages",
        /// Customers, with everything that they and the business write: a copy is a customer of its own.
        Customers = "customers",
    }
}

deserialize_listed!(ScaleUnit, "unit of a scale");

/// A share of one category's templates that is of another.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// The category in the log.
    pub from_category: TemplateCategoryWord,
    /// The category in the scenario.
    pub to_category: TemplateCategoryWord,
    /// Which share of the templates, from 0 to 1.
    pub share: Number,
    /// Registered templates of this name only; a `*` at the end stands for any ending.
    pub template: Option<String>,
    /// Customers of this market only.
    pub market: Option<String>,
    /// This business number only.
    pub business: Option<NumberOrText>,
    /// From this local date on.
    pub from: Option<Date>,
    /// To this local date, inclusive.
    pub to: Option<Date>,
}

impl Volume {
    /// Whether nothing is otherwise.
    pub fn is_empty(&self) -> bool {
        self.scale.is_empty() && self.growth_percent_per_month.is_none()
    }

    /// Refuses what cannot be.
    ///
    /// # Errors
    /// If a factor is negative or enormous, or a scale of customers is limited to some of their messages.
    pub fn check(&self, source: &Source<'_>) -> Result<(), ConfigError> {
        for entry in &self.scale {
            let place = source.place(entry.span());
            let scale = entry.get_ref();
            if scale.factor.0.is_negative() || scale.factor.0 > whole(FACTOR_MAX) {
                let problem = format!("`factor` must lie between 0 and {FACTOR_MAX}");
                return Err(ConfigError::malformed(place, problem));
            }
            if scale.unit == ScaleUnit::Customers && scale.category.is_some() {
                let problem = "customers come with all their messages: leave out `category`, or scale messages";
                return Err(ConfigError::malformed(place, problem));
            }
            let from = scale
                .from
                .map_or(crate::vocabulary::LocalDate::MIN, |date| date.0);
            refuse_order(from, scale.to.map(|date| date.0), place)?;
        }
        let factors = self.scale.iter().map(|entry| entry.get_ref().factor.0);
        let product =
            factors
                .filter(|&factor| factor > whole(1))
                .try_fold(whole(1), |product, factor| {
                    let product = product.by_factor(factor, Rounding::HalfUp)?;
                    (product <= whole(FACTOR_MAX)).then_some(product)
                });
        if product.is_none() {
            let problem =
                format!("the factors of `volume.scale` multiply to more than {FACTOR_MAX}");
            return Err(ConfigError::malformed(source.file(), problem));
        }
        check_growth(self.growth_percent_per_month, source)
    }

    /// What is otherwise, one sentence each.
    pub fn changes(&self) -> Vec<String> {
        let scales = self.scale.iter().map(|entry| {
            let scale = entry.get_ref();
            let reach = Named {
                category: scale.category,
                market: scale.market.as_deref(),
                business: scale.business.as_ref(),
                from: scale.from,
                to: scale.to,
            };
            format!("{} times as many {}{reach}.", scale.factor.0, scale.unit)
        });
        let growth = self.growth_percent_per_month.map(|percent| {
            format!(
                "{} percent more customers in each month than in the one before.",
                percent.0
            )
        });
        scales.chain(growth).collect()
    }

    /// What is taken for granted, one sentence each.
    pub fn assumptions(&self, seed: u64) -> Vec<String> {
        let mut assumptions = Vec::new();
        let units: Vec<ScaleUnit> = self
            .scale
            .iter()
            .map(|entry| entry.get_ref().unit)
            .collect();
        if units.contains(&ScaleUnit::Messages) {
            assumptions.push(format!(
                "Which messages of the business fall away or come again is drawn by seed {seed}; customers write \
                 what they wrote, and copies stand at the time of their message."
            ));
        }
        if units.contains(&ScaleUnit::Customers) || self.growth_percent_per_month.is_some() {
            assumptions.push(format!(
                "Which customers fall away or come again is drawn by seed {seed}; a copy behaves as its customer did, \
                 with windows and conversations of its own."
            ));
        }
        assumptions
    }
}

impl Shift {
    /// Refuses what cannot be.
    ///
    /// # Errors
    /// If a share is none, or the shares taken from one category are more than all of it.
    pub fn check(shifts: &[Spanned<Self>], source: &Source<'_>) -> Result<(), ConfigError> {
        for entry in shifts {
            let place = source.place(entry.span());
            let shift = entry.get_ref();
            if shift.share.0.is_negative() || shift.share.0 > whole(1) {
                return Err(ConfigError::malformed(
                    place,
                    "`share` must lie between 0 and 1",
                ));
            }
            if shift.from_category == shift.to_category {
                let problem = "`from_category` and `to_category` are the same";
                return Err(ConfigError::malformed(place, problem));
            }
            let same = shifts.iter().map(Spanned::get_ref);
            let same = same
                .filter(|other| other.from_category == shift.from_category && !other.is_limited());
            let sum: i128 = same.map(|other| other.share.0.units()).sum();
            if sum > whole(1).units() {
                let problem = format!(
                    "the shares taken from {} are more than 1 together",
                    shift.from_category.0
                );
                return Err(ConfigError::malformed(place, problem));
            }
            let from = shift
                .from
                .map_or(crate::vocabulary::LocalDate::MIN, |date| date.0);
            refuse_order(from, shift.to.map(|date| date.0), place)?;
        }
        Ok(())
    }

    /// What is otherwise, in a sentence.
    pub fn change(&self) -> String {
        let reach = Named {
            category: None,
            market: self.market.as_deref(),
            business: self.business.as_ref(),
            from: self.from,
            to: self.to,
        };
        let named = self.template.as_ref();
        let named = named.map_or_else(String::new, |name| format!(" named {name}"));
        format!(
            "A share of {} of {} templates{named}{reach} is {}.",
            self.share.0, self.from_category.0, self.to_category.0
        )
    }

    fn is_limited(&self) -> bool {
        self.template.is_some()
            || self.market.is_some()
            || self.business.is_some()
            || self.from.is_some()
            || self.to.is_some()
    }
}

/// Refuses a growth that leaves nothing or multiplies by more than two.
///
/// # Errors
/// If it is one.
pub fn check_growth(growth: Option<Number>, source: &Source<'_>) -> Result<(), ConfigError> {
    let is_impossible = |percent: Number| percent.0 <= whole(-100) || percent.0 > whole(100);
    match growth.filter(|&percent| is_impossible(percent)) {
        None => Ok(()),
        Some(percent) => Err(ConfigError::malformed(
            source.file(),
            format!(
                "`growth_percent_per_month` is {}: it must lie above -100 and at most at 100",
                percent.0
            ),
        )),
    }
}

fn whole(number: i128) -> Amount {
    Amount::from_units(number * 1_000_000_000_000)
}

/// What an entry names, behind its sentence.
struct Named<'a> {
    category: Option<TemplateCategoryWord>,
    market: Option<&'a str>,
    business: Option<&'a NumberOrText>,
    from: Option<Date>,
    to: Option<Date>,
}

impl std::fmt::Display for Named<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let named = [
            self.category
                .map(|category| format!("of category {}", category.0)),
            self.market.map(|market| format!("to {market}")),
            self.business.map(|number| format!("from {}", number.0)),
            self.from.map(|date| format!("since {}", date.0)),
            self.to.map(|date| format!("until {}", date.0)),
        ];
        for part in named.into_iter().flatten() {
            write!(formatter, " {part}")?;
        }
        Ok(())
    }
}
