//! What a run writes into its folder, in this order: tables, claims, the summary, its views, rejects, and last
//! the manifest.

use super::args::LogArgs;
use super::batch::Purpose;
use super::evidence::Evidence;
use super::opened_log::Replayed;
use super::priced::{Billed, Priced};
use super::sources::Sources;
use super::state::Left;
use crate::audit::{self, Difference, Reconciliation};
use crate::report::mask::Mask;
use crate::report::summary::{Comparison, Found, Reading, Summary, TimeRange};
use crate::report::{charts, claims, focus, page, rejects, tables, workbook};
use crate::run::exit::{Failure, OrFail};
use crate::run::manifest::{self, HashedInputs, InputRole, Manifest, Tool};
use crate::run::output::Folder;

/// A run that has found everything and written nothing yet.
pub struct Run<'a> {
    /// What it is for.
    pub purpose: Purpose<'a>,
    /// Options.
    pub args: &'a LogArgs,
    /// Everything that was read.
    pub read: Sources<'a>,
    /// What the log comes to under each reading of inferred messages, where it has some.
    pub readings: &'a [Reading],
    /// Invoices and analytics, in an audit.
    pub evidence: Option<&'a Evidence<'a>>,
    /// What comes of it where it continues another run or is to be continued.
    pub left: &'a Left,
}

impl Run<'_> {
    /// Writes everything but the manifest.
    ///
    /// # Errors
    /// If the log can no longer be read, or something cannot be written.
    ///
    /// # Panics
    /// If not every rejected row is written: a bug in the program.
    pub fn write(
        &self,
        replayed: Replayed<'_>,
        priced: &Priced,
        folder: &Folder,
    ) -> Result<(Summary, HashedInputs), Failure> {
        let content = self.content(&replayed, priced);
        let table_rows = tables::write(&content, self.args.output.csv, folder).or_output()?;
        self.write_claims(&replayed, priced, folder)?;
        let compared = self.evidence.into_iter().flat_map(Evidence::files);
        let state = self.args.state.state_in.iter();
        let others = compared.chain(state.map(|path| (InputRole::State, path)));
        let hashed = manifest::hash_inputs(&self.read.files(others)).or_input()?;
        let summary = self.summary(&replayed, priced, table_rows, &hashed, folder);
        let json = summary.to_json().or_output()?;
        folder
            .write_file("summary.json", json.as_bytes())
            .or_output()?;
        let mask = Mask::of_run(&hashed.secrets);
        workbook::write(&summary, &content, &mask, folder).or_output()?;
        if let Some(evidence) = self.evidence {
            focus::write(&summary, &content, evidence.invoice_lines(), folder).or_output()?;
        }
        let charts = charts::draw(&summary);
        charts::write(&charts, folder).or_output()?;
        let html = page::render(&summary, &charts).or_output()?;
        folder
            .write_file("report.html", html.as_bytes())
            .or_output()?;
        let rejected = write_rejects(replayed, folder)?;
        assert_eq!(
            rejected,
            summary.totals_of_run().rejected,
            "every rejected row is written"
        );
        Ok((summary, hashed))
    }

    /// Writes the manifest, the last file of the folder.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn seal(
        &self,
        summary: &Summary,
        words: &[String],
        hashed: HashedInputs,
        folder: &Folder,
    ) -> Result<(), Failure> {
        self.manifest(summary, words, hashed)
            .write(folder)
            .or_output()
    }

    fn content<'c>(
        &'c self,
        replayed: &'c Replayed<'_>,
        priced: &'c Priced,
    ) -> tables::Content<'c> {
        let billed = priced.billed.as_ref();
        tables::Content {
            outcome: &replayed.outcome,
            pricing: &priced.pricing,
            lines: billed.map(|billed| billed.lines.as_slice()),
            differences: billed.and_then(|billed| rows(&billed.compared.invoice)),
            analytics_differences: billed.and_then(|billed| rows(&billed.compared.analytics)),
            findings: billed.map(|billed| billed.findings.as_slice()),
            adjustments: self.left.adjustments.as_deref(),
            tariff: &self.read.inputs.tariff,
            ids: &replayed.ids,
        }
    }

    /// The messages behind each difference, where there is an invoice.
    fn write_claims(
        &self,
        replayed: &Replayed<'_>,
        priced: &Priced,
        folder: &Folder,
    ) -> Result<(), Failure> {
        let billed = priced.billed.as_ref();
        let Some(differences) = billed.and_then(|billed| rows(&billed.compared.invoice)) else {
            return Ok(());
        };
        let outcome = &replayed.outcome;
        let pricing = &priced.pricing;
        let tariff = &self.read.inputs.tariff;
        let claims = audit::claims(differences, outcome, pricing, tariff, &replayed.ids);
        let claims = claims.or_input()?;
        let mut file = folder.create_file("claims.csv").or_output()?;
        claims::write(&claims, differences, outcome, pricing, tariff, &mut file).or_output()?;
        file.finish().or_output()
    }

    fn summary(
        &self,
        replayed: &Replayed<'_>,
        priced: &Priced,
        tables: tables::TableRows,
        hashed: &HashedInputs,
        folder: &Folder,
    ) -> Summary {
        let billed = priced.billed.as_ref();
        let mask = Mask::of_run(&hashed.secrets);
        let found = Found {
            outcome: &replayed.outcome,
            pricing: &priced.pricing,
            accounts: &self.read.inputs.accounts,
            rulebook: &self.read.inputs.rulebook,
            tables,
            bill: billed.map(|billed| &billed.bill),
            readings: self.readings,
            findings: billed.map(|billed| billed.findings.as_slice()),
            mask: &mask,
        };
        let mut summary = Summary::new(
            &found,
            self.read.circumstances(self.purpose.name(), hashed, folder),
        );
        summary.continue_with(self.left.summary.clone());
        if let Some(Billed { compared, .. }) = billed {
            let comparison = |found: &Option<Reconciliation>, notes: &[String]| {
                let materiality = compared.materiality;
                let found = found.as_ref();
                found.map(|found| Comparison::new(found, materiality, notes))
            };
            summary.compare(
                comparison(&compared.invoice, &[]),
                comparison(&compared.analytics, &compared.analytics_notes),
            );
        }
        summary
    }

    fn manifest(&self, summary: &Summary, words: &[String], hashed: HashedInputs) -> Manifest {
        let bill = summary.bill.as_ref();
        Manifest {
            manifest_version: manifest::MANIFEST_VERSION,
            tool: Tool::THIS,
            finished_at: manifest::now(),
            command: words.to_vec(),
            options: self.read.parsed.options.clone(),
            settings: summary.settings.clone(),
            rulebook_blake3: manifest::rulebook_hash(),
            regimes: summary.regimes(),
            tariff_blake3: manifest::tariff_hash(),
            rate_cards: bill.map_or_else(Vec::new, |bill| bill.rate_cards.clone()),
            inputs: hashed.inputs,
            outputs: Vec::new(),
            control_totals: summary.control_totals.clone(),
            time_range: summary.time_range.as_ref().map(|range| TimeRange {
                first: range.first.clone(),
                last: range.last.clone(),
            }),
        }
    }
}

fn rows(compared: &Option<Reconciliation>) -> Option<&[Difference]> {
    let compared = compared.as_ref();
    compared.map(|compared| compared.differences.as_slice())
}

fn write_rejects(replayed: Replayed<'_>, folder: &Folder) -> Result<u64, Failure> {
    let mut file = folder.create_file("rejects.csv").or_output()?;
    let count = rejects::write(replayed.rejects, &mut file).or_output()?;
    file.finish().or_output()?;
    Ok(count)
}
