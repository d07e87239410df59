//! Every chart of every extreme: readable, small, the same again.

use std::collections::BTreeSet;

use super::extremes::{HOSTILE, extremes, hostile};
use super::told::summary;
use super::world::comparison;
use crate::report::chart::Chart;
use crate::report::charts::tests::layout::{overlap_or_clipping, view_box};
use crate::report::charts::{png, svg};
use crate::report::whatif::charts::draw;

const BYTES_MOST: usize = 150_000;

fn names(charts: &[Chart]) -> Vec<&str> {
    charts.iter().map(|chart| chart.name.as_str()).collect()
}

#[test]
fn there_is_one_for_each_question() {
    assert_eq!(
        names(&draw(&summary(&comparison()))),
        [
            "scenarios_eur",
            "scenarios_usd",
            "bridge-dearer_eur",
            "bridge-dearer_usd",
            "bridge-provider_eur",
            "bridge-provider_usd",
            "sweep_eur",
            "sweep_usd",
            "forecast_usd",
        ]
    );
    let one = extremes().swap_remove(1).1;
    assert_eq!(names(&draw(&one)), ["scenarios", "bridge-the-same-again"]);
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
fn every_chart_is_a_small_drawing_with_a_name_of_its_own() {
    for (world, summary) in extremes() {
        let mut seen = BTreeSet::new();
        for chart in draw(&summary) {
            let place = format!("{world}, {}", chart.name);
            assert!(chart.svg.len() < BYTES_MOST, "{place}: {}", chart.svg.len());
            resvg::usvg::roxmltree::Document::parse(&chart.svg).expect("well-formed");
            let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
            assert!(chart.name.chars().all(is_plain), "{place}");
            assert!(seen.insert(chart.name.clone()), "{place} stands twice");
            assert!(!chart.title.is_empty() && chart.alt.len() > 20, "{place}");
            let (_, _, width, height) = view_box(&chart.svg).expect("a viewBox");
            assert!(
                width >= 700.0 && (40.0..2_000.0).contains(&height),
                "{place}"
            );
            assert!(png(&chart).expect("a picture").starts_with(b"\x89PNG"));
        }
    }
}

#[test]
fn names_from_outside_are_only_words() {
    let charts = draw(&summary(&hostile()));
    let all: String = charts.iter().map(|chart| chart.svg.as_str()).collect();
    assert!(!all.contains("<script") && !all.contains('\u{202e}'));
    assert!(all.contains("&lt;script&gt;"), "the name is shown");
    let bridges = charts
        .iter()
        .filter(|chart| chart.name.starts_with("bridge"));
    assert_eq!(bridges.count(), HOSTILE.len() + 1);
}

/// 89.50, 196.90 (+120%) and 105.025 (+17.35%) USD; three of nine steps of Euros lead down.
#[test]
fn words_say_what_is_drawn() {
    let charts = draw(&summary(&comparison()));
    let alt = |name: &str| {
        let chart = charts.iter().find(|chart| chart.name == name);
        chart.expect(name).alt.clone()
    };
    assert_eq!(
        alt("scenarios_usd"),
        "Stacked bars. The base and 2 scenarios, by category, in USD. The dashed line is what the base \
         costs. base: 89.5000. dearer: 196.9000 (+120.00%). provider: 105.0250 (+17.35%)."
    );
    assert_eq!(
        alt("bridge-dearer_usd"),
        "Waterfall. Base 89.5000 USD, dearer 196.9000 USD. Difference: +107.4000 USD. Rates: +8.9500. \
         Volume: +89.5000. Only together: +8.9500."
    );
    assert!(alt("sweep_usd").contains("It costs what the base does at 1.11875."));
    assert!(!alt("sweep_eur").contains("what the base does"));
    assert!(alt("forecast_usd").contains("Dec 2026: 101.5000, between 94.2500 and 110.0000."));
}

/// Pictures to look at: `COUNTERFOIL_CHARTS=FOLDER cargo test --release --lib whatif::tests::charts::pictures -- --ignored`.
#[test]
#[ignore = "writes files"]
fn pictures() {
    let folder = std::env::var("COUNTERFOIL_CHARTS").expect("a folder");
    let folder = std::path::Path::new(&folder);
    std::fs::create_dir_all(folder).expect("a folder");
    for (world, summary) in extremes() {
        for chart in draw(&summary) {
            let file = folder.join(format!("{world}-{}.png", chart.name));
            std::fs::write(file, png(&chart).expect("a picture")).expect("a file");
        }
    }
}
