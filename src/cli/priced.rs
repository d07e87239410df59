//! What a replayed log costs, and what else there is to say of it.

use super::args::LogArgs;
use super::batch::Purpose;
use super::inputs::Inputs;
use super::opened_log::Replayed;
use crate::findings::{self, Finding};
use crate::pricing::{self, Groups, Line, Pricer, Pricing};
use crate::rulebook::Rulebook;
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
    /// Charges counted by everything that a bill shows.
    pub groups: Groups,
    /// The charges at the grain of an invoice.
    pub lines: Vec<Line>,
    /// Compliance, savings, quality of the log.
    pub findings: Vec<Finding>,
}

/// Prices a replayed log; an audit also sums up and looks for findings.
///
/// # Errors
/// If the log can no longer be read.
pub fn price(
    purpose: Purpose,
    replayed: &Replayed<'_>,
    inputs: &Inputs,
    args: &LogArgs,
) -> Result<Priced, Failure> {
    let outcome = &replayed.outcome;
    let request = pricing::Request {
        outcome,
        tariff: &inputs.tariff,
        accounts: &inputs.accounts,
        settings: &inputs.settings,
        is_regime_forced: args.rulebook.is_some(),
        with_rates: purpose == Purpose::Audit,
        ids: &replayed.ids,
    };
    let pricing = pricing::price(&request).or_input()?;
    if purpose == Purpose::Replay {
        return Ok(Priced {
            pricing,
            billed: None,
        });
    }
    let groups = Groups::of(outcome, &pricing);
    let findings = findings::find(&findings::Request {
        outcome,
        pricing: &pricing,
        groups: &groups,
        pricer: &Pricer::new(request),
        tariff: &inputs.tariff,
        accounts: &inputs.accounts,
        rulebook: &Rulebook::embedded().or_usage()?,
        ids: &replayed.ids,
    })
    .or_input()?;
    let billed = Billed {
        lines: pricing::lines(outcome, &pricing, &groups, &inputs.tariff),
        groups,
        findings,
    };
    Ok(Priced {
        pricing,
        billed: Some(billed),
    })
}
