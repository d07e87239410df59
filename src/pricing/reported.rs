//! The volume tiers that Meta says were reached, held against the log's own count (R-2, S-23). No price depends on it.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::Request;
use super::basis::Pricer;
use super::ladder::Counter;
use crate::accounts::TierUpdate;
use crate::replay::outcome::Part;
use crate::vocabulary::{ChargeCategory, Instant, LocalDate, Month, named_enum};

named_enum! {
    /// How the log's count compares with Meta's word.
    pub enum Crossing {
        /// The log's count had reached the tier by then.
        Agrees = "agrees",
        /// It reached the tier later than Meta says.
        Later = "later",
        /// It never reached the tier.
        Never = "never",
        /// It had not reached the tier when the log, or the period asked for, ended before Meta's word.
        LogEnded = "log_ended",
    }
}

/// A tier that Meta says was reached, and what the log says of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReportedTier {
    /// The portfolio, or the account that is its own.
    pub owner: String,
    /// The market.
    pub market: String,
    /// The category.
    pub category: ChargeCategory,
    /// The local month.
    pub month: Month,
    /// The tier, as Meta writes it.
    pub tier: String,
    /// When Meta said so.
    pub told_at: Instant,
    /// Volume that the log does not show (S-23), as the accounts state it.
    pub used_elsewhere: u64,
    /// Charged messages of the log until then.
    pub counted_then: u64,
    /// Charged messages of the log in the whole month.
    pub counted: u64,
    /// When the log's count reached the tier; none if it never did, or if volume used elsewhere alone does.
    pub crossed_at: Option<Instant>,
    /// How both compare.
    pub crossing: Crossing,
    /// Charged messages that both count together lack of the tier at that time: they were charged elsewhere.
    pub missing: u64,
}

/// Holds Meta's tier updates against the charges. Of owners and months that the log does not reach, and of months
/// outside of the local dates that were asked for, it says nothing.
pub fn reported_tiers(
    request: &Request<'_>,
    (from, to): (Option<LocalDate>, Option<LocalDate>),
) -> Vec<ReportedTier> {
    let updates = request.accounts.tier_updates();
    let Some((first, last)) = request.outcome.time_range.filter(|_| !updates.is_empty()) else {
        return Vec::new();
    };
    let pricer = Pricer::new(*request);
    let mut held: Vec<(&TierUpdate, Counter, Instant)> = Vec::new();
    for update in updates {
        let clock = &request.accounts.account(&update.account).clock;
        // What can be said ends with the log's last row, or with the period.
        let end = to.map_or(last, |to| last.min(clock.midnight(to.next())));
        let begin = from.map_or(first, |from| first.max(clock.midnight(from)));
        let months = clock.local_date(begin).month()..=clock.local_date(end).month();
        if let Some(counter) = pricer.counter_of(update)
            && months.contains(&update.month)
        {
            held.push((update, counter, end));
        }
    }
    let mut counted = counted(&pricer, held.iter().map(|&(_, counter, _)| counter));
    held.into_iter()
        .map(|(update, counter, end)| {
            let instants = counted.entry(counter).or_default();
            held_against(update, pricer.used_elsewhere(&counter), instants, end)
        })
        .collect()
}

/// The instants of the charges that count in these counters, in no order.
fn counted(
    pricer: &Pricer<'_>,
    counters: impl Iterator<Item = Counter>,
) -> HashMap<Counter, Vec<Instant>> {
    let mut counted: HashMap<Counter, Vec<Instant>> =
        counters.map(|counter| (counter, Vec::new())).collect();
    let of_part = |part: &Part| {
        let mut found: HashMap<Counter, Vec<Instant>> = HashMap::new();
        for charge in part.charges.iter() {
            if let Some(counter) = pricer.ranked(&charge)
                && counted.contains_key(&counter)
            {
                found.entry(counter).or_default().push(charge.charged_at);
            }
        }
        found
    };
    let parts: Vec<_> = pricer
        .request
        .outcome
        .parts
        .par_iter()
        .map(of_part)
        .collect();
    for (counter, instants) in parts.into_iter().flatten() {
        counted.entry(counter).or_default().extend(instants);
    }
    counted
}

