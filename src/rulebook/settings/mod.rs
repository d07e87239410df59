//! Settings: the open points of the rules, each with a name, a closed list of values and a default.
//!
//! A value comes from the first of these that has one: `--set`, the environment
//! (`COUNTERFOIL_<NAME>`), the `[settings]` of `counterfoil.toml`, the catalogue's default.

mod assign;
mod catalogue;
mod config_file;
mod values;

use std::{collections::BTreeMap, fmt};

use chrono_tz::Tz;

pub use catalogue::{Accepted, Setting, catalogue, find};
pub use config_file::{ConfigEntry, ConfigFile};
pub use values::*;

use super::error::{ConfigError, Place, nearest};

/// The value of every setting.
///
/// ```
/// use counterfoil::rulebook::settings::{MessageInstant, Origin, Settings};
///
/// let mut settings = Settings::default();
/// settings.set("s-07", "Delivery", Origin::CommandLine)?;
/// assert_eq!(settings.window_instant, MessageInstant::Delivery);
/// assert!(settings.set("window_instnat", "send", Origin::CommandLine).is_err());
/// # Ok::<(), counterfoil::rulebook::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the catalogue says what each setting decides")]
pub struct Settings {
    pub cutover_basis: CutoverBasis,
    pub default_timezone: Option<Tz>,
    pub assume_sent_is_delivered: AssumeSentIsDelivered,
    pub late_delivery_rate: MessageInstant,
    pub category_basis: CategoryBasis,
    pub window_instant: MessageInstant,
    /// S-08 `edge_tolerance_s`, in microseconds.
    pub edge_tolerance_micros: u64,
    pub entry_point_start: EntryPointStart,
    pub window_refreshing_types: WindowRefreshingTypes,
    pub entry_point_hours_from_2026_09_28: i64,
    pub entry_point_sources: EntryPointSources,
    pub click_inside_entry_point: ClickInsideEntryPoint,
    pub carry_over_2025: CarryOver2025,
    pub service_allowance_scope: ServiceAllowanceScope,
    pub allowance_cbp_2022: u64,
    pub allowance_cbp_2023: u64,
    pub allowance_pmp_2026: u64,
    pub entry_point_uses_allowance: YesNo,
    pub tier_counts_window_utility_2026: YesNo,
    pub market_us_territories: MarketUsTerritories,
    pub market_kazakhstan_before_2026_10: MarketKazakhstan,
    pub market_shared_codes: MarketSharedCodes,
    pub group_marketing_in_window: GroupMarketingInWindow,
    pub max_price_basis: MaxPriceBasis,
    pub rounding: Rounding,
    pub rounding_digits: RoundingDigits,
    pub trust: Trust,
    pub inferred_template: InferredTemplate,
    pub inferred_category: InferredCategory,
    origins: BTreeMap<&'static str, Origin>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cutover_basis: CutoverBasis::Regime,
            default_timezone: None,
            assume_sent_is_delivered: AssumeSentIsDelivered::Auto,
            late_delivery_rate: MessageInstant::Delivery,
            category_basis: CategoryBasis::Mark,
            window_instant: MessageInstant::Send,
            edge_tolerance_micros: 60_000_000,
            entry_point_start: EntryPointStart::Regime,
            window_refreshing_types: WindowRefreshingTypes::AllButSystem,
            entry_point_hours_from_2026_09_28: 72,
            entry_point_sources: EntryPointSources::default(),
            click_inside_entry_point: ClickInsideEntryPoint::ArmsForAfter,
            carry_over_2025: CarryOver2025::Utility,
            service_allowance_scope: ServiceAllowanceScope::Number,
            allowance_cbp_2022: 1000,
            allowance_cbp_2023: 1000,
            allowance_pmp_2026: 1000,
            entry_point_uses_allowance: YesNo::No,
            tier_counts_window_utility_2026: YesNo::Yes,
            market_us_territories: MarketUsTerritories::Other,
            market_kazakhstan_before_2026_10: MarketKazakhstan::Other,
            market_shared_codes: MarketSharedCodes::Parent,
            group_marketing_in_window: GroupMarketingInWindow::Charged,
            max_price_basis: MaxPriceBasis::Mark,
            rounding: Rounding::HalfUp,
            rounding_digits: RoundingDigits::Currency,
            trust: Trust::Marks,
            inferred_template: InferredTemplate::Window,
            inferred_category: InferredCategory::Map,
            origins: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Lays the sources over each other: defaults, the file, the environment, the `KEY=VALUE` of `--set`.
    ///
    /// # Errors
    /// At the first key that is no setting and the first value that its setting does not take.
    /// Variables of the environment whose name is no setting's are left alone.
    pub fn layered(
        file: Option<&ConfigFile>,
        environment: impl IntoIterator<Item = (String, String)>,
        assignments: &[String],
    ) -> Result<Self, ConfigError> {
        let mut settings = Self::default();
        for entry in file.iter().flat_map(|file| &file.settings) {
            settings.set(&entry.key, &entry.value, Origin::File(entry.place.clone()))?;
        }
        let mut variables: Vec<_> = environment.into_iter().collect();
        variables.sort();
        for (variable, value) in variables {
            let Some(name) = variable.strip_prefix("COUNTERFOIL_") else {
                continue;
            };
            if catalogue()
                .iter()
                .any(|setting| setting.name.to_ascii_uppercase() == name)
            {
                settings.set(name, &value, Origin::Environment(variable.clone()))?;
            }
        }
        for assignment in assignments {
            let Some((key, value)) = assignment.split_once('=') else {
                let problem = format!("`{assignment}` sets nothing: expected KEY=VALUE");
                return Err(ConfigError::malformed(Place::file("--set"), problem));
            };
            settings.set(key, value, Origin::CommandLine)?;
        }
        Ok(settings)
    }

