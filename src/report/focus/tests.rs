//! Rows by hand, and sums against the bill.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::charged::Charged;
use super::row::HEADER;
use crate::audit::{DateBasis, InvoiceLine, LineKind};
use crate::pricing::{Line, Named, Tier};
use crate::report::fixture::World;
use crate::report::summary::{Circumstances, Period, Summary};
use crate::report::tables::Content;
use crate::run::output::Folder;
use crate::tariff::{Amount, Tariff};
use crate::vocabulary::{ChargeCategory, ChargeState, Currency, LocalDate, Month, PricingType};

type Cells = BTreeMap<String, String>;

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

/// Three marketing messages to Germany at 0.1365 in October 2026.
fn line() -> Line {
    Line {
        account: "1020".to_owned(),
        business: "49301".to_owned(),
        month: Month::parse("2026-10").unwrap(),
        market: "Germany".to_owned(),
        category: Named(ChargeCategory::Marketing),
        pricing_type: Named(PricingType::Regular),
        tier: None,
        rate_card: Some("PMP-USD-2026-10-01".to_owned()),
        rate: Some(amount("0.1365")),
        currency: Currency::USD,
        state: Named(ChargeState::Rated),
        quantity: 3,
        amount: Some(amount("0.4095")),
    }
}

fn cells(line: &Line, summary: &Summary) -> Option<Cells> {
    let tariff = Tariff::embedded().unwrap();
    let row = Charged::new(summary, &tariff).unwrap().row(line)?;
    let cells = HEADER
        .iter()
        .map(|name| (*name).to_owned())
        .zip(row.cells());
    Some(cells.collect())
}

fn summary(period: Period) -> Summary {
    let circumstances = Circumstances {
        period,
        ..Circumstances::default()
    };
    World::generated(20, 1, 1).summary(true, circumstances)
}

