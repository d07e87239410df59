//! Who pays differently: the exempt of P26-5, the AI providers of X-5, and who pays for
//! authentication from abroad.

use super::cells::Kind;
use super::message::Message;
use super::regime::basis_date;
use super::{World, clock, fold, market};

/// P26-5: by the account's setting or Meta's mark, through 2027-12-31 local (reading 22).
pub fn is_exempt(message: &Message, world: &World) -> bool {
    let day = fold::local_date(message, world);
    let exempt = message.paid_exempt_mark || world.accounts.is_exempt(&message.account, day);
    exempt && day <= clock::date(2027, 12, 31)
}

/// free-form of a declared AI provider to the listed countries, in their times.
pub fn is_ai_provider_message(message: &Message, world: &World) -> bool {
    let day = fold::local_date(message, world);
    if message.kind != Kind::FreeForm || !world.accounts.is_ai_provider(&message.account, day) {
        return false;
    }
    let Some(country) = (world.country_of)(&message.customer) else {
        return false;
    };
    let between = |first, last| first <= day && day <= last;
    let end = clock::date(2026, 5, 12);
    match country.as_str() {
        "BR" => day >= clock::date(2026, 3, 11),
        "IT" => between(clock::date(2026, 2, 16), end),
        other if EUROPEAN_ECONOMIC_AREA.contains(&other) => between(clock::date(2026, 3, 11), end),
        _ => false,
    }
}

/// X-1, S-31: an authentication template from a portfolio that is eligible, to a listed market, from
/// both their starts on, unless the customer is at home where the portfolio is.
pub fn is_international(message: &Message, world: &World) -> bool {
    let Some(tariff) = world.tariff else {
        return false;
    };
    if message.kind != Kind::Template || message.category != "authentication" {
        return false;
    }
    let day = basis_date(message, world);
    let market = market::market(&message.customer, day, world);
    let listed = tariff
        .international
        .iter()
        .find(|(name, _)| *name == market);
    let listed = listed.is_some_and(|(_, from)| *from <= day);
    let local_date = fold::local_date(message, world);
    let portfolio = world.accounts.portfolio(&message.account, local_date);
    let (true, Some(portfolio)) = (listed, portfolio) else {
        return false;
    };
    let country = (world.country_of)(&message.customer);
    let (Some(eligible), Some(country)) = (&portfolio.international, country) else {
        return false;
    };
    let begun = eligible.begins(&country).is_some_and(|from| from <= day);
    begun && portfolio.primary_location.as_deref() != Some(country.as_str())
}

const EUROPEAN_ECONOMIC_AREA: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];
