//! From the base to each scenario: bridges, and pairs whose charges moved.

use crate::report::figures::thousands;
use crate::report::page::figure::Figures;
use crate::report::page::section::Section;
use crate::report::page::table::{Cell, Column, Table};
use crate::report::page::words::{money, quantity, signed};
use crate::report::whatif::charts::names;
use crate::report::whatif::summary::{WhatIfSummary, apart};
use crate::report::whatif::words::{covers, effect};
use crate::whatif::Effect;
use crate::whatif::comparison::{Bridge, Moved};

const PAIRS_MOST: usize = 15;

/// The bridges, where there are some.
pub fn section(summary: &WhatIfSummary, figures: &mut Figures<'_>) -> Option<Section> {
    if summary.bridges.is_empty() {
        return None;
    }
    let mut section = Section::new("why", "Why it differs");
    section.text(
        "Each part of a scenario is applied to the base alone; what all parts change only together is a step of its \
         own. The steps sum to the difference exactly.",
    );
    for scenario in summary.others() {
        let bridges = summary.bridges.iter();
        let bridges: Vec<&Bridge> = bridges
            .filter(|bridge| bridge.scenario == scenario.name())
            .collect();
        if bridges.is_empty() {
            continue;
        }
        section.heading(format!("From the base to {}", scenario.name()));
        section.figures(figures.named(&names::bridge(summary, scenario.name())));
        for bridge in bridges {
            section.table(table(bridge));
        }
    }
    Some(section)
}

fn table(bridge: &Bridge) -> Table {
    let currency = &bridge.currency;
    let mut table = Table::new(
        format!("From the base to {}, {currency}", bridge.scenario),
        vec![
            Column::words("Step"),
            Column::numbers("Units"),
            Column::numbers("Amount"),
        ],
    );
    let sum = |name: &str, amount| {
        vec![
            Cell::words(name),
            Cell::number(""),
            Cell::number(money(amount, currency)),
        ]
    };
    table.row(sum("Base", bridge.base));
    for step in &bridge.steps {
        let plus = if step.units > 0 { "+" } else { "" };
        table.row(vec![
            Cell::words(effect(step.effect)).detail(covers(step.effect)),
            Cell::number(format!("{plus}{}", quantity(step.units))),
            Cell::number(signed(step.amount, currency)),
        ]);
    }
    table.total(sum(&bridge.scenario, bridge.total));
    if bridge
        .steps
        .iter()
        .any(|step| step.effect == Effect::Interaction)
    {
        table.note("The last step is no change of its own: it is what is left when each was applied alone.");
    }
    table
}

/// Pairs whose charges moved, where a scenario has some.
pub fn moved(summary: &WhatIfSummary) -> Option<Section> {
    if summary.moved.is_empty() {
        return None;
    }
    let mut section = Section::new("moved", "Pairs whose charges move");
    section.text("A pair is a business number and a customer; customers stand under pseudonyms.");
    for moved in &summary.moved {
        section.heading(format!("Under {}", moved.scenario));
        section.text(counted(moved));
        section.table(pairs(moved));
    }
    Some(section)
}

fn counted(moved: &Moved) -> String {
    let pairs = match moved.pairs {
        0 => return "No pair is charged otherwise than in the base.".to_owned(),
        1 => "1 pair is charged otherwise than in the base".to_owned(),
        count => format!(
            "{} pairs are charged otherwise than in the base",
            thousands(count)
        ),
    };
    match moved.messages {
        Some(1) => format!("{pairs}, with 1 message."),
        Some(count) => format!("{pairs}, with {} messages.", thousands(count)),
        None => format!(
            "{pairs}. Their messages cannot be matched: the scenario reads the log by other rules."
        ),
    }
}

fn pairs(moved: &Moved) -> Table {
    let mut table = Table::new(
        format!("Largest changes under {}", moved.scenario),
        vec![
            Column::words("Business number"),
            Column::words("Customer"),
            Column::words("Currency"),
            Column::numbers("Base"),
            Column::numbers("Scenario"),
            Column::numbers("Difference"),
            Column::numbers("Units in the base"),
            Column::numbers("Units"),
        ],
    );
    for pair in &moved.largest {
        let currency = &pair.currency;
        table.row(vec![
            Cell::words(&pair.business),
            Cell::code(&pair.customer),
            Cell::words(currency),
            Cell::number(money(pair.base, currency)),
            Cell::number(money(pair.amount, currency)),
            Cell::number(signed(apart(pair.base, pair.amount), currency)),
            Cell::count(pair.base_units),
            Cell::count(pair.units),
        ]);
    }
    table.cut(PAIRS_MOST, "the largest changes", "report.xlsx");
    table
}