fn held_against(
    update: &TierUpdate,
    used_elsewhere: u64,
    instants: &mut [Instant],
    end: Instant,
) -> ReportedTier {
    let counted = instants.len() as u64;
    let counted_then = instants.iter().filter(|&&at| at <= update.at).count() as u64;
    let first_rank = update.tier.first_rank();
    // How many messages of the log it takes beside the volume used elsewhere.
    let needed = first_rank.saturating_sub(used_elsewhere);
    let crossed_at = match needed {
        0 => None,
        needed if needed > counted => None,
        // It fits into memory, since it is not more than there are.
        needed => Some(*instants.select_nth_unstable(needed as usize - 1).1),
    };
    let crossing = match crossed_at {
        _ if needed == 0 => Crossing::Agrees,
        Some(at) if at <= update.at => Crossing::Agrees,
        Some(_) => Crossing::Later,
        None if end < update.at => Crossing::LogEnded,
        None => Crossing::Never,
    };
    let missing = match crossing {
        Crossing::Later | Crossing::Never => needed - counted_then,
        Crossing::Agrees | Crossing::LogEnded => 0,
    };
    ReportedTier {
        owner: update.owner.clone(),
        market: update.market.clone(),
        category: update.category,
        month: update.month,
        tier: update.tier.to_string(),
        told_at: update.at,
        used_elsewhere,
        counted_then,
        counted,
        crossed_at,
        crossing,
        missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Tier;

    /// Messages at the seconds 10, 20, 30, 40, 50; Meta says at the second `told` that a tier was reached.
    fn crossing(tier: &str, told: i64, used: u64, end: i64) -> (Crossing, Option<i64>, u64, u64) {
        let update = TierUpdate {
            owner: "P".into(),
            market: "India".into(),
            category: ChargeCategory::Utility,
            month: Month::parse("2026-03").expect("a month"),
            tier: Tier::parse(tier).expect("a tier"),
            at: Instant::from_seconds(told),
            account: "A".into(),
        };
        let mut instants = [40, 10, 50, 20, 30].map(Instant::from_seconds);
        let found = held_against(&update, used, &mut instants, Instant::from_seconds(end));
        let at = found.crossed_at.map(|at| at.micros() / 1_000_000);
        (found.crossing, at, found.counted_then, found.missing)
    }

    #[test]
    fn the_count_crosses_with_the_first_message_of_the_tier() {
        use Crossing::{Agrees, Later, LogEnded, Never};
        // The third message is the first of the tier 3:10.
        assert_eq!(crossing("3:10", 35, 0, 60), (Agrees, Some(30), 3, 0));
        assert_eq!(crossing("3:10", 30, 0, 60), (Agrees, Some(30), 3, 0));
        // At the second 25 the log has two: at least one is missing.
        assert_eq!(crossing("3:10", 25, 0, 60), (Later, Some(30), 2, 1));
        // The eighth never comes: at the second 45 the log has four, four are missing.
        assert_eq!(crossing("8:MAX", 45, 0, 60), (Never, None, 4, 4));
        assert_eq!(crossing("8:MAX", 45, 0, 44), (LogEnded, None, 4, 0));
        // Four used elsewhere: the fourth of the log is the eighth.
        assert_eq!(crossing("8:MAX", 45, 4, 60), (Agrees, Some(40), 4, 0));
        assert_eq!(crossing("8:MAX", 15, 4, 60), (Later, Some(40), 1, 3));
        assert_eq!(crossing("8:MAX", 5, 8, 60), (Agrees, None, 0, 0));
        // The first tier begins with the first message.
        assert_eq!(crossing("0:2", 5, 0, 60), (Later, Some(10), 0, 1));
    }
}
