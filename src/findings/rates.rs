//! Q-UNRATED and Q-NO-LADDER: where the tariff does not reach, by account and cell.

use std::collections::BTreeMap;

use super::{Finding, Request};
use crate::tariff::Amount;
use crate::vocabulary::{FindingCode, Severity};

/// One finding for each missing cell of an account, and for each counter without a ladder.
pub fn findings(request: &Request<'_>) -> Vec<Finding> {
    let mut missing: BTreeMap<(String, String, String), (u64, crate::vocabulary::Currency)> =
        BTreeMap::new();
    let cells = &request.outcome.cells;
    for (group, totals) in request.groups.iter() {
        let price = request.pricing.price(group.price);
        if let Some(unrated) = price.unrated {
            let key = (
                cells.accounts.word(group.account),
                cells.businesses.word(group.business),
                unrated.describe(&request.tariff.markets).to_string(),
            );
            let sum = missing.entry(key).or_insert((0, price.currency));
            sum.0 += totals.quantity;
        }
    }
    let unrated =
        missing.into_iter().map(
            |((account, business, text), (quantity, currency))| Finding {
                code: FindingCode::Unrated,
                account: account.into(),
                business: business.into(),
                at: None,
                customer: String::new(),
                message_id: String::new(),
                severity: Severity::Warning,
                money: Amount::ZERO,
                currency: Some(currency),
                explanation: format!(
                    "{quantity} charges have no rate, their cost is not known: {text}"
                )
                .into(),
            },
        );
    let positions = request.pricing.list().tiers.iter();
    let without_ladder = positions
        .filter(|position| position.without_ladder > 0)
        .map(|position| Finding {
            code: FindingCode::NoLadder,
            account: position.owner.as_str().into(),
            business: "".into(),
            at: None,
            customer: String::new(),
            message_id: String::new(),
            severity: Severity::Warning,
            money: Amount::ZERO,
            currency: position.currencies.first().copied(),
            explanation: format!(
                "{} {} charges to {} in {} are priced at list: no ladder is known, and the counted volume is {}",
                position.without_ladder,
                position.category,
                position.market,
                position.month,
                position.used_elsewhere + position.counted
            )
            .into(),
        });
    unrated.chain(without_ladder).collect()
}
