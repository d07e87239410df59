//! Pricing the counts of a replay again comes to what pricing every charge anew comes to: groups, lines and tiers, of
//! other cards, other ladders and other accounts.
//!
//! `COUNTERFOIL_SEEDS=n` runs n seeds instead of 80, `COUNTERFOIL_SEED=n` one seed.

mod generator;
mod oracle;
mod reprice_check;

use chrono::TimeDelta;
use counterfoil::accounts::Accounts;
use counterfoil::pricing::{CardDays, Named, PriceList, Repricer};
use counterfoil::rulebook::{Rulebook, Settings};
use counterfoil::tariff::Tariff;
use counterfoil::vocabulary::PricingType;
use generator::random::Random;
use generator::tariff::Tables;
use generator::{Case, files, prices};
use oracle::tariff::Step;
use reprice_check::{Input, Log, anew, loaded_accounts, loaded_tariff};
use rust_decimal::Decimal;

fn environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
    )
}

#[test]
fn pricing_again_is_pricing_anew() {
    let seeds = match environment("COUNTERFOIL_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..environment("COUNTERFOIL_SEEDS").unwrap_or(80),
    };
    let (mut charges, mut tiers) = (0, 0);
    for seed in seeds.clone() {
        let (more_charges, more_tiers) = agree(seed);
        charges += more_charges;
        tiers += more_tiers;
    }
    // Logs in which nothing is charged, or nothing climbs, would hold nothing.
    if seeds.count() > 50 {
        assert!(charges > 1_000 && tiers > 100, "{charges} and {tiers}");
    }
}

/// The units that were billed, and those on a later step of a ladder than the first.
fn agree(seed: u64) -> (u64, u64) {
    let case = prices::generate(seed);
    let random = &mut Random::new(seed ^ 0x5245_5052);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let input = Input::of(&case, folder.path());
    let log = Log::open(&files::csv(&case), folder.path());
    let replayed = log.replay(&input);
    let rulebook = Rulebook::embedded().expect("the rulebook");
    let cards = match (&case.settings.rulebook, random.chance(50)) {
        (Some(_), true) => CardDays::Nearest,
        (Some(_), false) => CardDays::NearestUnderOtherRegime(&rulebook),
        (None, _) => CardDays::Real,
    };
    let request = input.request(&replayed, cards);
    let mut repricer = Repricer::of(&request);
    let scenarios: Vec<(Tariff, Accounts)> = (0..4)
        .map(|place| {
            let other = other_scenario(random, &case);
            let folder = folder.path().join(format!("scenario{place}"));
            std::fs::create_dir(&folder).expect("a folder");
            (
                loaded_tariff(&other, &folder),
                loaded_accounts(&other, &folder, &input.settings),
            )
        })
        .collect();
    let (mut charges, mut later_steps) = (0, 0);
    // The first ones again: what is remembered must not have changed.
    for (number, (tariff, accounts)) in scenarios.iter().chain(&scenarios[..2]).enumerate() {
        let (list, groups) = repricer.price(tariff, accounts).expect("a price");
        let again = reprice_check::shown(&replayed.outcome, tariff, &list, &groups);
        let once = anew(&request, tariff, accounts);
        assert_eq!(again, once, "seed {seed}, scenario {number}");
        charges += groups
            .iter()
            .map(|(_, totals)| totals.quantity)
            .sum::<u64>();
        let is_later = |label: &str| !label.starts_with("0:");
        later_steps += groups
            .iter()
            .filter(|(group, _)| {
                list.tier_label(list.price(group.price))
                    .is_some_and(is_later)
            })
            .map(|(_, totals)| totals.quantity)
            .sum::<u64>();
    }
    (charges, later_steps)
}

/// Other rates, fewer cells, other ladders, other currencies, portfolios and volumes.
fn other_scenario(r: &mut Random, case: &Case) -> Case {
    let mut other = case.clone();
    let mut tariff = case.tables.as_ref().expect("tables").tariff().clone();
    let percent = r.between(0, 250);
    tariff.rates.retain(|_| !r.chance(4));
    for rate in &mut tariff.rates {
        rate.rate = (rate.rate * Decimal::new(percent, 2)).round_dp(6);
    }
    let is_tiered = |category: &str| category == "utility" || category.starts_with("authentic");
    let cells: Vec<_> = tariff
        .rates
        .iter()
        .filter(|rate| rate.model == "PMP" && is_tiered(&rate.category))
        .cloned()
        .collect();
    tariff.steps.retain(|_| r.chance(60));
    // A gap is no ladder of this file.
    let kept = tariff.steps.clone();
    tariff.steps.retain(|step| {
        let is_first = |other: &Step| other.tier_from == 1;
        let is_same = |other: &&Step| {
            (other.from, &other.currency, &other.market, &other.category)
                == (step.from, &step.currency, &step.market, &step.category)
        };
        kept.iter().filter(is_same).any(is_first)
    });
    for cell in &cells {
        let from = cell.from + TimeDelta::days(r.pick(&[0, 0, 0, 1]));
        let is_known = |step: &Step| {
            (step.from, &step.currency, &step.market, &step.category)
                == (from, &cell.currency, &cell.market, &cell.category)
        };
        if r.chance(40) || tariff.steps.iter().any(is_known) {
            continue;
        }
        let mut tier_from = 1;
        for last in [false, false, true] {
            let tier_to = (!last).then(|| tier_from + r.between(0, 2) as u64);
            tariff.steps.push(Step {
                from,
                currency: cell.currency.clone(),
                market: cell.market.clone(),
                category: cell.category.clone(),
                tier_from,
                tier_to,
                tier_to_known: true,
                rate: r.chance(95).then(|| Decimal::new(r.between(1, 999), 4)),
            });
            tier_from = tier_to.map_or(0, |to| to + 1);
        }
    }
    other.tables = Some(Tables::Own(tariff));
    let currencies = ["USD", "INR", "GBP"];
    for account in &mut other.accounts.accounts {
        if r.chance(50) {
            account.currency = Some(r.pick(&currencies).to_owned());
        }
        if account.portfolio.is_some() && r.chance(30) {
            account.portfolio = Some(r.pick(&["P", "Q"]).to_owned());
        }
        for change in account.changes.iter_mut() {
            if change.currency.is_some() {
                change.currency = Some(r.pick(&currencies).to_owned());
            }
        }
    }
    for used in &mut other.accounts.used_volume {
        used.count = r.pick(&[0, 1, 2, 80_000]);
    }
    other
}

