//! What is worth a word and exit code 1.

use chrono::{DateTime, Utc};

use super::file::{Alerts, Bound};
use super::forecast::Forecast;
use super::found::FoundRun;
use super::record::Known;
use crate::state::TierName;
use crate::tariff::Amount;
use crate::vocabulary::LocalDate;

/// Something that the job file asks to be told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alert {
    /// Which table of `[alerts]` asks.
    pub kind: &'static str,
    /// What it speaks of, the same from run to run.
    pub subject: String,
    /// One sentence.
    pub text: String,
}

impl Alert {
    /// Its name in metrics and books.
    pub fn name(&self) -> String {
        format!("{} {}", self.kind, self.subject)
    }
}

/// The alerts of a run that has finished, by what is known after it.
pub fn of_run(
    alerts: &Alerts,
    found: &FoundRun,
    known: &Known,
    month: Option<&str>,
    invoice_differs: bool,
) -> Vec<Alert> {
    let mut raised = of_codes(alerts, found, invoice_differs);
    if let Some(month) = month {
        raised.extend(of_budgets(alerts, known, month));
        raised.extend(of_tiers(alerts, &found.bill.tiers, month));
    }
    raised.extend(of_forecasts(alerts, &known.forecast));
    raised.sort();
    raised
}

/// What `--fail-on` names and the run raised; without it, an invoice that differs.
fn of_codes(alerts: &Alerts, found: &FoundRun, invoice_differs: bool) -> Vec<Alert> {
    if alerts.fail_on.is_empty() {
        let differs = invoice_differs.then(|| Alert {
            kind: "fail_on",
            subject: "invoice".to_owned(),
            text: "the invoice differs by more than the tolerance".to_owned(),
        });
        return differs.into_iter().collect();
    }
    let codes = found.codes();
    let named = alerts.fail_on.iter().filter_map(|code| {
        let count = codes.get(code.as_str())?;
        Some(Alert {
            kind: "fail_on",
            subject: code.clone(),
            text: format!("{code} was raised {count} times"),
        })
    });
    named.collect()
}

fn of_budgets(alerts: &Alerts, known: &Known, month: &str) -> Vec<Alert> {
    let budgets = alerts.month_to_date.iter().filter_map(|budget| {
        let months = known.by_month.get(&budget.currency)?;
        let amount = months.get(month)?.amount;
        (amount >= budget.amount).then(|| Alert {
            kind: "month_to_date",
            subject: format!("{} {}", budget.currency, budget.amount),
            text: format!(
                "{month} has come to {amount} {}, the budget is {}",
                budget.currency, budget.amount
            ),
        })
    });
    budgets.collect()
}

fn of_forecasts(alerts: &Alerts, forecasts: &[Forecast]) -> Vec<Alert> {
    let mut raised = Vec::new();
    for budget in &alerts.forecast {
        for told in forecasts
            .iter()
            .filter(|told| told.currency == budget.currency)
        {
            let (amount, words): (Amount, _) = match budget.bound {
                Bound::Low => (told.low, "will come to at least"),
                Bound::Middle => (told.middle, "is on the way to"),
                Bound::High => (told.high, "may come to"),
            };
            if amount >= budget.amount {
                raised.push(Alert {
                    kind: "forecast",
                    subject: format!("{} {}", budget.currency, budget.amount),
                    text: format!(
                        "{} {words} {amount} {}, the budget is {}",
                        told.month, budget.currency, budget.amount
                    ),
                });
            }
        }
    }
    raised
}

fn of_tiers(alerts: &Alerts, tiers: &[TierName], month: &str) -> Vec<Alert> {
    let is_asked = |asked: &Option<String>, found: &str| {
        asked
            .as_ref()
            .is_none_or(|asked| asked.eq_ignore_ascii_case(found))
    };
    let mut raised = Vec::new();
    for asked in &alerts.tier {
        for tier in tiers.iter().filter(|tier| tier.month == month) {
            let is_meant = is_asked(&asked.owner, &tier.owner)
                && is_asked(&asked.market, &tier.market)
                && is_asked(&asked.category, &tier.category);
            if !is_meant {
                continue;
            }
            let units = tier.used_elsewhere.saturating_add(tier.counted);
            let subject = format!("{} {} {}", tier.owner, tier.market, tier.category);
            let mut raise = |text: String| {
                raised.push(Alert {
                    kind: "tier",
                    subject: subject.clone(),
                    text,
                });
            };
            if asked.units.is_some_and(|most| units >= most) {
                raise(format!("{subject}: {units} units in {month}"));
            }
            if let (Some(within), Some(next)) = (asked.within, tier.next_from) {
                let left = next.saturating_sub(1).saturating_sub(units);
                if left <= within {
                    raise(format!(
                        "{subject}: {units} units in {month}, {left} before the next tier, which begins with unit {next}"
                    ));
                }
            }
        }
    }
    raised
}

