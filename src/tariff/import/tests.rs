use std::fs;

use super::*;
use crate::tariff::{Cards, Tariff};

fn terms(code: &str) -> ImportTerms {
    ImportTerms {
        effective_from: date("2026-10-01"),
        currency: Some(Currency::parse(code).expect("a currency")),
        model: CardModel::Pmp,
    }
}

fn date(text: &str) -> LocalDate {
    LocalDate::parse(text).expect("a date")
}

fn markets() -> Markets {
    Markets::embedded().expect("the built-in table")
}

fn imported(content: impl AsRef<[u8]>, terms: &ImportTerms) -> Imported {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("card.csv");
    fs::write(&file, content).expect("a file");
    read(&[file], terms, &markets()).expect("readable")
}

/// `CURRENCY MARKET CATEGORY RATE`.
fn rates(imported: &Imported) -> Vec<String> {
    let markets = markets();
    let row = |rate: &ImportedRate| {
        format!(
            "{} {} {} {}",
            rate.currency,
            markets.name(rate.market),
            rate.category,
            rate.rate
        )
    };
    imported.rates.iter().map(row).collect()
}

/// `CURRENCY MARKET CATEGORY FROM..TO RATE DISCOUNT`.
fn steps(imported: &Imported) -> Vec<String> {
    let markets = markets();
    let row = |step: &ImportedStep| {
        let to = match step.to {
            StepEnd::At(last) => last.to_string(),
            StepEnd::Open => "open".to_owned(),
            StepEnd::Unknown => "?".to_owned(),
        };
        let rate = step
            .rate
            .map_or_else(|| "-".to_owned(), |rate| rate.to_string());
        let ImportedStep {
            currency,
            category,
            from,
            discount,
            ..
        } = step;
        format!(
            "{currency} {} {category} {from}..{to} {rate} {discount}",
            markets.name(step.market)
        )
    };
    imported.steps.iter().map(row).collect()
}

/// What was not placed, by line.
fn unplaced(imported: &Imported) -> Vec<String> {
    let text = |entry: &Unplaced| {
        let place = entry.place.to_string();
        let line = place.rsplit(':').next().unwrap_or_default().to_owned();
        format!("{line} {}", entry.what)
    };
    imported.unplaced.iter().map(text).collect()
}

#[test]
fn the_header_stands_some_lines_down() {
    let card = imported(
        "\u{feff}Cost per message in USD, effective October 1, 2026,,,,,,\r\n\
         \"Note: Authentication-International rate applies for some markets, see our documentation.\",,,,,,\r\n\
         \r\n\
         Market,Currency,Marketing,Utility,Authentication,\"Authentication-\nInternational\",Service\r\n\
         India,$US,0.0118,0.0014,0.0014,0.0304,0.0014\r\n\
         Türkiye,USD,0.0109,0.0009,0.0009,n/a,0.0009\r\n\
         Rest of Central and Eastern Europe,$US,0.0860,0.0212,0.0212,N/A,0.0212\r\n\
         Other*,$US,0.0604,0.0077,0.0077,,0.0077\r\n",
        &terms("USD"),
    );
    assert_eq!(
        rates(&card),
        [
            "USD India marketing 0.0118",
            "USD India utility 0.0014",
            "USD India authentication 0.0014",
            "USD India authentication_international 0.0304",
            "USD India service 0.0014",
            "USD Turkey marketing 0.0109",
            "USD Turkey utility 0.0009",
            "USD Turkey authentication 0.0009",
            "USD Turkey service 0.0009",
            "USD Rest of Central & Eastern Europe marketing 0.086",
            "USD Rest of Central & Eastern Europe utility 0.0212",
            "USD Rest of Central & Eastern Europe authentication 0.0212",
            "USD Rest of Central & Eastern Europe service 0.0212",
            "USD Other marketing 0.0604",
            "USD Other utility 0.0077",
            "USD Other authentication 0.0077",
            "USD Other service 0.0077",
        ]
    );
    assert_eq!(unplaced(&card), Vec::<String>::new());
    assert!(
        card.rates[0].source.starts_with("card.csv blake3:"),
        "{}",
        card.rates[0].source
    );
}

