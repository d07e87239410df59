//! The true bill of a simulated log: the same model without faults, gone through by the engine.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use crate::accounts::{Accounts, TemplateRegistry};
use crate::cli::opened_log::{LogRequest, OpenedLog, ReplayRequest};
use crate::pricing::{self, Groups, Line};
use crate::report::summary::Bill;
use crate::rulebook::Settings;
use crate::run::interrupt;
use crate::simulate::{self, Form, Model};
use crate::tariff::Tariff;

/// What Meta should have charged for what was simulated.
pub struct Truth {
    /// The bill at the grain of an invoice.
    pub lines: Vec<Line>,
    /// What it comes to.
    pub bill: Bill,
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
            ids: &replayed.ids,
        })?;
        let groups = Groups::of(outcome, &pricing);
        interrupt::forget_folder();
        Ok(Self {
            lines: pricing::lines(outcome, pricing.list(), &groups, &tariff),
            bill: Bill::new(outcome, pricing.list(), &groups, &tariff),
        })
    }
}
