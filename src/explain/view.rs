//! What a timeline says, in the form that the JSON has; page and picture show the same.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Moment;
use super::difference::DifferenceView;
use crate::rulebook::Rulebook;

/// Version of the JSON form.
const TIMELINE_VERSION: u32 = 1;

/// The answer to one question.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    timeline_version: u32,
    /// What was asked for: `pair`, `message`, `conversation`, `charge` or `difference`.
    pub asked: String,
    /// Its name.
    pub id: String,
    /// The files of the log.
    pub files: Vec<String>,
    /// What the reader must know of all timelines.
    pub notes: Vec<String>,
    /// The difference that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<DifferenceView>,
    /// One timeline for each pair: 1:1 first, then groups.
    pub pairs: Vec<Timeline>,
    /// The text of every rule that is cited, from the rulebook.
    pub rules: BTreeMap<&'static str, String>,
}

impl Explanation {
    /// An answer without timelines.
    pub fn new(asked: &str, id: &str, files: Vec<String>) -> Self {
        Self {
            timeline_version: TIMELINE_VERSION,
            asked: asked.to_owned(),
            id: id.to_owned(),
            files,
            notes: Vec::new(),
            difference: None,
            pairs: Vec::new(),
            rules: BTreeMap::new(),
        }
    }

    /// Writes out the rules that the timelines cite.
    pub fn cite(&mut self, rulebook: &Rulebook) {
        let mut cited: Vec<&'static str> = Vec::new();
        for timeline in &self.pairs {
            cited.extend(
                timeline
                    .conversations
                    .iter()
                    .map(|conversation| conversation.rule),
            );
            for entry in &timeline.entries {
                if let What::Message(message) = &entry.what {
                    cited.extend(message.effects.iter().map(|effect| effect.rule));
                    cited.extend(message.charges.iter().map(|charge| charge.rule));
                }
            }
        }
        let texts = cited
            .into_iter()
            .filter_map(|rule| Some((rule, rulebook.rule_text(rule)?.to_owned())));
        self.rules = texts.collect();
    }

    /// The answer as JSON, with a line feed at its end.
    ///
    /// # Errors
    /// Never, as far as serde goes.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }
}

/// What happened between a business number and a customer.
#[derive(Clone, Debug, Serialize)]
pub struct Timeline {
    /// Business number.
    pub business: String,
    /// Customer, or the member of a group.
    pub customer: String,
    /// Group, where the messages are a group's.
    pub group: Option<String>,
    /// Entries, by time.
    pub entries: Vec<Entry>,
    /// Rows that stand nowhere in time, because theirs cannot be read.
    pub unplaced: Vec<RowView>,
    /// Entries before the first one that are left out.
    pub earlier_left_out: usize,
    /// Entries after the last one that are left out.
    pub later_left_out: usize,
    /// When the customer service window was open: from, to (half open).
    pub windows: Vec<(Moment, Moment)>,
    /// Conversations and entry points that opened, by opening.
    pub conversations: Vec<ConversationView>,
}

/// Something that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// When.
    pub at: Moment,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// A message, in its place of the order T-5.
    Message(Box<MessageView>),
    /// Another member of the group opened or extended its customer service window.
    GroupWindow {
        /// File and line of the rows that say so.
        rows: Vec<String>,
        /// Its end.
        until: Moment,
    },
    /// The customer service window closed.
    WindowCloses,
    /// A click was not answered in time (F-3).
    ClickExpires,
    /// A conversation or entry point closed.
    Closes(ClosingView),
    /// The log ends.
    LogEnds {
        /// What was open.
        open: Vec<String>,
    },
}

/// How a conversation closed.
#[derive(Clone, Debug, Serialize)]
pub struct ClosingView {
    /// Its id.
    pub conversation_id: String,
    /// Its category.
    pub category: &'static str,
    /// Why.
    pub close_reason: &'static str,
}

