//! A profile as one page for the terminal, at most 80 columns.

use super::Profile;
use crate::report::figures::{size, thousands};
use crate::report::terminal::layout::Page;

/// Rows of a list that are shown; JSON holds all of them.
const ROWS_SHOWN: usize = 5;

/// Lays out a profile.
pub fn page(profile: &Profile, colour: bool) -> String {
    let mut page = Page::new(colour);
    identity(&mut page, profile);
    rows(&mut page, profile);
    words(&mut page, profile);
    numbers(&mut page, profile);
    answers(&mut page, profile);
    notes(&mut page, profile);
    page.finish()
}

fn identity(page: &mut Page, profile: &Profile) {
    let bytes = profile.files.iter().map(|file| file.bytes).sum();
    let files = match &profile.files[..] {
        [file] => format!("{}, {}", file.path, size(bytes)),
        files => format!("{} files, {}", files.len(), size(bytes)),
    };
    page.pair("Log", &files);
    if let Some(range) = &profile.time_range {
        page.pair("Time", &format!("{} to {}", range.first, range.last));
    }
    if let Some(map) = &profile.map {
        page.pair("Map", &map.name);
    }
    page.pair("Columns", &profile.columns_found.join(", "));
    page.pair("Missing", &or_none(&profile.columns_missing));
    let mut ignored: Vec<&str> = profile
        .files
        .iter()
        .flat_map(|file| file.ignored_columns.iter().map(String::as_str))
        .collect();
    ignored.sort_unstable();
    ignored.dedup();
    page.pair("Ignored", &or_none(&ignored));
}

fn or_none(words: &[&str]) -> String {
    match words.is_empty() {
        true => "none".to_owned(),
        false => words.join(", "),
    }
}

fn rows(page: &mut Page, profile: &Profile) {
    let totals = &profile.control_totals;
    page.gap();
    page.heading("Rows read", &[&thousands(totals.rows_read)]);
    let outcomes = [
        ("inbound", totals.inbound),
        ("outbound, delivered", totals.outbound_delivered),
        ("outbound, not delivered", totals.outbound_undelivered),
        ("not through the API", totals.not_api),
        ("exact duplicates", totals.exact_duplicates),
        ("further rows of a message", totals.folded_status_rows),
        ("other channels", totals.other_channel),
        ("outside the period", totals.outside_period),
        ("rejected", totals.rejected),
    ];
    for (name, count) in outcomes.into_iter().filter(|(_, count)| *count > 0) {
        page.row(name, &[&thousands(count)]);
    }
    for (code, count) in &profile.rejected_by_code {
        page.row(&format!("  {code}"), &[&thousands(*count)]);
    }
    for (channel, count) in &profile.other_channels {
        page.row(&format!("  {channel}"), &[&thousands(*count)]);
    }
}

fn words(page: &mut Page, profile: &Profile) {
    page.gap();
    page.heading("What usable rows say", &[]);
    for (column, counts) in &profile.words {
        if counts.is_empty() {
            continue;
        }
        let counts: Vec<String> = counts
            .iter()
            .map(|(word, count)| format!("{word} {}", thousands(*count)))
            .collect();
        page.paragraph(&format!("{column}: {}", counts.join(", ")));
    }
}

fn numbers(page: &mut Page, profile: &Profile) {
    page.gap();
    page.heading("Business numbers", &["rows", "days", "empty days"]);
    let mut numbers: Vec<_> = profile.numbers.iter().collect();
    numbers.sort_by_key(|(number, days)| (std::cmp::Reverse(days.rows), (*number).clone()));
    for (number, days) in numbers.iter().take(ROWS_SHOWN) {
        let cells = [days.rows, days.days, days.empty_days].map(thousands);
        page.row(number, &[&cells[0], &cells[1], &cells[2]]);
    }
    more(page, numbers.len());
}

fn answers(page: &mut Page, profile: &Profile) {
    page.gap();
    page.heading("What an audit can conclude", &[]);
    for answer in &profile.answers {
        let [have, of] = answer.rows.map(thousands);
        page.paragraph(&format!(
            "{} {} ({have} of {of} rows): {}.{}",
            answer.question,
            answer.state,
            answer.consequence,
            match answer.bring {
                "" => String::new(),
                bring => format!(" Bring {bring}."),
            }
        ));
    }
}

fn notes(page: &mut Page, profile: &Profile) {
    let lacks = profile.map.as_ref().map_or(&[][..], |map| &map.lacks);
    let warnings = profile.warnings.iter();
    let warnings = warnings.map(|warning| {
        let count = thousands(warning.count);
        format!("{}: {count} {}", warning.code, warning.text)
    });
    let gaps = profile.gaps.iter().map(|gap| format!("Q-GAP: {gap}"));
    let rejected = profile.rejected_first.iter().map(|row| {
        let column = match row.column.is_empty() {
            true => String::new(),
            false => format!(", {}", row.column),
        };
        format!(
            "rejected: {}, line {}{column}: {} ({})",
            row.file, row.line, row.reason, row.code
        )
    });
    for (title, texts) in [
        ("What the source cannot settle", lacks.to_vec()),
        ("Incomplete", profile.incomplete.clone()),
        ("Warnings", warnings.collect()),
        ("Gaps", gaps.collect()),
        ("First rejected rows", rejected.collect()),
    ] {
        if texts.is_empty() {
            continue;
        }
        page.gap();
        page.heading(title, &[]);
        for text in texts.iter().take(ROWS_SHOWN) {
            page.paragraph(text);
        }
        more(page, texts.len());
    }
}

fn more(page: &mut Page, rows: usize) {
    if rows > ROWS_SHOWN {
        page.note(&format!(
            "{} more stand in --format json.",
            rows - ROWS_SHOWN
        ));
    }
}
