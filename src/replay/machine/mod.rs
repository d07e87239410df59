//! The pair machine: one pair's messages in the order T-5 become conversations and charges.
//!
//! Four mechanisms, each in a file of its own, hold all rules; a regime only chooses among them:
//!
//! | mechanism | rules | file |
//! |---|---|---|
//! | customer service window | W-1…W-4 | [`window`] |
//! | free entry point | F-1…F-7 | [`entry_point`] |
//! | conversations | C22-1…C22-5, C23-1…C23-7, F-5 | [`conversations`] |
//! | per-message pricing | P25-1…P25-5, P26-1…P26-5, D-6, X-5 | [`per_message`] |
//!
//! [`inferred`] decides before them what a message is whose log does not say whether it is a template.
//! [`watch`] looks on for findings and decides nothing.
//!
//! What depends on other pairs, the first 1,000 of a month, is decided afterwards by [`super::allowance`].

mod charges;
mod conversations;
mod edge;
mod entry_point;
mod inferred;
mod per_message;
mod watch;
mod window;

use super::assemble::OddValues;
use super::attributes::Flag;
use super::longer_entry_points::Judged;
use super::message::Message;
use super::outcome::{Charge, Conversation, RowNumber};
use super::pair::{PairKey, PairTable};
use super::sighting::Sightings;
use super::stop_list::StopList;
use super::terms::{AccountTerms, Terms};
use super::trace::{PairTrace, Step, Tracer};
use hashbrown::HashSet;

use crate::accounts::{Account, Accounts};
use crate::rulebook::AiPeriod;
use crate::rulebook::settings::{MessageInstant, WindowRefreshingTypes};
use crate::vocabulary::{
    CloseReason, ConversationCategory, Instant, Kind, LocalDate, Regime, Rule,
};
pub use charges::UNKNOWN_ZONE_MICROS;
use conversations::OpenConversations;
use entry_point::EntryPoints;
use watch::Watch;
use window::Window;

/// Where a customer's number lies.
pub trait CustomerPlaces: Sync {
    /// The country.
    fn country(&self, number: u64) -> Option<[u8; 2]>;

    /// Whether the number's market has authentication-international rates on a date.
    fn has_international_rate(&self, number: u64, date: LocalDate) -> bool;
}

/// What every pair is judged by.
#[derive(Clone, Copy)]
pub struct Judgement<'a> {
    /// Rules and settings.
    pub terms: &'a Terms,
    /// Who pays: exemptions and AI providers.
    pub accounts: &'a Accounts,
    /// Values that did not fit into rows.
    pub odd_values: &'a OddValues,
    /// Names of accounts, by code.
    pub account_names: &'a [String],
    /// Names of pairs.
    pub pairs: &'a PairTable,
    /// Where customers are.
    pub customers: &'a dyn CustomerPlaces,
    /// Countries and dates of X-5.
    pub ai_periods: &'a [AiPeriod],
    /// The latest instant of any accepted row.
    pub end_of_log: Instant,
    /// From when on no marketing is delivered to the United States.
    pub us_pause_from: LocalDate,
    /// Which accounts have a messaging limit at any time, by code (C-LIMIT).
    pub has_limit: &'a [bool],
    /// Who has opted out of marketing, as evidence tells (C-OPT-OUT).
    pub stop_list: &'a StopList,
    /// Undelivered templates whose error says that the customer opted out of marketing.
    pub opted_out: &'a HashSet<RowNumber>,
    /// Which accounts are exempt, AI providers or in a portfolio at some time, by code.
    pub special_accounts: &'a [bool],
    /// Who is told what happens to a few pairs (`explain`).
    pub tracer: Option<&'a Tracer>,
}

impl<'a> Judgement<'a> {
    /// Who pays for an account, by its code.
    fn account(&self, code: u32) -> &'a Account {
        self.accounts.account(&self.account_names[code as usize])
    }

    /// the portfolio is eligible for the customer's country, that country is not its own, and the
    /// customer's market has such rates. Both starts are met by the instant of T-2, as the market is.
    fn is_international(
        &self,
        account: u32,
        pair: PairKey,
        date: LocalDate,
        (cutover, cutover_at): (LocalDate, Instant),
    ) -> bool {
        if !self.special_accounts[account as usize] {
            return false;
        }
        let account = self.account(account);
        let Some(portfolio) = self.accounts.portfolio_of(account, date) else {
            return false;
        };
        let Some(number) = self.pairs.customer_number(pair) else {
            return false;
        };
        let Some(country) = self.customers.country(number) else {
            return false;
        };
        portfolio.primary_location != Some(country)
            && portfolio
                .auth_international_from(country)
                .is_some_and(|from| from.has_come(cutover, cutover_at))
            && self.customers.has_international_rate(number, cutover)
    }

    /// whether AI providers pay for messages to a country on a local date.
    fn is_ai_country(&self, country: [u8; 2], date: LocalDate) -> bool {
        let covers = |&(listed, from, to): &AiPeriod| {
            listed == country && from <= date && to.is_none_or(|to| date <= to)
        };
        self.ai_periods.iter().any(covers)
    }
}

