//! From what was seen at a message to a finding: names, money, words.

use std::sync::Arc;

use hashbrown::HashSet;

use super::stake::{Stake, Stakes};
use super::{Finding, Request};
use crate::log::intern::Intern;
use crate::replay::outcome::{AllowancePosition, Detail, RowNumber, RowSet, Sighting};
use crate::tariff::Amount;
use crate::vocabulary::{ChargeCategory, Currency, FindingCode, Regime, Severity};

/// Ids of messages may take one part in so many of a bound on memory.
const IDS_PART: u64 = 16;
/// What an id takes, with where it stands and the row that is wanted.
const ID_BYTES: usize = 128;

/// The findings of single messages.
pub fn findings(request: &Request<'_>) -> anyhow::Result<Vec<Finding>> {
    let sightings = &request.outcome.sightings;
    let stakes = Stakes::of(request, sightings.charges());
    let cells = &request.outcome.cells;
    let pairs = &request.outcome.pairs;
    let names = |table: &Intern| -> Vec<Arc<str>> {
        (0..table.len() as u32)
            .map(|code| table.word(code).into())
            .collect()
    };
    let (accounts, businesses) = (names(&cells.accounts), names(&cells.businesses));
    let mut texts: HashSet<Arc<str>> = HashSet::new();
    let mut findings = Vec::with_capacity(sightings.list.len());
    let rows = RowSet::from(sightings.list.iter().map(|sighting| sighting.row));
    let rows_max = request.outcome.memory.at_most(usize::MAX, IDS_PART) / ID_BYTES;
    let mut rest = rows.iter().peekable();
    while let Some(&first) = rest.peek() {
        let portion: Vec<RowNumber> = rest.by_ref().take(rows_max).collect();
        let last = portion.last().copied().unwrap_or(first);
        let ids = RowSet::from(portion.iter().copied());
        let ids = request.ids.message_ids(ids)?;
        request.outcome.memory.check()?;
        for sighting in sightings.list.iter() {
            if sighting.row < first || sighting.row > last {
                continue;
            }
            let Some(told) = tell(request, sighting, &stakes) else {
                continue;
            };
            let mut customer = String::new();
            pairs.push_customer(sighting.pair, &mut customer);
            customer.shrink_to_fit();
            findings.push(Finding {
                code: sighting.code,
                account: Arc::clone(&accounts[sighting.account as usize]),
                business: Arc::clone(&businesses[pairs.parts(sighting.pair).business as usize]),
                at: Some(sighting.at),
                customer,
                message_id: String::from_utf8_lossy(ids.get(sighting.row)).into_owned(),
                severity: told.severity,
                money: told.money,
                currency: told.currency,
                explanation: Arc::clone(
                    texts.get_or_insert_with(told.text.as_str(), |text| text.into()),
                ),
            });
        }
    }
    Ok(findings)
}

/// What is said of a sighting.
struct Told {
    severity: Severity,
    money: Amount,
    currency: Option<Currency>,
    text: String,
}

/// None where a closer look shows that nothing is at stake.
fn tell(request: &Request<'_>, sighting: &Sighting, stakes: &Stakes<'_>) -> Option<Told> {
    let linked = request.outcome.sightings.charges_of(sighting);
    let (money, currency) = stakes.sum(linked);
    let told = |severity: Severity, text: &str| {
        Some(Told {
            severity,
            money,
            currency,
            text: text.to_owned(),
        })
    };
    let stake = linked.first().and_then(|row| stakes.of_message(*row));
    match (sighting.code, sighting.detail) {
        (FindingCode::OutsideWindow, Detail::Delivered(true)) => told(
            Severity::Violation,
            "free-form message delivered though no customer service window was open when it was sent (W-2): \
             a part of the inbound log may be missing",
        ),
        (FindingCode::OutsideWindow, _) => told(
            Severity::Warning,
            "free-form message sent with no customer service window open, not delivered (W-2)",
        ),
        (FindingCode::Unapproved, Detail::Delivered(true)) => told(
            Severity::Violation,
            "template delivered though the registry says it was not approved when it was sent (D-8)",
        ),
        (FindingCode::Unapproved, _) => told(
            Severity::Warning,
            "template sent while the registry says it was not approved, not delivered (D-8)",
        ),
        (FindingCode::Recategorised, Detail::OtherCategory(other)) => {
            Some(recategorised(request, stake, other.into()))
        }
        (FindingCode::AuthMisuse, Detail::OneTimeCode) => told(
            Severity::Warning,
            "the text looks like a one-time code, which belongs into an authentication template; its words and \
             digits alone do not prove it",
        ),
        (FindingCode::AuthMisuse, _) => told(
            Severity::Violation,
            "the registry and the message disagree on whether the template is for authentication",
        ),
        (FindingCode::UsPause, _) => told(
            Severity::Violation,
            "marketing template marked delivered to a United States number, where Meta has delivered none since \
             2025-04-01 (X-6)",
        ),
        (FindingCode::OptOut, Detail::StoppedSince(since, true)) => told(
            Severity::Violation,
            &format!(
                "marketing template delivered though the customer had opted out of marketing on {since} (stop list)"
            ),
        ),
        (FindingCode::OptOut, Detail::StoppedSince(since, false)) => told(
            Severity::Warning,
            &format!(
                "marketing template sent though the customer had opted out of marketing on {since} (stop list), \
                 not delivered"
            ),
        ),
        (FindingCode::OptOut, _) => told(
            Severity::Violation,
            "marketing template delivered after the customer had opted out of marketing (error 131050)",
        ),
        (FindingCode::MissedEntryPoint, Detail::OpenUntil(until)) => told(
            Severity::Info,
            &format!(
                "a click on an entry point was not answered in time; an answer would have made {} later charges \
                 until {until} free (F-3, F-6)",
                linked.len()
            ),
        ),
        (FindingCode::TemplateInWindow, _) => template_in_window(request, &stake?),
        (FindingCode::DuplicateTemplate, _) => told(
            Severity::Info,
            "the same template was sent to the same customer within 24 hours before, and both were charged",
        ),
        (FindingCode::LateReply, _) => told(
            Severity::Info,
            "the customer's last message was answered after its window had closed, by a paid template; in the \
             window a free-form answer would have done",
        ),
        (FindingCode::Conflict, Detail::Rows) => told(
            Severity::Warning,
            "rows of this message contradict each other; the first stands, the others are in rejects.csv (D-4)",
        ),
        (FindingCode::Conflict, _) => told(
            Severity::Warning,
            "this message is both failed and delivered; delivered wins (D-2)",
        ),
        (FindingCode::Clock, Detail::Before2009) => told(
            Severity::Warning,
            "dated before 2009, when WhatsApp began: milliseconds may have been taken for seconds, or the reverse",
        ),
        (FindingCode::Clock, Detail::AfterSeen) => told(
            Severity::Warning,
            "dated more than a day after the exporter learned of it (seen_at): check the clocks of the export",
        ),
        (FindingCode::Clock, _) => told(
            Severity::Warning,
            "delivered before it was sent: check the clocks of the export",
        ),
        _ => told(Severity::Info, sighting.code.name()),
    }
}

