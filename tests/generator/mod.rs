//! Adversarial logs from a seed: few businesses, customers and accounts, so that everything
//! collides, at instants that sit on or beside the edges of the rules.
//!
//! Nothing here knows what a log should lead to; that is the oracle's part.
#![allow(dead_code, unused_imports)]

pub mod files;
pub mod messages;
pub mod random;
pub mod rows;
pub mod spoil;
pub mod times;
pub mod world;

use crate::oracle::{Accounts, Registered, Row, Settings, World};
use random::Random;

/// One generated log with everything that stands beside it.
#[derive(Clone, Debug)]
pub struct Case {
    pub seed: u64,
    pub rows: Vec<Row>,
    pub accounts: Accounts,
    pub templates: Vec<Registered>,
    pub settings: Settings,
    /// How the CSV is written.
    pub all_columns: bool,
    pub upper_case_header: bool,
}

impl Case {
    pub fn world(&self) -> World<'_> {
        World {
            accounts: &self.accounts,
            settings: &self.settings,
            templates: &self.templates,
            country_of: &country_of,
            tariff: None,
        }
    }
}

pub fn generate(seed: u64) -> Case {
    let mut random = Random::new(seed);
    let r = &mut random;
    let mut accounts = world::accounts(r);
    let mut clock = times::Times::new(r, &accounts);
    let mut settings = world::settings(r, &accounts, &clock);
    world::lean(r, &mut accounts, &mut settings, &clock);
    let templates = world::templates(r, &clock);
    let sent_only = seed % 97 == 13; // D-3 needs a log of a thousand
    let rows = if sent_only {
        messages::sent_only(r, &mut clock)
    } else {
        messages::log(r, &mut clock)
    };
    let all_columns = r.chance(30);
    let upper_case_header = r.chance(10);
    Case {
        seed,
        rows,
        accounts,
        templates,
        settings,
        all_columns,
        upper_case_header,
    }
}

/// The countries of the customers that the generator knows (K-1); ids have none.
pub fn country_of(customer: &str) -> Option<String> {
    if customer.len() > 15 || !customer.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let prefixes = [
        ("91", "IN"),
        ("55", "BR"),
        ("39", "IT"),
        ("49", "DE"),
        ("1415", "US"),
        ("44", "GB"),
    ];
    let found = prefixes
        .iter()
        .find(|(prefix, _)| customer.starts_with(prefix));
    found.map(|(_, country)| country.to_string())
}
