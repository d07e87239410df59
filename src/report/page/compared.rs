//! The invoice, or Meta's analytics, held against the log: the bridge and the rows that differ.

use super::figure::Figures;
use super::section::Section;
use super::table::{Cell, Column, Table};
use super::words::{self, NONE, money, plain, signed};
use crate::report::figures::thousands;
use crate::report::summary::{BridgeSummary, Comparison, DifferenceRow, Summary};
use crate::tariff::Amount;

/// The section on the invoice, where one was given.
pub fn invoice(summary: &Summary, figures: &mut Figures<'_>) -> Option<Section> {
    let comparison = summary.invoice.as_ref()?;
    let mut section = Section::new("invoice", "The invoice against the log");
    let evidence = Evidence {
        subject: "The invoice",
        reached: "invoiced",
        chart: "bridge",
        table: "tables/differences.parquet",
    };
    compare(&mut section, comparison, &evidence, figures);
    section.text(
        "The differences of a line sum to billed minus expected, and the bridge sums to the cent. claims.csv lists \
         the messages behind each line that differs.",
    );
    Some(section)
}

/// The section on Meta's analytics, where they were given.
pub fn analytics(summary: &Summary, figures: &mut Figures<'_>) -> Option<Section> {
    let comparison = summary.analytics.as_ref()?;
    let mut section = Section::new("analytics", "Meta's analytics against the log");
    section.text("Meta calls these figures approximate: they decide nothing here.");
    let evidence = Evidence {
        subject: "Meta's analytics",
        reached: "reported",
        chart: "bridge_analytics",
        table: "tables/analytics_differences.parquet",
    };
    compare(&mut section, comparison, &evidence, figures);
    Some(section)
}

struct Evidence {
    subject: &'static str,
    reached: &'static str,
    chart: &'static str,
    table: &'static str,
}

fn compare(
    section: &mut Section,
    comparison: &Comparison,
    evidence: &Evidence,
    figures: &mut Figures<'_>,
) {
    section.text(words::verdict(comparison.verdict, evidence.subject));
    for sentence in &comparison.sentences {
        section.text(sentence);
    }
    let reasons = comparison.reasons.iter();
    section.list(reasons.map(|reason| words::sentence(reason)).collect());
    section.figures(figures.named(evidence.chart));
    for bridge in &comparison.bridges {
        section.table(parts(bridge, evidence.reached));
    }
    section.table(statuses(comparison));
    section.table(differences(comparison, evidence.table));
    if !comparison.notes.is_empty() {
        section.heading("How the evidence was read");
        let notes = comparison.notes.iter();
        section.list(notes.map(|note| words::sentence(note)).collect());
    }
}

/// From expected to what was invoiced: each cause and its net amount.
pub fn bridge(bridge: &BridgeSummary, reached: &str) -> Table {
    let currency = &bridge.currency;
    let mut table = Table::new(
        format!("From expected to {reached}, {currency}"),
        vec![
            Column::words("Step").percent(70),
            Column::numbers("Rows"),
            Column::numbers("Amount"),
        ],
    );
    table.row(vec![
        Cell::words("Expected"),
        Cell::number(""),
        Cell::number(money(bridge.expected, currency)),
    ]);
    for step in &bridge.steps {
        table.row(vec![
            Cell::words(format!("{}: {}", step.cause, words::cause(step.cause))),
            Cell::count(step.rows),
            Cell::number(signed(step.amount, currency)),
        ]);
    }
    if bridge.not_tested != Amount::ZERO {
        table.row(vec![
            Cell::words("Not tested"),
            Cell::number(""),
            Cell::number(signed(bridge.not_tested, currency)),
        ]);
    }
    table.total(vec![
        Cell::words(reached_word(reached)),
        Cell::number(""),
        Cell::number(money(bridge.invoiced, currency)),
    ]);
    if bridge.is_material {
        table.note("The difference is material by the threshold that was set.");
    }
    table
}

/// The bridge with what was billed too much and too little.
fn parts(bridge: &BridgeSummary, reached: &str) -> Table {
    let currency = &bridge.currency;
    let mut table = Table::new(
        format!("From expected to {reached}, {currency}: potential over- and undercharges"),
        vec![
            Column::words("Step"),
            Column::numbers("Rows"),
            Column::numbers("Potential overcharge"),
            Column::numbers("Potential undercharge"),
            Column::numbers(format!("Net, {currency}")),
        ],
    );
    let plain_row = |name: &str, amount: String| {
        let mut cells = vec![Cell::words(name)];
        cells.extend([(); 3].map(|()| Cell::number("")));
        cells.push(Cell::number(amount));
        cells
    };
    table.row(plain_row("Expected", money(bridge.expected, currency)));
    for step in &bridge.steps {
        table.row(vec![
            Cell::mark(step.cause).detail(words::cause(step.cause)),
            Cell::count(step.rows),
            Cell::number(money(step.overcharged, currency)),
            Cell::number(money(step.undercharged, currency)),
            Cell::number(signed(step.amount, currency)),
        ]);
    }
    table.row(plain_row("Not tested", signed(bridge.not_tested, currency)));
    table.total(plain_row(
        reached_word(reached),
        money(bridge.invoiced, currency),
    ));
    table.note(format!(
        "Difference of what was tested {}, of which {} has a cause and {} has none.",
        signed(bridge.difference, currency),
        signed(bridge.explained, currency),
        signed(bridge.unexplained, currency)
    ));
    if bridge.is_material {
        table.note("The difference is material by the threshold that was set.");
    }
    table
}

