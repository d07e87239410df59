//! `tier_updates.csv`: which volume tiers Meta says were reached.

use super::cells::{Source, rows};
use crate::{
    rulebook::ConfigError,
    tariff::Markets,
    vocabulary::{ChargeCategory, Instant, Month, Tier},
};

/// Meta says that a tier was reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TierUpdate {
    /// Who climbed: the account as the table names it, its portfolio once the accounts are known.
    pub owner: String,
    /// The market's name.
    pub market: String,
    /// Utility, authentication or authentication-international.
    pub category: ChargeCategory,
    /// The month whose volume counts.
    pub month: Month,
    /// The tier.
    pub tier: Tier,
    /// When Meta said so.
    pub at: Instant,
    /// The account that was told.
    pub account: String,
}

pub(super) fn read(source: &Source, markets: &Markets) -> Result<Vec<TierUpdate>, ConfigError> {
    let columns = [
        "account",
        "category",
        "region",
        "tier",
        "effective_month",
        "updated_at",
    ];
    rows(
        source,
        &columns,
        |[account, category, region, tier, month, at]| {
            let market = markets
                .named(region.text)
                .ok_or_else(|| region.refused("a market of the rate cards such as India"))?;
            let account = account.account()?;
            Ok(TierUpdate {
                owner: account.clone(),
                account,
                market: markets.name(market).to_owned(),
                category: ChargeCategory::parse(category.text.as_bytes())
                    .filter(|category| category.has_tiers())
                    .ok_or_else(|| {
                        category.refused("utility, authentication or authentication_international")
                    })?,
                month: Month::parse(month.text)
                    .ok_or_else(|| month.refused("a month such as 2026-03"))?,
                tier: Tier::parse(tier.text)
                    .ok_or_else(|| tier.refused("LOWER:UPPER such as 25000001:50000000"))?,
                at: at.instant()?,
            })
        },
    )
}
