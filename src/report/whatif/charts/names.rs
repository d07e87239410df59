//! Names of charts of which there is one for each scenario: they name files, so any letter will not do.

use crate::report::whatif::summary::WhatIfSummary;

const LETTERS_MOST: usize = 40;

/// The bridge to a scenario: `bridge-dearer-rates`.
pub fn bridge(summary: &WhatIfSummary, scenario: &str) -> String {
    let slugs: Vec<String> = summary
        .others()
        .iter()
        .map(|other| slug(other.name()))
        .collect();
    let mut names = summary.others().iter();
    let place = names.position(|other| other.name() == scenario);
    let place = place.unwrap_or(slugs.len());
    let own = slugs.get(place).map_or("", String::as_str);
    let is_taken = slugs.iter().take(place).any(|slug| slug == own);
    match own.is_empty() || is_taken {
        // Two underscores: no name of a scenario becomes the same.
        true => format!("bridge-{own}__{}", place + 1),
        false => format!("bridge-{own}"),
    }
}

/// `sweep`, and `sweep-2` for the second.
pub fn numbered(chart: &str, place: usize) -> String {
    match place {
        0 => chart.to_owned(),
        place => format!("{chart}-{}", place + 1),
    }
}

/// Small letters and digits, with a hyphen for all others.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars() {
        match letter.is_ascii_alphanumeric() {
            true => slug.push(letter.to_ascii_lowercase()),
            false if slug.ends_with('-') || slug.is_empty() => {}
            false => slug.push('-'),
        }
        if slug.len() == LETTERS_MOST {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_name_becomes_a_file_s_name() {
        assert_eq!(slug("Dearer  rates, 2027!"), "dearer-rates-2027");
        assert_eq!(slug("../../<script>"), "script");
        assert_eq!(slug("東京"), "");
        assert_eq!(slug(&"W".repeat(60)).len(), 40);
    }
}
