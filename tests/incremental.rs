//! A log that comes in pieces, with late and repeated rows, leads to what the whole log leads to: what all runs have
//! published, with their adjustments, is what one run publishes.
//!
//! `COUNTERFOIL_SEEDS=n` runs n seeds instead of some, `COUNTERFOIL_SEED=n` one seed.

mod generator;
mod oracle;
mod pieces;

use generator::Case;
use generator::random::Random;
use pieces::{Cut, Home};

fn seeds(some: u64) -> std::ops::Range<u64> {
    let number = |name: &str| {
        let text = std::env::var(name).ok()?;
        Some(text.parse::<u64>().expect("a number"))
    };
    match number("COUNTERFOIL_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("COUNTERFOIL_SEEDS").unwrap_or(some),
    }
}

/// What no run of pieces is asked for: parts of a log, and D-3 decided by rows that are still to come.
fn whole(mut case: Case) -> Case {
    case.settings.from = None;
    case.settings.to = None;
    let mut set = std::mem::take(&mut case.settings.set);
    set.retain(|(name, _)| name.as_str() != "assume_sent_is_delivered");
    set.push(("assume_sent_is_delivered".into(), "off".into()));
    case.settings.set = set;
    case
}

fn agree(seeds: std::ops::Range<u64>, generate: fn(u64) -> Case) {
    let (mut adjusted, mut carried, mut doubted) = (0, 0, 0);
    for seed in seeds.clone() {
        let case = whole(generate(seed));
        let random = &mut Random::new(seed ^ 0x5eed);
        let cut = Cut::at_random(&case, random);
        let home = Home::new(&case);
        let full = home.whole(&case);
        let pieces = home.in_pieces(&case, &cut, random.chance(30).then_some(random));
        let found = pieces.differences(&full);
        // A row may tell something about what was long before its own time: then the run says that it cannot know.
        if !found.is_empty() && pieces.doubts {
            doubted += 1;
            continue;
        }
        assert!(
            found.is_empty(),
            "seed {seed}, {} rows in {} pieces, horizon {} days:\n{}",
            case.rows.len(),
            cut.pieces.len(),
            cut.horizon_days,
            found.join("\n")
        );
        adjusted += pieces.adjustments;
        carried += pieces.carried;
    }
    // Otherwise nothing was tested.
    let runs = seeds.end - seeds.start;
    assert!(doubted <= runs / 25 + 1, "{doubted} of {runs} doubted");
    assert!(
        runs < 20 || (adjusted > 0 && carried > runs),
        "{adjusted} adjusted, {carried} carried"
    );
}

#[test]
fn pieces_of_a_replay_add_up_to_the_whole() {
    agree(seeds(24), generator::generate);
}

#[test]
fn pieces_of_an_audit_add_up_to_the_whole() {
    agree(seeds(24), generator::prices::generate);
}
