//! The messages of a pair: what each did, what it is charged, where it stands, what Meta says of it.

use hashbrown::{HashMap, HashSet};

use super::Moment;
use super::build::{Asked, GroupRow, PricedCharge, Request};
use super::evidence::EvidenceRow;
use super::find::Sought;
use super::marks::{Ours, marks};
use super::view::{ConversationView, EffectView, FindingView, MessageView, RowView, What};
use crate::log::columns::Column;
use crate::replay::outcome::{Conversation, RowNumber};
use crate::replay::trace::{PairTrace, Step, TracedMessage};
use crate::vocabulary::{CloseReason, Direction, Instant, Kind, TemplateCategory, conversation_id};

/// Everything that is known of a pair.
pub struct PairStory<'a> {
    /// What the timelines are made of.
    pub request: Request<'a>,
    /// What the machine told, if it was shown any message.
    pub trace: Option<&'a PairTrace>,
    /// Its conversations, by opening.
    pub conversations: &'a [Conversation],
    /// Its charges.
    pub charges: &'a [PricedCharge<'a>],
    /// Its rows.
    pub rows: &'a [EvidenceRow],
    /// Rows of groups, those of other members included.
    pub group_rows: &'a [GroupRow],
    /// Business number.
    pub business: String,
    /// Customer.
    pub customer: String,
    /// Group.
    pub group: Option<String>,
}

