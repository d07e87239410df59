//! A whole replay of a CSV log: no row, however odd, may stop it or get lost.

use std::sync::{Arc, LazyLock};

use counterfoil::accounts::{Accounts, TemplateRegistry};
use counterfoil::log::CellContext;
use counterfoil::memory::Memory;
use counterfoil::replay::reject::RejectReason;
use counterfoil::replay::{self, CustomerPlaces, Request, Scope};
use counterfoil::rulebook::{Rulebook, Settings};
use counterfoil::tariff::Markets;
use counterfoil::vocabulary::LocalDate;

use super::log::open;
use super::on_disk::with_file;

/// What the sample log is replayed with: zones that change, templates, numbers that are known.
struct World {
    accounts: Accounts,
    templates: TemplateRegistry,
    rulebook: Rulebook,
    markets: Markets,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let markets = Markets::embedded().expect("the built-in markets");
    let accounts = include_str!("../../data/sample/accounts.toml");
    let accounts = Accounts::parse(accounts, "accounts.toml", &Settings::default(), &markets);
    let templates = include_str!("../../data/sample/templates.csv");
    World {
        accounts: accounts.expect("the sample's accounts"),
        templates: TemplateRegistry::parse(templates, "templates.csv")
            .expect("the sample's templates"),
        rulebook: Rulebook::embedded().expect("the built-in rulebook"),
        markets,
    }
});

impl CustomerPlaces for World {
    fn country(&self, number: u64) -> Option<[u8; 2]> {
        self.markets.country(number)
    }

    fn has_international_rate(&self, number: u64, _date: LocalDate) -> bool {
        number.is_multiple_of(2)
    }
}

/// A CSV log, replayed under the rules of the dates that it holds; that its rows add up is asserted inside.
pub fn replay(data: &[u8]) -> bool {
    with_file("replayed.csv", data, |path| {
        let world = &*WORLD;
        let cells = Arc::new(CellContext {
            templates: world.templates.clone(),
            reads_texts: true,
            ..CellContext::default()
        });
        let Ok(logs) = open(path, &cells) else {
            return false;
        };
        let replayed = replay::replay(&Request {
            files: &logs.files,
            cells,
            accounts: &world.accounts,
            templates: Some(&world.templates),
            rulebook: &world.rulebook,
            settings: Settings::default(),
            scope: Scope {
                forced_regime: None,
                from: None,
                to: None,
                shadow: true,
                detail_messages: true,
                findings: true,
            },
            customers: world,
            carried: None,
            keeping: None,
            tracer: None,
            memory: Memory::unlimited(),
            progress: &|_| {},
        });
        let Ok(replayed) = replayed else {
            return false;
        };
        let (rows, reasons): (Vec<_>, Vec<RejectReason>) = replayed
            .rejects
            .iter()
            .map(|reject| (reject.row, reject.reason))
            .unzip();
        let mut rejects: Vec<_> = replayed
            .places
            .places(&rows)
            .into_iter()
            .zip(reasons)
            .collect();
        rejects.sort_unstable_by_key(|&(place, _)| place);
        let places: Vec<_> = rejects.iter().map(|&(place, _)| place).collect();
        let mut shown = 0;
        let fetched = replayed.places.text_rows(&places, |index, text| {
            let reason = rejects[index].1;
            let cell = reason
                .column()
                .and_then(|column| text.cells[column.index()].as_deref());
            assert!(!reason.explain(cell).is_empty());
            shown += 1;
            Ok(())
        });
        fetched.expect("rows of a log that was replayed");
        assert_eq!(shown, rejects.len(), "rejected rows that are shown");
        replayed.outcome.totals.rows_read > 0
    })
}
