//! Whole files: sums against the bill, values against the specification, and what invoices add.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::row::HEADER;
use super::super::{FILE, write};
use super::{Cells, amount};
use crate::audit::{DateBasis, InvoiceLine, LineKind};
use crate::report::fixture::World;
use crate::report::summary::Circumstances;
use crate::report::tables::Content;
use crate::run::output::Folder;
use crate::tariff::Amount;
use crate::vocabulary::LocalDate;

/// What FOCUS 1.2 lets no row of usage leave out.
const NEVER_NULL: [&str; 25] = [
    "BilledCost",
    "BillingAccountId",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "ServiceName",
    "SkuId",
    "SkuPriceId",
];
/// Columns whose values FOCUS 1.2 lists, with those that rows of usage may have.
const ALLOWED: [(&str, &[&str]); 6] = [
    ("ChargeCategory", &["Usage"]),
    ("ChargeClass", &[""]),
    ("ChargeFrequency", &["Usage-Based"]),
    ("PricingCategory", &["Standard", "Dynamic"]),
    ("ServiceCategory", &["Mobile"]),
    ("ServiceSubcategory", &["Other (Mobile)"]),
];

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
        adjustments: None,
        tariff: &priced.tariff,
        ids: &world.ids,
    };
    let summary = world.summary(true, Circumstances::default());
    write(&summary, &content, invoice, &folder).unwrap();
    let folder = folder.commit().unwrap();
    let mut reader = csv::Reader::from_path(folder.join(FILE)).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
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
        for column in NEVER_NULL {
            assert!(!row[column].trim().is_empty(), "{column}");
        }
        for (column, allowed) in ALLOWED {
            assert!(allowed.contains(&row[column].as_str()), "{column}");
        }
        for column in HEADER.iter().filter(|name| name.contains("Period")) {
            let time = &row[*column];
            assert!(time.len() == 20 && time.ends_with("T00:00:00Z"), "{time}");
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
