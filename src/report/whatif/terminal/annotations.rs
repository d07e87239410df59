//! A what-if as annotations that GitHub shows beside a run.

use std::fmt::Write;

use super::later::break_even_in_words;
use crate::report::terminal::annotations::{data, property, push_incomplete, push_warnings};
use crate::report::whatif::summary::WhatIfSummary;

/// One `::error` line for each reason of incompleteness, one `::notice` with the answer of each scenario, one
/// `::warning` for each warning.
pub fn annotations(summary: &WhatIfSummary) -> String {
    let mut text = String::new();
    push_incomplete(&mut text, &summary.incomplete);
    for scenario in &summary.scenarios {
        let _ = writeln!(
            text,
            "::notice title={}::{}",
            property(&format!("What if: {}", scenario.name())),
            data(&scenario.sentence)
        );
    }
    for search in &summary.break_even {
        let title = format!("Break-even of {}", search.scenario);
        let found = break_even_in_words(search);
        let _ = writeln!(
            text,
            "::notice title={}::{}",
            property(&title),
            data(&found)
        );
    }
    push_warnings(&mut text, &summary.warnings);
    text
}
