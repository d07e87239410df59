//! The page as a reader, a screen reader, a printer and an attacker meet it.

use super::extremes::{extremes, hostile};
use super::told::{mask, summary};
use super::world::{CUSTOMER, comparison};
use crate::report::page::tests::browser;
use crate::report::page::tests::markup::{Markup, numbers_of_json, numbers_of_page_one};
use crate::report::whatif::WhatIfSummary;
use crate::report::whatif::charts::draw;
use crate::report::whatif::page::render;

const BYTES_MOST: usize = 5_000_000;

fn rendered(summary: &WhatIfSummary) -> String {
    render(summary, &draw(summary)).expect("a page")
}

#[test]
fn the_markup_is_whole_and_named() {
    for (name, summary) in extremes() {
        let html = rendered(&summary);
        let markup = Markup::of(&html);
        markup.assert_balanced(name);
        markup.assert_headings_in_order(name);
        markup.assert_tables_are_named(name);
        markup.assert_ids_are_unique_and_links_lead_somewhere(name);
        markup.assert_no_handlers(name);
        for element in ["script", "link", "img", "iframe", "object", "form"] {
            assert_eq!(markup.count(element), 0, "{element} in {name}");
        }
        assert_eq!(markup.count("h1"), 1, "{name}");
        assert_eq!(markup.count("figure"), draw(&summary).len(), "{name}");
        assert!(html.len() < BYTES_MOST, "{name}: {} bytes", html.len());
        assert!(
            !html.contains("Further charts"),
            "{name}: a chart without a place"
        );
    }
}

#[test]
fn every_number_of_page_one_stands_in_the_summary() {
    for (name, summary) in extremes() {
        let json = serde_json::from_str(&summary.to_json().unwrap()).unwrap();
        let mut known = numbers_of_json(&json);
        known.insert(summary.others().len().to_string());
        let html = render(&summary, &[]).unwrap();
        for number in numbers_of_page_one(&html) {
            assert!(known.contains(&number), "{number} on page one of {name}");
        }
    }
}

#[test]
fn hostile_text_is_text() {
    let html = rendered(&summary(&hostile()));
    for raw in [
        "<script",
        "<img",
        "onerror=\"",
        "\u{202e}",
        "\0",
        "\u{2066}",
    ] {
        assert!(!html.contains(raw), "{raw:?}");
    }
    assert!(html.contains("&#60;script&#62;"), "it is shown, as text");
}

#[test]
fn customers_stand_under_pseudonyms() {
    let html = rendered(&summary(&comparison()));
    assert!(!html.contains(CUSTOMER));
    assert!(html.contains(&mask().pseudonym(CUSTOMER)));
}

#[test]
fn each_scenario_is_answered_in_one_sentence() {
    let html = rendered(&summary(&comparison()));
    for sentence in [
        "The base, the log as it is, comes to 45.2400 EUR (400 charged units, 0 free ones); 89.5000 USD (3,500 \
         charged units, 1,000 free ones).",
        "dearer comes to 99.5280 EUR, 54.2880 more than the base (+120.00%); 196.9000 USD, 107.4000 more than the \
         base (+120.00%).",
        "provider comes to 42.9780 EUR, 2.2620 less than the base (-5.00%); 105.0250 USD, 15.5250 more than the \
         base (+17.35%).",
    ] {
        assert!(
            html.contains(&sentence.replace('+', "&#43;")) || html.contains(sentence),
            "{sentence}"
        );
    }
}

#[test]
fn page_one_shows_a_chart_where_there_is_room() {
    let of_page_one = |place: usize| {
        let html = rendered(&extremes().swap_remove(place).1);
        let first = html.split("</header>").next().unwrap_or_default();
        Markup::of(first).count("figure")
    };
    assert_eq!(of_page_one(0), 1, "the currency with the most units");
    assert_eq!(of_page_one(1), 1);
    assert_eq!(of_page_one(2), 0, "thirteen rows");
}

#[test]
fn parts_beyond_the_first_are_one_row() {
    let (_, summary) = extremes().swap_remove(6);
    let html = rendered(&summary);
    // 2,985 markets: 3,000 * 3,001 / 2 units less those of the largest fifteen, 2,986 to 3,000.
    assert!(html.contains("<bdi>2,985 other markets</bdi>"));
    assert!(html.contains("15 of 3,000 markets are shown"));
    let rest = (3_000 * 3_001 / 2 - (2_986 + 3_000) * 15 / 2).to_string();
    let rest = format!("{},{}.{}", &rest[..2], &rest[2..5], &rest[5..]);
    assert!(html.contains(&format!("<bdi>{rest}00</bdi>")), "{rest}");
}

#[test]
fn what_has_no_rate_costs_what_is_not_known() {
    let (_, summary) = extremes().swap_remove(5);
    let html = rendered(&summary);
    assert!(html.contains("not known"));
    assert!(html.contains("480 units have no rate and are in no sum."));
    assert!(html.contains("this is not a conclusion"));
}

/// Opens every page in Chromium: as wide as a desk, as narrow as a phone, and printed on both papers.
#[test]
fn pages_are_shown_and_printed_as_meant() {
    let Some(browser) = browser::Browser::find() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let pages: Vec<browser::Page> = extremes()
        .into_iter()
        .map(|(name, summary)| browser::Page {
            name: name.to_owned(),
            html: rendered(&summary),
            fingerprint: summary.fingerprint.clone(),
            charts: draw(&summary).len(),
        })
        .collect();
    browser.assert_shown(&pages, folder.path());
    browser.assert_printed(&pages, folder.path());
    browser.assert_complaints_are_seen(folder.path());
}

/// Writes the pages where `COUNTERFOIL_PAGES` says, to be looked at.
#[test]
fn pages_can_be_looked_at() {
    let Some(folder) = std::env::var_os("COUNTERFOIL_PAGES") else {
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, summary) in extremes() {
        std::fs::write(
            folder.join(format!("whatif-{name}.html")),
            rendered(&summary),
        )
        .unwrap();
    }
}
