//! A comparison as a page for the terminal, at most 80 columns, and as annotations. No customer is named.

use super::matching::TableDifference;
use super::sums::{CauseSums, Example};
use super::{Diff, Difference};
use crate::report::figures::thousands;
use crate::report::terminal::layout::Page;
use crate::report::terminal::{error_annotation, warning_annotation};

/// Lays out a comparison.
pub fn render(diff: &Diff, colour: bool) -> String {
    let mut page = Page::new(colour);
    page.pair("Before", &diff.before);
    page.pair("After", &diff.after);
    page.gap();
    page.heading("What the runs were made of and by", &[]);
    if diff.circumstances.is_empty() {
        page.note("the same log, settings, rules and program");
    }
    for difference in &diff.circumstances {
        page.note(&described(difference));
    }
    page.gap();
    page.heading("Rows", &["", "charges", "conversations"]);
    let tables = [&diff.charges, &diff.conversations];
    let counts = |table: &TableDifference| [table.same, table.added, table.removed, table.changed];
    let [charges, conversations] = tables.map(counts);
    for (place, name) in ["same", "added", "removed", "changed"]
        .into_iter()
        .enumerate()
    {
        let cells = [charges[place], conversations[place]].map(thousands);
        page.row(name, &["", &cells[0], &cells[1]]);
    }
    for (name, table) in ["charges", "conversations"].into_iter().zip(tables) {
        let columns = table.changed_columns.iter();
        let columns: Vec<String> = columns
            .map(|(column, count)| format!("{column} {}", thousands(*count)))
            .collect();
        if !columns.is_empty() {
            page.note(&format!("changed cells of {name}: {}", columns.join(", ")));
        }
    }
    for (currency, money) in &diff.totals {
        page.gap();
        page.heading(
            &format!("Amounts in {currency}"),
            &["before", "after", "difference"],
        );
        for cause in &diff.causes {
            if let Some(money) = cause.money.get(currency) {
                let cells = [money.before, money.after, money.difference];
                let [before, after, difference] = cells.map(|amount| amount.to_string());
                page.row(cause.cause.words(), &[&before, &after, &difference]);
            }
        }
        let cells = [money.before, money.after, money.difference];
        let [before, after, difference] = cells.map(|amount| amount.to_string());
        page.row("All charges", &[&before, &after, &difference]);
    }
    for cause in &diff.causes {
        causes(&mut page, cause);
    }
    if !diff.conversation_causes.is_empty() {
        page.gap();
    }
    for cause in &diff.conversation_causes {
        let counts = counted(cause.added, cause.removed, cause.changed);
        let text = format!(
            "{}: {counts} conversations, such as {}",
            cause.cause.words(),
            cause.examples.join(", ")
        );
        page.pair("Cause", &text);
    }
    page.gap();
    let verdict = match diff.is_same {
        true => "the tables are the same",
        false => "the tables differ",
    };
    page.pair("Verdict", verdict);
    page.finish()
}

fn causes(page: &mut Page, cause: &CauseSums) {
    page.gap();
    let counts = counted(cause.added, cause.removed, cause.changed);
    page.pair("Cause", &format!("{}: {counts}", cause.cause.words()));
    for example in &cause.examples {
        page.note(&told(example));
    }
}

fn counted(added: u64, removed: u64, changed: u64) -> String {
    let counts = [(added, "added"), (removed, "removed"), (changed, "changed")];
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", thousands(count)))
        .collect();
    counts.join(", ")
}

fn told(example: &Example) -> String {
    let cell = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "nothing".to_owned());
    let columns = example.columns.iter();
    let columns: Vec<String> = columns
        .map(|(name, before, after)| match (before, after) {
            (before @ Some(_), None) if example.change == super::Change::Removed => {
                format!("{name} {}", cell(before))
            }
            (None, after @ Some(_)) if example.change == super::Change::Added => {
                format!("{name} {}", cell(after))
            }
            (before, after) => format!("{name} {} -> {}", cell(before), cell(after)),
        })
        .collect();
    format!(
        "{} {}: {}",
        example.charge_id,
        example.change,
        columns.join(", ")
    )
}

fn described(difference: &Difference) -> String {
    let subject = difference.subject.name().replace('_', " ");
    let name = &difference.name;
    match (&difference.before, &difference.after) {
        (Some(before), Some(after)) => format!("{subject} {name}: {before} -> {after}"),
        (Some(before), None) => format!("{subject} {name}: only before: {before}"),
        (None, Some(after)) => format!("{subject} {name}: only after: {after}"),
        (None, None) => format!("{subject} {name}"),
    }
}

/// One `::error` line for each cause, one `::warning` line for each difference of circumstances.
pub fn annotations(diff: &Diff) -> String {
    let mut text = String::new();
    for difference in &diff.circumstances {
        text.push_str(&warning_annotation(&described(difference)));
    }
    for cause in &diff.causes {
        let money = cause.money.iter();
        let money: Vec<String> = money
            .map(|(currency, money)| format!("{} {currency}", money.difference))
            .collect();
        text.push_str(&error_annotation(&format!(
            "{}: {} charges added, {} removed, {} changed, {}",
            cause.cause.words(),
            cause.added,
            cause.removed,
            cause.changed,
            money.join(", ")
        )));
    }
    for cause in &diff.conversation_causes {
        text.push_str(&error_annotation(&format!(
            "{}: {} conversations added, {} removed, {} changed",
            cause.cause.words(),
            cause.added,
            cause.removed,
            cause.changed
        )));
    }
    text
}
