//! Between the text of a value and its type: one line for each setting in each direction.

use chrono_tz::Tz;

use super::*;

impl Settings {
    /// Gives a setting a value, if it takes that one.
    pub(super) fn assign(&mut self, setting: &Setting, value: &str) -> Option<()> {
        let word = value.as_bytes();
        match setting.name {
            "cutover_basis" => self.cutover_basis = CutoverBasis::parse(word)?,
            "default_timezone" => self.default_timezone = zone_or_none(value)?,
            "assume_sent_is_delivered" => {
                self.assume_sent_is_delivered = AssumeSentIsDelivered::parse(word)?
            }
            "late_delivery_rate" => self.late_delivery_rate = MessageInstant::parse(word)?,
            "category_basis" => self.category_basis = CategoryBasis::parse(word)?,
            "window_instant" => self.window_instant = MessageInstant::parse(word)?,
            "edge_tolerance_s" => self.edge_tolerance_micros = micros_of_seconds(value)?,
            "entry_point_start" => self.entry_point_start = EntryPointStart::parse(word)?,
            "window_refreshing_types" => {
                self.window_refreshing_types = WindowRefreshingTypes::parse(word)?
            }
            "entry_point_hours_from_2026_09_28" => {
                self.entry_point_hours_from_2026_09_28 = hours(setting, value)?;
            }
            "entry_point_sources" => {
                self.entry_point_sources = EntryPointSources::parse(value).ok()?
            }
            "click_inside_entry_point" => {
                self.click_inside_entry_point = ClickInsideEntryPoint::parse(word)?
            }
            "carry_over_2025" => self.carry_over_2025 = CarryOver2025::parse(word)?,
            "service_allowance_scope" => {
                self.service_allowance_scope = ServiceAllowanceScope::parse(word)?
            }
            "allowance_cbp_2022" => self.allowance_cbp_2022 = count(value)?,
            "allowance_cbp_2023" => self.allowance_cbp_2023 = count(value)?,
            "allowance_pmp_2026" => self.allowance_pmp_2026 = count(value)?,
            "entry_point_uses_allowance" => self.entry_point_uses_allowance = YesNo::parse(word)?,
            "tier_counts_window_utility_2026" => {
                self.tier_counts_window_utility_2026 = YesNo::parse(word)?
            }
            "market_us_territories" => {
                self.market_us_territories = MarketUsTerritories::parse(word)?
            }
            "market_kazakhstan_before_2026_10" => {
                self.market_kazakhstan_before_2026_10 = MarketKazakhstan::parse(word)?;
            }
            "market_shared_codes" => self.market_shared_codes = MarketSharedCodes::parse(word)?,
            "group_marketing_in_window" => {
                self.group_marketing_in_window = GroupMarketingInWindow::parse(word)?
            }
            "max_price_basis" => self.max_price_basis = MaxPriceBasis::parse(word)?,
            "rounding" => self.rounding = Rounding::parse(word)?,
            "rounding_digits" => self.rounding_digits = digits(value)?,
            "trust" => self.trust = Trust::parse(word)?,
            "inferred_template" => self.inferred_template = InferredTemplate::parse(word)?,
            "inferred_category" => self.inferred_category = InferredCategory::parse(word)?,
            // Fixed settings take the one value they have; inputs come with the accounts.
            _ => {
                let fixed = setting.accepted == Accepted::Fixed
                    && value.eq_ignore_ascii_case(setting.default);
                return fixed.then_some(());
            }
        }
        Some(())
    }

    /// The value of a setting as it could be set.
    pub(super) fn written(&self, setting: &Setting) -> String {
        match setting.name {
            "cutover_basis" => self.cutover_basis.to_string(),
            "default_timezone" => self
                .default_timezone
                .map_or("none", |zone| zone.name())
                .to_owned(),
            "assume_sent_is_delivered" => self.assume_sent_is_delivered.to_string(),
            "late_delivery_rate" => self.late_delivery_rate.to_string(),
            "category_basis" => self.category_basis.to_string(),
            "window_instant" => self.window_instant.to_string(),
            "edge_tolerance_s" => seconds_of_micros(self.edge_tolerance_micros),
            "entry_point_start" => self.entry_point_start.to_string(),
            "window_refreshing_types" => self.window_refreshing_types.to_string(),
            "entry_point_hours_from_2026_09_28" => {
                self.entry_point_hours_from_2026_09_28.to_string()
            }
            "entry_point_sources" => self.entry_point_sources.to_string(),
            "click_inside_entry_point" => self.click_inside_entry_point.to_string(),
            "carry_over_2025" => self.carry_over_2025.to_string(),
            "service_allowance_scope" => self.service_allowance_scope.to_string(),
            "allowance_cbp_2022" => self.allowance_cbp_2022.to_string(),
            "allowance_cbp_2023" => self.allowance_cbp_2023.to_string(),
            "allowance_pmp_2026" => self.allowance_pmp_2026.to_string(),
            "entry_point_uses_allowance" => self.entry_point_uses_allowance.to_string(),
            "tier_counts_window_utility_2026" => self.tier_counts_window_utility_2026.to_string(),
            "market_us_territories" => self.market_us_territories.to_string(),
            "market_kazakhstan_before_2026_10" => self.market_kazakhstan_before_2026_10.to_string(),
            "market_shared_codes" => self.market_shared_codes.to_string(),
            "group_marketing_in_window" => self.group_marketing_in_window.to_string(),
            "max_price_basis" => self.max_price_basis.to_string(),
            "rounding" => self.rounding.to_string(),
            "rounding_digits" => self.rounding_digits.to_string(),
            "trust" => self.trust.to_string(),
            "inferred_template" => self.inferred_template.to_string(),
            "inferred_category" => self.inferred_category.to_string(),
            _ => setting.default.to_owned(),
        }
    }
}

fn zone_or_none(value: &str) -> Option<Option<Tz>> {
    if value.eq_ignore_ascii_case("none") {
        Some(None)
    } else {
        zone(value).map(Some)
    }
}

fn count(value: &str) -> Option<u64> {
    value
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| value.parse().ok())
        .flatten()
}

fn hours(setting: &Setting, value: &str) -> Option<i64> {
    let Accepted::Hours(least, most) = setting.accepted else {
        return None;
    };
    i64::try_from(count(value)?)
        .ok()
        .filter(|hours| (least..=most).contains(hours))
}

fn digits(value: &str) -> Option<RoundingDigits> {
    if value.eq_ignore_ascii_case("currency") {
        return Some(RoundingDigits::Currency);
    }
    let digits = u32::try_from(count(value)?).ok()?;
    (digits <= 28).then_some(RoundingDigits::Digits(digits))
}

fn micros_of_seconds(value: &str) -> Option<u64> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
    if fraction.is_empty() || fraction.len() > 6 {
        return None;
    }
    let micros = count(fraction)? * 10u64.pow(6 - fraction.len() as u32);
    count(whole)?.checked_mul(1_000_000)?.checked_add(micros)
}

fn seconds_of_micros(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
