//! The monthly allowances: C22-3, C23-6 per account, P26-2 per business number (S-17 to S-21, S-23).

use std::collections::BTreeMap;

use super::message::Message;
use super::regime::basis_date;
use super::{World, clock};

/// (what is counted, whose it is, month) → how many units came before.
pub type Allowances = BTreeMap<(&'static str, String, String), u64>;

/// C22-3, C23-6: the first so many per account and local month, in the order of opening.
pub fn is_within_account_allowance(
    regime: &'static str,
    size: i64,
    message: &Message,
    allowances: &mut Allowances,
    world: &World,
) -> bool {
    let month = clock::month(basis_date(message, world)); // T-2
    let used = world.accounts.used_by_account(&message.account, &month); // S-23
    takes(
        allowances,
        (regime, message.account.clone(), month),
        used,
        size,
    )
}

/// Whether one more unit is still within an allowance.
fn takes(
    allowances: &mut Allowances,
    counter: (&'static str, String, String),
    used: u64,
    size: i64,
) -> bool {
    let count = allowances.entry(counter).or_insert(used);
    *count += 1;
    *count as i64 <= size
}

/// P26-2: per business number, or per account under S-18, and local month.
pub fn is_within_service_allowance(
    message: &Message,
    allowances: &mut Allowances,
    world: &World,
) -> bool {
    let month = clock::month(basis_date(message, world));
    let per_account = world.settings.is("service_allowance_scope", "account");
    let (owner, used) = if per_account {
        (
            message.account.clone(),
            world.accounts.used_by_account(&message.account, &month),
        )
    } else {
        (
            message.business.clone(),
            world.accounts.used_by_number(&message.business, &month),
        )
    };
    let size = world.settings.number("allowance_pmp_2026");
    takes(allowances, ("pmp-2026", owner, month), used, size)
}
