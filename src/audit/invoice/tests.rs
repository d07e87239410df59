use super::*;
use crate::{
    audit::LineKind,
    rulebook::ConfigError,
    tariff::{Amount, Period},
    vocabulary::{ChargeCategory, Currency, LocalDate, PricingType},
};

fn markets() -> Markets {
    Markets::embedded().expect("the built-in table")
}

fn read_lines(text: &str) -> Result<Vec<InvoiceLine>, String> {
    parse_invoice(text, "bill.csv", None, &markets()).map_err(|error| error.to_string())
}

fn mapped(map: &str, text: &str) -> Result<Vec<InvoiceLine>, String> {
    let map = InvoiceMap::parse(map, "map.toml").expect("a map");
    parse_invoice(text, "bill.csv", Some(&map), &markets()).map_err(|error| error.to_string())
}

fn date(text: &str) -> LocalDate {
    LocalDate::parse(text).expect("a date")
}

#[test]
fn a_canonical_line_is_read_whole() {
    let text = "\u{feff}Invoice_ID,period_start,PERIOD_END,account,business,market,country,category,pricing_type,tier,quantity,unit_price,amount,currency,kind\r\n\
        INV-9,2026-10-01,2026-10-31,1001,+15550100,India,in,Marketing,REGULAR,0:100000,\"1000\",0.0118,11.80,usd,Usage\r\n";
    let lines = read_lines(text).expect("lines");
    let line = &lines[0];
    assert_eq!((line.row, line.invoice_id.as_ref()), (2, "INV-9"));
    assert_eq!(line.business.as_deref(), Some("15550100"));
    assert_eq!(line.market, markets().named("india"));
    assert_eq!(line.country, Some(*b"IN"));
    assert_eq!(line.category, Some(ChargeCategory::Marketing));
    assert_eq!(line.pricing_type, Some(PricingType::Regular));
    assert_eq!(
        line.tier.map(|tier| tier.to_string()).as_deref(),
        Some("0:100000")
    );
    assert_eq!(line.amount, Amount::parse("11.8").ok());
    assert_eq!(line.amount_digits, 2);
    assert_eq!(line.currency, Some(Currency::USD));
    assert_eq!(line.kind, LineKind::Usage);
}

#[test]
fn what_is_missing_or_blank_is_not_stated() {
    let lines =
        read_lines("amount,market,unknown column\n-5.00,,x\n\n,,\n7.5,Brazil,y\n").expect("lines");
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (lines[0].kind, lines[1].kind),
        (LineKind::Credit, LineKind::Usage)
    );
    assert_eq!(lines[0].market, None);
    assert_eq!(lines[0].invoice_id.as_ref(), "bill.csv");
    assert_eq!(lines[1].row, 5);
}

#[test]
fn periods_are_read_as_people_write_them() {
    for (start, end, from, to) in [
        ("2026-10-01", "2026-10-31", "2026-10-01", "2026-10-31"),
        ("2026-10-01", "2026-11-01", "2026-10-01", "2026-10-31"),
        ("2026-10", "2026-10", "2026-10-01", "2026-10-31"),
        (
            "2026-10-01T00:00:00Z",
            "2026-10-16T00:00:00Z",
            "2026-10-01",
            "2026-10-15",
        ),
        ("2026-10-16", "2026-11-15", "2026-10-16", "2026-11-15"),
        ("2026-10-05", "2026-10-05", "2026-10-05", "2026-10-05"),
    ] {
        let lines = read_lines(&format!(
            "amount,period_start,period_end\n1,{start},{end}\n"
        ))
        .expect("a period");
        let period = Period {
            from: date(from),
            to: date(to),
        };
        assert_eq!(lines[0].period, Some(period), "{start} {end}");
    }
}

