//! What a replay tells its reader beside its numbers, and what keeps it from being a conclusion.

use hashbrown::HashMap;

use super::folded::Folded;
use super::machine::UNKNOWN_ZONE_MICROS;
use super::outcome::{Charge, Part, Warning};
use super::reject::Reject;
use super::terms::Terms;
use crate::accounts::Accounts;
use crate::log::cell::CellContext;
use crate::log::totals::CountByName;

/// What was found along the way.
pub struct Found<'a> {
    /// What folding saw.
    pub folded: &'a Folded,
    /// Conversations and charges.
    pub parts: &'a [Part],
    /// Delivered free-form messages sent with no window open.
    pub outside_window: u64,
    /// Whether D-3 applied.
    pub assumes_delivery: bool,
    /// The rules.
    pub terms: &'a Terms,
    /// Who pays.
    pub accounts: &'a Accounts,
}

impl Found<'_> {
    /// The warnings that apply, most important first.
    pub fn warnings(&self) -> Vec<Warning> {
        let notices = &self.folded.notices;
        let assumed = self.charges().filter(|charge| charge.estimated).count() as u64;
        let mut warnings = vec![
            warning(
                "D-3",
                u64::from(self.assumes_delivery) * assumed,
                "lines rest on the assumption that what was sent was delivered: the log knows no delivery; bring delivery statuses, or set assume_sent_is_delivered=off",
            ),
            warning(
                "inferred_template",
                self.folded.inferred.kinds,
                "messages carry no mark that says whether they are templates: a rule decided it (inferred_template), and lines that rest on it are estimated; bring the provider's own type of each message",
            ),
            warning(
                "inferred_category",
                self.folded.inferred.categories,
                "messages have no stated category: a rule decided it (inferred_category), and lines that rest on it are estimated; bring categories with --templates, or Meta's marks",
            ),
            warning(
                "S-02",
                self.near_switch(),
                "lines of accounts without a time zone lie within 14 hours of a change of rules; give the accounts a timezone in accounts.toml",
            ),
            warning(
                "S-02",
                self.zoneless_accounts(),
                "accounts have no known time zone and are read in UTC; give them one in accounts.toml",
            ),
            warning(
                "accounts",
                u64::from(self.accounts.is_absent()),
                "run without accounts.toml: every account is read as UTC and USD; bring it with --accounts",
            ),
            warning(
                "Q-CONFLICT",
                notices.conflicts,
                "messages have statuses or rows that contradict each other; delivered beats failed, the first row stands",
            ),
            warning(
                "Q-CLOCK",
                notices.delivered_before_sent,
                "messages were delivered before they were sent; check the clocks of the export",
            ),
            warning(
                "Q-CLOCK",
                notices.before_2009,
                "rows lie before 2009, when WhatsApp began; check seconds against milliseconds",
            ),
            warning(
                "C-OUTSIDE-WINDOW",
                self.outside_window,
                "free-form messages were delivered though no customer service window was open when they were sent; is a part of the inbound log missing?",
            ),
            warning(
                "C-RECATEGORISED",
                notices.recategorised,
                "templates have another category by Meta's mark, the registry or the log; S-06 decides which counts",
            ),
            warning(
                "C-UNAPPROVED",
                notices.unapproved,
                "delivered templates were not approved at that time by the registry",
            ),
        ];
        let of_evidence = self.accounts.evidence_warnings().iter();
        warnings.extend(of_evidence.map(|found| warning(found.code, found.count, &found.text)));
        warnings.retain(|warning| warning.count > 0);
        warnings
    }

    /// Why the result is no conclusion (exit code 4); empty if it is one.
    pub fn incomplete(&self) -> Vec<String> {
        let near = self.near_switch();
        let mut reasons = Vec::new();
        if near > 0 {
            reasons.push(format!(
                "S-02: {near} lines of accounts without a time zone lie within 14 hours of a change of rules; \
                 give the accounts a timezone in accounts.toml, or set default_timezone"
            ));
        }
        reasons
    }

    fn charges(&self) -> impl Iterator<Item = Charge> {
        self.parts
            .iter()
            .flat_map(|part| part.charges.iter())
            .filter(|charge| charge.is_written)
    }

    fn near_switch(&self) -> u64 {
        if self
            .terms
            .accounts()
            .iter()
            .all(|account| account.clock.is_known())
        {
            return 0;
        }
        let is_near = |charge: &Charge| {
            let account = self.terms.account(charge.account);
            !account.clock.is_known_at(charge.charged_at)
                && account.is_near_switch(charge.charged_at, UNKNOWN_ZONE_MICROS)
        };
        self.charges().filter(is_near).count() as u64
    }

    fn zoneless_accounts(&self) -> u64 {
        self.terms
            .accounts()
            .iter()
            .filter(|account| !account.clock.is_known())
            .count() as u64
    }
}

fn warning(code: &str, count: u64, text: &str) -> Warning {
    Warning {
        code: code.to_owned(),
        count,
        text: text.to_owned(),
    }
}

/// Rejected rows by the code that `rejects.csv` gives them.
pub fn rejected_by_code(rejects: &[Reject]) -> CountByName {
    let mut counts = CountByName::new();
    for reject in rejects {
        *counts.entry(reject.reason.code().to_owned()).or_default() += 1;
    }
    counts
}

/// Rows of other channels by the channel's name.
pub fn channels(counts: &HashMap<u32, u64>, cells: &CellContext) -> CountByName {
    counts
        .iter()
        .map(|(&code, &count)| (cells.channels.word(code), count))
        .collect()
}