/// What pairs have led to.
#[derive(Debug, Default)]
pub struct Findings {
    /// Opened conversations, those of a pair in the order of their opening.
    pub conversations: Vec<Conversation>,
    /// Charges.
    pub charges: Vec<Charge>,
    /// What findings speak of.
    pub sightings: Sightings,
}

/// Replays pairs, one after another.
pub struct PairMachine<'a> {
    judgement: Judgement<'a>,
    pair: PairKey,
    is_group: bool,
    window: Window<'a>,
    entry_points: EntryPoints,
    conversations: OpenConversations,
    /// The same mechanism under per-message pricing, where conversations are only compared (P25-6).
    shadow: OpenConversations,
    findings: &'a mut Findings,
    watch: Watch,
    /// What is told of the pair, if anybody listens.
    trace: Option<PairTrace>,
    /// Whether the customer service window is open for the message at hand (W-3).
    in_window: bool,
    /// Delivered free-form messages that were sent with no window open (C-OUTSIDE-WINDOW).
    pub outside_window: u64,
}

impl<'a> PairMachine<'a> {
    /// A machine that adds what it finds to the findings.
    pub fn new(judgement: Judgement<'a>, findings: &'a mut Findings) -> Self {
        Self {
            judgement,
            pair: PairKey(0),
            is_group: false,
            window: Window::default(),
            entry_points: EntryPoints::default(),
            conversations: OpenConversations::default(),
            shadow: OpenConversations::default(),
            findings,
            watch: Watch::default(),
            trace: None,
            in_window: false,
            outside_window: 0,
        }
    }

    /// Replays one pair: its messages in the order T-5, and the instants that start its customer
    /// service windows (for a group those of all members), ascending.
    pub fn replay(&mut self, messages: &[Message], window_starts: &'a [Instant]) {
        let Some(first) = messages.first() else {
            return;
        };
        self.pair = first.pair();
        self.is_group = first.attributes().has(Flag::InGroup);
        self.window = Window::new(window_starts, self.judgement.terms.window_hours);
        self.entry_points.clear();
        self.conversations.clear();
        self.shadow.clear();
        self.watch.clear();
        self.trace = self.begin_trace(window_starts);
        for message in messages {
            let decided;
            let message = if message.has_inferred_kind() {
                decided = self.with_decided_kind(message);
                &decided
            } else {
                message
            };
            if let Some(trace) = &mut self.trace {
                trace.message(message);
                self.trace_window(message);
            }
            if message.is_inbound() {
                self.inbound(message);
            } else {
                self.outbound(message);
            }
        }
        self.watch_end();
        if let (Some(trace), Some(tracer)) = (self.trace.take(), self.judgement.tracer) {
            tracer.end(trace);
        }
    }

    /// How many conversations and charges there are so far.
    pub fn places(&self) -> (usize, usize) {
        let Findings {
            conversations,
            charges,
            ..
        } = &*self.findings;
        (conversations.len(), charges.len())
    }

