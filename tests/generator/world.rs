//! What stands beside a log: accounts, settings, the template registry.

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::random::Random;
use super::times::{Times, ZONES};
use crate::oracle::clock::{DAY, SECOND, date, midnight, month};
use crate::oracle::settings::SETTINGS;
use crate::oracle::{Account, Accounts, Change, Registered, Settings, UsedAllowance};

/// Two phone numbers and one phone_number_id.
pub const BUSINESSES: [&str; 3] = ["15550001111", "441632960000", "109876543210987654"];

pub fn accounts(r: &mut Random) -> Accounts {
    if r.chance(15) {
        return Accounts::default(); // no file: one account, UTC (reading 1)
    }
    let mut accounts = Accounts {
        present: true,
        ..Accounts::default()
    };
    for (index, id) in ["A", "B", "default"].into_iter().enumerate() {
        if index == 2 && r.chance(50) {
            continue;
        }
        let mut account = Account {
            id: id.to_string(),
            timezone: r.chance(85).then(|| r.pick(&ZONES).to_string()),
            exempt: r.chance(15),
            ai_provider: r.chance(15),
            ..Account::default()
        };
        if index < 2 {
            account.numbers.push(BUSINESSES[index].to_string());
        }
        if r.chance(12) {
            account.changes.push(change(r));
        }
        accounts.accounts.push(account);
    }
    let months = [
        "2022-02", "2023-05", "2023-06", "2023-09", "2024-10", "2026-09", "2026-10",
    ];
    for _ in 0..r.pick(&[0, 0, 1, 3]) {
        let (account, number) = if r.chance(50) {
            (Some(r.pick(&["A", "B"]).to_string()), None)
        } else {
            (None, Some(r.pick(&BUSINESSES).to_string()))
        };
        let month = r.pick(&months).to_string();
        let count = r.pick(&[1, 2, 998, 999, 1_000]);
        let same = |used: &UsedAllowance| {
            used.month == month && used.account == account && used.number == number
        };
        if !accounts.used_allowance.iter().any(same) {
            accounts.used_allowance.push(UsedAllowance {
                account,
                number,
                month,
                count,
            });
        }
    }
    accounts
}

/// A change in the middle of a month, so that no local midnight of S-08 coincides with it.
fn change(r: &mut Random) -> Change {
    let (year, month) = r.pick(&[(2022, 6), (2023, 6), (2025, 7), (2026, 10)]);
    let mut change = Change {
        from: date(year, month, r.between(10, 20) as u32),
        ..Change::default()
    };
    match r.below(4) {
        0 => change.exempt = Some(r.chance(50)),
        1 => change.ai_provider = Some(r.chance(50)),
        _ => change.timezone = Some(r.pick(&ZONES).to_string()),
    }
    change
}

pub fn settings(r: &mut Random, accounts: &Accounts, times: &Times) -> Settings {
    let mut settings = Settings::default();
    let plain = r.chance(25);
    for (_, name, values) in SETTINGS {
        if name.starts_with("inferred") {
            continue; // set beside the guesses they decide about
        }
        let small_allowance = name.starts_with("allowance") && r.chance(50);
        if small_allowance || (!plain && r.chance(15)) {
            if name == "default_timezone" && !accounts.present {
                continue;
            }
            settings
                .set
                .push((name.to_string(), r.pick(values).to_string()));
        }
    }
    if r.chance(15) {
        let id = r.pick(&["cbp-2022", "cbp-2023", "pmp-2025", "pmp-2026"]);
        settings.rulebook = Some(id.to_string());
    }
    let from = r.chance(12).then(|| near(r, times));
    let to = r.chance(12).then(|| near(r, times));
    if from.is_none() || to.is_none() || from <= to {
        settings.from = from;
        settings.to = to;
    }
    settings.shadow = r.chance(20);
    settings.detail_messages = r.chance(20);
    settings
}

/// Some rules only speak on a few days: there, the world leans towards what they speak about.
pub fn lean(r: &mut Random, accounts: &mut Accounts, settings: &mut Settings, times: &Times) {
    let lies_at = |day: NaiveDate| times.days.contains(&day);
    let mut set = |name: &str, value: &str| {
        settings.set.retain(|(known, _)| known != name); // said once only
        settings.set.push((name.to_string(), value.to_string()));
    };
    if lies_at(date(2025, 7, 1)) && r.chance(40) {
        set(
            "carry_over_2025",
            r.pick(&["all", "all", "utility", "none"]),
        );
    }
    let exempt = lies_at(date(2028, 1, 1)) || (lies_at(date(2026, 10, 1)) && r.chance(20));
    if exempt {
        set("allowance_pmp_2026", r.pick(&["0", "1"]));
        accounts
            .accounts
            .iter_mut()
            .for_each(|account| account.exempt = true);
    }
    let x5 = [(2026, 2, 16), (2026, 3, 11), (2026, 5, 13)];
    if x5
        .into_iter()
        .any(|(year, month, day)| lies_at(date(year, month, day)))
    {
        accounts
            .accounts
            .iter_mut()
            .for_each(|account| account.ai_provider = true);
    }
}

fn near(r: &mut Random, times: &Times) -> NaiveDate {
    r.pick(&times.days) + TimeDelta::days(r.pick(&[-2, -1, 0, 0, 1, 2, 3]))
}

/// A timeline of some templates (D-7), with changes near the days of the log.
pub fn templates(r: &mut Random, times: &Times) -> Vec<Registered> {
    let mut timeline = Vec::new();
    if !r.chance(40) {
        return timeline;
    }
    for template in TEMPLATES {
        for _ in 0..r.below(4) {
            let day = midnight(Tz::UTC, r.pick(&times.days));
            let valid_from = day + r.pick(&[-90 * DAY, -DAY, -SECOND, 0, SECOND, DAY]);
            if timeline
                .iter()
                .any(|it: &Registered| it.template == template && it.valid_from == valid_from)
            {
                continue;
            }
            timeline.push(Registered {
                template: template.to_string(),
                category: r
                    .pick(&["marketing", "utility", "authentication"])
                    .to_string(),
                status: r.pick(&["approved", "approved", "paused"]).to_string(),
                valid_from,
            });
        }
    }
    timeline
}

pub const TEMPLATES: [&str; 3] = ["order_update", "promo/en", "promo/pt_BR"];
