//! Holds the tables of a run against a case: nothing missing, nothing beside it, every stated cell the same.

use super::bill;
use super::conversation::openers;
use super::expected::{
    conversation_cells, conversation_charge_cells, message_charge_cells, same_cell,
};
use super::log::{self, Shape};
use super::run::{Output, TableRow};
use super::{Case, Message, Outcome};

/// Every difference between what the case states and what the program wrote.
pub fn differences(case: &Case, shape: Shape, output: &Output) -> Vec<String> {
    let mut found = Differences {
        case,
        shape,
        output,
        list: Vec::new(),
    };
    let lacks_a_rate = case.lacks_a_rate().then_some(4);
    if let Some(code) = case.exit_code.or(lacks_a_rate)
        && output.exit_code != Some(code)
    {
        found.note(
            case.line,
            format!(
                "expected exit code {code}, got {:?}: {}",
                output.exit_code, output.stderr
            ),
        );
    }
    let claimed_conversations = found.conversations();
    let claimed_charges = found.charges();
    found.left_over(
        "conversation",
        &output.conversations,
        &claimed_conversations,
    );
    found.left_over("charge", &output.charges, &claimed_charges);
    found.rejects();
    if case.is_priced() {
        for (line, what) in bill::differences(case, &output.charges, &output.lines) {
            found.note(line, what);
        }
    }
    found.list
}

struct Differences<'a> {
    case: &'a Case,
    shape: Shape,
    output: &'a Output,
    list: Vec<String>,
}

