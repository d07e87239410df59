//! A timeline as a page for the terminal, at most 80 columns. Colour is ornament: without it nothing is
//! lost.

mod difference;
mod lines;

use std::collections::BTreeSet;

use anstyle::Style;

use super::Moment;
use super::view::{
    ChargeView, ConversationView, Entry, Explanation, MarkView, MessageView, RowView, Timeline,
    What,
};

/// As many rows of a message are named; the JSON has all.
const ROWS_SHOWN: usize = 6;

/// Lays out an answer.
pub fn page(explanation: &Explanation, colour: bool) -> String {
    let mut page = Page {
        text: String::new(),
        colour,
        one_file: explanation.files.len() == 1,
        told_rules: BTreeSet::new(),
        date: String::new(),
    };
    match &explanation.files[..] {
        [file] => page.pair("Log", file),
        files => page.pair("Log", &format!("{} files", files.len())),
    }
    if explanation.asked != "pair" {
        page.pair(
            "Asked",
            &format!("{} {}", explanation.asked, explanation.id),
        );
    }
    for note in &explanation.notes {
        page.pair("Note", note);
    }
    if let Some(difference) = &explanation.difference {
        page.difference(difference);
    }
    for timeline in &explanation.pairs {
        page.timeline(timeline, explanation);
    }
    page.text
}

struct Page<'a> {
    text: String,
    colour: bool,
    /// Whether rows need not name their file.
    one_file: bool,
    /// Rules whose text stands on the page already.
    told_rules: BTreeSet<&'a str>,
    /// The date of the entries at hand.
    date: String,
}

impl<'a> Page<'a> {
    fn timeline(&mut self, timeline: &'a Timeline, explanation: &'a Explanation) {
        self.told_rules.clear();
        self.date.clear();
        self.text.push('\n');
        self.pair("Business", &timeline.business);
        self.pair("Customer", &timeline.customer);
        if let Some(group) = &timeline.group {
            self.pair("Group", group);
        }
        if timeline.earlier_left_out + timeline.later_left_out > 0 {
            let text = format!(
                "{} earlier and {} later entries are left out, which do not bear on it; --pair {},{} \
                 shows them",
                timeline.earlier_left_out,
                timeline.later_left_out,
                timeline.business,
                timeline.customer
            );
            self.pair("Left out", &text);
        }
        for entry in &timeline.entries {
            self.entry(entry, explanation);
        }
        if !timeline.unplaced.is_empty() {
            self.heading("Rows without a usable time");
            for row in &timeline.unplaced {
                let place = self.place(row);
                let rejected = row.rejected.as_deref().unwrap_or("");
                self.wrapped(2, &format!("{place} {rejected}"));
            }
        }
        if !timeline.conversations.is_empty() {
            self.heading("Conversations");
            for conversation in &timeline.conversations {
                self.conversation(conversation);
            }
        }
    }

    fn entry(&mut self, entry: &'a Entry, explanation: &'a Explanation) {
        let date = entry.at.utc_date();
        if date != self.date {
            self.text.push('\n');
            self.styled(&date, Style::new().bold());
            self.line(" in UTC, then local time");
            self.date = date;
        }
        match &entry.what {
            What::Message(message) => self.message(entry.at, message, explanation),
            What::GroupWindow { rows, until } => {
                let text = format!(
                    "another member of the group starts its customer service window, until {until} (X-4)"
                );
                self.event(entry.at, &text);
                if !rows.is_empty() {
                    self.detail(&rows.join(", "));
                }
            }
            What::WindowCloses => self.event(entry.at, "-- customer service window closes"),
            What::ClickExpires => {
                self.event(entry.at, "-- the click was not answered in time (F-3)");
            }
            What::Closes(closing) => {
                let text = format!(
                    "-- {} {} ends: {}",
                    closing.category, closing.conversation_id, closing.close_reason
                );
                self.event(entry.at, &text);
            }
            What::LogEnds { open } if open.is_empty() => self.event(entry.at, "-- the log ends"),
            What::LogEnds { open } => {
                let text = format!("-- the log ends, still open: {}", open.join(", "));
                self.event(entry.at, &text);
            }
        }
    }