    /// What has come since there were so many.
    pub fn since(&self, (conversations, charges): (usize, usize)) -> Judged<'_> {
        Judged {
            conversations: &self.findings.conversations[conversations..],
            charges: &self.findings.charges[charges..],
        }
    }

    fn begin_trace(&self, window_starts: &[Instant]) -> Option<PairTrace> {
        let tracer = self.judgement.tracer?;
        let parts = self.judgement.pairs.parts(self.pair);
        let window_hours = self.judgement.terms.window_hours;
        tracer.begin(self.pair, parts, window_starts, window_hours)
    }

    /// What the message at hand does to the customer service window.
    fn trace_window(&mut self, message: &Message) {
        let refreshing = self.judgement.terms.settings.window_refreshing_types;
        if !starts_window(message, refreshing) {
            return;
        }
        let at = message.instant();
        let before = Instant::from_micros(at.micros().saturating_sub(1));
        let mut window = self.window;
        let step = Step::StartedWindow {
            until: at.plus_hours(self.judgement.terms.window_hours),
            extends: window.end_before(before).is_some_and(|end| at < end),
        };
        if let Some(trace) = &mut self.trace {
            trace.step(step);
        }
    }

    /// The message at hand belongs to a conversation that was open.
    fn trace_joined(&mut self, place: u32) {
        if let Some(trace) = &mut self.trace {
            let conversation = self.findings.conversations[place as usize].opened_by;
            trace.step(Step::Joined(conversation));
        }
    }

    fn inbound(&mut self, message: &Message) {
        if message.kind() == Kind::System {
            return;
        }
        let at = message.instant();
        // C23-7: counted in the open entry point, else in the most recently opened conversation.
        let belongs_to = match self.entry_points.open_at(at) {
            Some(entry_point) => Some(entry_point.place),
            None => self.most_recent_open(at),
        };
        if let Some(place) = belongs_to {
            self.findings.conversations[place as usize].messages_inbound += 1;
            self.trace_joined(place);
        }
        let qualifies = message.attributes().entry_point().is_some_and(|source| {
            self.judgement
                .terms
                .settings
                .entry_point_sources
                .contains(source)
        });
        self.watch_inbound(message, qualifies);
        let click = self
            .entry_points
            .inbound(at, qualifies, &self.judgement.terms.settings);
        if qualifies && let Some(trace) = &mut self.trace {
            let armed_hours = self.judgement.terms.armed_hours;
            trace.step(click.map_or(Step::ClickIgnored, |click| click.step(armed_hours)));
        }
    }

    fn outbound(&mut self, message: &Message) {
        // D-6, W-4: neither notices nor calls are business messages.
        if matches!(message.kind(), Kind::System | Kind::Call) {
            return;
        }
        if !message.is_delivered() {
            self.watch_undelivered(message);
            return;
        }
        let account = self.judgement.terms.account(message.attributes().account());
        let cutover = self
            .judgement
            .terms
            .cutover_instant(message.instant(), message.sent());
        let Some(regime) = account.regime_at(cutover) else {
            return;
        };
        // T-2: what was delivered before any regime existed is outside the period, whatever S-01 says.
        if account.regime_at(message.instant()).is_none() {
            return;
        }

        let in_window = self.is_in_window(message);
        self.in_window = in_window;
        if let Some(trace) = &mut self.trace {
            trace.judged(regime, in_window);
        }
        if message.kind() == Kind::FreeForm && !in_window {
            self.outside_window += 1;
        }
        self.watch_delivered(message, account);
        if let Some(entry_point) = self.entry_points.open_at(message.instant()) {
            self.inside_entry_point(message, account, regime, entry_point);
        } else if let Some(click) = self.entry_points.answered_by(message, &self.judgement) {
            self.open_entry_point(message, account, regime, cutover, click);
        } else if regime.is_per_message() {
            let is_covered = self.price_message(message, account, regime, in_window);
            if self.judgement.terms.scope.shadow {
                self.shadow_conversation(message, account, regime, in_window, is_covered);
            }
        } else {
            self.converse(message, account, regime, in_window);
        }
        self.watch_judged(message);
    }

    /// whether an authentication template to this customer is charged at the international rate.
    fn is_international(&self, message: &Message, account: &AccountTerms) -> bool {
        let date = account.clock.local_date(message.instant());
        let terms = &self.judgement.terms;
        let at = terms.cutover_instant(message.instant(), message.sent());
        let cutover = (account.clock.local_date(at), at);
        let account = message.attributes().account();
        self.judgement
            .is_international(account, self.pair, date, cutover)
    }

    /// W-3: whether the customer service window is open for a message of the business.
    fn is_in_window(&mut self, message: &Message) -> bool {
        let by_delivery = self.is_group
            || self.judgement.terms.settings.window_instant == MessageInstant::Delivery;
        self.window.is_open_at(if by_delivery {
            message.instant()
        } else {
            message.sent()
        })
    }

    fn most_recent_open(&self, at: Instant) -> Option<u32> {
        let real = self
            .conversations
            .most_recent_open(at)
            .map(|conversation| conversation.place);
        let shadow = self
            .shadow
            .most_recent_open(at)
            .map(|conversation| conversation.place);
        real.max(shadow)
    }

    /// Adds a conversation that opens with a message; its place comes back.
    fn open(
        &mut self,
        message: &Message,
        account: &AccountTerms,
        category: ConversationCategory,
        regime: Regime,
        rule: Rule,
        expires_at: Instant,
    ) -> u32 {
        let end_of_log = account.period_end().unwrap_or(self.judgement.end_of_log);
        let close_reason = if expires_at > end_of_log {
            CloseReason::OpenAtEndOfLog
        } else {
            CloseReason::Expired
        };
        let place = self.findings.conversations.len() as u32;
        self.findings.conversations.push(Conversation {
            pair: self.pair,
            opened_at: message.instant(),
            expires_at,
            closed_at: expires_at,
            opened_by: message.row(),
            messages_outbound: 1,
            messages_inbound: 0,
            account: message.attributes().account(),
            category,
            regime,
            rule,
            close_reason,
            is_written: account.is_written(message.instant()),
            is_estimated: false,
        });
        place
    }
}

/// Whether a message starts a customer service window (W-1, W-4, S-11).
pub fn starts_window(message: &Message, types: WindowRefreshingTypes) -> bool {
    let all = types == WindowRefreshingTypes::AllButSystem;
    match message.kind() {
        Kind::System => false,
        Kind::Call => all,
        Kind::Reaction => all && message.is_inbound(),
        Kind::FreeForm | Kind::Template => message.is_inbound(),
    }
}
