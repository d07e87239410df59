//! Rows of a source without a template mark: a map's rule has guessed types and categories, row by row, so
//! that the rows of one message may disagree.

use super::Case;
use super::random::Random;
use crate::oracle::Row;
use crate::oracle::settings::SETTINGS;

/// How the cell may be written.
const NAMES: [&str; 6] = [
    "type",
    "type",
    "category",
    "type,category",
    "Category Type",
    " TYPE, category ",
];

/// Every fifth log is of such a source. The guesses have a stream of random numbers of their own.
pub fn guess(case: &mut Case) {
    if case.seed % 5 != 3 {
        return;
    }
    let mut random = Random::new(case.seed ^ 0x0067_7565_7373);
    let r = &mut random;
    for name in ["inferred_template", "inferred_category"] {
        if r.chance(60) {
            let known = SETTINGS.iter().find(|setting| setting.1 == name);
            let values = known.expect("a setting").2;
            let value = r.pick(values).to_string();
            case.settings.set.push((name.to_string(), value));
        }
    }
    guess_cells(r, &mut case.rows);
}

fn guess_cells(r: &mut Random, all: &mut [Row]) {
    let share = r.pick(&[30, 70, 100]);
    let lacks_categories = r.chance(40);
    for row in all {
        let is_inbound = row.get("direction").to_ascii_lowercase().starts_with('i');
        if is_inbound && r.chance(95) {
            continue; // ignored there
        }
        if !r.chance(share) {
            continue;
        }
        let cell = r.pick(&NAMES);
        row.set("inferred", if r.chance(1) { "kind" } else { cell });
        if !cell.to_ascii_lowercase().contains("type") {
            continue;
        }
        let kind = row.get("type").to_ascii_lowercase();
        let is_open = ["template", "text", "interactive"].contains(&kind.as_str());
        if is_open && r.chance(40) {
            row.set("type", r.pick(&["template", "text"]));
        }
        if lacks_categories || r.chance(20) {
            row.set("category", "");
        } else if is_open && row.get("category").is_empty() && r.chance(60) {
            let categories = ["marketing", "utility", "authentication", "service"];
            row.set("category", r.pick(&categories));
        }
    }
}
