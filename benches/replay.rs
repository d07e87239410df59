//! What a row costs, stage by stage, on a log that the benchmark generates itself.
//!
//! `cargo bench` measures one million rows; `COUNTERFOIL_BENCH_ROWS=10000000 cargo bench` ten million. Each
//! stage contains the one before it: `scan` decodes every cell, `replay` also scatters, folds and judges,
//! `price` prices what a finished replay found, and `tables` writes it.
//! `count` and `reprice` stand apart: they price one replay under many tariffs. Divide the differences by the rows.

mod log_generator;

use std::env;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use counterfoil::accounts::Accounts;
use counterfoil::log::{CellContext, LogFile, source};
use counterfoil::memory::Memory;
use counterfoil::pricing::{self, Groups, Repricer};
use counterfoil::replay::{self, CustomerPlaces, Replayed, Request, Scope};
use counterfoil::report::summary::Bill;
use counterfoil::report::tables;
use counterfoil::rulebook::{Rulebook, Settings};
use counterfoil::run::output::Folder;
use counterfoil::tariff::{CardModel, Ladders, Tariff};
use counterfoil::vocabulary::{Currency, LocalDate};
use divan::{Bencher, counter::ItemsCount};
use polars::prelude::{Column, DataFrame, DataType, ParquetCompression, ParquetWriter, TimeUnit};

/// The month of the log decides which rules are measured.
const MONTHS: [(&str, (i32, u32)); 2] = [("cbp-2023", (2024, 3)), ("pmp-2026", (2026, 11))];
const FORMS: [&str; 2] = ["csv", "parquet"];
const SEED: u64 = 1;

fn main() {
    divan::main();
}

#[divan::bench(args = FORMS, sample_count = 5)]
fn scan(bencher: Bencher<'_, '_>, form: &str) {
    let path = log("cbp-2023", form);
    bencher.counter(ItemsCount::new(rows())).bench_local(|| {
        let (files, _) = open(&path);
        let nothing = |_: counterfoil::log::ChunkAddress, _: &counterfoil::log::Chunk| Ok(());
        files[0]
            .scan(&|_| {}, &nothing)
            .expect("the log can be read");
    });
}

#[divan::bench(args = cases(), sample_count = 5)]
fn replay(bencher: Bencher<'_, '_>, case: &Case) {
    let path = log(case.rules, case.form);
    bencher.counter(ItemsCount::new(rows())).bench_local(|| {
        let (files, cells) = open(&path);
        drop(replayed(&files, cells));
    });
}

#[divan::bench(args = cases(), sample_count = 5)]
fn tables(bencher: Bencher<'_, '_>, case: &Case) {
    let (files, cells) = open(&log(case.rules, case.form));
    let replayed = replayed(&files, cells);
    let written = |part: &replay::outcome::Part| part.charges.len() + part.conversations.len();
    let table_rows: usize = replayed.outcome.parts.iter().map(written).sum();
    let out = folder().join("run");
    let tariff = Tariff::embedded().expect("the built-in tables");
    let pricing = priced(&replayed, &tariff, false);
    let content = tables::Content {
        outcome: &replayed.outcome,
        pricing: &pricing,
        lines: None,
        differences: None,
        analytics_differences: None,
        findings: None,
        adjustments: None,
        tariff: &tariff,
        ids: &replayed.places,
    };
    bencher
        .counter(ItemsCount::new(table_rows))
        .bench_local(|| {
            let folder = Folder::create(&out, true).expect("a folder");
            tables::write(&content, false, &folder).expect("the tables");
        });
}

#[divan::bench(args = MONTHS.map(|(rules, _)| rules), sample_count = 5)]
fn price(bencher: Bencher<'_, '_>, rules: &str) {
    let (files, cells) = open(&log(rules, "parquet"));
    let replayed = replayed(&files, cells);
    let tariff = Tariff::embedded().expect("the built-in tables");
    let charges: usize = replayed
        .outcome
        .parts
        .iter()
        .map(|part| part.charges.len())
        .sum();
    bencher
        .counter(ItemsCount::new(charges))
        .bench_local(|| priced(&replayed, &tariff, true));
}