#[test]
fn columns_stand_in_any_order_and_what_has_no_place_is_listed() {
    let card = imported(
        "Service;Utility (list rate);Remarks;Market;Currency;Marketing\n\
         0.02;0.02;new;Chile;USD;0.0889\n\
         0.02;0.02;;Atlantis;USD;0.01\n\
         0.02;0,0200;;Peru;USD;0.0703\n\
         0.1;0.1;;India;INR;0.9\n\
         ;;;Rates exclude taxes.;;\n",
        &terms("USD"),
    );
    assert_eq!(
        rates(&card),
        [
            "USD Chile service 0.02",
            "USD Chile utility 0.02",
            "USD Chile marketing 0.0889",
            "USD Peru service 0.02",
            "USD Peru marketing 0.0703",
        ]
    );
    assert_eq!(
        unplaced(&card),
        [
            "1 column `Remarks`",
            "3 unknown market `Atlantis`: 0.02 | 0.02 | Atlantis | USD | 0.01",
            "4 utility rate `0,0200` of Peru cannot be read",
            "5 in INR, not USD: 0.1 | 0.1 | India | INR | 0.9",
            "6 no row of the card: Rates exclude taxes.",
        ]
    );
}

#[test]
fn the_currency_comes_from_the_rows_or_from_the_user() {
    let text = "Market,Currency,Marketing\nIndia,INR,0.8631\nIndia,USD,0.0118\n";
    let each = ImportTerms {
        currency: None,
        ..terms("USD")
    };
    assert_eq!(
        rates(&imported(text, &each)),
        ["INR India marketing 0.8631", "USD India marketing 0.0118"]
    );
    let without = "Market,Marketing\nIndia,0.0118\n";
    assert_eq!(
        rates(&imported(without, &terms("EUR"))),
        ["EUR India marketing 0.0118"]
    );
    assert_eq!(
        unplaced(&imported(without, &each)),
        ["2 the file names no currency: give --currency: India | 0.0118"]
    );
    let odd = "Market,Currency,Marketing\nIndia,Dhs?,0.0118\n";
    assert_eq!(
        unplaced(&imported(odd, &terms("AED"))),
        ["2 unknown currency `Dhs?`: India | Dhs? | 0.0118"]
    );
}

#[test]
fn the_first_cards_named_two_kinds_of_conversation() {
    let card = imported(
        "Market,Currency,User-Initiated,Business-Initiated\nIndia,USD,0.0029,0.0048\n",
        &terms("USD"),
    );
    assert_eq!(
        rates(&card),
        [
            "USD India user_initiated 0.0029",
            "USD India business_initiated 0.0048"
        ]
    );
}

#[test]
fn metas_tier_file_has_a_section_for_each_category() {
    let tiers = imported(
        "Volume tiers,,,,,,,,,,,,,,,,\n\
         Effective October 1 2026,,,,,,,,,,,,,,,,\n\
         ,,Utility,,,,,Authentication,,,,,Authentication-International,,,,\n\
         Market,Currency,From,To,Rate type,Rate,vs. List rate,From,To,Rate type,Rate,vs. List rate,From,To,Rate type,Rate,vs. List rate\n\
         Argentina,USD,0,\"100,000\",List rate,0.0260,0%,0,\"80,000\",List rate,0.0260,0%,n/a,n/a,n/a,n/a,n/a\n\
         ,,\"100,001\",\"1,000,000\",Tier rate,0.0247,-5%,\"80,001\",--,Tier rate,0.0240,-8%,,,,,\n\
         ,,\"1,000,001\",--,Tier rate,0.0234,-10%,,,,,,,,,,\n\
         India,USD,0,10,List rate,0.0014,0%,0,--,List rate,0.0014,0%,0,--,List rate,0.0304,0%\n",
        &terms("USD"),
    );
    assert_eq!(
        steps(&tiers),
        [
            "USD Argentina utility 1..100000 0.026 0%",
            "USD Argentina utility 100001..1000000 0.0247 5%",
            "USD Argentina utility 1000001..open 0.0234 10%",
            "USD Argentina authentication 1..80000 0.026 0%",
            "USD Argentina authentication 80001..open 0.024 8%",
            "USD India utility 1..10 0.0014 0%",
            "USD India authentication 1..open 0.0014 0%",
            "USD India authentication_international 1..open 0.0304 0%",
        ]
    );
    assert_eq!(unplaced(&tiers), Vec::<String>::new());
}

#[test]
fn tier_files_with_ranges_and_a_category_column() {
    let tiers = imported(
        "Market,Currency,Category,Volume tier,Rate,Discount\n\
         Brazil,BRL,Utility,\"0 - 250,000\",0.0350,0%\n\
         Brazil,BRL,Utility,\"250,000 - 2,000,000\",0.0333,5%\n\
         Brazil,BRL,Utility,\"2,000,001+\",,25%\n\
         Brazil,BRL,Authentication,up to a lot,0.0350,0%\n\
         Brazil,BRL,Chat,0 - 10,0.0350,0%\n",
        &terms("BRL"),
    );
    assert_eq!(
        steps(&tiers),
        [
            "BRL Brazil utility 1..250000 0.035 0%",
            "BRL Brazil utility 250001..2000000 0.0333 5%",
            "BRL Brazil utility 2000001..open - 25%",
        ]
    );
    assert_eq!(
        unplaced(&tiers),
        [
            "4 the utility step from 2000001 has no rate: Brazil | BRL | Utility | 2,000,001+ | 25%",
            "5 tier `up to a lot` to `` cannot be read: Brazil | BRL | Authentication | up to a lot | 0.0350 | 0%",
            "6 unknown category `Chat`: Brazil | BRL | Chat | 0 - 10 | 0.0350 | 0%",
        ]
    );
}