    fn message(&mut self, at: Moment, message: &'a MessageView, explanation: &'a Explanation) {
        let arrow = match message.direction {
            Some("inbound") => "<- from the customer",
            Some(_) => "-> to the customer",
            None => "?? of no known direction",
        };
        let what = [message.kind, message.category];
        let mut text = what
            .into_iter()
            .flatten()
            .fold(arrow.to_owned(), |text, word| format!("{text}, {word}"));
        if let Some(template) = &message.template {
            text.push_str(&format!(" `{template}`"));
        }
        if message.is_asked_for {
            text.push_str("  [asked for]");
        }
        self.event(at, &text);
        self.detail(&message.message_id);
        if let Some(sent) = message.sent {
            let delivered = match message.delivered {
                Some(delivered) if delivered == sent => "at once".to_owned(),
                Some(delivered) => delivered.to_string(),
                None => "never".to_owned(),
            };
            let window = match message.in_window {
                Some(true) => "; window open",
                Some(false) => "; window closed",
                None => "",
            };
            self.detail(&format!("sent {sent}, delivered {delivered}{window}"));
        }
        for row in message.rows.iter().take(ROWS_SHOWN) {
            let status = row.status.as_deref().unwrap_or("no status");
            let place = self.place(row);
            let mut text = format!("{place} {status} {}", row.timestamp);
            if let Some(delivered_at) = &row.delivered_at {
                text.push_str(&format!(", delivered {delivered_at}"));
            }
            self.detail(&text);
            if let Some(rejected) = &row.rejected {
                self.detail(&format!("  rejected: {rejected}"));
            }
        }
        let more = message.rows.len().saturating_sub(ROWS_SHOWN);
        if more > 0 {
            self.detail(&format!("and {more} more rows: --format json lists them"));
        }
        for effect in &message.effects {
            let mut text = format!("* {}", effect.text);
            if let Some(id) = &effect.conversation_id {
                text.push_str(&format!(" {id}"));
            }
            if let Some(until) = effect.until {
                text.push_str(&format!(", until {until}"));
            }
            self.detail(&format!("{text} ({})", effect.rule));
            self.rule(effect.rule, explanation);
        }
        for charge in &message.charges {
            self.charge(charge);
        }
        for finding in &message.findings {
            let stake = match &finding.currency {
                Some(currency) => format!(", at stake {} {currency}", finding.money),
                None => String::new(),
            };
            self.detail(&format!(
                "! {} ({}{stake}): {}",
                finding.code, finding.severity, finding.explanation
            ));
        }
        self.marks(&message.marks, message.marks_agree);
    }

    fn charge(&mut self, charge: &'a ChargeView) {
        let amount = match &charge.amount {
            Some(amount) => format!("{amount} {}", charge.currency),
            None => charge.state.to_owned(),
        };
        let asked = if charge.is_asked_for {
            "  [asked for]"
        } else {
            ""
        };
        let head = format!(
            "= {amount}  {} {}, {}{asked}",
            charge.category, charge.unit, charge.pricing_type
        );
        self.coloured_detail(&head);
        self.detail(&format!("  charge {}, {}", charge.charge_id, charge.regime));
        self.detail(&format!(
            "  market {}, local date {}",
            charge.market, charge.local_date
        ));
        if let Some(rate) = &charge.rate {
            let card = charge.rate_card.as_deref().unwrap_or("no card");
            let tier = match &charge.tier {
                Some(tier) => format!(", tier {tier}"),
                None => String::new(),
            };
            self.detail(&format!("  rate {rate} {}: {card}{tier}", charge.currency));
        }
        let flags: Vec<&str> = [
            (charge.estimated, "estimated"),
            (charge.edge, "decided at an edge (S-08)"),
        ]
        .into_iter()
        .filter_map(|(is_set, text)| is_set.then_some(text))
        .collect();
        if !flags.is_empty() {
            self.detail(&format!("  {}", flags.join(", ")));
        }
        for remark in &charge.remarks {
            self.detail(&format!("  {remark}"));
        }
        self.detail(&format!("  rule {}", charge.rule));
        if self.told_rules.insert(charge.rule) {
            self.detail(&format!("    {}", charge.rule_text));
        }
    }

    fn rule(&mut self, rule: &'a str, explanation: &'a Explanation) {
        if let Some(text) = explanation.rules.get(rule)
            && self.told_rules.insert(rule)
        {
            self.detail(&format!("    {rule}: {text}"));
        }
    }

    fn marks(&mut self, marks: &[MarkView], agree: Option<bool>) {
        if marks.is_empty() {
            return;
        }
        let verdict = match agree {
            Some(true) => "agree",
            Some(false) => "DISAGREE",
            None => "nothing to compare",
        };
        self.detail(&format!("Meta's marks: {verdict}"));
        for mark in marks {
            let meta = mark.meta.join(" | ");
            let ours = match (&mark.ours, mark.agrees) {
                (Some(_), Some(true)) => ", as here".to_owned(),
                (Some(ours), _) => format!(", here {ours}"),
                (None, _) => String::new(),
            };
            self.detail(&format!("  {} {meta}{ours}", mark.column));
        }
    }

    fn conversation(&mut self, conversation: &ConversationView) {
        let end = match conversation.closed_at {
            Some(closed) => format!("closed {closed}, {}", conversation.close_reason),
            None => format!(
                "until {}, {}",
                conversation.expires_at, conversation.close_reason
            ),
        };
        self.wrapped(
            2,
            &format!(
                "{} {}: opened {}, {end}; {} outbound, {} inbound ({}, {})",
                conversation.category,
                conversation.conversation_id,
                conversation.opened_at,
                conversation.messages_outbound,
                conversation.messages_inbound,
                conversation.rule,
                conversation.regime
            ),
        );
    }

    fn place(&self, row: &RowView) -> String {
        if self.one_file {
            return format!("line {}", row.line);
        }
        let name = std::path::Path::new(&row.file).file_name();
        let name = name.map_or(row.file.clone(), |name| name.to_string_lossy().into_owned());
        format!("{name}:{}", row.line)
    }
}
