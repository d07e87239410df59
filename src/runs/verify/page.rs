//! A verification as a page for the terminal, at most 80 columns, and as annotations.

use super::report::{Area, AreaReport, Verification};
use crate::report::figures::thousands;
use crate::report::terminal::layout::Page;
use crate::report::terminal::{error_annotation, warning_annotation};

/// Lays out a verification.
pub fn render(verification: &Verification, colour: bool) -> String {
    let mut page = Page::new(colour);
    page.pair("Run", &verification.run);
    page.pair(
        "Sealed",
        &format!(
            "{} by counterfoil {}",
            verification.finished_at, verification.version
        ),
    );
    page.heading("Command", &[]);
    page.paragraph(&verification.command.join(" "));
    for area in &verification.areas {
        page.gap();
        page.heading(&title(area), &[&verdict(area)]);
        area.differences.iter().for_each(|text| page.note(text));
        if area.further_differences > 0 {
            let more = thousands(area.further_differences);
            page.note(&format!("{more} more"));
        }
        for text in &area.not_tested {
            page.note(&format!("not tested: {text}"));
        }
        area.sound.iter().for_each(|text| page.note(text));
    }
    page.gap();
    match verification.differences() {
        0 => page.pair("Verdict", "sound: what could be tested is as it was sealed"),
        1 => page.alarm("Not sound: 1 difference"),
        count => page.alarm(&format!("Not sound: {} differences", thousands(count))),
    }
    page.finish()
}

/// One `::error` line for each difference, one `::warning` line for what could not be tested.
pub fn annotations(verification: &Verification) -> String {
    let mut text = String::new();
    for area in &verification.areas {
        for difference in &area.differences {
            text.push_str(&error_annotation(&format!("{}: {difference}", title(area))));
        }
        for reason in &area.not_tested {
            let reason = format!("{}: not tested: {reason}", title(area));
            text.push_str(&warning_annotation(&reason));
        }
    }
    text
}

/// The area's name as a heading.
fn title(area: &AreaReport) -> String {
    if area.area == Area::Reperformance {
        return "Re-performance".to_owned();
    }
    let name = area.area.name().replace('_', " ");
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn verdict(area: &AreaReport) -> String {
    match area.count() {
        0 if area.sound.is_empty() => "not tested".to_owned(),
        0 => "sound".to_owned(),
        1 => "1 difference".to_owned(),
        count => format!("{} differences", thousands(count)),
    }
}
