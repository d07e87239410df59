//! The rules as one run sees them: rulebook, settings and period, compiled to instants for each account.

use crate::accounts::{AccountClock, Accounts};
use crate::log::cell::CellContext;
use crate::rulebook::Rulebook;
use crate::rulebook::settings::{CutoverBasis, Settings};
use crate::vocabulary::{Instant, LocalDate, Month, Regime};

/// Where the midnights that S-08 speaks of begin and end.
const EDGE_MONTHS: (&str, &str) = ("2009-01", "2040-01");
/// From here on Meta says "up to 7 days" (F-4, S-11b).
const ENTRY_POINT_CHANGE: &str = "2026-09-28";

/// What is asked of a replay beside the log.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// One regime for all dates (`--rulebook`).
    pub forced_regime: Option<Regime>,
    /// First local date whose conversations and charges are written.
    pub from: Option<LocalDate>,
    /// Last local date that is looked at.
    pub to: Option<LocalDate>,
    /// Reconstruct conversations under per-message pricing as well (P25-6).
    pub shadow: bool,
    /// Write covered messages too.
    pub detail_messages: bool,
    /// Look for findings as well.
    pub findings: bool,
}

/// The rules, by account.
#[derive(Debug)]
pub struct Terms {
    /// Settings in force.
    pub settings: Settings,
    /// What is asked of the run.
    pub scope: Scope,
    /// Length of the customer service window (W-1).
    pub window_hours: i64,
    /// Length of a conversation (C22-1, C23-1).
    pub conversation_hours: i64,
    /// How long a click waits for an answer (F-2).
    pub armed_hours: i64,
    accounts: Vec<AccountTerms>,
    /// For numbers that move between accounts: when, to which.
    moves: hashbrown::HashMap<u32, Vec<(Instant, u32)>>,
}

/// The rules in one account's local time.
#[derive(Debug)]
pub struct AccountTerms {
    /// Its clock.
    pub clock: AccountClock,
    /// When service conversations become free (C23-6).
    pub free_service_from: Instant,
    /// Local midnights of S-08: first days of months, and the change of the entry point's length.
    pub midnights: Vec<Instant>,
    /// The last local date on which exempt organisations are free (P26-5).
    pub exempt_until: LocalDate,
    forced_regime: Option<Regime>,
    regimes: Vec<(Instant, Regime)>,
    entry_point_hours: Vec<(Instant, i64)>,
    needs_category_from: Instant,
    processed_until: Instant,
    period_starts: Instant,
}

impl Terms {
    /// Compiles the rules for every account that the log names.
    pub fn compile(
        rulebook: &Rulebook,
        settings: Settings,
        scope: Scope,
        accounts: &Accounts,
        cells: &CellContext,
    ) -> Self {
        let mut terms = Self {
            window_hours: rulebook.window_hours(),
            conversation_hours: rulebook.conversation_hours(),
            armed_hours: rulebook.armed_hours(),
            settings,
            scope,
            accounts: Vec::new(),
            moves: hashbrown::HashMap::new(),
        };
        for (number, moves) in accounts.moved_numbers() {
            let account =
                |id: Option<&str>| cells.accounts.code(id.unwrap_or("default").as_bytes());
            let moves = moves
                .into_iter()
                .map(|(from, id)| (from, account(id)))
                .collect();
            terms
                .moves
                .insert(cells.businesses.code(number.as_bytes()), moves);
        }
        for code in 0..cells.accounts.len() as u32 {
            let clock = accounts.account(&cells.accounts.word(code)).clock.clone();
            terms
                .accounts
                .push(AccountTerms::compile(rulebook, &terms, clock));
        }
        terms
    }

    /// The rules in this account's local time.
    #[inline]
    pub fn account(&self, code: u32) -> &AccountTerms {
        &self.accounts[code as usize]
    }

    /// All accounts, by code.
    pub fn accounts(&self) -> &[AccountTerms] {
        &self.accounts
    }

    /// The account of a number that moved between accounts, at this instant.
    pub fn account_of_moved_number(&self, business: u32, at: Instant) -> Option<u32> {
        let moves = self.moves.get(&business)?;
        let index = moves.partition_point(|&(from, _)| from <= at);
        index.checked_sub(1).map(|index| moves[index].1)
    }

    /// Which instant of a message is compared with the dates of the rulebook (T-3, S-01).
    #[inline]
    pub fn cutover_instant(&self, delivered: Instant, sent: Instant) -> Instant {
        match self.settings.cutover_basis {
            CutoverBasis::Regime | CutoverBasis::Delivery => delivered,
            CutoverBasis::Send => sent,
        }
    }
}

