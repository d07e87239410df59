//! The volume tiers that Meta says were reached, beside the log's own count.

use serde::Serialize;

use crate::pricing::{Crossing, ReportedTier};
use crate::replay::outcome::Warning;

/// Volumes of which a warning of their own tells; the others are counted.
const TOLD_MOST: usize = 10;

/// A tier that Meta says was reached, held against the log's count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TierTold {
    /// Portfolio, or the account that is its own.
    pub owner: String,
    /// Market.
    pub market: String,
    /// Category.
    pub category: &'static str,
    /// Local month.
    pub month: String,
    /// The tier, as Meta writes it.
    pub tier: String,
    /// When Meta said so.
    pub told_at: String,
    /// Volume outside of the log (S-23), as the accounts state it.
    pub used_elsewhere: u64,
    /// Charged messages of the log until then.
    pub counted_then: u64,
    /// Charged messages of the log in the month.
    pub counted: u64,
    /// When the log's count reached the tier; null if it never did, or volume outside of the log alone does.
    pub crossed_at: Option<String>,
    /// `agrees`, `later`, `never` or `log_ended`.
    pub crossing: &'static str,
    /// Charged messages that are missing at least.
    pub missing: u64,
}

impl TierTold {
    /// As the summary writes it.
    pub(super) fn of(tier: &ReportedTier) -> Self {
        Self {
            owner: tier.owner.clone(),
            market: tier.market.clone(),
            category: tier.category.name(),
            month: tier.month.to_string(),
            tier: tier.tier.clone(),
            told_at: tier.told_at.to_string(),
            used_elsewhere: tier.used_elsewhere,
            counted_then: tier.counted_then,
            counted: tier.counted,
            crossed_at: tier.crossed_at.map(|at| at.to_string()),
            crossing: tier.crossing.name(),
            missing: tier.missing,
        }
    }

    /// Whether the log's count does not bear Meta's word out.
    pub fn differs(&self) -> bool {
        self.missing > 0
    }

    /// How both compare, in words.
    pub fn words(&self) -> &'static str {
        match Crossing::parse(self.crossing.as_bytes()) {
            Some(Crossing::Later) => "the log later",
            Some(Crossing::Never) => "the log never",
            Some(Crossing::LogEnded) => "the log ended before",
            Some(Crossing::Agrees) | None => "agrees",
        }
    }

    fn volume(&self) -> (&str, &str, &str, &str) {
        (&self.owner, &self.market, self.category, &self.month)
    }

    /// What to write into the accounts file.
    fn warning(&self) -> Warning {
        let (owner, market, category, month) = self.volume();
        let instead = match self.used_elsewhere {
            0 => "would state it".to_owned(),
            used => format!("in the place of count = {used} would state it"),
        };
        Warning {
            code: "S-23".to_owned(),
            count: self.missing,
            text: format!(
                "charged messages at least are missing in the volume of {owner}, {market}, {category}, {month}: by \
                 {told_at} Meta counts tier {tier}, the log and the accounts {known}. They were charged elsewhere, \
                 or by accounts that accounts.toml does not put into this portfolio; [[used_volume]] portfolio = \"{owner}\", market = \"{market}\", category = \"{category}\", month = \
                 \"{month}\", count = {count} {instead}. No price rests on it.",
                told_at = self.told_at,
                tier = self.tier,
                known = self.used_elsewhere + self.counted_then,
                count = self.used_elsewhere + self.missing,
            ),
        }
    }
}

/// A warning for each volume that lacks messages: the most that any tier of it tells of.
pub(super) fn warnings(told: &[TierTold]) -> Vec<Warning> {
    let mut worst: Vec<&TierTold> = Vec::new();
    for tier in told.iter().filter(|tier| tier.differs()) {
        match worst.last_mut() {
            Some(last) if last.volume() == tier.volume() => {
                if last.missing < tier.missing {
                    *last = tier;
                }
            }
            _ => worst.push(tier),
        }
    }
    worst.sort_by_key(|tier| std::cmp::Reverse(tier.missing));
    let mut warnings: Vec<Warning> = worst
        .iter()
        .take(TOLD_MOST)
        .map(|tier| tier.warning())
        .collect();
    if worst.len() > TOLD_MOST {
        warnings.push(Warning {
            code: "S-23".to_owned(),
            count: (worst.len() - TOLD_MOST) as u64,
            text: "more volumes lack messages by what Meta says of tiers; summary.json names them all.".to_owned(),
        });
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(owner: &str, tier: &str, used_elsewhere: u64, missing: u64) -> TierTold {
        TierTold {
            owner: owner.to_owned(),
            market: "India".to_owned(),
            category: "utility",
            month: "2026-03".to_owned(),
            tier: tier.to_owned(),
            told_at: "2026-03-20T00:00:00Z".to_owned(),
            used_elsewhere,
            counted_then: 100,
            counted: 200,
            crossed_at: None,
            crossing: "never",
            missing,
        }
    }

    /// Of P 400 are known where Meta is at the thousandth: 600 are missing, and 300 + 600 were used elsewhere.
    #[test]
    fn a_warning_says_what_is_missing_and_which_entry_states_it() {
        let warnings = warnings(&[
            told("P", "401:999", 300, 1),
            told("P", "1000:MAX", 300, 600),
            told("Q", "50:99", 0, 0),
        ]);
        assert_eq!(warnings.len(), 1);
        assert_eq!((&*warnings[0].code, warnings[0].count), ("S-23", 600));
        let text = &warnings[0].text;
        assert!(
            text.contains("Meta counts tier 1000:MAX, the log and the accounts 400."),
            "{text}"
        );
        assert!(
            text.contains("count = 900 in the place of count = 300 would state it"),
            "{text}"
        );
    }

    #[test]
    fn many_volumes_have_one_warning_behind_the_first_ten() {
        let volumes = (1..=12).map(|place| told(&format!("P{place:02}"), "9:MAX", 0, place));
        let warnings = warnings(&volumes.collect::<Vec<_>>());
        let counts: Vec<u64> = warnings.iter().map(|warning| warning.count).collect();
        assert_eq!(counts, [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
        assert!(warnings[10].text.starts_with("more volumes"));
    }
}
