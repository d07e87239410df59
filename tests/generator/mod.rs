//! Adversarial logs from a seed: few businesses, customers and accounts, so that everything
//! collides, at instants that sit on or beside the edges of the rules.
//!
//! Nothing here knows what a log should lead to; that is the oracle's part.
#![allow(dead_code, unused_imports)]

pub mod files;
pub mod inferred;
pub mod messages;
pub mod prices;
pub mod random;
pub mod rows;
pub mod spoil;
pub mod tariff;
pub mod times;
pub mod world;

use crate::oracle::{Accounts, Outcome, Registered, Row, Settings, World, market, replay};
use random::Random;
use tariff::Tables;

/// One generated log with everything that stands beside it.
#[derive(Clone, Debug)]
pub struct Case {
    pub seed: u64,
    pub rows: Vec<Row>,
    pub accounts: Accounts,
    pub templates: Vec<Registered>,
    pub settings: Settings,
    /// What things cost; with it the case is one for `audit`.
    pub tables: Option<Tables>,
    /// How the CSV is written.
    pub all_columns: bool,
    pub upper_case_header: bool,
}

impl Case {
    /// What the oracle makes of it.
    pub fn outcome(&self) -> Outcome {
        let tariff = self.tables.as_ref().map(|tables| tables.tariff());
        let country = |customer: &str| match tariff {
            Some(tariff) => market::country(tariff, customer),
            None => country_of(customer),
        };
        let world = World {
            accounts: &self.accounts,
            settings: &self.settings,
            templates: &self.templates,
            country_of: &country,
            tariff,
        };
        replay(&self.rows, &world)
    }
}

pub fn generate(seed: u64) -> Case {
    let mut random = Random::new(seed);
    let r = &mut random;
    let mut accounts = world::accounts(r);
    let mut clock = times::Times::new(r, &accounts, times::DAYS);
    let mut settings = world::settings(r, &accounts, &clock);
    world::lean(r, &mut accounts, &mut settings, &clock);
    let templates = world::templates(r, &clock);
    let sent_only = seed % 97 == 13; // D-3 needs a log of a thousand
    let rows = if sent_only {
        messages::sent_only(r, &mut clock)
    } else {
        messages::log(r, &mut clock, &messages::ADVERSARIAL)
    };
    let all_columns = r.chance(30);
    let upper_case_header = r.chance(10);
    let mut case = Case {
        seed,
        rows,
        accounts,
        templates,
        settings,
        tables: None,
        all_columns,
        upper_case_header,
    };
    inferred::guess(&mut case);
    case
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
