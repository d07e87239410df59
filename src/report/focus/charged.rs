//! Rows for what the replay expects: one for each line that has an amount.

use anyhow::Result;

use super::row::{Row, Usage};
use crate::pricing::Line;
use crate::report::summary::Summary;
use crate::rulebook::Rulebook;
use crate::tariff::{Amount, CardModel, MarketId, Tariff};
use crate::vocabulary::{ChargeCategory, ChargeState, LocalDate, Regime};

/// Makes rows of lines.
pub struct Charged<'a> {
    unknown_market: &'a str,
    rulebook: Rulebook,
    forced: Option<Regime>,
    asked_from: LocalDate,
    asked_to: LocalDate,
}

impl<'a> Charged<'a> {
    /// For the lines of a run.
    ///
    /// # Errors
    /// If the built-in rulebook cannot be read: a bug in the program.
    pub fn new(summary: &Summary, tariff: &'a Tariff) -> Result<Self> {
        let forced = summary.assumptions.rulebook.as_deref();
        let date = |text: &Option<String>| text.as_deref().and_then(LocalDate::parse);
        Ok(Self {
            unknown_market: tariff.markets.name(MarketId::UNKNOWN),
            rulebook: Rulebook::embedded()?,
            forced: forced.and_then(|name| Regime::parse(name.as_bytes())),
            asked_from: date(&summary.period.from).unwrap_or(LocalDate::MIN),
            asked_to: date(&summary.period.to).unwrap_or(LocalDate::MAX),
        })
    }

    /// The row of a line; none where its cost is not known.
    pub fn row(&self, line: &Line) -> Option<Row> {
        let cost = line.amount?;
        let category = line.category.0.name();
        let pricing_type = line.pricing_type.0.name();
        let month = (line.month.first_day(), line.month.last_day());
        let tier = line.tier.as_ref().map_or("", |tier| &tier.label);
        let card = line.rate_card.as_deref().unwrap_or_default();
        let price = line.rate.unwrap_or(Amount::ZERO);
        let (unit, meter, noun) = match self.model(line) {
            CardModel::Cbp => ("Conversations", "Opened conversations", "conversation"),
            CardModel::Pmp => ("Messages", "Delivered messages", "message"),
        };
        let currency = line.currency;
        let sku = format!("whatsapp/{noun}/{category}");
        let price_of = match line.state.0 {
            ChargeState::Free => pricing_type,
            _ if card.is_empty() => "own-price",
            _ => card,
        };
        let market = &line.market;
        let sku_price = [&sku, market, currency.code(), price_of, tier].join("/");
        Some(Row {
            cost,
            account: line.account.clone(),
            business: line.business.clone(),
            market: self.region(market),
            billing_days: month,
            charge_days: self.days(month),
            charge_category: "Usage",
            description: description(line, noun),
            usage: Some(Usage {
                quantity: line.quantity,
                unit,
                price,
                pricing_category: pricing_category(line),
                sku_price: sku_price.trim_end_matches('/').to_owned(),
                sku,
                meter,
                price_details: vec![
                    ("x_Market", market.clone()),
                    ("x_PricingType", pricing_type.to_owned()),
                    ("x_RateCard", card.to_owned()),
                    ("x_Tier", tier.to_owned()),
                ],
            }),
            tags: vec![
                ("counterfoil/account", line.account.clone()),
                ("counterfoil/business", line.business.clone()),
                ("counterfoil/month", line.month.to_string()),
                ("counterfoil/market", market.clone()),
                ("counterfoil/category", category.to_owned()),
                ("counterfoil/pricing_type", pricing_type.to_owned()),
                ("counterfoil/tier", tier.to_owned()),
                ("counterfoil/rate_card", card.to_owned()),
                ("counterfoil/state", line.state.0.name().to_owned()),
            ],
            cost_basis: "expected",
            source: None,
            currency,
        })
    }

    /// The market as a region; none where no market is known.
    fn region(&self, market: &str) -> String {
        match market == self.unknown_market {
            true => String::new(),
            false => market.to_owned(),
        }
    }

    /// The days of the month that were asked for; all of them where that would be none.
    fn days(&self, (first, last): (LocalDate, LocalDate)) -> (LocalDate, LocalDate) {
        let asked = (first.max(self.asked_from), last.min(self.asked_to));
        if asked.0 <= asked.1 {
            asked
        } else {
            (first, last)
        }
    }

    /// Whether conversations or messages are counted: by the card, or by the rules that hold in the month.
    fn model(&self, line: &Line) -> CardModel {
        let card = line.rate_card.as_deref().unwrap_or_default();
        let named = card.split('-').next().unwrap_or_default();
        CardModel::parse(named.as_bytes()).unwrap_or_else(|| {
            let regime = self.rulebook.regime_on(line.month.first_day());
            CardModel::from(self.forced.or(regime).unwrap_or(Regime::Pmp2026))
        })
    }
}

/// A price that stands on no card and was bid for is Meta's to determine; all others are agreed beforehand.
fn pricing_category(line: &Line) -> &'static str {
    let is_bid = line.rate_card.is_none()
        && line.rate.is_some()
        && line.category.0 == ChargeCategory::MarketingLite;
    if is_bid { "Dynamic" } else { "Standard" }
}

fn description(line: &Line, noun: &str) -> String {
    let category = line.category.0.name().replace('_', " ");
    let plural = if line.quantity == 1 { "" } else { "s" };
    let what = format!(
        "{category} {noun}{plural} to {}, {}",
        line.market, line.month
    );
    let how = match (line.rate, &line.tier) {
        (None, _) => {
            let pricing_type = line.pricing_type.0.name().replace('_', " ");
            format!("at no charge ({pricing_type})")
        }
        (Some(rate), None) => format!("at {rate} {} each", line.currency),
        (Some(rate), Some(tier)) => {
            format!("at {rate} {} each (tier {})", line.currency, tier.label)
        }
    };
    format!("WhatsApp: {} {what}, {how}", line.quantity)
}
