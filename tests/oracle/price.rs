//! What a charged line costs (section 10): list rates, volume tiers, bids, Meta's own cost.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::charges::Line;
use super::message::Message;
use super::pair::Place;
use super::regime::{basis_date, is_pmp, regime};
use super::{World, card, clock, exceptions, fold, market};

/// (portfolio, market, category, month) → the rank of the latest message.
pub type Volumes = BTreeMap<(String, String, String, String), u64>;

/// The price of a row; empty cells are null.
#[derive(Clone, Debug, Default)]
pub struct Price {
    pub state: &'static str,
    pub tier: String,
    pub card: String,
    pub rate: Option<Decimal>,
    /// the list rate stands in for a ladder that nobody published.
    pub lacks_ladder: bool,
}

fn rated(rate: Decimal, card: String, tier: String) -> Price {
    Price {
        state: "rated",
        tier,
        card,
        rate: Some(rate),
        lacks_ladder: false,
    }
}

/// a missing cell is never zero.
fn unrated() -> Price {
    Price {
        state: "unrated",
        ..Price::default()
    }
}

pub fn price(
    line: &Line,
    place: &Place,
    message: &Message,
    volumes: &mut Volumes,
    world: &World,
) -> Price {
    if line.pricing_type != "regular" {
        return Price {
            state: "free",
            ..Price::default()
        };
    }
    let model = match is_pmp(regime(message, world).expect("a regime")) {
        true => "PMP",
        false => "CBP",
    };
    let tariff = world.tariff.expect("a tariff");
    let currency = currency(message, world);
    let market = market::market(&message.customer, basis_date(message, world), world);
    let category = rate_category(line, message, world);
    let day = card::asked_day(message, world);

    let list_day = card::card_day(model, &currency, day, world);
    let list = card::list_rate(model, &currency, &market, &category, list_day, tariff);
    let list = list.map(|(rate, card)| rated(rate, card, String::new()));
    let cost = message
        .meta_cost
        .filter(|_| message.meta_cost_currency == currency);
    let cost = cost.map(|cost| rated(cost, String::new(), String::new()));

    let is_marketing = ["marketing", "marketing_lite"].contains(&line.category.as_str());
    if let (true, Some(bid)) = (is_marketing, message.max_price) {
        let known = match world.settings.get("max_price_basis") {
            "mark" => cost.clone().or(list.clone()),
            "bid" => Some(rated(bid, String::new(), String::new())),
            _ => list.clone(),
        };
        if let Some(price) = known {
            return price; // X-3, S-33
        }
    }
    if market == "Unknown" {
        return cost.unwrap_or(unrated()); // K-1
    }
    if !counts_as_volume(line, place, message, world) {
        return list.unwrap_or(unrated());
    }
    let rank = rank(&market, &category, message, volumes, world);
    let ladder_day = card::ladder_day(&currency, list_day, world);
    let steps = card::ladder(&currency, &market, &category, ladder_day, tariff);
    if steps.is_empty() {
        return match list {
            Some(list) => Price {
                lacks_ladder: true,
                ..list
            },
            None => unrated(),
        };
    }
    let step = steps.into_iter().find(|step| step.holds(rank));
    match (step, step.and_then(|step| step.rate), list) {
        (Some(step), Some(rate), Some(list)) => rated(rate, list.card, step.label()),
        _ => unrated(),
    }
}

pub fn currency(message: &Message, world: &World) -> String {
    let day = fold::local_date(message, world);
    world.accounts.currency(&message.account, day)
}

/// Which cell a line reads.
fn rate_category(line: &Line, message: &Message, world: &World) -> String {
    match line.category.as_str() {
        "service" if line.unit == "message" => "utility", // P26-2
        // the conversation stays authentication, its rate does not.
        "authentication" if exceptions::is_international(message, world) => {
            "authentication_international"
        }
        other => other,
    }
    .to_string()
}

/// S-24: what is counted is also what has tiers.
fn counts_as_volume(line: &Line, place: &Place, message: &Message, world: &World) -> bool {
    let regime = regime(message, world).expect("a regime");
    let tiered = ["utility", "authentication", "authentication_international"];
    if !is_pmp(regime) || !tiered.contains(&line.category.as_str()) {
        return false;
    }
    let utility = line.category == "utility";
    let group = !message.group.is_empty();
    let window = regime == "pmp-2026"
        && place.is_inside_window
        && world.settings.is("tier_counts_window_utility_2026", "no");
    !(utility && (group || window))
}

/// the place of a message in its month, in the order T-5, behind what was used elsewhere.
fn rank(
    market: &str,
    category: &str,
    message: &Message,
    volumes: &mut Volumes,
    world: &World,
) -> u64 {
    let day = fold::local_date(message, world);
    let owner = world.accounts.owner_of_volume(&message.account, day);
    let month = clock::month(basis_date(message, world)); // T-2
    let used = world.accounts.used_volume(&owner, market, category, &month);
    let cell = (owner, market.to_string(), category.to_string(), month);
    let count = volumes.entry(cell).or_insert(used);
    *count += 1;
    *count
}
