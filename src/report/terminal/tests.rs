//! The page as a reader sees it.

use std::path::Path;

use super::{annotations, render};
use crate::report::fixture::World;
use crate::report::summary::{Circumstances, LogFileSummary, Period, Summary};

fn summary(with_bill: bool) -> Summary {
    let mut world = World::generated(20_000, 5, 11);
    world.outcome.totals.rejected = 1_234;
    world.outcome.totals.rows_read += 1_234;
    world.outcome.incomplete = vec![
        "The time zone of account 102000000001 is unknown and 17 messages lie within 14 hours of a switch: name it in accounts.toml.".into(),
    ];
    let circumstances = Circumstances {
        period: Period {
            from: Some("2025-07-01".into()),
            to: Some("2025-07-31".into()),
        },
        files: vec![LogFileSummary {
            path: "exports/july.parquet".into(),
            bytes: 1_234_567_890,
            ignored_columns: vec!["agent".into()],
        }],
        accounts_file_absent: true,
        ..Circumstances::default()
    };
    let mut summary = world.summary(with_bill, circumstances);
    summary.findings = None;
    summary
}

#[test]
fn the_page_of_a_replay() {
    let page = render(&summary(false), Some(Path::new("reports/july")), false);
    assert!(
        page.lines().all(|line| line.chars().count() <= 80),
        "{page}"
    );
    insta::assert_snapshot!(page);
}

#[test]
fn the_page_of_an_audit() {
    let page = render(&summary(true), Some(Path::new("reports/july")), false);
    assert!(
        page.lines().all(|line| line.chars().count() <= 80),
        "{page}"
    );
    insta::assert_snapshot!(page);
}

#[test]
fn colour_is_ornament() {
    let plain = render(&summary(false), None, false);
    let coloured = render(&summary(false), None, true);
    assert!(coloured.contains('\u{1b}') && !plain.contains('\u{1b}'));
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    stripped.push_str(rest);
    assert_eq!(stripped, plain);
}

#[test]
fn annotations_are_one_line_each() {
    let mut summary = summary(false);
    summary.warnings[0].text = "50% of rows\nare odd".into();
    insta::assert_snapshot!(annotations(&summary));
}