impl AccountTerms {
    fn compile(rulebook: &Rulebook, terms: &Terms, clock: AccountClock) -> Self {
        let scope = &terms.scope;
        let midnight = |date: LocalDate| clock.midnight(date);
        let regimes = rulebook
            .regimes()
            .iter()
            .map(|period| (midnight(period.from), period.regime))
            .collect();
        let entry_point_hours = rulebook
            .entry_point_hours(&terms.settings)
            .into_iter()
            .map(|(date, hours)| {
                (
                    if date == LocalDate::MIN {
                        Instant::MIN
                    } else {
                        midnight(date)
                    },
                    hours,
                )
            })
            .collect();
        let needs_category_from = match scope.forced_regime {
            Some(Regime::Cbp2023 | Regime::Pmp2025 | Regime::Pmp2026) => Instant::MIN,
            Some(Regime::Cbp2022) | None => midnight(rulebook.categories_required_from()),
        };
        let midnights = midnights(&clock);
        Self {
            free_service_from: midnight(rulebook.free_service_from()),
            exempt_until: rulebook.exempt_until(),
            forced_regime: scope.forced_regime,
            regimes,
            entry_point_hours,
            needs_category_from,
            processed_until: scope.to.map_or(Instant::MAX, |to| midnight(to.next())),
            period_starts: scope.from.map_or(Instant::MIN, midnight),
            midnights,
            clock,
        }
    }

    /// The regime at an instant (T-2), if any existed.
    #[inline]
    pub fn regime_at(&self, instant: Instant) -> Option<Regime> {
        if self.forced_regime.is_some() {
            return self.forced_regime;
        }
        self.regimes
            .iter()
            .rev()
            .find(|(from, _)| *from <= instant)
            .map(|&(_, regime)| regime)
    }

    /// How long an entry point lasts that opens at an instant (F-4).
    pub fn entry_point_hours_at(&self, instant: Instant) -> i64 {
        self.entry_point_hours
            .iter()
            .rev()
            .find(|(from, _)| *from <= instant)
            .map_or(24, |&(_, hours)| hours)
    }

    /// Whether a template delivered (or sent, if never delivered) at an instant needs a category (D-9); the
    /// instant of T-3 counts too, since S-01 can put an earlier message under a later regime.
    pub fn needs_category(&self, instant: Instant, cutover: Instant) -> bool {
        self.needs_category_from <= instant
            || self
                .regime_at(cutover)
                .is_some_and(|regime| regime != Regime::Cbp2022)
    }

    /// Whether messages of this instant are looked at: not after the period asked for.
    #[inline]
    pub fn is_processed(&self, instant: Instant) -> bool {
        instant < self.processed_until
    }

    /// Whether messages of this instant count in the period asked for, and some regime exists (T-2).
    #[inline]
    pub fn is_in_period(&self, instant: Instant) -> bool {
        self.is_written(instant)
            && instant < self.processed_until
            && self.regime_at(instant).is_some()
    }

    /// Whether what opens or is charged at this instant is written.
    #[inline]
    pub fn is_written(&self, instant: Instant) -> bool {
        self.period_starts <= instant
    }

    /// The instant at which the period asked for ends, if it was.
    pub fn period_end(&self) -> Option<Instant> {
        (self.processed_until != Instant::MAX).then_some(self.processed_until)
    }

    /// The midnights of S-08 around an instant: the last one not after it and the first one after it; the
    /// ends of time where there is none.
    #[inline]
    pub fn midnights_around(&self, instant: Instant) -> (Instant, Instant) {
        let later = self
            .midnights
            .partition_point(|&midnight| midnight <= instant);
        let last = later.checked_sub(1).map(|index| self.midnights[index]);
        let next = self.midnights.get(later).copied();
        (last.unwrap_or(Instant::MIN), next.unwrap_or(Instant::MAX))
    }

    /// Whether an instant lies within this distance of a midnight of S-08 (inclusive).
    pub fn is_near_midnight(&self, instant: Instant, tolerance_micros: u64) -> bool {
        let (last, next) = self.midnights_around(instant);
        instant.distance_micros(last) <= tolerance_micros
            || instant.distance_micros(next) <= tolerance_micros
    }

    /// Whether an instant lies within this distance of a change of rules (inclusive).
    pub fn is_near_switch(&self, instant: Instant, tolerance_micros: u64) -> bool {
        let mut switches = self
            .regimes
            .iter()
            .map(|&(from, _)| from)
            .chain([self.free_service_from]);
        self.forced_regime.is_none()
            && switches.any(|switch| switch.distance_micros(instant) <= tolerance_micros)
    }
}

fn midnights(clock: &AccountClock) -> Vec<Instant> {
    let parse = |month: &str| Month::parse(month).expect("a month of this file");
    let (mut month, last) = (parse(EDGE_MONTHS.0), parse(EDGE_MONTHS.1));
    let mut midnights = Vec::with_capacity(400);
    while month <= last {
        midnights.push(clock.midnight(month.first_day()));
        month = month.next();
    }
    midnights
        .push(clock.midnight(LocalDate::parse(ENTRY_POINT_CHANGE).expect("a date of this file")));
    midnights.sort_unstable();
    midnights
}
