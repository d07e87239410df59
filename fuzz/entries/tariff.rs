//! The four tables of a rates folder, and Meta's own card files.

use std::sync::LazyLock;

use counterfoil::rulebook::{ConfigError, Settings};
use counterfoil::tariff::import::{self, ImportTerms};
use counterfoil::tariff::{
    AuthInternational, CardModel, Cards, Ladders, MarketSpans, Markets, TARIFF_FILES,
};
use counterfoil::vocabulary::LocalDate;

use super::on_disk::with_file;
use super::{files, refused};

/// The tables that are built in, which hold where an input has none of its own.
static MARKETS: LazyLock<Markets> =
    LazyLock::new(|| Markets::embedded().expect("the built-in markets"));
static CARDS: LazyLock<Cards> =
    LazyLock::new(|| Cards::embedded(&MARKETS).expect("the built-in cards"));

/// The tables of a rates folder, each below a mark with its name; accepted if all are.
pub fn rates(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let tables: Vec<(&str, String)> = files(text)
        .filter(|(name, _)| TARIFF_FILES.contains(name))
        .collect();
    match own_tables(&tables) {
        Ok(()) => !tables.is_empty(),
        Err(error) => refused(&error, ".csv"),
    }
}

fn own_tables(tables: &[(&str, String)]) -> Result<(), ConfigError> {
    let table = |wanted: &str| {
        let table = tables.iter().find(|(name, _)| *name == wanted);
        table.map(|(name, text)| (text.as_str(), *name))
    };
    let mut own_markets = None;
    if let Some((text, name)) = table("markets.csv") {
        let markets = own_markets.insert(Markets::parse(text, name)?);
        check_markets(markets);
        MarketSpans::parse(text, name, markets)?;
    }
    let markets = own_markets.as_ref().unwrap_or(&MARKETS);
    let mut own_cards = None;
    if let Some((text, name)) = table("rates.csv") {
        check_cards(own_cards.insert(Cards::parse(text, name, markets)?));
    }
    if let Some((text, name)) = table("tiers.csv") {
        let cards = own_cards.as_ref().unwrap_or(&CARDS);
        check_ladders(&Ladders::parse(text, name, markets, cards)?);
    }
    if let Some((text, name)) = table("auth_international.csv") {
        let starts = AuthInternational::parse(text, name, markets)?;
        for (market, start) in starts.iter() {
            assert_eq!(starts.start(market), Some(start), "the start of a market");
        }
    }
    Ok(())
}

fn check_markets(markets: &Markets) {
    let settings = Settings::default();
    for number in [
        0,
        1,
        12_025_550_123,
        447_700_900_123,
        77_015_550_123,
        999_999_999_999_999,
        u64::MAX,
    ] {
        markets.country(number);
        for date in [LocalDate::MIN, LocalDate::from_days(20_000), LocalDate::MAX] {
            markets.name(markets.market(number, date, &settings));
        }
    }
    for name in markets.names() {
        assert!(
            markets.named(name).is_some(),
            "market {name} is found by its name"
        );
    }
}

fn check_cards(cards: &Cards) {
    for cell in cards.cells() {
        let series = cards.series(cell);
        assert!(!series.is_empty(), "a cell without a rate: {cell:?}");
        assert!(
            series.is_sorted_by(|left, right| left.to < right.from),
            "rates that overlap: {series:?}"
        );
        for rate in series {
            for date in [rate.from, rate.to] {
                let found = cards.rate(cell.model, cell.currency, cell.market, cell.category, date);
                assert!(found.is_ok_and(|found| found == rate), "{cell:?} on {date}");
            }
        }
    }
}

fn check_ladders(ladders: &Ladders) {
    for ladder in ladders.iter() {
        assert!(
            ladder.key.from <= ladder.to,
            "a ladder that ends before it begins: {ladder:?}"
        );
        for step in &ladder.steps {
            match ladder.step(step.from) {
                Ok((found, rate)) => assert!(found == step && step.rate == Some(rate), "{step:?}"),
                Err(_) => assert!(step.rate.is_none() || !step.holds(step.from), "{step:?}"),
            }
        }
        for rank in [0, 1, 100_000, u64::MAX] {
            let _ = ladder.step(rank);
        }
    }
}

/// A card file as Meta offers it: a workbook, or text in one of the encodings and separators that occur.
pub fn card_import(data: &[u8]) -> bool {
    let terms = ImportTerms {
        effective_from: LocalDate::from_days(20_000),
        currency: None,
        model: CardModel::Pmp,
    };
    with_file("card.csv", data, |path| {
        match import::read(&[path.to_owned()], &terms, &MARKETS) {
            Ok(imported) => !imported.is_empty(),
            Err(error) => refused(&error, "card.csv"),
        }
    })
}