/// A message, and all that followed from it.
#[derive(Clone, Debug, Serialize)]
pub struct MessageView {
    /// Its id.
    pub message_id: String,
    /// Whether the question names it, or what it names belongs to it.
    pub is_asked_for: bool,
    /// Account.
    pub account: String,
    /// `inbound` or `outbound`, as far as a row says so.
    pub direction: Option<&'static str>,
    /// What the rules make of its type.
    pub kind: Option<&'static str>,
    /// Category of the template (D-7).
    pub category: Option<&'static str>,
    /// Template, as the log names it.
    pub template: Option<String>,
    /// When it was sent.
    pub sent: Option<Moment>,
    /// When it was delivered, if it was.
    pub delivered: Option<Moment>,
    /// The regime that judged it.
    pub regime: Option<&'static str>,
    /// Whether the customer service window was open for it (W-3).
    pub in_window: Option<bool>,
    /// What it did.
    pub effects: Vec<EffectView>,
    /// Its rows in the log.
    pub rows: Vec<RowView>,
    /// What it is charged.
    pub charges: Vec<ChargeView>,
    /// What a finding says of it.
    pub findings: Vec<FindingView>,
    /// Meta's own marks beside what the rules say.
    pub marks: Vec<MarkView>,
    /// Whether all marks that can be compared agree; none where there is nothing to compare.
    pub marks_agree: Option<bool>,
}

/// Something that a message did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EffectView {
    /// In words.
    pub text: String,
    /// The rule that says so.
    pub rule: &'static str,
    /// The conversation that opened, was joined or closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
    /// Until when what began holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowView {
    /// File, as given.
    pub file: String,
    /// Line of a text file, row number of a Parquet file.
    pub line: u64,
    /// Its time, as the log has it.
    pub timestamp: String,
    /// Its status.
    pub status: Option<String>,
    /// Its time of delivery, as the log has it.
    pub delivered_at: Option<String>,
    /// Why it was rejected, if it was.
    pub rejected: Option<String>,
}

/// A conversation or entry point.
#[derive(Clone, Debug, Serialize)]
pub struct ConversationView {
    /// Its id.
    pub conversation_id: String,
    /// Its category.
    pub category: &'static str,
    /// The regime of its opening.
    pub regime: &'static str,
    /// The rule that opened it.
    pub rule: &'static str,
    /// The message that opened it.
    pub opened_by: String,
    /// When it opened.
    pub opened_at: Moment,
    /// Its scheduled end.
    pub expires_at: Moment,
    /// Its actual end; none while it is open when the log ends.
    pub closed_at: Option<Moment>,
    /// Why it ended.
    pub close_reason: &'static str,
    /// Business messages that belong to it.
    pub messages_outbound: u32,
    /// Inbound messages that belong to it.
    pub messages_inbound: u32,
}

/// A charge and everything that decided it.
#[derive(Clone, Debug, Serialize)]
pub struct ChargeView {
    /// Its id.
    pub charge_id: String,
    /// Whether the question names it.
    pub is_asked_for: bool,
    /// `conversation` or `message`.
    pub unit: &'static str,
    /// The conversation that it belongs to.
    pub conversation_id: Option<String>,
    /// The regime that decided it.
    pub regime: &'static str,
    /// The rule.
    pub rule: &'static str,
    /// What the rulebook says.
    pub rule_text: String,
    /// What it is charged as.
    pub category: &'static str,
    /// How it is priced.
    pub pricing_type: &'static str,
    /// Local date of the charge.
    pub local_date: String,
    /// The customer's market.
    pub market: String,
    /// The rate card.
    pub rate_card: Option<String>,
    /// The volume tier.
    pub tier: Option<String>,
    /// The rate.
    pub rate: Option<String>,
    /// The currency.
    pub currency: String,
    /// The amount.
    pub amount: Option<String>,
    /// Whether it has an amount.
    pub state: &'static str,
    /// Whether something that the log cannot settle decided it (S-12).
    pub estimated: bool,
    /// Whether an edge decided it (S-08).
    pub edge: bool,
    /// What else decided it, such as messages of other pairs.
    pub remarks: Vec<String>,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingView {
    /// Its id.
    pub finding_id: String,
    /// Its code.
    pub code: &'static str,
    /// How grave it is.
    pub severity: &'static str,
    /// The money at stake.
    pub money: String,
    /// Of what.
    pub currency: Option<String>,
    /// One sentence.
    pub explanation: String,
}

/// A mark of Meta's beside what the rules say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarkView {
    /// The column of the log.
    pub column: &'static str,
    /// What Meta says; several, if its rows differ.
    pub meta: Vec<String>,
    /// What the rules say, where the two can be compared.
    pub ours: Option<String>,
    /// Whether they agree, where they can be compared.
    pub agrees: Option<bool>,
}
