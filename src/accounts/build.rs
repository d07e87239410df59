//! From the written accounts to resolved ones: everything named is looked up, everything dated put in order.

use std::collections::{BTreeMap, HashMap, HashSet};

use toml::Spanned;

use super::{
    Account, Accounts, MessagingLimits, Portfolio, Start, Timeline, UsedVolume,
    clock::ClockShop,
    file::{
        AccountTable, AccountsFile, ChangeTable, EligibleFromCell, NumberCell, PortfolioTable,
        UsedAllowanceTable, UsedVolumeTable,
    },
    lookup::Lookup,
    numbers::{self, NumberBook},
    portfolio::EligibleFrom,
};
use crate::{
    rulebook::{ConfigError, Place, Settings},
    tariff::Markets,
    vocabulary::Month,
};

pub(super) fn accounts(
    text: &str,
    name: &str,
    settings: &Settings,
    markets: &Markets,
) -> Result<Accounts, ConfigError> {
    let file: AccountsFile =
        toml::from_str(text).map_err(|error| ConfigError::from_toml(&error, name, text))?;
    let mut lookup = Lookup {
        text,
        name,
        settings,
        markets,
        shop: ClockShop::default(),
    };

    let mut portfolios = BTreeMap::new();
    for table in file.portfolio {
        let place = lookup.place(table.id.span());
        let portfolio = lookup.portfolio(table)?;
        let id = portfolio.id.clone();
        if portfolios.insert(id.clone(), portfolio).is_some() {
            return Err(ConfigError::Duplicate {
                place,
                what: format!("portfolio `{id}`"),
            });
        }
    }

    let mut resolved: Vec<Account> = Vec::with_capacity(file.account.len());
    let mut by_id = HashMap::new();
    let mut number_book = NumberBook::default();
    for mut table in file.account {
        let id = table.id.get_ref().0.clone();
        if by_id.insert(id.clone(), resolved.len()).is_some() {
            let place = lookup.place(table.id.span());
            return Err(ConfigError::Duplicate {
                place,
                what: format!("account `{id}`"),
            });
        }
        let cells = std::mem::take(&mut table.numbers);
        let account = lookup.account(table)?;
        for cell in cells {
            let place = lookup.place(cell.span());
            let number = NumberCell::read(cell.into_inner())
                .map_err(|problem| ConfigError::malformed(place.clone(), problem))?;
            number_book.assign(number, resolved.len(), &account.clock, place);
        }
        resolved.push(account);
    }
    number_book.close()?;

    let used_volume = lookup.used_volume(file.used_volume, &portfolios, &resolved)?;
    let used_allowance = lookup.used_allowance(file.used_allowance)?;
    let clock = lookup.default_clock();
    Ok(Accounts {
        accounts: resolved,
        by_id,
        unlisted: Account::plain("", clock),
        portfolios,
        numbers: number_book,
        used_volume,
        used_allowance,
        opt_outs: Vec::new(),
        tier_updates: Vec::new(),
        evidence_warnings: Vec::new(),
        is_absent: false,
    })
}

