//! A log that the library replays and prices, and what a bill shows of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use counterfoil::accounts::{Accounts, TemplateRegistry};
use counterfoil::log::{CellContext, LogFile, source};
use counterfoil::memory::Memory;
use counterfoil::pricing::{self, CardDays, Groups, Line, PriceList, TierPosition};
use counterfoil::replay::outcome::Outcome;
use counterfoil::replay::{self, CustomerPlaces, Replayed, Scope};
use counterfoil::rulebook::{Rulebook, Settings};
use counterfoil::tariff::Tariff;
use counterfoil::vocabulary::{LocalDate, Regime};

use crate::generator::tariff::{Tables, rates_csv, tiers_csv};
use crate::generator::{Case, files};

/// Everything beside the log.
pub struct Input {
    pub settings: Settings,
    pub tariff: Tariff,
    pub accounts: Accounts,
    scope: Scope,
}

impl Input {
    /// The built-in tables, no accounts, no settings.
    pub fn plain() -> Self {
        let settings = Settings::default();
        Self {
            tariff: Tariff::embedded().expect("the built-in tables"),
            accounts: Accounts::absent(&settings),
            scope: Scope::default(),
            settings,
        }
    }

    pub fn of(case: &Case, folder: &Path) -> Self {
        let set = case.settings.set.iter();
        let set: Vec<String> = set.map(|(name, value)| format!("{name}={value}")).collect();
        let settings = Settings::layered(None, [], &set).expect("settings");
        let date = |day: &chrono::NaiveDate| LocalDate::parse(&day.to_string()).expect("a date");
        let forced = case.settings.rulebook.as_ref();
        Self {
            tariff: loaded_tariff(case, folder),
            accounts: loaded_accounts(case, folder, &settings),
            scope: Scope {
                forced_regime: forced.map(|name| Regime::parse(name.as_bytes()).expect("a regime")),
                from: case.settings.from.as_ref().map(date),
                to: case.settings.to.as_ref().map(date),
                detail_messages: case.settings.detail_messages,
                ..Scope::default()
            },
            settings,
        }
    }

    pub fn request<'a>(
        &'a self,
        replayed: &'a Replayed<'_>,
        cards: CardDays<'a>,
    ) -> pricing::Request<'a> {
        pricing::Request {
            outcome: &replayed.outcome,
            tariff: &self.tariff,
            accounts: &self.accounts,
            settings: &self.settings,
            cards,
            with_rates: true,
            settled_tiers: &[],
            ids: &replayed.places,
        }
    }
}

/// The tables of a case; markets are always those that are built in.
pub fn loaded_tariff(case: &Case, folder: &Path) -> Tariff {
    let Some(Tables::Own(tables)) = &case.tables else {
        return Tariff::embedded().expect("the built-in tables");
    };
    let folder = folder.join("rates");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("rates.csv"), rates_csv(tables)).expect("a file");
    std::fs::write(folder.join("tiers.csv"), tiers_csv(tables)).expect("a file");
    for name in ["markets.csv", "auth_international.csv"] {
        let shipped = crate::oracle::tariff::shipped_folder().join(name);
        std::fs::copy(shipped, folder.join(name)).expect("a shipped table");
    }
    Tariff::load(&folder).expect("a tariff")
}

pub fn loaded_accounts(case: &Case, folder: &Path, settings: &Settings) -> Accounts {
    if !case.accounts.present {
        return Accounts::absent(settings);
    }
    let path = folder.join("accounts.toml");
    std::fs::write(&path, files::accounts_toml(&case.accounts)).expect("a file");
    Accounts::load(&path, settings).expect("accounts")
}

/// An opened log.
pub struct Log {
    files: Vec<Box<dyn LogFile>>,
    cells: Arc<CellContext>,
}

impl Log {
    pub fn open(text: &str, folder: &Path) -> Self {
        let path: PathBuf = folder.join("log.csv");
        std::fs::write(&path, text).expect("a file");
        let cells = Arc::new(CellContext::default());
        let reading = source::Reading {
            context: Arc::clone(&cells),
            map: None,
        };
        let log = source::open(&[path], None, folder, &reading).expect("a log");
        Self {
            files: log.files,
            cells,
        }
    }

    pub fn replay(&self, input: &Input) -> Replayed<'_> {
        replay::replay(&replay::Request {
            files: &self.files,
            cells: Arc::clone(&self.cells),
            accounts: &input.accounts,
            templates: None::<&TemplateRegistry>,
            rulebook: &Rulebook::embedded().expect("the rulebook"),
            settings: input.settings.clone(),
            scope: input.scope.clone(),
            customers: &Customers(input),
            carried: None,
            keeping: None,
            tracer: None,
            memory: Memory::unlimited(),
            progress: &|_| {},
        })
        .expect("the log can be replayed")
    }
}

struct Customers<'a>(&'a Input);

impl CustomerPlaces for Customers<'_> {
    fn country(&self, number: u64) -> Option<[u8; 2]> {
        self.0.tariff.markets.country(number)
    }

    fn has_international_rate(&self, number: u64, date: LocalDate) -> bool {
        let tariff = &self.0.tariff;
        let market = tariff.markets.market(number, date, &self.0.settings);
        let start = tariff.auth_international.start(market);
        start.is_some_and(|start| start <= date)
    }
}

/// Everything that sums are made of, in an order of its own.
#[derive(Debug, PartialEq)]
pub struct Shown {
    groups: Vec<String>,
    lines: Vec<Line>,
    tiers: Vec<TierPosition>,
}

pub fn shown(outcome: &Outcome, tariff: &Tariff, list: &PriceList, groups: &Groups) -> Shown {
    let group = |(group, totals): (&pricing::Group, &pricing::PriceTotals)| {
        format!(
            "{} {} {} {} {} {totals:?} {:?}",
            group.account,
            group.business,
            group.month,
            group.category.name(),
            group.pricing_type.name(),
            list.price(group.price)
        )
    };
    let mut texts: Vec<String> = groups.iter().map(group).collect();
    texts.sort_unstable();
    Shown {
        groups: texts,
        lines: pricing::lines(outcome, list, groups, tariff),
        tiers: list.tiers.clone(),
    }
}

/// Prices every charge with another tariff and other accounts.
pub fn anew(request: &pricing::Request<'_>, tariff: &Tariff, accounts: &Accounts) -> Shown {
    let pricing = pricing::price(&pricing::Request {
        tariff,
        accounts,
        ..*request
    })
    .expect("a price");
    let groups = Groups::of(request.outcome, &pricing);
    shown(request.outcome, tariff, pricing.list(), &groups)
}
