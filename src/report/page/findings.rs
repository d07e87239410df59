//! What else was found: by code, with the money at stake, examples, and how to follow each.

use super::section::Section;
use super::table::{Cell, Column, Table};
use super::words::{NONE, money, time};
use crate::report::figures::thousands;
use crate::report::summary::{FindingCounts, FindingExample, Summary};

/// The section, in a run that looks for findings.
pub fn section(summary: &Summary) -> Option<Section> {
    let findings = summary.findings.as_ref()?;
    let mut section = Section::new("findings", "Findings");
    if findings.is_empty() {
        section.text("Nothing was found.");
        return Some(section);
    }
    section.text(
        "C codes concern Meta's rules, O codes charges that may have been avoidable, Q codes the quality of the \
         log. The money at stake is what the log supports. Several findings may concern one charge, so their money \
         must not be added up.",
    );
    section.text(
        "Customers appear under pseudonyms of this run. A finding's id is the key to its row in \
         tables/findings.parquet, which holds the message. The timeline behind it, with RUN for the folder of this \
         report and ID for the message's id:",
    );
    section.command("counterfoil explain RUN --message ID");
    let mut table = Table::new(
        "Findings by code",
        vec![
            Column::words("Code"),
            Column::numbers("Findings"),
            Column::numbers("Violations"),
            Column::numbers("Money at stake"),
        ],
    );
    for (code, counts) in findings {
        table.row(vec![
            Cell::mark(*code).detail(counts.meaning),
            Cell::count(counts.count),
            Cell::count(counts.violations),
            Cell::number(stake(counts)),
        ]);
    }
    section.table(table);
    for (code, counts) in findings {
        section.heading(format!("{code}: {}", counts.meaning));
        section.table(examples(code, counts));
    }
    Some(section)
}

fn stake(counts: &FindingCounts) -> String {
    let sums = counts.money.iter();
    let sums: Vec<String> = sums
        .map(|(currency, sum)| format!("{} {currency}", money(*sum, currency)))
        .collect();
    match sums.is_empty() {
        true => NONE.to_owned(),
        false => sums.join(", "),
    }
}

fn examples(code: &str, counts: &FindingCounts) -> Table {
    let mut table = Table::new(
        format!("Examples of {code}"),
        vec![
            Column::words("Finding and what was seen"),
            Column::words("When, UTC"),
            Column::words("Account and number"),
            Column::words("Customer"),
            Column::numbers("Money at stake"),
        ],
    );
    table.class = "examples";
    for example in &counts.examples {
        table.row(vec![
            Cell::words(format!("{} ({})", example.finding_id, example.severity))
                .detail(&example.explanation),
            Cell::words(example.at.as_deref().map_or_else(|| NONE.to_owned(), time)),
            account(example),
            Cell::code(&example.customer),
            Cell::number(match &example.currency {
                Some(currency) => format!("{} {currency}", money(example.money, currency)),
                None => NONE.to_owned(),
            }),
        ]);
    }
    if counts.count > counts.examples.len() as u64 {
        table.note(format!(
            "{} of {} are shown, the gravest and those with the most money; tables/findings.parquet holds all of them.",
            thousands(counts.examples.len() as u64),
            thousands(counts.count)
        ));
    }
    table
}

fn account(example: &FindingExample) -> Cell {
    match (example.account.as_str(), example.business.as_str()) {
        ("", "") => Cell::words(NONE),
        ("", business) => Cell::words(business),
        (account, business) => Cell::words(account).detail(business),
    }
}
