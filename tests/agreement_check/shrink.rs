//! Makes a case that disagrees small.

use super::differences;
use crate::generator::Case;
use crate::generator::tariff::Tables;
use crate::oracle;

/// Removes rows, settings and accounts for as long as a difference stays.
pub fn shrink(mut case: Case) -> Case {
    let mut attempts = 0;
    let mut keeps = |smaller: &Case| {
        attempts += 1;
        attempts < 3_000 && !differences(smaller).is_empty()
    };
    loop {
        let before = (case.rows.len(), case.settings.set.len());
        let mut chunk = case.rows.len().div_ceil(2).max(1);
        loop {
            let mut start = 0;
            while start < case.rows.len() {
                let mut smaller = case.clone();
                let end = (start + chunk).min(smaller.rows.len());
                smaller.rows.drain(start..end);
                if keeps(&smaller) {
                    case = smaller;
                } else {
                    start += chunk;
                }
            }
            if chunk == 1 {
                break;
            }
            chunk = chunk.div_ceil(2);
        }
        while let Some(smaller) = simpler_worlds(&case).into_iter().find(|it| keeps(it)) {
            case = smaller;
        }
        let mut index = 0;
        while index < case.settings.set.len() {
            let mut smaller = case.clone();
            smaller.settings.set.remove(index);
            if keeps(&smaller) {
                case = smaller;
            } else {
                index += 1;
            }
        }
        if before == (case.rows.len(), case.settings.set.len()) {
            return case;
        }
    }
}

/// The same case without one thing that stands beside the log.
fn simpler_worlds(case: &Case) -> Vec<Case> {
    let mut worlds = Vec::new();
    let mut without = |remove: &dyn Fn(&mut Case)| {
        let mut smaller = case.clone();
        remove(&mut smaller);
        worlds.push(smaller);
    };
    if !case.settings.set.is_empty() {
        without(&|case| case.settings.set.clear());
    }
    if !case.templates.is_empty() {
        without(&|case| case.templates.clear());
    }
    if case.accounts.present {
        without(&|case| {
            case.accounts = oracle::Accounts::default();
            let known = |name: &str| name != "default_timezone"; // it speaks of an accounts file
            case.settings.set.retain(|(name, _)| known(name));
        });
    }
    if !case.accounts.used_allowance.is_empty() {
        without(&|case| case.accounts.used_allowance.clear());
    }
    if case
        .accounts
        .accounts
        .iter()
        .any(|it| !it.changes.is_empty())
    {
        without(&|case| {
            case.accounts
                .accounts
                .iter_mut()
                .for_each(|it| it.changes.clear())
        });
    }
    if let Some(Tables::Own(_)) = case.tables {
        without(&|case| case.tables = Some(Tables::Shipped));
    }
    if !case.accounts.used_volume.is_empty() {
        without(&|case| case.accounts.used_volume.clear());
    }
    if case.settings.rulebook.is_some() {
        without(&|case| case.settings.rulebook = None);
    }
    if case.settings.from.is_some() {
        without(&|case| case.settings.from = None);
    }
    if case.settings.to.is_some() {
        without(&|case| case.settings.to = None);
    }
    if case.settings.shadow {
        without(&|case| case.settings.shadow = false);
    }
    if case.settings.detail_messages {
        without(&|case| case.settings.detail_messages = false);
    }
    worlds
}
