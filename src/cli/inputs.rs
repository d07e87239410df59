//! Everything that a run reads besides the log, and what it asks of the engine.

use std::path::PathBuf;
use std::sync::Arc;

use super::args::{Detail, LogArgs};
use super::config::Parsed;
use super::opened_log::{LogRequest, ReplayRequest};
use super::source_args::SourceArgs;

use crate::accounts::{Accounts, EvidenceFolder, TemplateRegistry};
use crate::log::map::Map;
use crate::log::source::InputFormat;
use crate::memory::Memory;
use crate::report::summary::SettingInForce;
use crate::rulebook::{Rulebook, Settings};
use crate::run::exit::{Failure, OrFail};
use crate::tariff::Tariff;
use crate::vocabulary::LocalDate;

/// Everything that is read besides the log.
pub struct Inputs {
    /// Settings in force.
    pub settings: Settings,
    /// Accounts, listed or not.
    pub accounts: Accounts,
    /// Templates.
    pub templates: TemplateRegistry,
    /// The files of the folder of evidence that were read.
    pub evidence_files: Vec<PathBuf>,
    /// What rules say.
    pub rulebook: Rulebook,
    /// Markets, cards and ladders.
    pub tariff: Tariff,
    /// How records of another system become rows.
    pub map: Option<Arc<Map>>,
    /// First local date to write.
    pub from: Option<LocalDate>,
    /// Last one.
    pub to: Option<LocalDate>,
}

impl Inputs {
    /// Reads everything.
    ///
    /// # Errors
    /// If a file cannot be read or says something that cannot be.
    pub fn load(args: &SourceArgs, parsed: &Parsed) -> Result<Self, Failure> {
        let (from, to) = period(args)?;
        standard_input_has_a_form(args)?;
        let file = parsed.file.as_ref().map(|(_, file)| file);
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let settings = Settings::layered(file, environment, &args.set).or_usage()?;
        let tariff = Tariff::load_or_embedded(args.rates.as_deref()).or_usage()?;
        let accounts = match &args.accounts {
            Some(path) => {
                Accounts::load_with_markets(path, &settings, &tariff.markets).or_usage()?
            }
            None => Accounts::absent(&settings),
        };
        let evidence = match &args.evidence {
            Some(folder) => EvidenceFolder::load(folder, &tariff.markets).or_usage()?,
            None => EvidenceFolder::default(),
        };
        let map = args.map.as_deref().map(Map::load).transpose().or_usage()?;
        let own = args.templates.as_deref();
        let templates = TemplateRegistry::load_with_evidence(own, evidence.templates());
        Ok(Self {
            map: map.map(Arc::new),
            settings,
            evidence_files: evidence.files.clone(),
            templates: templates.or_usage()?,
            accounts: accounts.completed_by(evidence),
            rulebook: Rulebook::embedded().or_usage()?,
            tariff,
            from,
            to,
        })
    }

    /// Which log is to be opened; texts are looked at only for findings.
    pub fn log_request(&self, args: &SourceArgs, findings: bool) -> LogRequest {
        LogRequest {
            logs: args.logs.clone(),
            format: args.input_format,
            map: self.map.clone(),
            zone: args.log_timezone,
            temp_dir: args.temp_dir.clone(),
            reads_texts: findings,
            memory: Memory::unlimited(),
        }
    }

    /// What the replay is asked to do.
    pub fn request(&self, args: &SourceArgs, findings: bool) -> ReplayRequest<'_> {
        ReplayRequest {
            settings: &self.settings,
            accounts: &self.accounts,
            templates: &self.templates,
            tariff: &self.tariff,
            rulebook: args.rulebook,
            from: self.from,
            to: self.to,
            detail_messages: false,
            shadow: false,
            findings,
            carried: None,
            keeping: None,
            tracer: None,
        }
    }

    /// What the replay of a run is asked to do.
    pub fn request_of_run(&self, args: &LogArgs, findings: bool) -> ReplayRequest<'_> {
        ReplayRequest {
            detail_messages: args.detail == Some(Detail::Messages),
            shadow: args.shadow,
            ..self.request(&args.source, findings)
        }
    }

    /// Settings as summary and manifest list them.
    pub fn settings_in_force(&self) -> Vec<SettingInForce> {
        self.settings
            .merged()
            .into_iter()
            .map(|setting| SettingInForce {
                id: setting.id.to_owned(),
                name: setting.name.to_owned(),
                value: setting.value,
                origin: setting.origin.to_string(),
            })
            .collect()
    }
}

fn standard_input_has_a_form(args: &SourceArgs) -> Result<(), Failure> {
    let reads_standard_input = args.logs.iter().any(|log| log.as_os_str() == "-");
    if !reads_standard_input || args.input_format.is_some() {
        return Ok(());
    }
    let forms: Vec<&str> = InputFormat::ALL.iter().map(|form| form.name()).collect();
    let failure = Failure::usage(anyhow::anyhow!(
        "the form of standard input is not known: `-` needs --input-format"
    ));
    Err(failure.hint(format!("--input-format with one of {}", forms.join(", "))))
}

fn period(args: &SourceArgs) -> Result<(Option<LocalDate>, Option<LocalDate>), Failure> {
    let (from, to) = match args.month {
        Some(month) => (Some(month.first_day()), Some(month.last_day())),
        None => (args.from, args.to),
    };
    match (from, to) {
        (Some(from), Some(to)) if from > to => Err(Failure::usage(anyhow::anyhow!(
            "the period ends on {to}, before it begins on {from}"
        ))),
        period => Ok(period),
    }
}
