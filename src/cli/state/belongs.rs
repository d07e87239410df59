//! Under what a run stands, as its state remembers it.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::super::args::{Detail, LogArgs};
use super::super::batch::Purpose;
use super::super::inputs::Inputs;
use crate::accounts::Accounts;
use crate::log::CellContext;
use crate::run::manifest;
use crate::state::Belongs;

/// What the state of a run belongs to; accounts join when the log has named them.
pub fn of_run(args: &LogArgs, purpose: Purpose<'_>, inputs: &Inputs) -> Result<Belongs> {
    let mut options = BTreeMap::new();
    if let Some(regime) = args.source.rulebook {
        options.insert("rulebook".to_owned(), regime.name().to_owned());
    }
    if args.detail == Some(Detail::Messages) {
        options.insert("detail".to_owned(), "messages".to_owned());
    }
    if args.shadow {
        options.insert("shadow".to_owned(), "yes".to_owned());
    }
    let mut tables = BTreeMap::from([
        ("rulebook".to_owned(), manifest::rulebook_hash()),
        ("rate cards".to_owned(), manifest::tariff_hash()),
    ]);
    for path in &inputs.tariff.own_files {
        let content = std::fs::read(path);
        let content = content.with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.file_name().unwrap_or(path.as_os_str());
        let hash = blake3::hash(&content).to_hex().to_string();
        tables.insert(format!("own {}", name.to_string_lossy()), hash);
    }
    let settings = inputs.settings.merged().into_iter();
    Ok(Belongs {
        command: purpose.name().to_owned(),
        options,
        settings: settings
            .map(|setting| (setting.name.to_owned(), setting.value))
            .collect(),
        tables,
        used_elsewhere: used_elsewhere(&inputs.accounts),
        numbers: BTreeMap::new(),
        accounts: inputs
            .accounts
            .ids()
            .map(|id| (id.to_owned(), inputs.accounts.account(id).described()))
            .collect(),
    })
}

/// Volumes (R-2, S-23) and allowances (C22-3, C23-6, P26-2) that the accounts file says were used elsewhere.
fn used_elsewhere(accounts: &Accounts) -> BTreeMap<String, String> {
    let volumes = accounts.used_volume().iter().map(|used| {
        let name = format!(
            "{} volume of {}, {}, {}",
            used.month, used.portfolio, used.market, used.category
        );
        (name, used.count.to_string())
    });
    let allowances = accounts.used_allowances();
    let allowances = allowances
        .map(|(owner, month, count)| (format!("{month} allowance of {owner}"), count.to_string()));
    volumes.chain(allowances).collect()
}

/// To whom the business numbers belong that a log has named.
pub fn numbers_of(cells: &CellContext, accounts: &Accounts) -> BTreeMap<String, String> {
    let numbers = (0..cells.businesses.len() as u32).map(|code| cells.businesses.word(code));
    described(numbers, accounts)
}

/// To whom business numbers belong.
pub fn described(
    numbers: impl Iterator<Item = String>,
    accounts: &Accounts,
) -> BTreeMap<String, String> {
    numbers
        .map(|number| {
            let described = accounts.described_number(&number);
            (number, described)
        })
        .collect()
}

/// The accounts that a log has named, with what holds for each.
pub fn accounts_of(cells: &CellContext, accounts: &Accounts) -> BTreeMap<String, String> {
    let names = (0..cells.accounts.len() as u32).map(|code| cells.accounts.word(code));
    names
        .map(|name| {
            let described = accounts.account(&name).described();
            (name, described)
        })
        .collect()
}