fn reached_word(reached: &str) -> &'static str {
    match reached {
        "invoiced" => "Invoiced",
        _ => "Reported",
    }
}

fn statuses(comparison: &Comparison) -> Table {
    let mut table = Table::new(
        "Rows compared, by result",
        vec![Column::words("Result"), Column::numbers("Rows")],
    );
    for (status, count) in &comparison.rows {
        table.row(vec![Cell::words(plain(status)), Cell::count(*count)]);
    }
    table
}

fn differences(comparison: &Comparison, place: &str) -> Table {
    let mut table = Table::new(
        "Rows that differ or were not tested, the largest first",
        vec![
            Column::words("Line"),
            Column::words("What is billed, and why it differs"),
            Column::words("Cause"),
            Column::numbers("Expected"),
            Column::numbers("Billed"),
            Column::numbers("Difference"),
        ],
    );
    table.class = "differences";
    for row in &comparison.largest {
        table.row(vec![
            line_cell(row),
            Cell::words(place_of(row)).detail(&row.explanation),
            Cell::mark(cause(row)),
            Cell::number(amount(row.expected_amount, &row.currency))
                .detail(units(row.expected_quantity)),
            Cell::number(amount(row.billed_amount, &row.currency))
                .detail(units(row.billed_quantity)),
            Cell::number(difference(row)),
        ]);
    }
    let count = |status: &str| thousands(comparison.rows.get(status).copied().unwrap_or(0));
    table.note(format!(
        "Rows that differ: {}; not tested: {}; shown here: {}. {place} holds all rows.",
        count("different"),
        count("not_tested"),
        thousands(comparison.largest.len() as u64)
    ));
    table
}

/// Invoice and line.
pub fn line(row: &DifferenceRow) -> String {
    match (row.invoice_id.as_str(), row.invoice_line) {
        ("", None) => "not billed".to_owned(),
        ("", Some(line)) => format!("line {line}"),
        (invoice, None) => invoice.to_owned(),
        (invoice, Some(line)) => format!("line {line} of {invoice}"),
    }
}

fn line_cell(row: &DifferenceRow) -> Cell {
    match row.invoice_line {
        Some(number) => Cell::words(format!("line {number}")).detail(&row.invoice_id),
        None => Cell::words(line(row)),
    }
}

/// What the line is for; page one names the rarer parts first, since it cuts what is long.
pub fn place(row: &DifferenceRow, with_currency: bool) -> String {
    let currency = if with_currency {
        row.currency.as_str()
    } else {
        ""
    };
    joined(&[
        currency,
        &plain(row.category),
        &row.market,
        &plain(row.pricing_type),
        &row.account,
        &row.business,
        &row.tier,
        &row.month,
    ])
}

fn place_of(row: &DifferenceRow) -> String {
    joined(&[
        &row.account,
        &row.business,
        &row.month,
        &row.market,
        &plain(row.category),
        &plain(row.pricing_type),
        &row.tier,
        &row.currency,
    ])
}

fn joined(parts: &[&str]) -> String {
    let parts = parts.iter().filter(|part| !part.is_empty());
    let text: Vec<&str> = parts.copied().collect();
    match text.is_empty() {
        true => NONE.to_owned(),
        false => text.join(" · "),
    }
}

/// The cause, or why there is none.
pub fn cause(row: &DifferenceRow) -> String {
    match (row.cause, row.status) {
        ("", status) => plain(status),
        (cause, _) => cause.to_owned(),
    }
}

fn units(quantity: Option<i64>) -> String {
    quantity.map_or_else(String::new, |quantity| {
        let word = if quantity == 1 { "unit" } else { "units" };
        format!("{} {word}", words::quantity(quantity))
    })
}

/// An amount, or nothing.
pub fn amount(amount: Option<Amount>, currency: &str) -> String {
    amount.map_or_else(|| NONE.to_owned(), |amount| money(amount, currency))
}

/// Billed minus expected, with its sign, or nothing.
pub fn difference(row: &DifferenceRow) -> String {
    let difference = row.difference;
    difference.map_or_else(
        || NONE.to_owned(),
        |difference| signed(difference, &row.currency),
    )
}
