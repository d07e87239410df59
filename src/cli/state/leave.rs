//! What a run leaves to the next one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::publish::HeldLines;
use super::{Continued, belongs};
use crate::audit::Charged;
use crate::cli::inputs::Inputs;
use crate::cli::opened_log::{OpenedLog, Replayed};
use crate::pricing::{self, Pricer, SettledCharges};
use crate::replay::carried::{Doubts, Kept};
use crate::report::summary::Adjusted;
use crate::report::tables::{Adjustment, Content};
use crate::run::exit::{Failure, OrFail};
use crate::run::output::LoneFile;
use crate::state::{Header, Parts, State, Tables, TierName, allowance_units, write_rows};
use crate::tariff::Amount;

/// A state that is drawn up and waits until the run's folder stands.
pub struct NextState {
    state: State,
    tables: Tables,
}

impl Continued<'_> {
    /// Draws up what the run leaves; none where `--state-out` does not ask for it. Charges that were published before
    /// must still be there.
    ///
    /// # Errors
    /// If the log can no longer be read, or temporary files cannot be written.
    pub fn leave(
        &self,
        content: &Content<'_>,
        lines: HeldLines<'_>,
        (log, replayed): (&OpenedLog, &Replayed<'_>),
        (inputs, request): (&Inputs, &pricing::Request<'_>),
    ) -> Result<Option<NextState>, Failure> {
        let Some(kept) = &content.outcome.kept else {
            return Ok(None);
        };
        let cells = log.cells();
        let earlier = self.earlier.as_ref().map(|earlier| &earlier.log);
        let files = (log.opened(), earlier);
        let rows = write_rows(files, &replayed.ids, &kept.rows, cells, self.file()?).or_input()?;
        let (charge_parts, conversation_parts) = lines.left();
        let outcome = content.outcome;
        let reached = &content.pricing.list().tiers;
        let tiers = match request.with_rates {
            true => Pricer::new(*request).settled_before(kept.settles_before, reached),
            false => Vec::new(),
        };
        let charges = match request.with_rates {
            true => {
                let charged = Charged {
                    outcome,
                    pricing: content.pricing,
                    tariff: &inputs.tariff,
                    accounts: &inputs.accounts,
                };
                merged(self.charges(), charged.before(kept.settles_before))
            }
            false => Vec::new(),
        };
        let accounts = belongs::accounts_of(cells, &inputs.accounts);
        let mut belongs = self.belongs.clone();
        belongs.accounts = accounts;
        belongs.numbers = belongs::numbers_of(cells, &inputs.accounts);
        if let Some(header) = self.header() {
            belongs = belongs.with_accounts_of(&header.belongs);
        }
        let header = Header {
            belongs,
            charges_left: charge_parts.iter().map(Parts::rows).sum(),
            conversations_left: conversation_parts.iter().map(Parts::rows).sum(),
            tiers: tiers.iter().map(TierName::from).collect(),
            ..self.header_of(kept, content)
        };
        Ok(Some(NextState {
            state: State {
                header,
                charges,
                messages: kept.messages.clone(),
            },
            tables: Tables {
                log: rows,
                charges: charge_parts,
                conversations: conversation_parts,
            },
        }))
    }

    fn header_of(&self, kept: &Kept, content: &Content<'_>) -> Header {
        let outcome = content.outcome;
        let earlier = self.header();
        let mut closed_months: BTreeSet<String> = earlier
            .map(|header| header.closed_months.clone())
            .unwrap_or_default();
        closed_months.extend(self.args.close_month.iter().map(ToString::to_string));
        let micros = |(first, last): (crate::vocabulary::Instant, crate::vocabulary::Instant)| {
            (first.micros(), last.micros())
        };
        Header {
            program: format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
            runs: earlier.map_or(0, |header| header.runs) + 1,
            horizon_days: self.horizon_days(),
            settled_before: kept.settles_before.micros(),
            time_range: outcome.time_range.map(micros),
            totals: kept.totals.clone(),
            totals_so_far: outcome.totals.clone(),
            rejected_by_code: kept.rejected_by_code.clone(),
            other_channels: outcome.other_channels.clone(),
            assumes_delivery: outcome.sent_counts_as_delivered,
            knows_deliveries: kept.knows_deliveries,
            allowances: allowance_units(&kept.allowances),
            closed_months,
            adjusted: earlier
                .map(|header| header.adjusted.clone())
                .unwrap_or_default(),
            ends: kept.ends.micros(),
            doubts: earlier
                .map_or_else(Doubts::default, |header| header.doubts)
                .and(outcome.doubts),
            ..Header::default()
        }
    }
}

impl NextState {
    /// With the findings that were published, and what was adjusted.
    pub fn with_published(
        mut self,
        findings: BTreeSet<String>,
        adjustments: &[Adjustment],
    ) -> Self {
        let header = &mut self.state.header;
        header.findings = findings;
        for adjustment in adjustments
            .iter()
            .filter(|adjusted| adjusted.charge_id.is_some())
        {
            add_adjusted(&mut header.adjusted, adjustment);
        }
        self
    }

    /// What the state says in numbers.
    pub fn header(&self) -> &Header {
        &self.state.header
    }

    /// Writes the state, whole or not at all; the one that stood there is replaced.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(self, path: &Path) -> Result<(), Failure> {
        let file = LoneFile::create(path, true).or_output()?;
        self.state
            .write(&self.tables, file)
            .or_output()?
            .finish()
            .or_output()
    }
}

/// Adds what an adjustment changes, to the month it is taken from and the month it goes to.
pub(super) fn add_adjusted(
    sums: &mut BTreeMap<String, BTreeMap<String, Adjusted>>,
    adjustment: &Adjustment,
) {
    let sides = [(&adjustment.before, true), (&adjustment.after, false)];
    let mut is_counted = false;
    for (side, is_taken) in sides {
        let Some(side) = side else { continue };
        let (Some(month), Some(currency)) = (&side.month, side.word("currency")) else {
            continue;
        };
        let months = sums.entry(month.clone()).or_default();
        let sum = months.entry(currency.to_owned()).or_default();
        if !std::mem::replace(&mut is_counted, true) {
            sum.count += 1;
        }
        let amount = side.amount.unwrap_or(Amount::ZERO);
        let changed = match is_taken {
            true => sum.amount.minus(amount),
            false => sum.amount.plus(amount),
        };
        sum.amount = changed.expect("parts of a bill that fits");
    }
}

/// Counts of both, those alike in one.
fn merged(earlier: &[SettledCharges], new: Vec<SettledCharges>) -> Vec<SettledCharges> {
    let mut sums: BTreeMap<SettledCharges, (u64, u64, u64)> = BTreeMap::new();
    for charges in earlier.iter().cloned().chain(new) {
        let key = SettledCharges {
            quantity: 0,
            estimated: 0,
            edge: 0,
            ..charges
        };
        let sum = sums.entry(key).or_default();
        sum.0 += charges.quantity;
        sum.1 += charges.estimated;
        sum.2 += charges.edge;
    }
    let counted = sums.into_iter();
    counted
        .map(|(charges, (quantity, estimated, edge))| SettledCharges {
            quantity,
            estimated,
            edge,
            ..charges
        })
        .collect()
}
