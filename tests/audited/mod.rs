//! Logs replayed, priced and audited in this process, as `counterfoil audit` does it.
#![allow(dead_code)]

pub mod wrong;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use counterfoil::accounts::{Accounts, TemplateRegistry};
use counterfoil::audit::{self, Evidence, ExpectedGroup, InvoiceLine, Reconciliation};
use counterfoil::log::CellContext;
use counterfoil::log::source::{self, Reading};
use counterfoil::memory::Memory;
use counterfoil::pricing::{self, CardDays, Groups, Line};
use counterfoil::replay::{self, CustomerPlaces, Scope};
use counterfoil::rulebook::{Rulebook, Settings};
use counterfoil::simulate::wrong_invoice::Truth;
use counterfoil::tariff::{Amount, Period, Tariff};
use counterfoil::vocabulary::{LocalDate, Regime};

/// What is to be audited, as the arguments of the command say it.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub logs: Vec<PathBuf>,
    pub accounts: Option<PathBuf>,
    pub templates: Option<PathBuf>,
    pub rates: Option<PathBuf>,
    pub set: Vec<String>,
    pub rulebook: Option<Regime>,
    pub from: Option<LocalDate>,
    pub to: Option<LocalDate>,
}

impl Request {
    /// Reads the arguments of `counterfoil audit` that change what is true.
    pub fn of_arguments(arguments: &[String]) -> Self {
        let mut request = Self {
            logs: vec![PathBuf::from(&arguments[1])],
            ..Self::default()
        };
        for pair in arguments[2..].windows(2) {
            let value = pair[1].as_str();
            match pair[0].as_str() {
                "--accounts" => request.accounts = Some(value.into()),
                "--templates" => request.templates = Some(value.into()),
                "--rates" => request.rates = Some(value.into()),
                "--set" => request.set.push(value.to_owned()),
                "--rulebook" => request.rulebook = Regime::parse(value.as_bytes()),
                "--from" => request.from = LocalDate::parse(value),
                "--to" => request.to = LocalDate::parse(value),
                _ => {}
            }
        }
        request
    }
}

/// A log with what it should be billed.
pub struct Audited {
    pub lines: Vec<Line>,
    pub groups: Vec<ExpectedGroup>,
    pub tariff: Tariff,
    pub tax_rates: BTreeMap<String, Amount>,
    pub covered: Option<Period>,
    pub settings: Settings,
}

struct Customers<'a>(&'a Tariff, &'a Settings);

impl CustomerPlaces for Customers<'_> {
    fn country(&self, number: u64) -> Option<[u8; 2]> {
        self.0.markets.country(number)
    }

    fn has_international_rate(&self, number: u64, date: LocalDate) -> bool {
        let market = self.0.markets.market(number, date, self.1);
        let start = self.0.auth_international.start(market);
        start.is_some_and(|start| start <= date)
    }
}

impl Audited {
    pub fn new(request: &Request) -> Self {
        let settings = Settings::layered(None, [], &request.set).unwrap();
        let tariff = Tariff::load_or_embedded(request.rates.as_deref()).unwrap();
        let accounts = match &request.accounts {
            Some(path) => Accounts::load_with_markets(path, &settings, &tariff.markets).unwrap(),
            None => Accounts::absent(&settings),
        };
        let own = request.templates.as_deref();
        let templates = TemplateRegistry::load_with_evidence(own, None).unwrap();
        let cells = Arc::new(CellContext {
            templates: templates.clone(),
            ..CellContext::default()
        });
        let reading = Reading {
            context: Arc::clone(&cells),
            map: None,
        };
        let logs = source::open(&request.logs, None, &std::env::temp_dir(), &reading).unwrap();
        let replayed = replay::replay(&replay::Request {
            files: &logs.files,
            cells,
            accounts: &accounts,
            templates: Some(&templates),
            rulebook: &Rulebook::embedded().unwrap(),
            settings: settings.clone(),
            scope: Scope {
                forced_regime: request.rulebook,
                from: request.from,
                to: request.to,
                shadow: false,
                detail_messages: false,
                findings: true,
            },
            customers: &Customers(&tariff, &settings),
            carried: None,
            keeping: None,
            tracer: None,
            memory: Memory::unlimited(),
            progress: &|_| {},
        })
        .unwrap();
        let outcome = &replayed.outcome;
        let pricing = pricing::price(&pricing::Request {
            outcome,
            tariff: &tariff,
            accounts: &accounts,
            settings: &settings,
            cards: CardDays::of_run(request.rulebook.is_some()),
            with_rates: true,
            settled_tiers: &[],
            ids: &replayed.places,
        })
        .unwrap();
        let groups = Groups::of(outcome, &pricing);
        Self {
            lines: pricing::lines(outcome, pricing.list(), &groups, &tariff),
            groups: audit::Charged {
                outcome,
                pricing: &pricing,
                tariff: &tariff,
                accounts: &accounts,
            }
            .groups(),
            tax_rates: audit::tax_rates(&accounts),
            covered: audit::covered(outcome, request.from, request.to),
            settings,
            tariff,
        }
    }

    /// The same with so many times as many units of everything.
    pub fn times(mut self, factor: u64) -> Self {
        let times = |amount: &mut Option<Amount>| {
            *amount = amount.map(|amount| amount.times(factor).unwrap());
        };
        for line in &mut self.lines {
            line.quantity *= factor;
            times(&mut line.amount);
        }
        for group in &mut self.groups {
            group.quantity *= factor;
            times(&mut group.amount);
        }
        self
    }

    /// The same with a tax rate for every account, or for all but the first.
    pub fn taxed(mut self, rate: &str, is_first_taxed: bool) -> Self {
        let rate = Amount::parse(rate).unwrap();
        let accounts = self.lines.iter().map(|line| (line.account.clone(), rate));
        self.tax_rates = accounts.collect();
        if !is_first_taxed {
            self.tax_rates.pop_first();
        }
        self
    }

    pub fn truth(&self) -> Truth<'_> {
        Truth {
            lines: &self.lines,
            groups: &self.groups,
            tariff: &self.tariff,
            covered: self.covered,
            tax_rates: &self.tax_rates,
            rounding: self.settings.rounding,
            rounding_digits: self.settings.rounding_digits,
        }
    }

    pub fn audit(&self, lines: &[InvoiceLine]) -> Reconciliation {
        audit::reconcile(&Evidence {
            groups: &self.groups,
            lines,
            tariff: &self.tariff,
            covered: self.covered,
            tax_rates: &self.tax_rates,
            rounding: self.settings.rounding,
            rounding_digits: self.settings.rounding_digits,
            tolerance: None,
            materiality: None,
            open_points: &[],
        })
        .unwrap()
    }
}

/// The shipped sample, with settings of one's own.
pub fn sample(set: &[&str]) -> Request {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    Request {
        logs: vec![folder.join("log")],
        accounts: Some(folder.join("accounts.toml")),
        templates: Some(folder.join("templates.csv")),
        set: set.iter().map(|&each| each.to_owned()).collect(),
        ..Request::default()
    }
}