/// Six utility messages to India, one a minute: X Y X X Y Y.
const LOG: &str = "\
message_id,timestamp,direction,business,customer,type,category,template,status,delivered_at
m1,2026-10-05T10:01:00Z,outbound,100,919876500001,template,utility,t,delivered,2026-10-05T10:01:00Z
m2,2026-10-05T10:02:00Z,outbound,200,919876500002,template,utility,t,delivered,2026-10-05T10:02:00Z
m3,2026-10-05T10:03:00Z,outbound,100,919876500003,template,utility,t,delivered,2026-10-05T10:03:00Z
m4,2026-10-05T10:04:00Z,outbound,100,919876500004,template,utility,t,delivered,2026-10-05T10:04:00Z
m5,2026-10-05T10:05:00Z,outbound,200,919876500005,template,utility,t,delivered,2026-10-05T10:05:00Z
m6,2026-10-05T10:06:00Z,outbound,200,919876500006,template,utility,t,delivered,2026-10-05T10:06:00Z
";

/// A ladder that ends its first step, of 0.04, with this rank; then 0.03.
fn ladder(last: u64) -> String {
    let step = |from: u64, to: String, rate: &str| {
        format!("2026-10-01,USD,India,utility,{from},{to},true,{rate},,by hand,official\n")
    };
    format!(
        "effective_from,currency,market,category,tier_from,tier_to,tier_to_known,rate,discount,source,confidence\n{}{}",
        step(1, last.to_string(), "0.04"),
        step(last + 1, String::new(), "0.03")
    )
}

#[test]
fn a_step_cuts_the_charges_of_two_businesses() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let input = Input::plain();
    let log = Log::open(LOG, folder.path());
    let replayed = log.replay(&input);
    let request = input.request(&replayed, CardDays::Real);
    let mut repricer = Repricer::of(&request);
    // The first step ends with this rank: how many of each business have the first rate, how many the second.
    let cases = [
        (3, [(2, 1), (1, 2)]),
        // Between the cut before and the beginning, then behind it, then the same again.
        (1, [(1, 2), (0, 3)]),
        (5, [(3, 0), (2, 1)]),
        (3, [(2, 1), (1, 2)]),
        // Nobody gets beyond the first step.
        (6, [(3, 0), (3, 0)]),
    ];
    for (last, expected) in cases {
        let tables = folder.path().join("tables");
        std::fs::create_dir_all(&tables).expect("a folder");
        std::fs::write(tables.join("tiers.csv"), ladder(last)).expect("a file");
        let tariff = Tariff::load(&tables).expect("a tariff");
        let (list, groups) = repricer.price(&tariff, &input.accounts).expect("a price");
        let lines = counterfoil::pricing::lines(&replayed.outcome, &list, &groups, &tariff);
        let units = |business: &str, rate: &str| -> u64 {
            let of = lines.iter().filter(|line| {
                let is_rate = line.rate.is_some_and(|own| own.to_string() == rate);
                line.business == business && is_rate
            });
            of.map(|line| line.quantity).sum()
        };
        let found = ["100", "200"].map(|name| (units(name, "0.04"), units(name, "0.03")));
        assert_eq!(found, expected, "a first step of {last}");
        assert!(
            lines
                .iter()
                .all(|line| line.pricing_type == Named(PricingType::Regular))
        );
        assert_eq!(climbed(&list), [(6, last < 6)], "a first step of {last}");
    }
}

/// By counter: how much it counted, and whether it reached the last step.
fn climbed(list: &PriceList) -> Vec<(u64, bool)> {
    let positions = list.tiers.iter();
    positions
        .map(|position| (position.counted, position.next_from.is_none()))
        .collect()
}

#[test]
#[should_panic(expected = "a tariff of the same markets")]
fn a_tariff_of_other_markets_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let input = Input::plain();
    let log = Log::open(LOG, folder.path());
    let replayed = log.replay(&input);
    let mut repricer = Repricer::of(&input.request(&replayed, CardDays::Real));
    let mut other = Tariff::embedded().expect("the built-in tables");
    let shipped = oracle::tariff::shipped_folder().join("markets.csv");
    let text = std::fs::read_to_string(shipped).expect("the markets");
    let without = text.lines().filter(|line| !line.contains("Kazakhstan"));
    let without = without.collect::<Vec<_>>().join("\n");
    other.markets = counterfoil::tariff::Markets::parse(&without, "markets.csv").expect("markets");
    let accounts = Accounts::absent(&Settings::default());
    drop(repricer.price(&other, &accounts));
}