/// No new file for too long.
pub fn of_silence(alerts: &Alerts, last_new_at: Option<&str>, now: DateTime<Utc>) -> Option<Alert> {
    let most = alerts.silence_days?;
    let last = last_new_at?;
    let since = now - DateTime::parse_from_rfc3339(last).ok()?.to_utc();
    (since.num_days() >= i64::from(most)).then(|| Alert {
        kind: "silence",
        subject: "input".to_owned(),
        text: format!("no new file since {last}, {} days ago", since.num_days()),
    })
}

/// The month that budgets are held against: that of the log's last row.
pub fn month_of(as_of: Option<&str>) -> Option<String> {
    let day = as_of?.get(..10)?;
    LocalDate::parse(day).map(|day| day.month().to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::job::file::{Budget, ForecastBudget, TierAlert};
    use crate::report::summary::BillTotals;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).expect("an amount")
    }

    #[test]
    fn a_budget_is_told_from_the_amount_on() {
        let months = BTreeMap::from([(
            "2026-11".to_owned(),
            BillTotals {
                amount: amount("100"),
                ..BillTotals::default()
            },
        )]);
        let known = Known {
            by_month: BTreeMap::from([("EUR".to_owned(), months)]),
            ..Known::default()
        };
        let budget = |currency: &str, most: &str| Alerts {
            month_to_date: vec![Budget {
                currency: currency.to_owned(),
                amount: amount(most),
            }],
            ..Alerts::default()
        };
        let told = of_budgets(&budget("EUR", "100"), &known, "2026-11");
        assert_eq!(
            told[0].text,
            "2026-11 has come to 100 EUR, the budget is 100"
        );
        assert_eq!(told[0].name(), "month_to_date EUR 100");
        assert!(of_budgets(&budget("EUR", "100.01"), &known, "2026-11").is_empty());
        assert!(of_budgets(&budget("USD", "1"), &known, "2026-11").is_empty());
        assert!(of_budgets(&budget("EUR", "1"), &known, "2026-12").is_empty());
    }

    #[test]
    fn a_forecast_is_held_against_the_end_that_is_asked_for() {
        let told = [Forecast {
            month: "2026-11".to_owned(),
            currency: "EUR".to_owned(),
            so_far: amount("1"),
            low: amount("2"),
            middle: amount("3"),
            high: amount("4"),
            rests_on: String::new(),
        }];
        let raised = |bound, most: &str| {
            let alerts = Alerts {
                forecast: vec![ForecastBudget {
                    currency: "EUR".to_owned(),
                    amount: amount(most),
                    bound,
                }],
                ..Alerts::default()
            };
            of_forecasts(&alerts, &told).len()
        };
        assert_eq!(
            (raised(Bound::High, "4"), raised(Bound::High, "4.1")),
            (1, 0)
        );
        assert_eq!(
            (raised(Bound::Middle, "3"), raised(Bound::Middle, "3.1")),
            (1, 0)
        );
        assert_eq!((raised(Bound::Low, "2"), raised(Bound::Low, "2.1")), (1, 0));
    }

    #[test]
    fn a_tier_is_told_by_units_or_by_what_is_left() {
        // The next tier begins with the 1,001st unit: after 990, 10 are left before it.
        let tier = TierName {
            owner: "p".to_owned(),
            market: "India".to_owned(),
            category: "utility".to_owned(),
            month: "2026-11".to_owned(),
            used_elsewhere: 90,
            counted: 900,
            without_ladder: 0,
            currencies: vec!["EUR".to_owned()],
            tier: Some("0:1000".to_owned()),
            next_from: Some(1001),
        };
        let raised = |units, within, market: Option<&str>, month: &str| {
            let alerts = Alerts {
                tier: vec![TierAlert {
                    owner: None,
                    market: market.map(str::to_owned),
                    category: None,
                    units,
                    within,
                }],
                ..Alerts::default()
            };
            of_tiers(&alerts, std::slice::from_ref(&tier), month).len()
        };
        assert_eq!(raised(Some(990), None, None, "2026-11"), 1);
        assert_eq!(raised(Some(991), None, None, "2026-11"), 0);
        assert_eq!(raised(None, Some(10), Some("india"), "2026-11"), 1);
        assert_eq!(raised(None, Some(9), None, "2026-11"), 0);
        assert_eq!(raised(Some(1), None, Some("Brazil"), "2026-11"), 0);
        assert_eq!(raised(Some(1), None, None, "2026-12"), 0);
    }

    #[test]
    fn silence_is_counted_in_whole_days() {
        let alerts = Alerts {
            silence_days: Some(2),
            ..Alerts::default()
        };
        let now = |text| {
            DateTime::parse_from_rfc3339(text)
                .expect("an instant")
                .to_utc()
        };
        let last = Some("2026-11-20T08:00:00Z");
        assert!(of_silence(&alerts, last, now("2026-11-22T07:59:59Z")).is_none());
        assert!(of_silence(&alerts, last, now("2026-11-22T08:00:00Z")).is_some());
        assert!(of_silence(&alerts, None, now("2026-11-22T08:00:00Z")).is_none());
    }
}
