//! What a pair's messages tell an auditor beside their charges: findings of compliance and savings.
//!
//! Nothing here decides a charge. It is asked for by `audit`; a replay alone does not watch.

use super::PairMachine;
use crate::accounts::OptOutState;
use crate::replay::message::Message;
use crate::replay::outcome::{Charge, RowNumber};
use crate::replay::sighting::{Detail, Reach, Sighting};
use crate::replay::terms::AccountTerms;
use crate::vocabulary::{FindingCode, Instant, Kind, TemplateCategory};

/// The United States, whose customers get no marketing templates.
const UNITED_STATES: [u8; 2] = *b"US";
/// How long a template counts as the same one again, and how long after its end a window still explains a
/// template (O-DUPLICATE-TEMPLATE, O-LATE-REPLY).
const REPEAT_HOURS: i64 = 24;

/// What is remembered of a pair.
#[derive(Debug, Default)]
pub struct Watch {
    /// The customer's last message, while no business message has followed it.
    unanswered: Option<Instant>,
    /// Since when an error has said that the customer opted out of marketing (131050).
    opted_out: Option<Instant>,
    /// Charged templates of the last hours: number of the template, and when.
    templates: Vec<(u32, Instant)>,
    /// Clicks that no answer has used, with the charges that an entry point would have covered.
    clicks: Vec<WaitingClick>,
}

#[derive(Debug)]
struct WaitingClick {
    at: Instant,
    row: RowNumber,
    account: u32,
    open_until: Instant,
    charges: Vec<RowNumber>,
}

impl Watch {
    /// Forgets the pair.
    pub fn clear(&mut self) {
        self.unanswered = None;
        self.opted_out = None;
        self.templates.clear();
        self.clicks.clear();
    }

    /// F-2: an answer in time uses up all clicks before it; none of them was missed.
    pub fn answered(&mut self) {
        self.clicks.clear();
    }
}