#[test]
fn tier_files_with_a_column_of_rates_for_each_category() {
    let tiers = imported(
        "Market,From,To,Utility,Authentication\n\
         Chile,1,100,0.02,0.02\n\
         Chile,101,,0.019,n/a\n",
        &terms("USD"),
    );
    assert_eq!(
        steps(&tiers),
        [
            "USD Chile utility 1..100 0.02 ",
            "USD Chile utility 101..open 0.019 ",
            "USD Chile authentication 1..100 0.02 ",
        ]
    );
}

#[test]
fn a_blank_bound_inside_a_ladder_is_unknown_and_listed() {
    let tiers = imported(
        "Market,Category,From,To,Rate\nChile,utility,1,,0.02\nChile,utility,101,,0.019\n",
        &terms("USD"),
    );
    assert_eq!(
        steps(&tiers),
        [
            "USD Chile utility 1..? 0.02 ",
            "USD Chile utility 101..open 0.019 "
        ]
    );
    assert_eq!(tiers.unplaced.len(), 1);
    assert!(
        tiers.unplaced[0]
            .what
            .contains("Chile, utility, from 1 is blank")
    );
}

#[test]
fn what_has_no_header_is_listed() {
    let card = imported("a,b\n1,2\n", &terms("USD"));
    assert!(card.is_empty());
    assert!(
        card.unplaced[0]
            .what
            .starts_with("no header: expected a row with `Market`")
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("card.xlsx");
    fs::write(&file, b"PK\x03\x04 and nothing more").expect("a file");
    let error = read(&[file], &terms("USD"), &markets())
        .expect_err("no workbook")
        .to_string();
    assert!(error.contains("cannot be read as XLSX"), "{error}");
    let file = folder.path().join("card.bin");
    fs::write(&file, [0xc3, 0x28]).expect("a file");
    let error = read(&[file], &terms("USD"), &markets())
        .expect_err("no text")
        .to_string();
    assert!(
        error.ends_with("is neither UTF-8 text nor an XLSX workbook"),
        "{error}"
    );
}

#[test]
fn unicode_text_of_a_spreadsheet_is_read() {
    let text = "Market\tCurrency\tMarketing\nIndia\t₹\t0.8631\n";
    let bytes: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(
        rates(&imported(bytes, &terms("INR"))),
        ["INR India marketing 0.8631"]
    );
}

#[test]
fn imported_cards_load_and_later_ones_follow_earlier_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("rates");
    let markets = markets();
    let bring = |from: &str, rate: &str| {
        let card = imported(
            format!("Market,Currency,Marketing\nIndia,GBP,{rate}\n"),
            &terms("GBP"),
        );
        let terms = ImportTerms {
            effective_from: date(from),
            ..terms("GBP")
        };
        write(&card, &terms, &markets, &out).expect("written");
    };
    bring("2026-10-01", "0.02");
    bring("2026-04-01", "0.01");
    bring("2026-07-01", "0.9");
    bring("2026-07-01", "0.015");
    let table = fs::read_to_string(out.join("rates.csv")).expect("a table");
    let rows: Vec<&str> = table.lines().skip(1).map(|row| &row[..51]).collect();
    assert_eq!(
        rows,
        [
            "2026-04-01,2026-06-30,PMP,GBP,India,marketing,0.01,",
            "2026-07-01,2026-09-30,PMP,GBP,India,marketing,0.015",
            "2026-10-01,,PMP,GBP,India,marketing,0.02,card.csv b",
        ]
    );
    let tariff = Tariff::load(&out).expect("a tariff");
    assert!(!tariff.stands_alone);
    let cards: &Cards = &tariff.cards;
    let gbp = Currency::parse("GBP").expect("a currency");
    let india = markets.named("India").expect("a market");
    let on = |day| {
        let rate = cards.rate(
            CardModel::Pmp,
            gbp,
            india,
            ChargeCategory::Marketing,
            date(day),
        );
        rate.map(|rate| rate.amount.to_string()).unwrap_or_default()
    };
    assert_eq!(on("2026-06-30"), "0.01");
    assert_eq!(on("2026-07-01"), "0.015");
    assert_eq!(on("2026-10-01"), "0.02");
    assert_eq!(on("2026-03-31"), "");
}
