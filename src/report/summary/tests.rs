//! The summary against its published schema and against a slow count.

use std::collections::BTreeMap;

use serde_json::Value;

use super::limits::limits;
use super::{BillTotals, Circumstances, InferredSummary, Reading, SettingInForce, Summary};
use crate::replay::outcome::Inferred;
use crate::report::fixture::World;
use crate::vocabulary::PricingType;

const SCHEMA: &str = include_str!("../../../docs/schema/summary.schema.json");

fn summary(world: &World) -> Summary {
    let circumstances = Circumstances {
        settings: vec![SettingInForce {
            id: "S-07".into(),
            name: "window_instant".into(),
            value: "send".into(),
            origin: "default".into(),
        }],
        ..Circumstances::default()
    };
    world.summary(true, circumstances)
}

/// The part of JSON schema that the published one uses.
pub fn check(value: &Value, schema: &Value, root: &Value, path: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = &root["$defs"][reference.trim_start_matches("#/$defs/")];
        assert!(target.is_object(), "{path}: {reference} leads nowhere");
        return check(value, target, root, path);
    }
    let is_a = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{path}: the schema speaks of {other}"),
    };
    match &schema["type"] {
        Value::String(name) => assert!(is_a(name), "{path}: {value} is no {name}"),
        Value::Array(names) => {
            assert!(
                names.iter().any(|name| is_a(name.as_str().unwrap())),
                "{path}: {value}"
            );
        }
        other => panic!("{path}: type {other}"),
    }
    if let Some(fields) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(
                fields.contains_key(name.as_str().unwrap()),
                "{path}: no {name}"
            );
        }
        for (name, field) in fields {
            let inner = match &schema["properties"][name] {
                Value::Null => &schema["additionalProperties"],
                inner => inner,
            };
            assert!(inner.is_object(), "{path}: the schema does not know {name}");
            check(field, inner, root, &format!("{path}.{name}"));
        }
    }
    for item in value.as_array().into_iter().flatten() {
        check(item, &schema["items"], root, &format!("{path}[]"));
    }
}

#[test]
fn the_summary_satisfies_its_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for rows in [0, 500] {
        let text = summary(&World::generated(rows, 3, 5)).to_json().unwrap();
        check(
            &serde_json::from_str(&text).unwrap(),
            &schema,
            &schema,
            "summary",
        );
    }
}

/// 12 messages of inferred kind: 1.50 as in the run, 0.25 and 3 otherwise.
#[test]
fn a_range_satisfies_the_schema_and_is_the_first_limit() {
    let inferred = Inferred {
        kinds: 12,
        categories: 7,
        leaves_kinds_open: true,
        leaves_categories_open: true,
        leaves_template_categories_open: false,
    };
    let reading = |kind: &str, currency: &str, amount: &str, unrated: u64| Reading {
        inferred_template: kind.into(),
        inferred_category: "map".into(),
        in_force: kind == "window",
        totals: BTreeMap::from([(
            currency.to_owned(),
            BillTotals {
                amount: amount.parse().unwrap(),
                unrated,
                ..BillTotals::default()
            },
        )]),
    };
    let readings = [
        reading("window", "USD", "1.5", 0),
        reading("never", "USD", "0.25", 0),
        reading("always", "EUR", "3", 4),
    ];
    let mut summary = summary(&World::generated(10, 1, 1));
    assert_eq!(summary.inferred, None);
    summary.inferred = InferredSummary::new(inferred, &readings);
    summary.limits = limits(&summary);
    // A currency that a reading has no charge in comes to nothing there.
    assert_eq!(
        summary.limits[..4],
        [
            "The bill lies between 0.0000 and 3.0000 EUR by how inferred messages are read \
             (inferred_template, inferred_category); it stands at 0.0000.",
            "The bill lies between 0.0000 and 1.5000 USD by how inferred messages are read \
             (inferred_template, inferred_category); it stands at 1.5000.",
            "Up to 4 units of such a reading have no rate: its bill lacks what they cost.",
            "The log does not say of 12 messages whether they are templates, nor the category of 7: rules decided \
             it, and lines that rest on them are estimated.",
        ]
    );
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let text = summary.to_json().unwrap();
    let value = serde_json::from_str(&text).unwrap();
    check(&value, &schema, &schema, "summary");
}

#[test]
fn counts_agree_with_a_slow_count() {
    let world = World::generated(5_000, 6, 17);
    let summary = summary(&world);
    let charges = || {
        world
            .outcome
            .parts
            .iter()
            .flat_map(|part| part.charges.iter())
    };
    for &pricing_type in PricingType::ALL {
        let slow = charges()
            .filter(|charge| charge.pricing_type == pricing_type)
            .count();
        let counted: u64 = summary
            .charges
            .values()
            .flat_map(|categories| categories.values())
            .filter_map(|types| types.get(pricing_type.name()))
            .map(|counts| counts.count)
            .sum();
        assert_eq!(counted, slow as u64, "{pricing_type}");
    }
    let by_account: u64 = summary
        .charges_by_account
        .values()
        .map(|counts| counts.count)
        .sum();
    let by_business: u64 = summary
        .charges_by_business
        .values()
        .flat_map(|months| months.values())
        .map(|counts| counts.count)
        .sum();
    assert_eq!(by_account, charges().count() as u64);
    let by_day = summary
        .over_time
        .charges
        .values()
        .flat_map(|day| day.values());
    assert_eq!(by_day.sum::<u64>(), by_account);
    let by_rule = summary.rules.iter().map(|rule| rule.charges);
    assert_eq!(by_rule.sum::<u64>(), by_account);
    let by_hour = summary.over_time.chargeable_by_hour.iter().flatten();
    let chargeable = charges().filter(|charge| charge.is_chargeable()).count();
    assert_eq!(by_hour.sum::<u64>(), chargeable as u64);
    let opened = summary.conversations.values().flat_map(|by| by.values());
    let opened: u64 = opened.map(|counts| counts.count).sum();
    let by_day = summary.over_time.conversations.values();
    assert_eq!(by_day.flat_map(|day| day.values()).sum::<u64>(), opened);
    let by_rule = summary.rules.iter().map(|rule| rule.conversations);
    assert_eq!(by_rule.sum::<u64>(), opened);
    let bill = summary.bill.as_ref().expect("a bill");
    for (currency, days) in &summary.over_time.amounts {
        let mut sum = crate::tariff::Amount::ZERO;
        for amount in days.values().flat_map(|day| day.values()) {
            sum = sum.plus(*amount).expect("a sum");
        }
        assert_eq!(sum, bill.totals[currency].amount);
    }
    assert_eq!(by_business, by_account);
}

#[test]
fn the_summary_does_not_depend_on_threads_or_parts() {
    let one = summary(&World::generated(5_000, 6, 17)).to_json().unwrap();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(3)
        .build()
        .unwrap();
    let shuffled = World::generated(5_000, 6, 17).shuffled(2);
    let three = pool.install(|| summary(&shuffled).to_json().unwrap());
    assert_eq!(one, three);
}