/// What a run writes, with these lines of invoices.
fn written(world: &World, invoice: Option<&[InvoiceLine]>) -> Vec<Cells> {
    let home = tempfile::tempdir().unwrap();
    let folder = Folder::create(&home.path().join("out"), false).unwrap();
    let priced = world.priced();
    let content = Content {
        outcome: &world.outcome,
        pricing: &priced.pricing,
        lines: Some(&priced.lines),
        differences: None,
        analytics_differences: None,
        findings: None,
        tariff: &priced.tariff,
        ids: &world.ids,
    };
    let summary = world.summary(true, Circumstances::default());
    super::write(&summary, &content, invoice, &folder).unwrap();
    let folder = folder.commit().unwrap();
    let mut reader = csv::Reader::from_path(folder.join(super::FILE)).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn a_line_by_hand() {
    let cells = cells(&line(), &summary(Period::default())).unwrap();
    for (column, value) in [
        ("BilledCost", "0.4095"),
        ("EffectiveCost", "0.4095"),
        ("ListCost", "0.4095"),
        ("ContractedCost", "0.4095"),
        ("ListUnitPrice", "0.1365"),
        ("ContractedUnitPrice", "0.1365"),
        ("PricingQuantity", "3.0"),
        ("PricingUnit", "Messages"),
        ("ConsumedQuantity", "3.0"),
        ("ConsumedUnit", "Messages"),
        ("BillingCurrency", "USD"),
        ("BillingAccountId", "account/1020"),
        ("BillingAccountName", ""),
        ("SubAccountId", "number/49301"),
        ("BillingPeriodStart", "2026-10-01T00:00:00Z"),
        ("BillingPeriodEnd", "2026-11-01T00:00:00Z"),
        ("ChargePeriodStart", "2026-10-01T00:00:00Z"),
        ("ChargePeriodEnd", "2026-11-01T00:00:00Z"),
        ("ChargeCategory", "Usage"),
        ("ChargeFrequency", "Usage-Based"),
        (
            "ChargeDescription",
            "WhatsApp: 3 marketing messages to Germany, 2026-10, at 0.1365 USD each",
        ),
        ("PricingCategory", "Standard"),
        ("RegionId", "market/Germany"),
        ("RegionName", "Germany"),
        ("SkuId", "whatsapp/message/marketing"),
        (
            "SkuPriceId",
            "whatsapp/message/marketing/Germany/USD/PMP-USD-2026-10-01",
        ),
        ("InvoiceId", ""),
        ("x_CostBasis", "expected"),
        ("x_SourceInvoiceId", ""),
    ] {
        assert_eq!(cells[column], value, "{column}");
    }
    let tags: BTreeMap<String, String> = serde_json::from_str(&cells["Tags"]).unwrap();
    assert_eq!(tags["counterfoil/account"], "1020");
    assert_eq!(tags["counterfoil/state"], "rated");
    assert!(!tags.contains_key("counterfoil/tier"));
}

#[test]
fn what_is_free_costs_nothing_and_what_has_no_rate_is_left_out() {
    let summary = summary(Period::default());
    let free = Line {
        pricing_type: Named(PricingType::FreeCustomerService),
        rate_card: None,
        rate: None,
        amount: Some(Amount::ZERO),
        state: Named(ChargeState::Free),
        market: "Unknown".to_owned(),
        ..line()
    };
    let cells_of_free = cells(&free, &summary).unwrap();
    assert_eq!(cells_of_free["BilledCost"], "0.0000");
    assert_eq!(cells_of_free["ListUnitPrice"], "0.0000");
    assert_eq!(cells_of_free["PricingQuantity"], "3.0");
    assert_eq!(cells_of_free["RegionId"], "");
    assert_eq!(cells_of_free["RegionName"], "");
    let unrated = Line {
        rate: None,
        amount: None,
        state: Named(ChargeState::Unrated),
        ..line()
    };
    assert!(cells(&unrated, &summary).is_none());
}

#[test]
fn periods_tiers_bids_and_conversations() {
    let asked = summary(Period {
        from: Some("2026-10-05".to_owned()),
        to: Some("2026-12-31".to_owned()),
    });
    let row = cells(&line(), &asked).unwrap();
    assert_eq!(row["ChargePeriodStart"], "2026-10-05T00:00:00Z");
    assert_eq!(row["ChargePeriodEnd"], "2026-11-01T00:00:00Z");
    assert_eq!(row["BillingPeriodStart"], "2026-10-01T00:00:00Z");
    let tiered = Line {
        tier: Some(Tier::new("0:100000")),
        rate_card: Some("CBP-USD-2023-06-01".to_owned()),
        quantity: 1,
        ..line()
    };
    let row = cells(&tiered, &asked).unwrap();
    assert_eq!(row["PricingUnit"], "Conversations");
    assert!(row["SkuPriceId"].ends_with("/CBP-USD-2023-06-01/0:100000"));
    assert!(row["ChargeDescription"].contains(" 1 marketing conversation to "));
    assert!(row["SkuPriceDetails"].contains("\"x_Tier\":\"0:100000\""));
    let bid = Line {
        category: Named(ChargeCategory::MarketingLite),
        rate_card: None,
        ..line()
    };
    assert_eq!(cells(&bid, &asked).unwrap()["PricingCategory"], "Dynamic");
    // Without a card the rules of the month tell: conversations before July 2025.
    let early = Line {
        month: Month::parse("2025-06").unwrap(),
        ..bid
    };
    assert_eq!(
        cells(&early, &asked).unwrap()["PricingUnit"],
        "Conversations"
    );
}

#[test]
fn hostile_names_change_no_column_and_are_no_formulas() {
    let hostile = Line {
        account: "=cmd|' /C calc'!A0".to_owned(),
        business: "+1\u{0}\r\n\"x\",\u{202e}\u{1f600}".to_owned(),
        ..line()
    };
    let cells = cells(&hostile, &summary(Period::default())).unwrap();
    assert_eq!(cells["BillingAccountId"], "account/=cmd|' /C calc'!A0");
    assert_eq!(
        cells["SubAccountId"],
        "number/+1\u{fffd}\u{fffd}\u{fffd}\"x\",\u{202e}\u{1f600}"
    );
    for (column, cell) in &cells {
        assert!(
            !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
            "{column}"
        );
    }
    // The tags keep every letter: JSON has a way to write them.
    let tags: BTreeMap<String, String> = serde_json::from_str(&cells["Tags"]).unwrap();
    assert_eq!(tags["counterfoil/business"], hostile.business);
    assert!(!cells["Tags"].contains(char::is_control));
}

#[test]
fn costs_sum_to_the_bill() {
    let world = World::generated(4000, 3, 7);
    let rows = written(&world, None);
    let priced = world.priced();
    let known = priced.lines.iter().filter(|line| line.amount.is_some());
    assert_eq!(rows.len(), known.count());
    let mut sums: BTreeMap<String, [Amount; 4]> = BTreeMap::new();
    let mut units = 0;
    for row in &rows {
        let sum = sums.entry(row["BillingCurrency"].clone()).or_default();
        let columns = ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"];
        for (sum, column) in sum.iter_mut().zip(columns) {
            *sum = sum.plus(amount(&row[column])).unwrap();
        }
        let quantity = row["PricingQuantity"].strip_suffix(".0").unwrap();
        let quantity: u64 = quantity.parse().unwrap();
        units += quantity;
        let product = amount(&row["ListUnitPrice"]).times(quantity).unwrap();
        assert_eq!(product, amount(&row["ListCost"]));
        for column in HEADER {
            assert!(row.contains_key(column), "{column}");
        }
    }
    let bill = &priced.bill;
    assert_eq!(sums.len(), bill.totals.len());
    for (currency, totals) in &bill.totals {
        assert_eq!(sums[currency], [totals.amount; 4]);
    }
    let expected: u64 = bill.totals.values().map(|sum| sum.rated + sum.free).sum();
    assert_eq!(units, expected);
}

#[test]
fn invoices_add_what_is_no_usage() {
    let world = World::generated(50, 1, 3);
    let charged = written(&world, None).len();
    let line = |kind: LineKind, cost: &str, row: u64| InvoiceLine {
        file: Arc::from("october.csv"),
        row,
        invoice_id: Arc::from("=INV-7"),
        period: None,
        basis: DateBasis::Local,
        account: None,
        business: None,
        market: None,
        country: None,
        category: None,
        pricing_type: None,
        tier: None,
        quantity: None,
        unit_price: None,
        amount: Some(amount(cost)),
        amount_digits: 2,
        currency: None,
        kind,
    };
    let period = crate::tariff::Period {
        from: LocalDate::parse("2025-07-03").unwrap(),
        to: LocalDate::parse("2025-08-02").unwrap(),
    };
    let taken = [
        line(LineKind::Usage, "100", 2),
        line(LineKind::Tax, "19", 3),
        line(LineKind::Fee, "2.5", 4),
        line(LineKind::Credit, "-5", 5),
        InvoiceLine {
            period: Some(period),
            account: Some(Arc::from("9")),
            ..line(LineKind::Adjustment, "1", 6)
        },
    ];
    let rows = written(&world, Some(&taken));
    let added: Vec<_> = rows[charged..]
        .iter()
        .map(|row| {
            [
                &row["ChargeCategory"],
                &row["BilledCost"],
                &row["x_InvoiceLineKind"],
            ]
        })
        .collect();
    assert_eq!(
        added,
        [
            ["Tax", "19.0000", "tax"],
            ["Adjustment", "2.5000", "fee"],
            ["Credit", "-5.0000", "credit"],
            ["Adjustment", "1.0000", "adjustment"],
        ]
    );
    let tax = &rows[charged];
    // The world has several accounts, one currency and July 2025.
    assert_eq!(tax["BillingAccountId"], "account/not-stated");
    assert_eq!(tax["BillingCurrency"], "USD");
    assert_eq!(tax["BillingPeriodStart"], "2025-07-01T00:00:00Z");
    assert_eq!(tax["x_SourceInvoiceId"], "invoice/=INV-7");
    assert_eq!(tax["x_SourceInvoiceRow"], "3");
    for column in [
        "PricingQuantity",
        "PricingUnit",
        "ListUnitPrice",
        "SkuId",
        "SkuPriceId",
    ] {
        assert_eq!(tax[column], "", "{column}");
    }
    let adjustment = &rows[charged + 3];
    assert_eq!(adjustment["BillingAccountId"], "account/9");
    assert_eq!(adjustment["BillingPeriodStart"], "2025-07-01T00:00:00Z");
    assert_eq!(adjustment["BillingPeriodEnd"], "2025-09-01T00:00:00Z");
    assert_eq!(adjustment["ChargePeriodStart"], "2025-07-03T00:00:00Z");
    assert_eq!(adjustment["ChargePeriodEnd"], "2025-08-03T00:00:00Z");
}