/// Pricing every charge, and adding up: what each scenario would cost without counts.
#[divan::bench(args = MONTHS.map(|(rules, _)| rules), sample_count = 5)]
fn price_and_group(bencher: Bencher<'_, '_>, rules: &str) {
    let (files, cells) = open(&log(rules, "parquet"));
    let replayed = replayed(&files, cells);
    let tariff = Tariff::embedded().expect("the built-in tables");
    bencher.bench_local(|| {
        let pricing = priced(&replayed, &tariff, true);
        Groups::of(&replayed.outcome, &pricing)
    });
}

/// Counting the charges once.
#[divan::bench(args = MONTHS.map(|(rules, _)| rules), sample_count = 5)]
fn count(bencher: Bencher<'_, '_>, rules: &str) {
    let (files, cells) = open(&log(rules, "parquet"));
    let replayed = replayed(&files, cells);
    let tariff = Tariff::embedded().expect("the built-in tables");
    let settings = Settings::default();
    let accounts = Accounts::absent(&settings);
    let request = request(&replayed, &tariff, &accounts, &settings, true);
    bencher.bench_local(|| Repricer::of(&request));
}

/// Pricing the counts under one more tariff, whose ladders cut wherever they can.
#[divan::bench(args = MONTHS.map(|(rules, _)| rules), sample_count = 5)]
fn reprice(bencher: Bencher<'_, '_>, rules: &str) {
    let (files, cells) = open(&log(rules, "parquet"));
    let replayed = replayed(&files, cells);
    let tariff = Tariff::embedded().expect("the built-in tables");
    let settings = Settings::default();
    let accounts = Accounts::absent(&settings);
    let mut repricer = Repricer::of(&request(&replayed, &tariff, &accounts, &settings, true));
    // Every other scenario moves the steps, so that new cuts are part of the measurement.
    let mut scenario = 0;
    bencher
        .with_inputs(|| {
            scenario += 1;
            short_ladders(1_000 + scenario / 2)
        })
        .bench_local_values(|tariff| {
            let (list, groups) = repricer.price(&tariff, &accounts).expect("a price");
            let lines = pricing::lines(&replayed.outcome, &list, &groups, &tariff);
            let bill = Bill::new(&replayed.outcome, &list, &groups, &tariff);
            (lines, bill)
        });
}

/// Ladders in US dollars that end their first step with this rank in every cell that may have one.
fn short_ladders(last: u64) -> Tariff {
    let mut tariff = Tariff::embedded().expect("the built-in tables");
    let mut text = String::from(
        "effective_from,currency,market,category,tier_from,tier_to,tier_to_known,rate,discount,source,confidence\n",
    );
    for cell in tariff.cards.cells() {
        let is_climbed = cell.model == CardModel::Pmp && cell.category.has_tiers();
        if let (true, Some(rate)) = (
            is_climbed && cell.currency == Currency::USD,
            tariff.cards.series(cell).last(),
        ) {
            let cell = format!(
                "{},USD,{},{}",
                rate.from,
                tariff.markets.name(cell.market),
                cell.category
            );
            writeln!(text, "{cell},1,{last},true,{},,bench,official", rate.amount).expect("memory");
            writeln!(text, "{cell},{},,true,0.001,,bench,official", last + 1).expect("memory");
        }
    }
    tariff.ladders = Ladders::parse(&text, "tiers.csv", &tariff.markets, &tariff.cards)
        .expect("ladders of every cell");
    tariff
}

/// Every account bills in US dollars.
fn priced(replayed: &Replayed<'_>, tariff: &Tariff, with_rates: bool) -> pricing::Pricing {
    let settings = Settings::default();
    let accounts = Accounts::absent(&settings);
    let request = request(replayed, tariff, &accounts, &settings, with_rates);
    pricing::price(&request).expect("the log can still be read")
}

fn request<'a>(
    replayed: &'a Replayed<'_>,
    tariff: &'a Tariff,
    accounts: &'a Accounts,
    settings: &'a Settings,
    with_rates: bool,
) -> pricing::Request<'a> {
    pricing::Request {
        outcome: &replayed.outcome,
        tariff,
        accounts,
        settings,
        cards: pricing::CardDays::Real,
        with_rates,
        settled_tiers: &[],
        ids: &replayed.places,
    }
}

/// A month and a form of the log.
#[derive(Clone, Copy)]
struct Case {
    rules: &'static str,
    form: &'static str,
}