impl PairMachine<'_> {
    fn is_watching(&self) -> bool {
        self.judgement.terms.scope.findings
    }

    fn sight(
        &mut self,
        code: FindingCode,
        message: &Message,
        detail: Detail,
        charges: &[RowNumber],
    ) {
        let account = message.attributes().account();
        let at = message.instant();
        if self.judgement.terms.account(account).is_written(at) {
            let sighting = Sighting::new(code, self.pair, account, message.row(), at, detail);
            self.findings.sightings.add(sighting, charges);
        }
    }

    /// An inbound message; `is_click` if it arms an entry point.
    pub(super) fn watch_inbound(&mut self, message: &Message, is_click: bool) {
        if !self.is_watching() {
            return;
        }
        let at = message.instant();
        self.watch.unanswered = Some(at);
        if is_click && self.entry_points.open_at(at).is_none() {
            let code = message.attributes().account();
            let hours = self.judgement.terms.account(code).entry_point_hours_at(at);
            self.watch.clicks.push(WaitingClick {
                at,
                row: message.row(),
                account: code,
                open_until: at.plus_hours(hours),
                charges: Vec::new(),
            });
        }
    }

    /// A business message that was not delivered: it costs nothing, and may still break a rule (W-2).
    pub(super) fn watch_undelivered(&mut self, message: &Message) {
        if !self.is_watching() {
            return;
        }
        match message.kind() {
            Kind::FreeForm if !self.is_in_window(message) => {
                let detail = Detail::Delivered(false);
                self.sight(FindingCode::OutsideWindow, message, detail, &[]);
            }
            Kind::Template => {
                if is_marketing(message) {
                    self.watch_stop_list(message, false);
                }
                let is_told = self.judgement.opted_out.contains(&message.row());
                if is_told && message.has_failed() {
                    self.watch.opted_out = Some(message.instant());
                }
            }
            _ => {}
        }
    }

    /// A delivered business message, before it is judged.
    pub(super) fn watch_delivered(&mut self, message: &Message, account: &AccountTerms) {
        if !self.is_watching() {
            return;
        }
        let charges = [message.row()];
        if message.kind() == Kind::FreeForm && !self.in_window {
            let detail = Detail::Delivered(true);
            self.sight(FindingCode::OutsideWindow, message, detail, &charges);
        }
        let is_marketing = is_marketing(message);
        if is_marketing {
            self.watch_stop_list(message, true);
        }
        if is_marketing
            && self.judgement.us_pause_from <= account.clock.local_date(message.instant())
            && self
                .judgement
                .pairs
                .customer_number(self.pair)
                .and_then(|number| self.judgement.customers.country(number))
                == Some(UNITED_STATES)
        {
            self.sight(FindingCode::UsPause, message, Detail::None, &charges);
        }
        let code = message.attributes().account();
        if !self.in_window && self.judgement.has_limit[code as usize] {
            self.findings.sightings.reaches.push(Reach {
                account: code,
                at: message.instant(),
                pair: self.pair,
                row: message.row(),
            });
        }
    }

    /// C-OPT-OUT: marketing after the customer's stop, by the stop list or by an error, without a later word that it
    /// may come again.
    fn watch_stop_list(&mut self, message: &Message, is_delivered: bool) {
        let list = self.judgement.stop_list;
        let pairs = self.judgement.pairs;
        let told = match list.names(pairs, self.pair) {
            true => {
                let account = message.attributes().account();
                list.latest(pairs.parts(self.pair), account, message.sent())
            }
            false => None,
        };
        let charges = [message.row()];
        let charges = if is_delivered { &charges[..] } else { &[] };
        match (told, self.watch.opted_out) {
            (Some((OptOutState::Stop, since)), _) => {
                let detail = Detail::StoppedSince(since, is_delivered);
                self.sight(FindingCode::OptOut, message, detail, charges);
            }
            (Some((OptOutState::Resume, resumed)), Some(stopped)) if stopped <= resumed => {}
            (_, Some(_)) if is_delivered => {
                self.sight(FindingCode::OptOut, message, Detail::None, charges);
            }
            _ => {}
        }
    }

    /// A delivered business message, after it was judged.
    pub(super) fn watch_judged(&mut self, message: &Message) {
        if self.is_watching() && message.kind() != Kind::Reaction {
            self.watch.unanswered = None;
        }
    }

    /// A charge of a message.
    pub(super) fn watch_charge(&mut self, message: &Message, charge: &Charge) {
        if !self.is_watching() || !charge.is_chargeable() {
            return;
        }
        let at = charge.charged_at;
        let covering = self
            .watch
            .clicks
            .iter_mut()
            .find(|click| click.at <= at && at < click.open_until);
        if let Some(click) = covering {
            click.charges.push(message.row());
        }
        if message.kind() == Kind::Template {
            self.watch_template(message);
        }
    }

    fn watch_template(&mut self, message: &Message) {
        let (sent, at) = (message.sent(), message.instant());
        let charges = [message.row()];
        if self.in_window {
            self.sight(
                FindingCode::TemplateInWindow,
                message,
                Detail::None,
                &charges,
            );
        } else if let Some(inbound) = self.watch.unanswered
            && inbound <= sent
            && sent < inbound.plus_hours(self.judgement.terms.window_hours + REPEAT_HOURS)
        {
            self.sight(FindingCode::LateReply, message, Detail::None, &charges);
        }
        if let Some(template) = message.attributes().template() {
            let templates = &mut self.watch.templates;
            templates.retain(|&(_, earlier)| at < earlier.plus_hours(REPEAT_HOURS));
            let is_repeated = templates.iter().any(|&(earlier, _)| earlier == template);
            templates.push((template, at));
            if is_repeated {
                self.sight(
                    FindingCode::DuplicateTemplate,
                    message,
                    Detail::None,
                    &charges,
                );
            }
        }
    }

    /// The end of the pair: clicks whose time to answer has passed, and what they would have saved.
    pub(super) fn watch_end(&mut self) {
        let clicks = std::mem::take(&mut self.watch.clicks);
        let armed_hours = self.judgement.terms.armed_hours;
        for click in clicks {
            let account = self.judgement.terms.account(click.account);
            let is_over = click.at.plus_hours(armed_hours) <= self.judgement.end_of_log;
            if is_over && !click.charges.is_empty() && account.is_written(click.at) {
                let sighting = Sighting::new(
                    FindingCode::MissedEntryPoint,
                    self.pair,
                    click.account,
                    click.row,
                    click.at,
                    Detail::OpenUntil(click.open_until),
                );
                self.findings.sightings.add(sighting, &click.charges);
            }
        }
    }
}

/// Whether a message is what customers opt out of.
fn is_marketing(message: &Message) -> bool {
    let category = message.category();
    message.kind() == Kind::Template
        && matches!(
            category,
            Some(TemplateCategory::Marketing | TemplateCategory::MarketingLite)
        )
}
