//! The page as a reader, a screen reader, a printer and an attacker meet it.

#[path = "../../../../tests/browser/mod.rs"]
pub mod browser;
pub mod markup;
mod pages;
mod summaries;

use markup::Markup;
use pages::{charts, rendered};

use super::render;
use crate::report::summary::Summary;

/// More than this no mail program takes.
const BYTES_MOST: usize = 5_000_000;

#[test]
fn the_markup_is_whole_and_named() {
    for page in rendered() {
        let markup = Markup::of(&page.html);
        markup.assert_balanced(page.name);
        markup.assert_headings_in_order(page.name);
        markup.assert_tables_are_named(page.name);
        markup.assert_ids_are_unique_and_links_lead_somewhere(page.name);
        assert_eq!(markup.count("h1"), 1, "{}", page.name);
        assert_eq!(markup.count("main"), 1, "{}", page.name);
        assert_eq!(markup.count("nav"), 1, "{}", page.name);
    }
}

#[test]
fn nothing_is_fetched_and_nothing_runs() {
    for page in rendered() {
        let markup = Markup::of(&page.html);
        for name in ["script", "link", "img", "iframe", "object", "embed", "form"] {
            assert_eq!(markup.count(name), 0, "{name} in {}", page.name);
        }
        assert!(
            page.html.contains("default-src &#39;none&#39;")
                || page.html.contains("default-src 'none'")
        );
        markup.assert_no_handlers(page.name);
        let style = page.html.split("<style>").nth(1).unwrap();
        let style = style.split("</style>").next().unwrap();
        assert!(!style.contains("http") && !style.contains("@import"));
    }
}

#[test]
fn hostile_text_is_text() {
    let html = render(&summaries::hostile(), &charts()).unwrap();
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
    assert!(html.contains("=cmd|"), "a formula is no formula on a page");
    assert!(
        html.contains("<bdi>שלום"),
        "names keep their direction to themselves"
    );
}

#[test]
fn every_number_of_page_one_stands_in_the_summary() {
    for page in rendered() {
        let json: serde_json::Value =
            serde_json::from_str(&page.summary.to_json().unwrap()).unwrap();
        let known = markup::numbers_of_json(&json);
        for number in markup::numbers_of_page_one(&page.html) {
            assert!(
                known.contains(&number),
                "{number} on page one of {} is not in its summary",
                page.name
            );
        }
    }
}

#[test]
fn a_page_is_small_enough_to_send() {
    for page in rendered() {
        assert!(
            page.html.len() < BYTES_MOST,
            "{}: {} bytes",
            page.name,
            page.html.len()
        );
    }
}

#[test]
fn long_tables_are_cut_and_say_so() {
    let html = render(&summaries::huge(), &charts()).unwrap();
    for row_count in Markup::of(&html).rows_of_tables() {
        assert!(row_count <= 210, "{row_count} rows");
    }
    assert!(
        html.contains("200 of 5,000 rows are shown, the largest amounts; summary.json holds all")
    );
}

#[test]
fn the_same_summary_is_the_same_page() {
    let summary = summaries::audit();
    let twice = [(); 2].map(|()| render(&summary, &charts()).unwrap());
    assert_eq!(twice[0], twice[1]);
}

#[test]
fn no_chart_is_lost() {
    for (name, summary) in summaries::all() {
        let html = render(&summary, &charts()).unwrap();
        let markup = Markup::of(&html);
        assert_eq!(markup.count("figure"), charts().len(), "{name}");
        assert_eq!(markup.count("svg"), charts().len(), "{name}");
        assert!(html.contains("A chart that nobody foresaw"), "{name}");
    }
}

#[test]
fn a_chart_stands_where_it_belongs() {
    let html = render(&summaries::audit(), &charts()).unwrap();
    let place = |text: &str| html.find(text).unwrap_or_else(|| panic!("{text}"));
    let section = |id: &str| place(&format!("<section id=\"{id}\""));
    assert!(place("Cost by day in USD</bdi></figcaption>") > section("cost"));
    assert!(place("Cost by day in USD</bdi></figcaption>") < section("conversations"));
    assert!(place("From expected to invoiced, as a chart</bdi>") > section("invoice"));
    assert!(place("A chart that nobody foresaw</bdi>") > section("charts"));
}

#[test]
fn what_is_said_is_no_more_than_what_is_known() {
    let said = |summary: &Summary| render(summary, &[]).unwrap();
    let audit = said(&summaries::audit());
    assert!(audit.contains("The invoice and the log disagree."));
    assert!(audit.contains("Potential overcharge"));
    assert!(!audit.to_lowercase().contains("savings"));
    let replay = said(&summaries::replay());
    assert!(replay.contains("A replay states no prices."));
    assert!(!replay.contains("id=\"cost\""));
    let mut incomplete = summaries::audit();
    incomplete.invoice = None;
    incomplete.incomplete = vec!["3 charges have no rate".into()];
    assert!(said(&incomplete).contains("this is not a conclusion"));
}

/// Opens every page in Chromium: as wide as a desk, as narrow as a phone, and printed on both papers.
#[test]
fn pages_are_shown_and_printed_as_meant() {
    let Some(browser) = browser::Browser::find() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let pages: Vec<browser::Page> = rendered()
        .into_iter()
        .map(|page| browser::Page {
            name: page.name.to_owned(),
            html: page.html,
            fingerprint: page.summary.fingerprint.clone(),
            charts: charts().len(),
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
    for page in rendered() {
        std::fs::write(folder.join(format!("{}.html", page.name)), page.html).unwrap();
    }
}
