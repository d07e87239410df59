//! What belongs to a log beside it: the accounts, and what was done to its rows.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::faults::Injected;
use super::ids;
use super::model::Model;
use crate::vocabulary::Instant;

/// The accounts of a model, as `accounts.toml`.
pub fn accounts_toml(model: &Model) -> String {
    let mut text = String::from("# Belongs to a simulated log.\n");
    let mut put = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    let portfolios: BTreeSet<&String> = model
        .businesses
        .iter()
        .filter_map(|business| business.portfolio.as_ref())
        .collect();
    for portfolio in portfolios {
        put(format!("\n[[portfolio]]\nid = \"{portfolio}\""));
    }
    let mut told = BTreeSet::new();
    for business in &model.businesses {
        if !told.insert(&business.account) {
            continue;
        }
        put(format!("\n[[account]]\nid = \"{}\"", business.account));
        if let Some(portfolio) = &business.portfolio {
            put(format!("portfolio = \"{portfolio}\""));
        }
        put(format!("timezone = \"{}\"", business.zone.name()));
        put(format!("currency = \"{}\"", business.currency));
        let own = model.businesses.iter();
        let own = own.filter(|other| other.account == business.account);
        let numbers: Vec<String> = own.map(|other| format!("\"{}\"", other.number)).collect();
        put(format!("numbers = [{}]", numbers.join(", ")));
    }
    text
}

/// Every fault, one a line: its kind, and the row it was done to as that should be.
pub fn faults_csv(injected: &[Injected]) -> String {
    let mut text = String::from("fault,message_id,status,timestamp\n");
    let mut id = [0; ids::ID_BYTES];
    for found in injected {
        ids::write(found.message, &mut id);
        let status = found.status.map_or("", |status| status.name());
        let _ = writeln!(
            text,
            "{},{},{status},{}",
            found.fault,
            String::from_utf8_lossy(&id),
            Instant::from_seconds(found.at)
        );
    }
    text
}
