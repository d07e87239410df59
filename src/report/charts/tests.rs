//! Every chart of every extreme: readable, small, the same again.

mod colours;
mod ingredients;
pub mod layout;
mod worlds;

use std::collections::BTreeSet;

use super::{draw, png, svg, write};
use crate::report::chart::Chart;
use crate::run::output::Folder;
use layout::{overlap_or_clipping, view_box};
use worlds::{extremes, hostile, month, unpriced};

const BYTES_MOST: usize = 150_000;

fn names(charts: &[Chart]) -> Vec<&str> {
    charts.iter().map(|chart| chart.name.as_str()).collect()
}

#[test]
fn no_text_is_covered_or_clipped() {
    for (world, summary) in extremes() {
        for chart in draw(&summary) {
            for svg in [chart.svg.clone(), svg(&chart)] {
                let problems = overlap_or_clipping(&svg);
                assert!(
                    problems.is_empty(),
                    "{world}, {}: {problems:#?}",
                    chart.name
                );
            }
        }
    }
}

#[test]
fn every_chart_is_a_small_drawing_that_works_in_a_page() {
    for (world, summary) in extremes() {
        let charts = draw(&summary);
        let mut ids = BTreeSet::new();
        for chart in &charts {
            let place = format!("{world}, {}", chart.name);
            assert!(
                chart.svg.len() < BYTES_MOST,
                "{place}: {} bytes",
                chart.svg.len()
            );
            let document =
                resvg::usvg::roxmltree::Document::parse(&chart.svg).expect("well-formed");
            let root = document.root_element();
            assert_eq!(root.attribute("role"), Some("img"), "{place}");
            assert_eq!(
                (root.attribute("width"), root.attribute("height")),
                (None, None)
            );
            let text = |name: &str| {
                let own = root.children().find(|node| node.has_tag_name(name));
                own.and_then(|node| node.text().map(str::to_owned))
                    .unwrap_or_default()
            };
            assert_eq!(text("title"), chart.title, "{place}");
            assert_eq!(text("desc"), chart.alt, "{place}");
            assert!(!chart.title.is_empty() && chart.alt.len() > 20, "{place}");
            for node in document.descendants() {
                if let Some(id) = node.attribute("id") {
                    assert!(id.starts_with(&chart.name), "{place}: {id}");
                    assert!(ids.insert(id.to_owned()), "{place}: {id} stands twice");
                }
            }
            assert!(
                !chart.svg.contains("#0000"),
                "{place}: an ink without a colour"
            );
            assert!(!chart.svg.contains("<script"), "{place}");
            let (_, _, width, height) = view_box(&chart.svg).expect("a viewBox");
            assert!(
                width >= 700.0 && height > 40.0 && height < 2_000.0,
                "{place}"
            );
        }
    }
}

#[test]
fn every_chart_is_a_picture_with_its_own_letters() {
    for (world, summary) in extremes() {
        for chart in draw(&summary) {
            let picture =
                png(&chart).unwrap_or_else(|error| panic!("{world}, {}: {error}", chart.name));
            assert!(picture.starts_with(b"\x89PNG"));
            let alone = svg(&chart);
            assert!(alone.contains("data:font/ttf;base64,"), "{world}");
            assert!(
                !alone.contains("var(--"),
                "{world}: a variable outside of a page"
            );
        }
    }
}

#[test]
fn the_same_bytes_again_on_any_number_of_threads() {
    let summary = worlds::years();
    let first = draw(&summary);
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        let again = pool.install(|| draw(&summary));
        assert_eq!(first, again, "{threads} threads");
    }
    for (one, other) in first.iter().zip(draw(&summary)) {
        assert_eq!(
            png(one).expect("a picture"),
            png(&other).expect("a picture")
        );
    }
}

#[test]
fn names_from_outside_are_only_words() {
    let charts = draw(&hostile());
    for chart in &charts {
        assert!(!chart.svg.contains("<script"), "{}", chart.name);
        assert!(
            !chart.svg.contains("\u{202e}"),
            "{}: turned writing",
            chart.name
        );
        resvg::usvg::roxmltree::Document::parse(&chart.svg).expect("well-formed");
    }
    let all: String = charts.iter().map(|chart| chart.svg.as_str()).collect();
    assert!(all.contains("&lt;script&gt;"), "the name is shown");
}

#[test]
fn a_run_shows_what_it_knows() {
    assert_eq!(
        names(&draw(&month())),
        [
            "bridge",
            "cost_by_day",
            "cost_by_market",
            "units_by_day",
            "conversations_by_day",
            "units_by_hour",
            "allowances",
            "tiers"
        ]
    );
    assert_eq!(
        names(&draw(&unpriced())),
        ["units_by_day", "conversations_by_day", "units_by_hour"]
    );
    let currencies = draw(&worlds::currencies());
    let names = names(&currencies);
    for name in [
        "cost_by_day_usd",
        "cost_by_day_inr",
        "cost_by_market_usd",
        "bridge_inr",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
    let without_rates = draw(&worlds::generated());
    let markets = without_rates
        .iter()
        .find(|chart| chart.name == "cost_by_market");
    let markets = markets.expect("markets");
    assert!(
        markets.alt.contains("Unknown: not known."),
        "{}",
        markets.alt
    );
    let nothing = draw(&worlds::nothing());
    let cost = nothing
        .iter()
        .find(|chart| chart.name == "cost_by_day")
        .expect("a zero month");
    assert!(cost.svg.contains("Nothing in this period"));
}

#[test]
fn both_files_of_every_chart_are_written() {
    let place = tempfile::tempdir().expect("a folder");
    let target = place.path().join("run");
    let folder = Folder::create(&target, false).expect("a folder");
    let charts = draw(&month());
    write(&charts, &folder).expect("the charts");
    let written: Vec<String> = folder.written().into_iter().map(|file| file.path).collect();
    assert_eq!(written.len(), 2 * charts.len());
    for chart in &charts {
        for ending in ["svg", "png"] {
            let name = format!("charts/{}.{ending}", chart.name);
            assert!(written.contains(&name), "{name} in {written:?}");
        }
    }
}

/// Pictures to look at: `COUNTERFOIL_CHARTS=FOLDER cargo test --release --lib charts::tests::pictures -- --ignored`.
#[test]
#[ignore = "writes files"]
fn pictures() {
    let folder = std::env::var("COUNTERFOIL_CHARTS").expect("a folder");
    let folder = std::path::Path::new(&folder);
    std::fs::create_dir_all(folder).expect("a folder");
    for (world, summary) in extremes() {
        for chart in draw(&summary) {
            let file = |ending: &str| folder.join(format!("{world}-{}.{ending}", chart.name));
            std::fs::write(file("png"), png(&chart).expect("a picture")).expect("a file");
            std::fs::write(file("svg"), &chart.svg).expect("a file");
            std::fs::write(file("alone.svg"), svg(&chart)).expect("a file");
        }
    }
}
