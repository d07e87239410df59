//! `opt_outs.csv`: who has told Meta to stop or to resume marketing (C-OPT-OUT).

use super::cells::{Source, rows};
use crate::{
    accounts::numbers,
    rulebook::ConfigError,
    vocabulary::{Instant, named_enum},
};

named_enum! {
    /// What a customer has asked for; of one instant the later one here counts.
    pub enum OptOutState {
        /// Marketing may come again.
        Resume = "resume",
        /// No more marketing.
        Stop = "stop",
    }
}

/// A customer's word on marketing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptOut {
    /// The account; empty for any.
    pub account: String,
    /// The business number as the log names it, without `+`; empty for all numbers of the account.
    pub business: String,
    /// The customer, without `+`.
    pub customer: String,
    /// What the customer asked for.
    pub state: OptOutState,
    /// Since when.
    pub at: Instant,
}

pub(super) fn read(source: &Source) -> Result<Vec<OptOut>, ConfigError> {
    let columns = ["account", "business", "customer", "state", "at"];
    rows(
        source,
        &columns,
        |[account, business, customer, state, at]| {
            Ok(OptOut {
                account: account.text.to_owned(),
                business: numbers::key(business.text),
                customer: numbers::key(&customer.word("a customer's number or id")?),
                state: OptOutState::parse(state.text.as_bytes())
                    .ok_or_else(|| state.refused("stop or resume"))?,
                at: at.instant()?,
            })
        },
    )
}
