//! What an audit holds the reconstruction against: invoices, and Meta's analytics.

use std::path::PathBuf;

use super::args::AuditArgs;
use super::inputs::Inputs;
use crate::audit::{
    self, Analytics, ExpectedGroup, InvoiceLine, InvoiceMap, Reconciliation, read_analytics,
    read_invoice,
};
use crate::replay::outcome::Outcome;
use crate::run::exit::{Failure, OrFail};
use crate::run::manifest::InputRole;
use crate::tariff::{Amount, Period};

/// The evidence that was handed in.
pub struct Evidence<'a> {
    args: &'a AuditArgs,
    /// Lines of all invoices, if there are any.
    invoice: Option<Vec<InvoiceLine>>,
    /// Data points of all analytics, if there are any.
    analytics: Option<Analytics>,
}

/// What comparing with each kind of evidence showed.
#[derive(Default)]
pub struct Compared {
    /// With the invoices.
    pub invoice: Option<Reconciliation>,
    /// With the analytics.
    pub analytics: Option<Reconciliation>,
    /// From which difference on a total is called material.
    pub materiality: Option<Amount>,
    /// What is odd about the analytics.
    pub analytics_notes: Vec<String>,
}

impl<'a> Evidence<'a> {
    /// Reads the files.
    ///
    /// # Errors
    /// If one cannot be read, or a cell of it is not what its column holds.
    pub fn load(args: &'a AuditArgs, inputs: &Inputs) -> Result<Self, Failure> {
        let map = args.invoice_map.as_deref().map(InvoiceMap::load);
        let map = map.transpose().or_usage()?;
        let mut lines = Vec::new();
        for path in &args.invoice {
            let read = read_invoice(path, map.as_ref(), &inputs.tariff.markets);
            lines.extend(read.or_input()?);
        }
        let paths = args.analytics.iter().map(PathBuf::as_path);
        let analytics = match args.analytics.is_empty() {
            true => None,
            false => Some(read_analytics(paths, &inputs.accounts).or_input()?),
        };
        Ok(Self {
            args,
            invoice: (!args.invoice.is_empty()).then_some(lines),
            analytics,
        })
    }

    /// Whether anything was handed in.
    pub fn is_empty(&self) -> bool {
        self.invoice.is_none() && self.analytics.is_none()
    }

    /// Whether some line is for one of these days, or for days that it does not state.
    pub fn reaches_into(&self, days: Period) -> bool {
        let analytics = self.analytics.iter().flat_map(|found| &found.lines);
        let mut lines = self.invoice.iter().flatten().chain(analytics);
        lines.any(|line| {
            line.period
                .is_none_or(|period| period.common(days).is_some())
        })
    }

    /// The lines of the invoices, where there are some.
    pub fn invoice_lines(&self) -> Option<&[InvoiceLine]> {
        self.invoice.as_deref()
    }

    /// The files, for the manifest.
    pub fn files(&self) -> impl Iterator<Item = (InputRole, &PathBuf)> {
        let role = |role: InputRole| move |path| (role, path);
        let invoices = self.args.invoice.iter().map(role(InputRole::Invoice));
        let maps = self.args.invoice_map.iter().map(role(InputRole::Map));
        let analytics = self.args.analytics.iter().map(role(InputRole::Analytics));
        invoices.chain(maps).chain(analytics)
    }

    /// Holds the evidence against what the replay expects.
    ///
    /// # Errors
    /// If the comparison does not foot: a bug in the program.
    pub fn compare(
        &self,
        groups: &[ExpectedGroup],
        outcome: &Outcome,
        inputs: &Inputs,
        open_points: &[String],
    ) -> Result<Compared, Failure> {
        let tax_rates = audit::tax_rates(&inputs.accounts);
        let compare = |lines: &[InvoiceLine]| {
            audit::reconcile(&audit::Evidence {
                groups,
                lines,
                tariff: &inputs.tariff,
                covered: audit::covered(outcome, inputs.from, inputs.to),
                tax_rates: &tax_rates,
                rounding: inputs.settings.rounding,
                rounding_digits: inputs.settings.rounding_digits,
                tolerance: self.args.tolerance,
                materiality: self.args.materiality,
                open_points,
            })
            .or_input()
        };
        let invoice = self.invoice.as_deref().map(compare).transpose()?;
        let analytics = self.analytics.as_ref();
        let points = analytics.map(|analytics| compare(&analytics.lines));
        let notes = analytics.map(|analytics| analytics.notes.iter().cloned().collect());
        Ok(Compared {
            invoice,
            analytics: points.transpose()?,
            materiality: self.args.materiality,
            analytics_notes: notes.unwrap_or_default(),
        })
    }
}
