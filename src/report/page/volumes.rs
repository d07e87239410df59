//! How far allowances and volume tiers are used.

use std::cmp::Reverse;

use super::figure::Figures;
use super::section::Section;
use super::table::{Cell, Column, ROWS_MOST, Table};
use super::words::{NONE, plain, time};
use crate::report::figures::thousands;
use crate::report::summary::{Allowance, Bill, Summary, TierClimb, TierTold};

/// Volumes without a ladder: that there are some matters more than each of them.
const WITHOUT_LADDER_MOST: usize = 20;

/// The section, in a run with prices.
pub fn section(summary: &Summary, figures: &mut Figures<'_>) -> Option<Section> {
    let bill = summary.bill.as_ref()?;
    let mut section = Section::new("volumes", "Allowances and volume tiers");
    section.heading("Allowances");
    if bill.allowances.is_empty() {
        section.text("No allowance was in play.");
    }
    section.figures(figures.named("allowances"));
    section.table(allowances(&bill.allowances));
    section.heading("Volume tiers");
    if bill.tiers.is_empty() {
        section.text("No category with volume tiers was charged.");
    }
    section.figures(figures.named("tiers"));
    tiers(&mut section, bill);
    if !bill.tiers_told.is_empty() {
        section.heading("Volume tiers by Meta's word");
        section.text(
            "A tier that Meta says was reached before the log's own count does means volume elsewhere (S-23). No \
             price rests on it.",
        );
        section.table(tiers_told(&bill.tiers_told));
    }
    Some(section)
}

fn allowances(allowances: &[Allowance]) -> Table {
    let mut rows: Vec<&Allowance> = allowances.iter().collect();
    rows.sort_by_key(|allowance| Reverse(allowance.units));
    let mut table = Table::new(
        "Use of the monthly allowances, the most used first",
        vec![
            Column::words("Account or number"),
            Column::words("Month"),
            Column::words("Rules"),
            Column::numbers("Size"),
            Column::numbers("Used elsewhere"),
            Column::numbers("Units of the log"),
            Column::numbers("Of them free"),
        ],
    );
    for allowance in rows {
        table.row(vec![
            Cell::words(&allowance.owner),
            Cell::words(&allowance.month),
            Cell::words(allowance.regime),
            Cell::count(allowance.size),
            Cell::count(allowance.used_elsewhere),
            Cell::count(allowance.units),
            Cell::count(allowance.free),
        ]);
    }
    table.cut(ROWS_MOST, "the most used", "summary.json");
    table
}

fn tiers(section: &mut Section, bill: &Bill) {
    let (mut climbed, mut without): (Vec<&TierClimb>, Vec<&TierClimb>) =
        bill.tiers.iter().partition(|climb| climb.tier.is_some());
    climbed.sort_by_key(|climb| Reverse(climb.counted));
    without.sort_by_key(|climb| Reverse(climb.counted));
    let mut table = Table::new(
        "Volume tiers, the largest volume of the log first",
        vec![
            Column::words("Portfolio"),
            Column::words("Market"),
            Column::words("Category"),
            Column::words("Month"),
            Column::numbers("Used elsewhere"),
            Column::numbers("Charged in the log"),
            Column::numbers("Tier of the last"),
            Column::numbers("Next tier from"),
        ],
    );
    for climb in climbed {
        let mut cells = names(climb);
        cells.extend([
            Cell::count(climb.used_elsewhere),
            Cell::count(climb.counted),
            Cell::number(climb.tier.as_deref().unwrap_or(NONE)),
            Cell::number(climb.next_from.map_or_else(|| NONE.to_owned(), thousands)),
        ]);
        table.row(cells);
    }
    table.cut(ROWS_MOST, "the largest volumes", "summary.json");
    section.table(table);
    let mut table = Table::new(
        "Volumes for which no ladder is known (Q-NO-LADDER): priced at list",
        vec![
            Column::words("Portfolio"),
            Column::words("Market"),
            Column::words("Category"),
            Column::words("Month"),
            Column::words("Currency"),
            Column::numbers("Charged in the log"),
            Column::numbers("At list"),
        ],
    );
    for climb in without {
        let mut cells = names(climb);
        cells.extend([
            Cell::words(climb.currencies.join(", ")),
            Cell::count(climb.counted),
            Cell::count(climb.without_ladder),
        ]);
        table.row(cells);
    }
    table.cut(WITHOUT_LADDER_MOST, "the largest volumes", "summary.json");
    section.table(table);
}

fn tiers_told(told: &[TierTold]) -> Table {
    let mut rows: Vec<&TierTold> = told.iter().collect();
    rows.sort_by_key(|tier| Reverse(tier.missing));
    let mut table = Table::new(
        "Tiers that Meta says were reached, the most missing messages first",
        vec![
            Column::words("Portfolio"),
            Column::words("Market"),
            Column::words("Category"),
            Column::words("Month"),
            Column::numbers("Tier"),
            Column::words("By Meta's word (UTC)"),
            Column::words("By the log's count (UTC)"),
            Column::numbers("Known by then"),
            Column::numbers("Missing at least"),
        ],
    );
    for tier in rows {
        let crossed = tier.crossed_at.as_deref().map(time);
        let crossed = crossed.unwrap_or_else(|| tier.words().to_owned());
        table.row(vec![
            Cell::words(&tier.owner),
            Cell::words(&tier.market),
            Cell::words(plain(tier.category)),
            Cell::words(&tier.month),
            Cell::number(&tier.tier),
            Cell::words(time(&tier.told_at)),
            Cell::words(crossed),
            Cell::count(tier.used_elsewhere + tier.counted_then),
            Cell::count(tier.missing),
        ]);
    }
    table.cut(ROWS_MOST, "the most missing messages", "summary.json");
    table
}

fn names(climb: &TierClimb) -> Vec<Cell> {
    vec![
        Cell::words(&climb.owner),
        Cell::words(&climb.market),
        Cell::words(plain(climb.category)),
        Cell::words(&climb.month),
    ]
}
