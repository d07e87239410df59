//! The true bill of a simulated log: the same model without faults, gone through by the engine.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use crate::accounts::{Accounts, TemplateRegistry};
use crate::audit::{self, ExpectedGroup};
use crate::cli::opened_log::{LogRequest, OpenedLog, ReplayRequest};
use crate::memory::Memory;
use crate::pricing::{self, Groups, Line};
use crate::report::summary::Bill;
use crate::rulebook::Settings;
use crate::run::interrupt;
use crate::simulate::wrong_invoice::{self, CouldNot, Wish};
use crate::simulate::{self, Form, Model};
use crate::tariff::{Amount, Period, Tariff};

/// The files of a wrong invoice.
pub struct WrongInvoiceFiles {
    /// `invoice.csv`.
    pub invoice: Vec<u8>,
    /// `errors.csv`.
    pub errors: Vec<u8>,
    /// How many errors it has.
    pub count: u64,
    /// What was wished for and found no place.
    pub could_not: Vec<CouldNot>,
}

/// What Meta should have charged for what was simulated.
pub struct Truth {
    /// The bill at the grain of an invoice.
    pub lines: Vec<Line>,
    /// What it comes to.
    pub bill: Bill,
    groups: Vec<ExpectedGroup>,
    covered: Option<Period>,
    tax_rates: BTreeMap<String, Amount>,
    tariff: Tariff,
    settings: Settings,
}

impl Truth {
    /// Simulates the model without faults into a temporary log and prices it.
    ///
    /// # Errors
    /// If the temporary log cannot be written or read.
    pub fn of(model: &Model, accounts: &Path, temp_dir: &Path) -> Result<Self> {
        let mut log = tempfile::Builder::new()
            .prefix("counterfoil-truth-")
            .suffix(".parquet")
            .tempfile_in(temp_dir)
            .with_context(|| format!("cannot write into {}", temp_dir.display()))?;
        interrupt::remove_on_signal(Some(log.path()));
        simulate::write(
            &model.without_faults(),
            Form::Parquet,
            log.as_file_mut(),
            &|| {},
        )?;
        log.flush()?;
        let settings = Settings::default();
        let tariff = Tariff::embedded()?;
        let accounts = Accounts::load_with_markets(accounts, &settings, &tariff.markets)?;
        let templates = TemplateRegistry::default();
        let opened = OpenedLog::open(
            &LogRequest {
                logs: vec![log.path().to_path_buf()],
                format: None,
                map: None,
                zone: None,
                temp_dir: Some(temp_dir.to_path_buf()),
                reads_texts: false,
                memory: Memory::unlimited(),
            },
            &templates,
        )?;
        let request = ReplayRequest {
            settings: &settings,
            accounts: &accounts,
            templates: &templates,
            tariff: &tariff,
            rulebook: None,
            from: None,
            to: None,
            detail_messages: false,
            shadow: false,
            findings: false,
            carried: None,
            keeping: None,
            tracer: None,
        };
        let replayed = opened.replay(&request, &|_| {})?;
        let outcome = &replayed.outcome;
        let pricing = pricing::price(&pricing::Request {
            outcome,
            tariff: &tariff,
            accounts: &accounts,
            settings: &settings,
            cards: pricing::CardDays::Real,
            with_rates: true,
            settled_tiers: &[],
            ids: &replayed.ids,
        })?;
        let groups = Groups::of(outcome, &pricing);
        interrupt::forget_folder();
        Ok(Self {
            lines: pricing::lines(outcome, pricing.list(), &groups, &tariff),
            bill: Bill::new(outcome, pricing.list(), &groups, &tariff),
            groups: audit::Charged {
                outcome,
                pricing: &pricing,
                tariff: &tariff,
                accounts: &accounts,
            }
            .groups(),
            covered: audit::covered(outcome, None, None),
            tax_rates: audit::tax_rates(&accounts),
            tariff,
            settings,
        })
    }

    /// An invoice over it with the wished errors.
    ///
    /// # Errors
    /// If the bill is none that an invoice could state.
    pub fn wrong_invoice(&self, wish: &Wish) -> Result<WrongInvoiceFiles> {
        let truth = wrong_invoice::Truth {
            lines: &self.lines,
            groups: &self.groups,
            tariff: &self.tariff,
            covered: self.covered,
            tax_rates: &self.tax_rates,
            rounding: self.settings.rounding,
            rounding_digits: self.settings.rounding_digits,
        };
        let made = wrong_invoice::make(&truth, wish)?;
        let markets = &self.tariff.markets;
        Ok(WrongInvoiceFiles {
            invoice: wrong_invoice::invoice_csv(&made.rows, markets)?,
            errors: wrong_invoice::errors_csv(&made.errors, &made.rows, markets)?,
            count: made.errors.len() as u64,
            could_not: made.could_not,
        })
    }
}