impl std::fmt::Display for Case {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.rules, self.form)
    }
}

fn cases() -> Vec<Case> {
    let forms = |&(rules, _): &(&'static str, _)| FORMS.map(|form| Case { rules, form });
    MONTHS.iter().flat_map(forms).collect()
}

fn rows() -> usize {
    let named = env::var("COUNTERFOIL_BENCH_ROWS").ok();
    named.map_or(1_000_000, |rows| {
        rows.parse()
            .expect("COUNTERFOIL_BENCH_ROWS is a number of rows")
    })
}

/// Where generated logs are kept between runs.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = env::temp_dir().join(format!("counterfoil-bench-{}", rows()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        folder
    })
}

/// The generated log of these rules, in this form.
fn log(rules: &str, form: &str) -> PathBuf {
    let path = folder().join(format!("{rules}.{form}"));
    if !path.exists() {
        let month = MONTHS
            .iter()
            .find(|(name, _)| *name == rules)
            .expect("a month")
            .1;
        let generated = log_generator::generate(rows(), month, SEED);
        match form {
            "csv" => drop(log_generator::write_csv(generated, &path).expect("a log")),
            _ => write_parquet(&generated.collect::<Vec<_>>(), &path),
        }
    }
    path
}

fn write_parquet(rows: &[log_generator::Row], path: &Path) {
    let words = |name: &str, word: &dyn Fn(&log_generator::Row) -> String| {
        let words: Vec<Option<String>> = rows
            .iter()
            .map(|row| Some(word(row)).filter(|word| !word.is_empty()))
            .collect();
        Column::new(name.into(), words)
    };
    let times = |name: &str, seconds: &dyn Fn(&log_generator::Row) -> Option<i64>| {
        let millis: Vec<Option<i64>> = rows
            .iter()
            .map(|row| seconds(row).map(|seconds| seconds * 1000))
            .collect();
        let column = Column::new(name.into(), millis);
        column
            .cast(&DataType::Datetime(TimeUnit::Milliseconds, None))
            .expect("instants")
    };
    let columns = vec![
        words("message_id", &|row| row.message_id().to_owned()),
        times("timestamp", &|row| Some(row.timestamp)),
        words("direction", &|row| row.direction.to_owned()),
        words("business", &|row| row.business.to_string()),
        words("customer", &|row| row.customer.to_string()),
        words("type", &|row| row.kind.to_owned()),
        words("category", &|row| row.category.to_owned()),
        words("template", &|row| row.template.to_owned()),
        words("status", &|row| row.status.to_owned()),
        times("delivered_at", &|row| row.delivered_at),
        words("entry_point", &|row| row.entry_point.to_owned()),
        words("account", &|row| row.account_id()),
    ];
    let mut frame = DataFrame::new(rows.len(), columns).expect("columns of one length");
    ParquetWriter::new(File::create(path).expect("a file"))
        .with_compression(ParquetCompression::Zstd(None))
        .finish(&mut frame)
        .expect("a log");
}

fn open(path: &Path) -> (Vec<Box<dyn LogFile>>, Arc<CellContext>) {
    let cells = Arc::new(CellContext::default());
    let reading = source::Reading {
        context: Arc::clone(&cells),
        map: None,
    };
    let logs =
        source::open(&[path.to_path_buf()], None, &env::temp_dir(), &reading).expect("a log");
    (logs.files, cells)
}

fn replayed(files: &[Box<dyn LogFile>], cells: Arc<CellContext>) -> Replayed<'_> {
    let settings = Settings::default();
    replay::replay(&Request {
        files,
        cells,
        accounts: &Accounts::absent(&settings),
        templates: None,
        rulebook: &Rulebook::embedded().expect("the rulebook"),
        settings,
        scope: Scope::default(),
        customers: &Nowhere,
        carried: None,
        keeping: None,
        tracer: None,
        memory: Memory::unlimited(),
        progress: &|_| {},
    })
    .expect("the log can be replayed")
}

/// Leaves countries and markets out of the measurement.
struct Nowhere;

impl CustomerPlaces for Nowhere {
    fn country(&self, _: u64) -> Option<[u8; 2]> {
        None
    }

    fn has_international_rate(&self, _: u64, _: LocalDate) -> bool {
        false
    }
}
