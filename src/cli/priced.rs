//! What a replayed log costs, and what else there is to say of it.

use super::args::LogArgs;
use super::evidence::{Compared, Evidence};
use super::inputs::Inputs;
use super::opened_log::Replayed;
use super::state::Continued;
use crate::audit::{self, Charged};
use crate::findings::{self, Finding};
use crate::pricing::{self, Groups, Line, Pricer, Pricing};
use crate::replay::outcome::Outcome;
use crate::report::summary::Bill;
use crate::run::exit::{Failure, OrFail};

/// Prices of every charge; a replay's have no rates.
pub struct Priced {
    /// By charge.
    pub pricing: Pricing,
    /// What an audit adds.
    pub billed: Option<Billed>,
}

/// What an audit adds to the prices.
pub struct Billed {
    /// The charges at the grain of an invoice.
    pub lines: Vec<Line>,
    /// Compliance, savings, quality of the log.
    pub findings: Vec<Finding>,
    /// What it all comes to.
    pub bill: Bill,
    /// How the evidence compares.
    pub compared: Compared,
}

/// Prices a replayed log; an audit also sums up, looks for findings and compares with the evidence.
///
/// # Errors
/// If the log can no longer be read.
pub fn price(
    replayed: &Replayed<'_>,
    inputs: &Inputs,
    args: &LogArgs,
    evidence: Option<&Evidence<'_>>,
    continued: Option<&Continued<'_>>,
) -> Result<Priced, Failure> {
    let outcome = &replayed.outcome;
    let request = request(replayed, inputs, args, evidence.is_some(), continued);
    let mut pricing = pricing::price(&request).or_input()?;
    let Some(evidence) = evidence else {
        return Ok(Priced {
            pricing,
            billed: None,
        });
    };
    let groups = Groups::of(outcome, &pricing);
    let findings = findings::find(&findings::Request {
        outcome,
        pricing: &pricing,
        groups: &groups,
        pricer: &Pricer::new(request),
        tariff: &inputs.tariff,
        accounts: &inputs.accounts,
        rulebook: &inputs.rulebook,
        ids: &replayed.ids,
        only: None,
    })
    .or_input()?;
    // What earlier runs have settled is part of the bill, and no charge of this run.
    let settled = continued.map_or(&[][..], Continued::charges);
    let list = pricing.list_mut();
    let groups = groups.with_settled(settled, list, &outcome.cells, &inputs.tariff);
    let groups = groups.or_input()?;
    let told = pricing::reported_tiers(&request, (inputs.from, inputs.to));
    let bill = Bill::new(outcome, pricing.list(), &groups, &inputs.tariff)
        .with_longer_entry_points(outcome, &pricing)
        .with_tiers_told(&told);
    let compared = match evidence.is_empty() {
        true => Compared::default(),
        false => {
            let charged = Charged {
                outcome,
                pricing: &pricing,
                tariff: &inputs.tariff,
                accounts: &inputs.accounts,
            };
            let mut expected = charged.groups();
            let list = pricing.list_mut();
            let settled = audit::settled_groups(settled, list, &inputs.tariff);
            expected.extend(settled.or_input()?);
            let open_points = open_points(outcome, &bill, evidence);
            evidence.compare(&expected, outcome, inputs, &open_points)?
        }
    };
    let billed = Billed {
        lines: pricing::lines(outcome, pricing.list(), &groups, &inputs.tariff),
        findings,
        bill,
        compared,
    };
    Ok(Priced {
        pricing,
        billed: Some(billed),
    })
}

/// What is to be priced, and by what.
pub fn request<'a>(
    replayed: &'a Replayed<'_>,
    inputs: &'a Inputs,
    args: &LogArgs,
    with_rates: bool,
    continued: Option<&'a Continued<'_>>,
) -> pricing::Request<'a> {
    pricing::Request {
        outcome: &replayed.outcome,
        tariff: &inputs.tariff,
        accounts: &inputs.accounts,
        settings: &inputs.settings,
        cards: pricing::CardDays::of_run(args.source.rulebook.is_some()),
        with_rates,
        settled_tiers: continued.map_or(&[], Continued::tiers),
        ids: &replayed.ids,
    }
}

/// Why the run as a whole is no conclusion: missing rates, unknown zones, gaps in the days that were billed.
fn open_points(outcome: &Outcome, bill: &Bill, evidence: &Evidence<'_>) -> Vec<String> {
    let gaps = findings::gaps(outcome).into_iter();
    let gaps = gaps
        .filter(|gap| evidence.reaches_into(gap.days))
        .map(|gap| format!("Q-GAP: {}: {gap}", gap.business));
    let known = bill.incomplete().into_iter();
    known
        .chain(outcome.incomplete.iter().cloned())
        .chain(gaps)
        .collect()
}