/// Every refusal names the file, the line, the column, what stands there and what to do.
#[test]
fn what_cannot_be_read_is_refused_and_never_guessed_at() {
    for (text, expected) in [
        (
            "amount\n\"1,234.50\"\n",
            "bill.csv:2: `amount`: found `1,234.50`, with a separator that may group thousands or mark decimals, expected a decimal number such as 1234.50 or -12; export the numbers without separators, with a point before the decimals",
        ),
        (
            "amount\n\"12,5\"\n",
            "bill.csv:2: `amount`: found `12,5`, with a separator",
        ),
        (
            "amount,quantity\n1,1 000\n",
            "bill.csv:2: `quantity`: found `1 000`, with a separator",
        ),
        (
            "amount\n$5\n",
            "bill.csv:2: `amount`: found `$5`, expected a decimal number",
        ),
        ("amount\n1e3\n", "bill.csv:2: `amount`: found `1e3`"),
        ("amount\nNaN\n", "bill.csv:2: `amount`: found `NaN`"),
        (
            "amount\n1.0000000000001\n",
            "bill.csv:2: `amount`: found `1.0000000000001`, which has more than 12 digits",
        ),
        (
            "amount\n99999999999999999999\n",
            "bill.csv:2: `amount`: found `99999999999999999999`, expected less than 10^15",
        ),
        (
            "amount,market\n,India\n",
            "bill.csv:2: `amount`: found an empty cell",
        ),
        (
            "amount,unit_price\n1,1000000\n",
            "bill.csv:2: `unit_price`: found `1000000`, expected less than one million",
        ),
        (
            "amount,quantity\n1,1.5\n",
            "bill.csv:2: `quantity`: found `1.5`, expected a whole number",
        ),
        (
            "amount,quantity\n1,9999999999999999999\n",
            "bill.csv:2: `quantity`: found `9999999999999999999`",
        ),
        (
            "amount,market\n1,Indai\n",
            "bill.csv:2: `market`: found `Indai`, expected a market of markets.csv; nearest is `India`",
        ),
        (
            "amount,country\n1,India\n",
            "bill.csv:2: `country`: found `India`, expected the two letters",
        ),
        (
            "amount,category\n1,marketting\n",
            "bill.csv:2: `category`: found `marketting`, expected one of marketing, marketing_lite",
        ),
        (
            "amount,pricing_type\n1,paid\n",
            "bill.csv:2: `pricing_type`: found `paid`",
        ),
        (
            "amount,tier\n1,gold\n",
            "bill.csv:2: `tier`: found `gold`, expected LOWER:UPPER",
        ),
        (
            "amount,currency\n1,US$\n",
            "bill.csv:2: `currency`: found `US$`",
        ),
        (
            "amount,kind\n1,other\n",
            "bill.csv:2: `kind`: found `other`, expected one of usage, tax, fee, credit, adjustment",
        ),
        (
            "amount,period_start,period_end\n1,01/10/2026,31/10/2026\n",
            "bill.csv:2: `period_start`: found `01/10/2026`, expected a date YYYY-MM-DD or a month YYYY-MM; say how dates are written in a map's date_format",
        ),
        (
            "amount,period_start,period_end\n1,2026-10-31,2026-10-01\n",
            "bill.csv:2: `period_end`: found `2026-10-01`, before period_start",
        ),
        (
            "amount,period_start,period_end\n1,2026-10-01,\n",
            "bill.csv:2: `period_end`: found an empty cell",
        ),
        (
            "amount,period_start,period_end\n1,2026-13-01,2026-14-01\n",
            "bill.csv:2: `period_start`: found `2026-13-01`",
        ),
        (
            "quantity,amuont\n1,2\n",
            "bill.csv:1: `amount`: found no such column among quantity, amuont, expected the money of each line; if that is `amuont`, say \"amuont\" = \"amount\" in a map",
        ),
        (
            "market;amount\nIndia;1\n",
            "bill.csv:1: `amount`: found no such column among market;amount, expected the money of each line; the file seems to be separated by ';'",
        ),
        (
            "amount,Amount\n1,2\n",
            "bill.csv:1: `amount`: found two columns for it, `amount` and `Amount`",
        ),
        (
            "amount,market\n1\n",
            "bill.csv:2: found 1 cells, expected 2, as in the header",
        ),
        ("amount\n", "bill.csv: found no line below the header"),
        ("", "bill.csv:1: `amount`: found no such column"),
        (
            "amount,market\n1,\u{0}\n",
            "bill.csv:2: `market`: found `\u{0}`",
        ),
        (
            "amount,period_start,period_end\n1,2026-1é-01,2026-10-01\n",
            "bill.csv:2: `period_start`: found `2026-1é-01`",
        ),
    ] {
        match read_lines(text) {
            Ok(lines) => panic!("{text:?} was read as {lines:?}"),
            Err(error) => assert!(error.starts_with(expected), "{error}\n{expected}"),
        }
    }
}

#[test]
fn a_file_that_is_no_text_is_refused_with_its_line() {
    let error =
        crate::audit::error::text_of(b"amount\n1\n\xff\n", "bill.csv").expect_err("no UTF-8");
    assert!(
        error
            .to_string()
            .starts_with("bill.csv:3: found bytes that are no UTF-8"),
        "{error}"
    );
}

#[test]
fn a_map_reads_any_other_invoice() {
    let map = r#"
        delimiter = ";"
        date_format = "%d.%m.%Y"
        [columns]
        "Invoice No" = "invoice_id"
        "From" = "period_start"
        "Until" = "period_end"
        "Net" = "amount"
        "Product" = "category"
        "Line type" = "kind"
        [constants]
        currency = "EUR"
        kind = "usage"
        [values.category]
        "MKT" = "marketing"
        "OTP" = "authentication"
    "#;
    let text = "Invoice No;From;Until;Product;Net;Amount;Line type\n7;01.10.2026;31.10.2026;mkt;11.80;99;\n7;01.10.2026;31.10.2026;OTP;1.40;99;credit\n";
    let lines = mapped(map, text).expect("lines");
    assert_eq!(lines[0].category, Some(ChargeCategory::Marketing));
    assert_eq!(lines[0].amount, Amount::parse("11.8").ok());
    assert_eq!(lines[0].currency, Currency::parse("EUR"));
    assert_eq!(
        lines[0].period.map(|period| period.to),
        Some(date("2026-10-31"))
    );
    assert_eq!(
        (lines[0].kind, lines[1].kind),
        (LineKind::Usage, LineKind::Credit)
    );
    let error =
        mapped(map, "Invoice No;From;Until;Net;Line type\n").expect_err("a column is missing");
    assert!(
        error.starts_with("bill.csv:1: `category`: found no column `Product` among"),
        "{error}"
    );
}

#[test]
fn a_map_that_says_nonsense_is_refused() {
    let refused = |text: &str| {
        InvoiceMap::parse(text, "map.toml")
            .expect_err("nonsense")
            .to_string()
    };
    assert!(
        refused("[columns]\n\"Net\" = \"amuont\"\n")
            .starts_with("map.toml:2: unknown column of an invoice `amuont`, nearest is `amount`")
    );
    assert!(
        refused("delimiter = \"ab\"")
            .starts_with("map.toml:1: delimiter `ab` is not one ASCII sign")
    );
    assert!(refused("date_format = \"%Q\"").starts_with("map.toml:1: date_format `%Q`"));
    assert!(refused("colums = 1").starts_with("map.toml:1: unknown key"));
    let missing = InvoiceMap::load(Path::new("/nowhere/map.toml"));
    assert!(matches!(missing, Err(ConfigError::Unreadable { .. })));
}
