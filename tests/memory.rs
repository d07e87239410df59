//! A bound on memory changes no byte of the result, and leaves nothing behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use counterfoil::accounts::{Accounts, TemplateRegistry};
use counterfoil::findings;
use counterfoil::log::source::{self, Reading};
use counterfoil::log::{CellContext, LogFile};
use counterfoil::memory::{Limits, Memory, MemoryError};
use counterfoil::pricing::{self, CardDays, Groups, Pricer};
use counterfoil::replay::carried::Keeping;
use counterfoil::replay::{self, CustomerPlaces, Scope};
use counterfoil::report::tables;
use counterfoil::rulebook::{Rulebook, Settings};
use counterfoil::run::output::Folder;
use counterfoil::tariff::{CardModel, Ladders, Tariff};
use counterfoil::vocabulary::{Currency, LocalDate, MICROS_PER_SECOND};

#[path = "../benches/log_generator/mod.rs"]
mod log_generator;

/// Under the rules of 2026, with allowances and tiers.
const MONTH: (i32, u32) = (2026, 11);

const TABLES: [&str; 5] = [
    "conversations.csv",
    "charges.parquet",
    "charges.csv",
    "lines.csv",
    "findings.csv",
];

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data/sample")
        .join(name)
}

/// Everything goes to the file at once.
fn all_spilled(folder: &Path, file_bytes: u64) -> Memory {
    let limits = Limits {
        resident_bytes: 1 << 40,
        plain_bytes: 0,
        file_bytes,
    };
    Memory::bounded(limits, folder).expect("a file")
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

/// An audit's tables and what it leaves to a next run, by as many threads, with everything kept in this memory.
fn tables_of(log: &Path, memory: &Memory, threads: usize) -> anyhow::Result<Vec<Vec<u8>>> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()?;
    pool.install(|| audited(log, memory))
}

fn audited(log: &Path, memory: &Memory) -> anyhow::Result<Vec<Vec<u8>>> {
    let settings = Settings::default();
    let mut tariff = Tariff::load_or_embedded(None)?;
    tariff.ladders = short_ladders(&tariff);
    let accounts = Accounts::load_with_markets(&data("accounts.toml"), &settings, &tariff.markets)?;
    let templates = TemplateRegistry::load_with_evidence(Some(&data("templates.csv")), None)?;
    let rulebook = Rulebook::embedded()?;
    let cells = Arc::new(CellContext {
        templates: templates.clone(),
        reads_texts: true,
        ..CellContext::default()
    });
    let reading = Reading {
        context: Arc::clone(&cells),
        map: None,
    };
    let logs = source::open(&[log.to_owned()], None, &std::env::temp_dir(), &reading)?;
    let files: &[Box<dyn LogFile>] = &logs.files;
    let replayed = replay::replay(&replay::Request {
        files,
        cells,
        accounts: &accounts,
        templates: Some(&templates),
        rulebook: &rulebook,
        settings: settings.clone(),
        scope: Scope {
            findings: true,
            ..Scope::default()
        },
        customers: &Customers(&tariff, &settings),
        tracer: None,
        carried: None,
        keeping: Some(Keeping {
            horizon_micros: 2 * 86_400 * MICROS_PER_SECOND,
        }),
        memory: memory.clone(),
        progress: &|_| {},
    })?;
    let outcome = &replayed.outcome;
    let request = pricing::Request {
        outcome,
        tariff: &tariff,
        accounts: &accounts,
        settings: &settings,
        cards: CardDays::Real,
        with_rates: true,
        ids: &replayed.places,
        settled_tiers: &[],
    };
    let pricing = pricing::price(&request)?;
    let groups = Groups::of(outcome, &pricing);
    let findings = findings::find(&findings::Request {
        outcome,
        pricing: &pricing,
        groups: &groups,
        pricer: &Pricer::new(request),
        tariff: &tariff,
        accounts: &accounts,
        rulebook: &rulebook,
        ids: &replayed.places,
        only: None,
    })?;
    let lines = pricing::lines(outcome, pricing.list(), &groups, &tariff);
    let home = tempfile::tempdir()?;
    let folder = Folder::create(&home.path().join("run"), false)?;
    let content = tables::Content {
        outcome,
        pricing: &pricing,
        lines: Some(&lines),
        differences: None,
        analytics_differences: None,
        adjustments: None,
        findings: Some(&findings),
        tariff: &tariff,
        ids: &replayed.places,
    };
    tables::write(&content, true, &folder)?;
    let run = folder.commit()?;
    let table = |name: &&str| fs::read(run.join("tables").join(name));
    let mut found: Vec<Vec<u8>> = TABLES.iter().map(table).collect::<Result<_, _>>()?;
    let kept = outcome.kept.as_ref().expect("it was asked for");
    // The numbers of rows are those of one run.
    let left = (kept.rows.len(), kept.settles_before, &kept.totals);
    found.push(format!("{left:?} {:?}", kept.messages).into_bytes());
    Ok(found)
}