    /// Gives the setting with this id or name another value.
    ///
    /// # Errors
    /// If no setting has that id or name, naming the nearest, or if it does not take that value,
    /// naming the accepted ones.
    pub fn set(&mut self, key: &str, value: &str, origin: Origin) -> Result<(), ConfigError> {
        let place = origin.place();
        let Some(setting) = find(key) else {
            let keys = catalogue()
                .iter()
                .flat_map(|setting| [setting.name, setting.id]);
            let nearest = nearest(key.trim(), keys.filter(|key| !key.is_empty()));
            return Err(ConfigError::UnknownSetting {
                place,
                key: key.trim().to_owned(),
                nearest,
            });
        };
        if self.assign(setting, value.trim()).is_none() {
            return Err(refusal(setting, value.trim(), place));
        }
        self.origins.insert(setting.name, origin);
        Ok(())
    }

    /// Every setting with its value and where that came from, in the order of the catalogue.
    pub fn merged(&self) -> Vec<SettingValue> {
        let values = catalogue().iter().map(|setting| SettingValue {
            id: setting.id,
            name: setting.name,
            value: self.written(setting),
            origin: self
                .origins
                .get(setting.name)
                .cloned()
                .unwrap_or(Origin::Default),
        });
        values.collect()
    }
}

/// One line of the merged settings, as the manifest shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingValue {
    /// The id; empty for the sizes of the allowances.
    pub id: &'static str,
    /// The name.
    pub name: &'static str,
    /// The value as it could be set.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The catalogue.
    Default,
    /// A line of `counterfoil.toml`.
    File(Place),
    /// A variable of the environment.
    Environment(String),
    /// `--set`.
    CommandLine,
}

impl Origin {
    fn place(&self) -> Place {
        match self {
            Self::File(place) => place.clone(),
            _ => Place::file(self.to_string()),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File(place) => place.fmt(formatter),
            Self::Environment(variable) => formatter.write_str(variable),
            Self::CommandLine => formatter.write_str("--set"),
        }
    }
}

/// The time zone with this IANA name, in any case.
pub fn zone(name: &str) -> Option<Tz> {
    name.parse().ok().or_else(|| {
        chrono_tz::TZ_VARIANTS
            .iter()
            .copied()
            .find(|zone| zone.name().eq_ignore_ascii_case(name))
    })
}

fn refusal(setting: &Setting, value: &str, place: Place) -> ConfigError {
    let what = format!("value of {}", setting.name);
    let accepted = match setting.accepted {
        Accepted::Fixed => format!("{} only", setting.default),
        accepted => accepted.to_string(),
    };
    let candidates: Vec<&str> = match setting.accepted {
        Accepted::OneOf(words) => words.to_vec(),
        Accepted::ZoneOrNone => chrono_tz::TZ_VARIANTS
            .iter()
            .map(|zone| zone.name())
            .chain(["none"])
            .collect(),
        _ => Vec::new(),
    };
    ConfigError::unknown_value(place, what, value, accepted, candidates)
}

#[cfg(test)]
mod tests;
