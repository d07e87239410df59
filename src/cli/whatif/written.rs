//! What a run of `whatif` writes into its folder.

use std::path::Path;
use std::sync::Arc;

use super::args::WhatIfArgs;
use super::compared::Compared;
use crate::cli::reject_texts::RejectTexts;
use crate::cli::sources::Sources;
use crate::pricing::Line;
use crate::replay::FoldedLog;
use crate::report::mask::Mask;
use crate::report::tables::scenarios;
use crate::report::whatif::{Told, WhatIfSummary, charts, page, workbook};
use crate::report::{rejects, tables};
use crate::run::exit::{Failure, OrFail};
use crate::run::manifest::{self, HashedInputs, InputRole, Manifest, Tool};
use crate::run::output::Folder;
use crate::vocabulary::Regime;
use crate::whatif::{Engine, Scenario};

/// The tables that are written.
const TABLES: [&str; 5] = [
    "lines",
    "scenario_lines",
    "comparison",
    "moved_pairs",
    "moved_messages",
];
/// The other files.
const FILES: [&str; 6] = [
    "report.html",
    "report.xlsx",
    "charts/",
    "summary.json",
    "rejects.csv",
    "manifest.json",
];

/// A summary, and the inputs that it names.
pub struct Written {
    /// The summary.
    pub summary: WhatIfSummary,
    hashed: HashedInputs,
    rate_cards: Vec<String>,
    regimes: Vec<String>,
}

/// Writes everything but the rejected rows and the manifest.
///
/// # Errors
/// If something cannot be read again or written.
pub fn write(
    args: &WhatIfArgs,
    read: &Sources<'_>,
    given: &[Scenario],
    engine: &Engine<'_, '_>,
    compared: &Compared,
    folder: &Folder,
) -> Result<Written, Failure> {
    let csv = args.output.csv;
    let comparison = &compared.comparison;
    let names: Vec<&str> = comparison
        .scenarios
        .iter()
        .map(|scenario| scenario.name.as_str())
        .collect();
    tables::write_lines(&engine.run.lines, csv, folder).or_output()?;
    let lines: Vec<(&str, &Line)> = names[1..]
        .iter()
        .zip(&compared.lines)
        .flat_map(|(name, lines)| lines.iter().map(|line| (*name, line)))
        .collect();
    scenarios::write_lines(&lines, csv, folder).or_output()?;
    let cells: Vec<_> = names
        .iter()
        .zip(&compared.cells)
        .flat_map(|(name, cells)| cells.iter().map(|(key, figures)| (*name, key, figures)))
        .collect();
    scenarios::write_comparison(&cells, csv, folder).or_output()?;
    let pairs: Vec<_> = comparison
        .moved
        .iter()
        .flat_map(|moved| {
            moved
                .largest
                .iter()
                .map(|pair| (moved.scenario.as_str(), pair))
        })
        .collect();
    scenarios::write_moved_pairs(&pairs, csv, folder).or_output()?;
    scenarios::write_moved_messages(&compared.messages, csv, folder).or_output()?;

    let scenario_files = given.iter().flat_map(|scenario| &scenario.files);
    let mut scenario_files: Vec<_> = scenario_files
        .map(|path| (InputRole::Scenario, path))
        .collect();
    scenario_files.sort_unstable();
    scenario_files.dedup();
    let files = read.files(scenario_files);
    let hashed = manifest::hash_inputs(&files).or_input()?;
    let mask = Mask::of_run(&hashed.secrets);
    let told = Told::of(&engine.found.outcome, comparison, &mask);
    let circumstances = read.circumstances("whatif", &hashed, folder);
    let summary = WhatIfSummary::new(&told, circumstances);
    let json = summary.to_json().or_output()?;
    folder
        .write_file("summary.json", json.as_bytes())
        .or_output()?;
    workbook::write(&summary, folder).or_output()?;
    let charts = charts::draw(&summary);
    crate::report::charts::write(&charts, folder).or_output()?;
    let html = page::render(&summary, &charts).or_output()?;
    folder
        .write_file("report.html", html.as_bytes())
        .or_output()?;
    let cards = engine
        .run
        .lines
        .iter()
        .chain(compared.lines.iter().flatten());
    let mut rate_cards: Vec<String> = cards.filter_map(|line| line.rate_card.clone()).collect();
    rate_cards.sort_unstable();
    rate_cards.dedup();
    Ok(Written {
        summary,
        hashed,
        rate_cards,
        regimes: engine.regimes().iter().map(Regime::to_string).collect(),
    })
}

/// Writes the rejected rows.
///
/// # Errors
/// If they can no longer be read, or not written.
pub fn write_rejects(folded: FoldedLog<'_>, folder: &Folder) -> Result<(), Failure> {
    let (rows, places) = folded.into_rejects();
    let rejected = rows.len() as u64;
    let mut file = folder.create_file("rejects.csv").or_output()?;
    let written =
        rejects::write(RejectTexts::new(Arc::new(places), rows), &mut file).or_output()?;
    assert_eq!(written, rejected, "every rejected row is written");
    file.finish().or_output()
}

/// Writes the manifest, the last file of the folder.
///
/// # Errors
/// If it cannot be written.
pub fn seal(
    written: Written,
    read: &Sources<'_>,
    words: &[String],
    folder: &Folder,
) -> Result<WhatIfSummary, Failure> {
    let summary = written.summary;
    let manifest = Manifest {
        manifest_version: manifest::MANIFEST_VERSION,
        tool: Tool::THIS,
        finished_at: manifest::now(),
        command: words.to_vec(),
        options: read.parsed.options.clone(),
        settings: summary.settings.clone(),
        rulebook_blake3: manifest::rulebook_hash(),
        regimes: written.regimes,
        tariff_blake3: manifest::tariff_hash(),
        rate_cards: written.rate_cards,
        inputs: written.hashed.inputs,
        outputs: Vec::new(),
        control_totals: summary.control_totals.clone(),
        time_range: summary.time_range.clone(),
    };
    manifest.write(folder).or_output()?;
    Ok(summary)
}

/// `--dry-run`: what would be read and written.
pub fn plan(args: &WhatIfArgs, read: &Sources<'_>, scenarios: &[Scenario], out: &Path) -> String {
    let mut text = String::from("Would read\n");
    for file in read.log {
        text.push_str(&format!(
            "  {} ({} bytes)\n",
            file.path.display(),
            file.bytes
        ));
    }
    for scenario in scenarios {
        for file in &scenario.files {
            text.push_str(&format!("  {}\n", file.display()));
        }
    }
    let replaces = if out.exists() {
        ", replacing what is there"
    } else {
        ""
    };
    text.push_str(&format!("Would write {}{replaces}\n", out.display()));
    for table in TABLES {
        text.push_str(&format!("  tables/{table}.parquet\n"));
        if args.output.csv {
            text.push_str(&format!("  tables/{table}.csv\n"));
        }
    }
    for file in FILES {
        text.push_str(&format!("  {file}\n"));
    }
    text
}