/// Ladders in US dollars that end their first step with the tenth unit, in every cell that may have one.
fn short_ladders(tariff: &Tariff) -> Ladders {
    let mut text = String::from(
        "effective_from,currency,market,category,tier_from,tier_to,tier_to_known,rate,discount,source,confidence\n",
    );
    for cell in tariff.cards.cells() {
        let is_climbed = cell.model == CardModel::Pmp && cell.category.has_tiers();
        if let (true, Some(rate)) = (
            is_climbed && cell.currency == Currency::USD,
            tariff.cards.series(cell).last(),
        ) {
            let market = tariff.markets.name(cell.market);
            let cell = format!("{},USD,{market},{}", rate.from, cell.category);
            let list = rate.amount;
            text.push_str(&format!("{cell},1,10,true,{list},,test,official\n"));
            text.push_str(&format!("{cell},11,,true,0.001,,test,official\n"));
        }
    }
    Ladders::parse(&text, "tiers.csv", &tariff.markets, &tariff.cards).expect("ladders")
}

fn generated(folder: &Path) -> PathBuf {
    let path = folder.join("generated.csv");
    log_generator::write_csv(log_generator::generate(60_000, MONTH, 7), &path).expect("a log");
    path
}

#[test]
fn what_is_spilled_gives_the_same_bytes_with_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let spill = folder.path().join("spill");
    fs::create_dir(&spill).unwrap();
    for log in [data("log"), generated(folder.path())] {
        let expected = tables_of(&log, &Memory::unlimited(), 2).unwrap();
        assert!(expected.iter().all(|table| table.len() > 100));
        for threads in [1, 2, 5] {
            let memory = all_spilled(&spill, u64::MAX);
            let is_done = AtomicBool::new(false);
            let found = std::thread::scope(|scope| {
                // Pages come and go all the time, and nobody notices.
                scope.spawn(|| {
                    while !is_done.load(Ordering::Relaxed) {
                        memory.give_back_pages();
                    }
                });
                let found = tables_of(&log, &memory, threads);
                is_done.store(true, Ordering::Relaxed);
                found.unwrap()
            });
            assert!(found == expected, "{} by {threads} threads", log.display());
            let spilled = memory.usage().unwrap().spilled_bytes;
            assert!(spilled > 1_000_000, "only {spilled} bytes were spilled");
            assert_eq!(fs::read_dir(&spill).unwrap().count(), 0);
        }
    }
}

#[test]
fn a_disk_that_fills_up_ends_the_replay_with_its_folder_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let memory = all_spilled(folder.path(), 1 << 20);
    let error = tables_of(&data("log"), &memory, 2).expect_err("a full disk");
    let found: &MemoryError = error.downcast_ref().expect("an error of memory");
    assert!(matches!(found, MemoryError::File { .. }), "{found}");
    let text = error.to_string();
    assert!(text.contains(folder.path().to_str().unwrap()), "{text}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// Runs `counterfoil replay` on the sample.
fn replay(home: &Path, out: &str, more: &[&str], memory: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_counterfoil"));
    command
        .arg("replay")
        .arg(data("log"))
        .args(["--csv", "--max-rejects", "100%", "--threads", "2"])
        .arg("--out")
        .arg(home.join(out))
        .arg("--temp-dir")
        .arg(home.join("temp"))
        .args(more)
        .env_remove("COUNTERFOIL_MEMORY");
    if let Some(memory) = memory {
        command.env("COUNTERFOIL_MEMORY", memory);
    }
    command.output().unwrap()
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("temp")).unwrap();
    home
}

fn said(run: &Output) -> String {
    String::from_utf8_lossy(&run.stderr).into_owned()
}

#[test]
fn a_run_with_a_bound_says_what_it_took_and_writes_the_same_files() {
    let home = home();
    let plain = replay(home.path(), "plain", &[], None);
    assert!(plain.status.success() && !said(&plain).contains("peak memory"));
    let of_option = replay(home.path(), "option", &["--memory", "1GiB"], None);
    let of_environment = replay(home.path(), "environment", &[], Some("1GiB"));
    for (run, name) in [(of_option, "option"), (of_environment, "environment")] {
        assert!(run.status.success(), "{}", said(&run));
        let line = "MiB of 1 GiB, nothing spilled";
        assert!(said(&run).contains(line), "{}", said(&run));
        for file in [
            "tables/charges.parquet",
            "tables/conversations.csv",
            "rejects.csv",
        ] {
            let bytes = |name: &str| fs::read(home.path().join(name).join(file)).unwrap();
            assert!(bytes(name) == bytes("plain"), "{file}");
        }
    }
    assert_eq!(fs::read_dir(home.path().join("temp")).unwrap().count(), 0);
}

#[test]
fn less_than_a_run_can_do_with_is_refused_with_the_least() {
    let home = home();
    let run = replay(home.path(), "run", &["--memory", "20MiB"], None);
    assert_eq!(run.status.code(), Some(2), "{}", said(&run));
    let text = said(&run);
    assert!(
        text.contains("--memory 20 MiB is too small: with 2 threads a run needs at least"),
        "{text}"
    );
    assert!(!home.path().join("run").exists());
}

#[test]
fn a_folder_that_does_not_exist_is_named() {
    let home = home();
    fs::remove_dir(home.path().join("temp")).unwrap();
    let run = replay(home.path(), "run", &["--memory", "1GiB"], None);
    assert_eq!(run.status.code(), Some(2), "{}", said(&run));
    assert!(said(&run).contains("temp"), "{}", said(&run));
    assert!(!home.path().join("run").exists());
}

#[test]
fn what_is_no_size_is_refused() {
    let home = home();
    let run = replay(home.path(), "run", &["--memory", "lots"], None);
    assert_eq!(run.status.code(), Some(2));
    assert!(
        said(&run).contains("`lots` is not a size such as 4GiB"),
        "{}",
        said(&run)
    );
}
