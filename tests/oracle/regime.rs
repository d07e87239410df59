//! Which regime a message falls under (T-2, T-3, S-01).

use chrono::NaiveDate;

use super::message::Message;
use super::{World, clock};

/// The date that meets T-2: S-01, by default the delivery, which is also the opening (T-3).
pub fn basis_date(message: &Message, world: &World) -> NaiveDate {
    let send = world.settings.is("cutover_basis", "send");
    let instant = if send {
        message.sent
    } else {
        message.instant()
    };
    world
        .accounts
        .local_date(&message.account, instant, world.settings)
}

/// T-2: the regime of a message, none before 2022-02-01.
pub fn regime(message: &Message, world: &World) -> Option<&'static str> {
    let known = ["cbp-2022", "cbp-2023", "pmp-2025", "pmp-2026"];
    if let Some(forced) = &world.settings.rulebook {
        return known.into_iter().find(|id| id == forced);
    }
    // What was delivered before 2022-02-01 is outside the period, whatever S-01 picks the regime by.
    let delivered = world
        .accounts
        .local_date(&message.account, message.instant(), world.settings);
    let day = basis_date(message, world);
    if day.min(delivered) < clock::date(2022, 2, 1) {
        None
    } else if day < clock::date(2023, 6, 1) {
        Some("cbp-2022")
    } else if day < clock::date(2025, 7, 1) {
        Some("cbp-2023")
    } else if day < clock::date(2026, 10, 1) {
        Some("pmp-2025")
    } else {
        Some("pmp-2026")
    }
}

pub fn is_pmp(regime: &str) -> bool {
    regime.starts_with("pmp")
}