impl PairStory<'_> {
    /// The latest instant of the log.
    pub fn end_of_log(&self) -> Instant {
        let range = self.request.outcome.time_range;
        range.map_or(Instant::MAX, |(_, last)| last)
    }

    /// An instant on the clock of an account.
    pub fn moment_of(&self, account: &str, at: Instant) -> Moment {
        Moment::on(&self.request.accounts.account(account).clock, at)
    }

    /// An instant on the clock of the pair's first account.
    pub fn moment(&self, at: Instant) -> Moment {
        let traced = self.trace.and_then(|trace| trace.messages.first());
        let code = traced.map(|traced| traced.message.attributes().account());
        match code {
            Some(code) => self.moment_of(&self.account_name(code), at),
            None => self.moment_of(&self.account_of_rows(&[]), at),
        }
    }

    /// The name of an account.
    pub fn account_name(&self, code: u32) -> String {
        self.request.outcome.cells.accounts.word(code)
    }

    fn account_of_rows(&self, rows: &[&EvidenceRow]) -> String {
        let named = rows.iter().find_map(|row| row.cell(Column::Account));
        let of_number = || {
            self.request
                .accounts
                .account_of_number(&self.business, None)
        };
        named.or_else(of_number).unwrap_or("default").to_owned()
    }

    /// The id of the message that a row belongs to.
    pub fn message_id(&self, row: RowNumber) -> &str {
        let row = self.rows.iter().find(|other| other.number == row);
        row.and_then(|row| row.cell(Column::MessageId))
            .unwrap_or("")
    }

    /// The identity of a conversation of the pair.
    pub fn id_of(&self, conversation: &Conversation) -> String {
        conversation_id(
            &mut Vec::new(),
            &self.account_name(conversation.account),
            &self.business,
            &self.customer,
            conversation.category,
            conversation.opened_at,
            self.message_id(conversation.opened_by).as_bytes(),
        )
        .to_string()
    }

    /// The conversation that a message opened.
    pub fn opened_by(&self, row: RowNumber) -> Option<&Conversation> {
        let mut conversations = self.conversations.iter();
        conversations.find(|conversation| conversation.opened_by == row)
    }

    /// A conversation as it is shown.
    pub fn conversation(&self, conversation: &Conversation) -> ConversationView {
        let account = self.account_name(conversation.account);
        let moment = |at: Instant| self.moment_of(&account, at);
        let is_open = conversation.close_reason == CloseReason::OpenAtEndOfLog;
        ConversationView {
            conversation_id: self.id_of(conversation),
            category: conversation.category.name(),
            regime: conversation.regime.name(),
            rule: conversation.rule.name(),
            opened_by: self.message_id(conversation.opened_by).to_owned(),
            opened_at: moment(conversation.opened_at),
            expires_at: moment(conversation.expires_at),
            closed_at: (!is_open).then(|| moment(conversation.closed_at)),
            close_reason: conversation.close_reason.name(),
            messages_outbound: conversation.messages_outbound,
            messages_inbound: conversation.messages_inbound,
        }
    }

    /// All messages: those that the machine was shown in the order T-5, then the others; and rows that
    /// have no place in time.
    pub fn messages(&self) -> (Vec<(Moment, MessageView)>, Vec<RowView>) {
        let mut by_id: HashMap<&str, Vec<&EvidenceRow>> = HashMap::new();
        for row in self.rows {
            let id = row.cell(Column::MessageId).unwrap_or("");
            by_id.entry(id).or_default().push(row);
        }
        let mut told: HashSet<&str> = HashSet::new();
        let mut messages = Vec::new();
        for traced in self.trace.iter().flat_map(|trace| &trace.messages) {
            let id = self.message_id(traced.message.row());
            let rows = match told.insert(id) {
                true => by_id.get(id).cloned().unwrap_or_default(),
                // The same id under two accounts: the row by which the message is known.
                false => self.row(traced.message.row()).into_iter().collect(),
            };
            messages.push(self.traced(traced, &rows));
        }
        let mut unplaced = Vec::new();
        let mut others: Vec<(&str, Vec<&EvidenceRow>)> = by_id
            .into_iter()
            .filter(|(id, _)| !told.contains(id))
            .collect();
        others.sort_by_key(|&(id, _)| id);
        for (id, rows) in others {
            match rows.iter().filter_map(|row| row.timestamp).min() {
                Some(at) => messages.push(self.untraced(id, at, &rows)),
                None => unplaced.extend(rows.iter().map(|row| row.view.clone())),
            }
        }
        (messages, unplaced)
    }

    fn row(&self, number: RowNumber) -> Option<&EvidenceRow> {
        self.rows.iter().find(|row| row.number == number)
    }

    /// A message that the machine was shown.
    fn traced(&self, traced: &TracedMessage, rows: &[&EvidenceRow]) -> (Moment, MessageView) {
        let message = &traced.message;
        let account = self.account_name(message.attributes().account());
        let moment = |at: Instant| self.moment_of(&account, at);
        let is_inbound = message.is_inbound();
        let effects = self.effects(traced, &account);
        let priced: Vec<&PricedCharge<'_>> = self
            .charges
            .iter()
            .filter(|priced| priced.charge.row == message.row())
            .collect();
        let belongs_to = traced.steps.iter().find_map(|step| match step {
            Step::Opened(row) | Step::Joined(row) => self.opened_by(*row),
            Step::OpenedEntryPoint { conversation, .. } => self.opened_by(*conversation),
            _ => None,
        });
        let amount = priced
            .first()
            .and_then(|priced| Some((priced.price.amount()?, priced.price.currency.code())));
        let marks = if is_inbound {
            Vec::new()
        } else {
            let ours = Ours {
                charge: priced.first().map(|priced| &priced.charge),
                amount,
                conversation: belongs_to,
            };
            marks(rows, ours, &self.request.outcome.cells)
        };
        let id = self.message_id(message.row());
        let charges: Vec<_> = priced
            .iter()
            .map(|priced| self.charge(priced, id))
            .collect();
        let is_asked_for = match self.request.asked {
            Asked::Pair => false,
            Asked::Message(_) | Asked::Messages(_) => self.is_named(id),
            Asked::Unit(Sought::Conversation(asked)) => {
                belongs_to.is_some_and(|conversation| self.id_of(conversation) == asked.to_string())
            }
            Asked::Unit(Sought::Charge(_)) => charges.iter().any(|charge| charge.is_asked_for),
        };
        let view = MessageView {
            message_id: id.to_owned(),
            is_asked_for,
            direction: Some(direction(is_inbound).name()),
            kind: Some(message.kind().name()),
            category: message.category().map(TemplateCategory::name),
            template: cell_of(rows, Column::Template),
            sent: (!is_inbound).then(|| moment(message.sent())),
            delivered: (is_inbound || message.is_delivered()).then(|| moment(message.instant())),
            regime: traced.regime.map(|regime| regime.name()),
            in_window: traced.in_window,
            effects,
            rows: rows.iter().map(|row| row.view.clone()).collect(),
            charges,
            findings: self.findings(id),
            marks_agree: agreement(&marks),
            marks,
            account: account.clone(),
        };
        (moment(message.instant()), view)
    }

    fn is_named(&self, id: &str) -> bool {
        self.request.asked.names(&self.business, &self.customer, id)
    }

    /// A message that never came before the machine, because nothing can follow from it.
    fn untraced(&self, id: &str, at: Instant, rows: &[&EvidenceRow]) -> (Moment, MessageView) {
        let account = self.account_of_rows(rows);
        let moment = self.moment_of(&account, at);
        let direction = rows
            .iter()
            .find_map(|row| Direction::parse(row.cell(Column::Direction)?.as_bytes()));
        let is_outbound = direction == Some(Direction::Outbound);
        let kind = cell_of(rows, Column::Type).map(|cell| Kind::of_type(cell.as_bytes()));
        let category = cell_of(rows, Column::Category)
            .and_then(|cell| TemplateCategory::parse(cell.as_bytes()));
        let view = MessageView {
            message_id: id.to_owned(),
            is_asked_for: self.is_named(id),
            direction: direction.map(Direction::name),
            kind: kind.map(Kind::name),
            category: category.map(TemplateCategory::name),
            template: cell_of(rows, Column::Template),
            sent: is_outbound.then_some(moment),
            delivered: None,
            regime: None,
            in_window: None,
            effects: vec![self.why_untraced(rows, is_outbound)],
            rows: rows.iter().map(|row| row.view.clone()).collect(),
            charges: Vec::new(),
            findings: self.findings(id),
            marks: marks(rows, Ours::default(), &self.request.outcome.cells),
            marks_agree: None,
            account,
        };
        (moment, view)
    }

    fn findings(&self, message_id: &str) -> Vec<FindingView> {
        self.request
            .findings
            .iter()
            .filter(|finding| {
                finding.message_id == message_id
                    && *finding.business == *self.business
                    && finding.customer == self.customer
            })
            .map(|finding| FindingView {
                finding_id: finding.id().to_string(),
                code: finding.code.name(),
                severity: finding.severity.name(),
                money: finding.money.to_string(),
                currency: finding.currency.map(|currency| currency.code().to_owned()),
                explanation: finding.explanation.to_string(),
            })
            .collect()
    }

    /// When clicks ran out that no answer used.
    pub fn missed_clicks(&self, trace: &PairTrace) -> Vec<Moment> {
        let mut missed = Vec::new();
        for (place, traced) in trace.messages.iter().enumerate() {
            for step in &traced.steps {
                let Step::Armed { until, .. } = *step else {
                    continue;
                };
                let is_answered = trace.messages[place..].iter().any(|later| {
                    later.message.sent() < until
                        && later
                            .steps
                            .iter()
                            .any(|step| matches!(step, Step::OpenedEntryPoint { .. }))
                });
                if !is_answered {
                    missed.push(self.moment(until));
                }
            }
        }
        missed
    }

    /// what other members did to the group's customer service window.
    pub fn windows_of_others(&self, trace: &PairTrace) -> Vec<(Moment, What)> {
        let own: HashSet<Instant> = trace
            .messages
            .iter()
            .filter(|traced| {
                let steps = &mut traced.steps.iter();
                steps.any(|step| matches!(step, Step::StartedWindow { .. }))
            })
            .map(|traced| traced.message.instant())
            .collect();
        let parts = self.request.outcome.pairs.parts(trace.pair);
        let mut starts = trace.window_starts.clone();
        starts.dedup();
        let rows_at = |at: Instant| -> Vec<String> {
            self.group_rows
                .iter()
                .filter(|row| {
                    row.at == at && Some(row.group) == parts.group && row.business == parts.business
                })
                .map(|row| row.place.clone())
                .collect()
        };
        starts
            .into_iter()
            .filter(|start| !own.contains(start))
            .map(|start| {
                let what = What::GroupWindow {
                    rows: rows_at(start),
                    until: self.moment(start.plus_hours(trace.window_hours)),
                };
                (self.moment(start), what)
            })
            .collect()
    }
}

/// What the message did, as an effect of a rule.
pub fn effect(rule: &'static str, text: impl Into<String>) -> EffectView {
    EffectView {
        text: text.into(),
        rule,
        conversation_id: None,
        until: None,
    }
}

fn direction(is_inbound: bool) -> Direction {
    if is_inbound {
        Direction::Inbound
    } else {
        Direction::Outbound
    }
}

/// The first cell of a column that says something.
pub fn cell_of(rows: &[&EvidenceRow], column: Column) -> Option<String> {
    rows.iter()
        .find_map(|row| row.cell(column))
        .map(str::to_owned)
}

fn agreement(marks: &[super::view::MarkView]) -> Option<bool> {
    let compared = marks.iter().filter_map(|mark| mark.agrees);
    compared.reduce(|all, agrees| all && agrees)
}
