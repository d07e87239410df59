//! The scenarios side by side.

use crate::report::page::figure::Figures;
use crate::report::page::section::Section;
use crate::report::page::table::{Cell, Column, Table};
use crate::report::page::words::{NONE, money, quantity, signed};
use crate::report::whatif::summary::{Difference, WhatIfSummary, apart, is_known, signed_percent};
use crate::whatif::comparison::Figures as Sums;

/// The section.
pub fn section(summary: &WhatIfSummary, figures: &mut Figures<'_>) -> Section {
    let mut section = Section::new("side-by-side", "Scenarios side by side");
    let sentences = summary.scenarios.iter();
    section.list(
        sentences
            .map(|scenario| scenario.sentence.clone())
            .collect(),
    );
    section.figures(figures.named("scenarios"));
    for currency in &summary.currencies {
        section.table(amounts(summary, currency));
        section.table(made_of(summary, currency));
    }
    section.table(converted(summary));
    section
}

/// A percentage with its sign; a dash where the base comes to nothing.
pub fn percent(difference: &Difference) -> String {
    let percent = difference.percent.map(signed_percent);
    percent.map_or_else(|| NONE.to_owned(), |text| text.replace('-', "−"))
}

fn amounts(summary: &WhatIfSummary, currency: &str) -> Table {
    let mut table = Table::new(
        format!("Amounts, units and conversations, {currency}"),
        vec![
            Column::words("Scenario"),
            Column::numbers("Amount"),
            Column::numbers("Difference"),
            Column::numbers("Percent"),
            Column::numbers("Units"),
            Column::numbers("Difference"),
            Column::numbers("Free units"),
            Column::numbers("Free share"),
            Column::numbers("Without a rate"),
            Column::numbers("Estimated"),
            Column::numbers("Conversations"),
        ],
    );
    for scenario in &summary.scenarios {
        let figures = scenario.figures(currency);
        let against = scenario.difference.get(currency);
        let number = |text: Option<String>| Cell::number(text.unwrap_or_default());
        let share = scenario.free_share.get(currency).copied().flatten();
        table.row(vec![
            Cell::words(scenario.name()),
            Cell::number(amount(&figures, currency)),
            number(against.map(|_| difference(&summary.base(currency), &figures, currency))),
            number(against.map(percent)),
            Cell::count(figures.units()),
            number(against.map(|against| signed_count(against.units))),
            Cell::count(figures.free),
            number(share.map(|share| format!("{share:.2}%"))),
            Cell::count(figures.unrated),
            Cell::count(figures.estimated),
            Cell::count(figures.conversations),
        ]);
    }
    if summary
        .scenarios
        .iter()
        .any(|scenario| scenario.figures(currency).unrated > 0)
    {
        table.note("What units without a rate cost is not known and not part of any amount.");
    }
    table
}

/// An amount, where it is known.
pub fn amount(figures: &Sums, currency: &str) -> String {
    match is_known(figures) {
        true => money(figures.amount, currency),
        false => "not known".to_owned(),
    }
}

/// How an amount differs from the base's, where both are known.
pub fn difference(base: &Sums, figures: &Sums, currency: &str) -> String {
    match is_known(base) && is_known(figures) {
        true => signed(apart(base.amount, figures.amount), currency),
        false => NONE.to_owned(),
    }
}

fn signed_count(count: i64) -> String {
    let text = quantity(count);
    match count > 0 {
        true => format!("+{text}"),
        false => text,
    }
}

/// Meta's charges, discounts, and what a provider adds.
fn made_of(summary: &WhatIfSummary, currency: &str) -> Table {
    let mut table = Table::new(
        format!("What the amounts are made of, {currency}"),
        vec![
            Column::words("Scenario"),
            Column::numbers("Meta's charges"),
            Column::numbers("Discounts"),
            Column::numbers("Provider"),
            Column::numbers("Amount"),
        ],
    );
    for scenario in &summary.scenarios {
        let figures = scenario.figures(currency);
        let parts = [
            figures.charges,
            figures.discount,
            figures.provider,
            figures.amount,
        ];
        let mut cells = vec![Cell::words(scenario.name())];
        cells.extend(parts.map(|part| Cell::number(money(part, currency))));
        table.row(cells);
    }
    table
}

/// Everything in one currency, where a scenario gives exchange rates.
fn converted(summary: &WhatIfSummary) -> Table {
    let mut table = Table::new(
        "In one currency, at exchange rates that the scenario gives",
        vec![
            Column::words("Scenario"),
            Column::numbers("Amount"),
            Column::words("Currency"),
            Column::words("One unit of each other currency"),
        ],
    );
    for scenario in &summary.scenarios {
        let Some(converted) = &scenario.result.converted else {
            continue;
        };
        let rates = converted.rates.iter();
        let rates: Vec<String> = rates
            .map(|(currency, rate)| format!("1 {currency} = {rate} {}", converted.currency))
            .collect();
        table.row(vec![
            Cell::words(scenario.name()),
            Cell::number(money(converted.amount, &converted.currency)),
            Cell::words(&converted.currency),
            Cell::words(rates.join(", ")),
        ]);
    }
    table
}