impl Differences<'_> {
    fn note(&mut self, line: usize, what: String) {
        let Case { file, title, .. } = self.case;
        self.list.push(format!(
            "tests/cases/{file}:{line}: case {title}\n    [{:?}] {what}",
            self.shape
        ));
    }

    fn conversations(&mut self) -> Vec<usize> {
        let audited = self.case.is_priced();
        let mut claimed = Vec::new();
        for conversation in &self.case.conversations {
            let opener = openers(self.case, conversation)[0];
            let opened = (&conversation.category, conversation.opened);
            let at = self.output.conversations.iter().position(|row| {
                row["opened_by"] == opener.id
                    && same_parties(row, opener)
                    && &row["category"] == opened.0
            });
            let Some(at) = at else {
                self.note(
                    conversation.line,
                    format!(
                        "expected a {} conversation opened by {}, got none; conversations: {}",
                        opened.0,
                        opener.id,
                        brief_all(&self.output.conversations, CONVERSATION_BRIEF)
                    ),
                );
                continue;
            };
            claimed.push(at);
            let row = &self.output.conversations[at];
            self.cells(conversation.line, row, &conversation_cells(conversation));
            if let Some(charge) = &conversation.charge {
                let wanted = conversation_charge_cells(
                    conversation,
                    charge,
                    &row["conversation_id"],
                    audited,
                );
                self.charge(conversation.line, opener, "conversation", &wanted);
            }
        }
        claimed
    }

    /// Compares the message charges and returns which rows of charges the case accounts for.
    fn charges(&mut self) -> Vec<usize> {
        for message in &self.case.messages {
            if let Some(Outcome::Charge(charge)) = &message.outcome {
                let wanted = message_charge_cells(message, charge, self.case.is_priced());
                self.charge(message.line, message, "message", &wanted);
            }
        }
        let accounted = |row: &TableRow| {
            let by_message = self.case.messages.iter().any(|message| {
                matches!(message.outcome, Some(Outcome::Charge(_)))
                    && is_charge_of(row, message, "message")
            });
            by_message
                || self
                    .case
                    .conversations
                    .iter()
                    .filter(|conversation| conversation.charge.is_some())
                    .any(|conversation| {
                        openers(self.case, conversation)
                            .iter()
                            .any(|opener| is_charge_of(row, opener, "conversation"))
                    })
        };
        let rows = self.output.charges.iter().enumerate();
        rows.filter(|(_, row)| accounted(row))
            .map(|(at, _)| at)
            .collect()
    }

    fn charge(&mut self, line: usize, message: &Message, unit: &str, wanted: &[(&str, String)]) {
        let rows: Vec<&TableRow> = self
            .output
            .charges
            .iter()
            .filter(|row| is_charge_of(row, message, unit))
            .collect();
        match rows.as_slice() {
            [row] => self.cells(line, row, wanted),
            rows => self.note(
                line,
                format!(
                    "expected one {unit} charge of {}, got {}; charges: {}",
                    message.id,
                    rows.len(),
                    brief_all(&self.output.charges, CHARGE_BRIEF)
                ),
            ),
        }
    }

    fn cells(&mut self, line: usize, row: &TableRow, wanted: &[(&str, String)]) {
        for (column, expected) in wanted {
            let got = row.get(*column).map_or("(no such column)", String::as_str);
            if !same_cell(column, expected, got) {
                self.note(
                    line,
                    format!("{column}: expected `{expected}`, got `{got}`"),
                );
            }
        }
    }

    fn left_over(&mut self, what: &str, rows: &[TableRow], claimed: &[usize]) {
        for (_, row) in rows
            .iter()
            .enumerate()
            .filter(|(at, _)| !claimed.contains(at))
        {
            let columns = if what == "charge" {
                CHARGE_BRIEF
            } else {
                CONVERSATION_BRIEF
            };
            self.note(
                self.case.line,
                format!("a {what} the case does not know: {}", brief(row, columns)),
            );
        }
    }

    /// The rows of messages marked `rejected`, and no others, stand in rejects.csv as they were given.
    fn rejects(&mut self) {
        let rows = log::rows(self.case, self.shape);
        let rejected: Vec<_> = rows
            .iter()
            .filter(|row| row.message.outcome == Some(Outcome::Rejected))
            .collect();
        for row in &rejected {
            let holds = |reject: &TableRow| reject.values().any(|cell| cell.trim() == row.text);
            if !self.output.rejects.iter().any(holds) {
                self.note(
                    row.message.line,
                    format!("expected in rejects.csv: {}", row.text),
                );
            }
        }
        if rejected.len() != self.output.rejects.len() {
            let got: Vec<_> = self
                .output
                .rejects
                .iter()
                .map(|row| format!("\n      {row:?}"))
                .collect();
            self.note(
                self.case.line,
                format!(
                    "expected {} rejected rows, got {}:{}",
                    rejected.len(),
                    got.len(),
                    got.concat()
                ),
            );
        }
    }
}

fn is_charge_of(row: &TableRow, message: &Message, unit: &str) -> bool {
    row["message_id"] == message.id && row["unit"] == unit && same_parties(row, message)
}

fn same_parties(row: &TableRow, message: &Message) -> bool {
    row["account"] == message.account
        && row["business"].trim_start_matches('+') == message.business
        && row["customer"].trim_start_matches('+') == message.customer
}

const CONVERSATION_BRIEF: &[&str] = &[
    "category",
    "opened_by",
    "customer",
    "opened_at",
    "expires_at",
    "closed_at",
    "close_reason",
    "rule",
];
const CHARGE_BRIEF: &[&str] = &[
    "message_id",
    "customer",
    "unit",
    "category",
    "pricing_type",
    "rule",
    "charged_at",
    "market",
    "rate",
];

fn brief(row: &TableRow, columns: &[&str]) -> String {
    columns
        .iter()
        .map(|column| row.get(*column).map_or("?", String::as_str))
        .collect::<Vec<_>>()
        .join(" ")
}

fn brief_all(rows: &[TableRow], columns: &[&str]) -> String {
    let few: Vec<_> = rows
        .iter()
        .take(12)
        .map(|row| format!("\n      {}", brief(row, columns)))
        .collect();
    if few.is_empty() {
        "none".to_string()
    } else {
        few.concat()
    }
}