/// D-7: priced both ways.
fn recategorised(request: &Request<'_>, stake: Option<Stake>, other: ChargeCategory) -> Told {
    let mut told = Told {
        severity: Severity::Warning,
        money: Amount::ZERO,
        currency: None,
        text: format!(
            "another source of the category says {other}; S-06 decides which counts (D-7)"
        ),
    };
    let Some(stake) = stake else {
        return told;
    };
    told.currency = Some(stake.currency);
    let is_free_in_window = other == ChargeCategory::Utility
        && stake.charge.in_window
        && stake.charge.regime == Regime::Pmp2025;
    let otherwise = match is_free_in_window || !stake.charge.is_chargeable() {
        true => Some(Amount::ZERO),
        false => request.pricer.list_rate_as(&stake.charge, other),
    };
    if let Some((amount, otherwise)) = stake.amount.zip(otherwise)
        && let Some(difference) = amount.minus(otherwise)
    {
        told.money = difference.abs();
        told.text = format!(
            "charged {amount} {currency} as {category}; another source of the category says {other}, which \
             would be {otherwise} {currency} at list (D-7, S-06)",
            currency = stake.currency,
            category = stake.charge.category,
        );
    }
    told
}

/// What a free-form message in the same window would have cost, at most.
fn template_in_window(request: &Request<'_>, stake: &Stake) -> Option<Told> {
    let charge = &stake.charge;
    if charge.category == ChargeCategory::Authentication
        || charge.category == ChargeCategory::AuthenticationInternational
    {
        return None;
    }
    let instead = match charge.regime {
        Regime::Cbp2022 => return None,
        Regime::Pmp2025 => Amount::ZERO,
        Regime::Pmp2026 if has_allowance_left(request, stake) => Amount::ZERO,
        Regime::Cbp2023 | Regime::Pmp2026 => request
            .pricer
            .list_rate_as(charge, ChargeCategory::Service)?,
    };
    let saving = stake.amount?.minus(instead)?;
    (saving > Amount::ZERO).then(|| Told {
        severity: Severity::Info,
        money: saving,
        currency: Some(stake.currency),
        text: format!(
            "a {} template was paid for while the customer service window was open: a free-form message would \
             have cost {instead} {}",
            charge.category, stake.currency
        ),
    })
}

/// P26-2: whether the number's allowance of the month was not used up.
fn has_allowance_left(request: &Request<'_>, stake: &Stake) -> bool {
    let business = request.outcome.pairs.parts(stake.charge.pair).business;
    let business = request.outcome.cells.businesses.word(business);
    let account = request.outcome.cells.accounts.word(stake.charge.account);
    let month = stake.charge.local_date.month();
    let is_of_charge = |position: &&AllowancePosition| {
        position.regime == Regime::Pmp2026
            && position.month == month
            && (position.owner == business || position.owner == account)
    };
    let position = request.outcome.allowances.iter().find(is_of_charge);
    position.is_none_or(|position| position.used_elsewhere + position.units < position.size)
}
