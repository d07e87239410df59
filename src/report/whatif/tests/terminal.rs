//! The page of the terminal.

use std::path::Path;

use super::extremes::extremes;
use super::told::summary;
use super::world::{CUSTOMER, comparison};
use crate::report::whatif::terminal::{annotations, render};

#[test]
fn the_page_of_a_what_if() {
    let page = render(
        &summary(&comparison()),
        Some(Path::new("reports/autumn")),
        false,
    );
    assert!(!page.contains(CUSTOMER));
    insta::assert_snapshot!(page);
}

#[test]
fn the_page_of_units_without_rates() {
    let (_, summary) = extremes().swap_remove(5);
    insta::assert_snapshot!(render(&summary, None, false));
}

#[test]
fn annotations_are_one_line_each() {
    insta::assert_snapshot!(annotations(&summary(&comparison())));
}

/// A word that is longer than a line stays whole; nothing else is wider than a terminal, or much longer.
#[test]
fn it_fits_a_terminal() {
    for (name, summary) in extremes() {
        let page = render(&summary, Some(Path::new("reports/autumn")), false);
        for line in page.lines() {
            let has_long_word = line.split_whitespace().any(|word| word.len() > 60);
            assert!(
                has_long_word || line.chars().count() <= 80,
                "{name}: {line}"
            );
            assert!(!line.contains(char::is_control), "{name}: {line:?}");
        }
        assert!(page.lines().count() <= 60, "{name}:\n{page}");
    }
}