impl Lookup<'_> {
    fn portfolio(&self, table: PortfolioTable) -> Result<Portfolio, ConfigError> {
        let location = table
            .primary_location
            .map(|cell| self.country(cell.get_ref(), self.place(cell.span())));
        let mut portfolio = Portfolio {
            primary_location: location.transpose()?,
            ..Portfolio::plain(&table.id.get_ref().0)
        };
        let Some(table_of_dates) = table.auth_international else {
            return Ok(portfolio);
        };
        let place = self.place(table.id.span());
        portfolio.eligible_from = Some(match table_of_dates.eligible_from {
            EligibleFromCell::Everywhere(date) => EligibleFrom::Everywhere(Start::Date(date)),
            EligibleFromCell::ByCountry(dates) => {
                let countries: Result<_, _> = dates
                    .into_iter()
                    .map(|(code, date)| {
                        Ok((self.country(&code, place.clone())?, Start::Date(date)))
                    })
                    .collect();
                EligibleFrom::ByCountry(countries?)
            }
        });
        for (code, date) in table_of_dates.exceptions {
            let country = self.country(code.get_ref(), self.place(code.span()))?;
            portfolio.exceptions.insert(country, Start::Date(date.0));
        }
        Ok(portfolio)
    }

    fn account(&mut self, table: AccountTable) -> Result<Account, ConfigError> {
        let clock = match &table.timezone {
            Some(cell) => self.clock(cell)?,
            None => self.default_clock(),
        };
        let mut account = Account::plain(&table.id.get_ref().0, clock);
        let named = |cell: &Spanned<String>| Some(cell.get_ref().trim().to_owned());
        account.zone = Timeline::constant(table.timezone.as_ref().and_then(named));
        if let Some(cell) = &table.currency {
            account.currency = Timeline::constant(self.currency(cell)?);
        }
        account.portfolio = Timeline::constant(table.portfolio.map(|text| text.0));
        account.exempt = Timeline::constant(table.exempt);
        account.ai_provider = Timeline::constant(table.ai_provider);
        let limit = table
            .messaging_limit
            .map(|limit| MessagingLimits::stated(limit.0));
        account.messaging_limits = limit.unwrap_or_default();
        account.tax_rate = table.tax_rate.map(|rate| rate.0);
        let mut changes = table.change;
        changes.sort_by_key(|change| change.get_ref().from.0);
        let mut last = None;
        for change in changes {
            let place = self.place(change.span());
            let change = change.into_inner();
            if last.replace(change.from.0) == Some(change.from.0) {
                let what = format!("account `{}`: a change from {}", account.id, change.from.0);
                return Err(ConfigError::Duplicate { place, what });
            }
            self.change(&mut account, change, place)?;
        }
        Ok(account)
    }

    fn change(
        &mut self,
        account: &mut Account,
        change: ChangeTable,
        place: Place,
    ) -> Result<(), ConfigError> {
        let from = change.from.0;
        let mut is_empty = true;
        if let Some(cell) = &change.timezone {
            let clock = self.clock(cell)?;
            account.clock = account.clock.clone().changed(from, &clock);
            let name = cell.get_ref().trim().to_owned();
            account.zone.change(from, Some(name));
            is_empty = false;
        }
        if let Some(cell) = &change.currency {
            account.currency.change(from, self.currency(cell)?);
            is_empty = false;
        }
        if let Some(portfolio) = change.portfolio {
            account.portfolio.change(from, Some(portfolio.0));
            is_empty = false;
        }
        if let Some(exempt) = change.exempt {
            account.exempt.change(from, exempt);
            is_empty = false;
        }
        if let Some(ai_provider) = change.ai_provider {
            account.ai_provider.change(from, ai_provider);
            is_empty = false;
        }
        if is_empty {
            let problem = format!(
                "account `{}`: this change changes nothing: give timezone, currency, portfolio, exempt or ai_provider",
                account.id
            );
            return Err(ConfigError::malformed(place, problem));
        }
        Ok(())
    }

    fn used_volume(
        &self,
        tables: Vec<UsedVolumeTable>,
        portfolios: &BTreeMap<String, Portfolio>,
        accounts: &[Account],
    ) -> Result<Vec<UsedVolume>, ConfigError> {
        let mut owners: Vec<&str> = portfolios.keys().map(String::as_str).collect();
        for account in accounts {
            owners.push(&account.id);
            owners.extend(account.portfolio.values().flatten().map(String::as_str));
        }
        let mut seen = HashSet::new();
        let mut volumes = Vec::with_capacity(tables.len());
        for table in tables {
            let place = self.place(table.portfolio.span());
            let portfolio = table.portfolio.into_inner().0;
            if !owners.contains(&portfolio.as_str()) {
                let accepted = "a portfolio or an account of this file";
                return Err(ConfigError::unknown_value(
                    place,
                    "portfolio",
                    &portfolio,
                    accepted,
                    owners,
                ));
            }
            let used = UsedVolume {
                portfolio,
                market: self.market(&table.market)?,
                category: self.tiered_category(&table.category)?,
                month: self.month(&table.month)?,
                count: table.count,
            };
            if !seen.insert((
                used.portfolio.clone(),
                used.market.clone(),
                used.category,
                used.month,
            )) {
                let what = format!(
                    "{} {} {} {}",
                    used.portfolio, used.market, used.category, used.month
                );
                return Err(ConfigError::Duplicate {
                    place,
                    what: format!("used volume of {what}"),
                });
            }
            volumes.push(used);
        }
        Ok(volumes)
    }

    fn used_allowance(
        &self,
        tables: Vec<Spanned<UsedAllowanceTable>>,
    ) -> Result<HashMap<(String, Month), u64>, ConfigError> {
        let mut used = HashMap::with_capacity(tables.len());
        for table in tables {
            let place = self.place(table.span());
            let table = table.into_inner();
            let owner = match (table.account, table.number) {
                (Some(owner), None) | (None, Some(owner)) => owner,
                _ => {
                    return Err(ConfigError::malformed(
                        place,
                        "used_allowance needs either account or number",
                    ));
                }
            };
            let key = (numbers::key(&owner.get_ref().0), self.month(&table.month)?);
            let what = format!("used allowance of {} in {}", key.0, key.1);
            if used.insert(key, table.count).is_some() {
                return Err(ConfigError::Duplicate {
                    place: self.place(owner.span()),
                    what,
                });
            }
        }
        Ok(used)
    }
}
