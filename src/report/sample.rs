//! `sample.csv`: the items of a money-unit sample, each with all that is needed to work it out again by hand.

use std::io::Write;

use anyhow::{Context, Result};
use hashbrown::HashMap;

use super::neutral::neutral;
use crate::audit::Sample;
use crate::explain::{ChargeView, Entry, MessageView, Moment, Timeline, What};

/// The columns of `sample.csv`.
const HEADER: [&str; 46] = [
    "item",
    "stratum",
    "selection",
    "seed",
    "stratum_units",
    "stratum_amount",
    "stratum_certain",
    "stratum_drawn",
    "stratum_drawn_from",
    "charge_id",
    "account",
    "business",
    "customer",
    "group",
    "message_id",
    "unit",
    "charged_at",
    "sent_at",
    "delivered_at",
    "local_date",
    "kind",
    "template",
    "in_window",
    "window_opened_at",
    "window_closes_at",
    "conversation_id",
    "conversation_category",
    "conversation_opened_by",
    "conversation_opened_at",
    "conversation_expires_at",
    "regime",
    "rule",
    "rule_text",
    "remarks",
    "category",
    "pricing_type",
    "market",
    "rate_card",
    "tier",
    "rate",
    "currency",
    "amount",
    "state",
    "estimated",
    "edge",
    "rows",
];

/// Where a charge stands in the timelines.
struct Place<'a> {
    timeline: &'a Timeline,
    entry: &'a Entry,
    message: &'a MessageView,
    charge: &'a ChargeView,
}

/// Writes the items with what the timelines of their pairs say of them.
///
/// # Errors
/// If the file cannot be written, or the log was changed since the sample was drawn.
pub fn write(sample: &Sample, timelines: &[Timeline], file: impl Write) -> Result<()> {
    let mut places: HashMap<&str, Place<'_>> = HashMap::new();
    for timeline in timelines {
        for entry in &timeline.entries {
            if let What::Message(message) = &entry.what {
                places.extend(message.charges.iter().map(|charge| {
                    let place = Place {
                        timeline,
                        entry,
                        message,
                        charge,
                    };
                    (charge.charge_id.as_str(), place)
                }));
            }
        }
    }
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record(HEADER)?;
    for (number, item) in sample.items.iter().enumerate() {
        let id = item.charge_id.to_string();
        let place = places.get(id.as_str()).with_context(|| {
            format!("charge {id} of the sample cannot be found again: has the log changed?")
        })?;
        let stratum = &sample.strata[item.stratum];
        let mut record = vec![
            (number + 1).to_string(),
            stratum.stratum.name(),
            item.selection.to_string(),
            sample.seed.clone(),
            stratum.units.to_string(),
            stratum.amount.to_string(),
            stratum.certain.to_string(),
            stratum.drawn.to_string(),
            stratum.drawn_from.clone(),
        ];
        record.extend(facts(place));
        writer.write_record(record.iter().map(|cell| neutral(cell.as_bytes())))?;
    }
    writer.flush()?;
    Ok(())
}

fn facts(place: &Place<'_>) -> Vec<String> {
    let Place {
        timeline,
        entry,
        message,
        charge,
    } = place;
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let moment = |moment: Option<Moment>| {
        moment.map_or_else(String::new, |moment| moment.instant.to_string())
    };
    let conversation = charge.conversation_id.as_ref().and_then(|id| {
        let mut known = timeline.conversations.iter();
        known.find(|conversation| conversation.conversation_id == *id)
    });
    let window = window(timeline, message, entry.at);
    let rows: Vec<String> = message
        .rows
        .iter()
        .map(|row| format!("{}:{}", row.file, row.line))
        .collect();
    vec![
        charge.charge_id.clone(),
        message.account.clone(),
        timeline.business.clone(),
        timeline.customer.clone(),
        text(timeline.group.as_deref()),
        message.message_id.clone(),
        charge.unit.to_owned(),
        entry.at.instant.to_string(),
        moment(message.sent),
        moment(message.delivered),
        charge.local_date.clone(),
        text(message.kind),
        text(message.template.as_deref()),
        message
            .in_window
            .map_or_else(String::new, |is| is.to_string()),
        moment(window.map(|(opens, _)| opens)),
        moment(window.map(|(_, closes)| closes)),
        text(charge.conversation_id.as_deref()),
        text(conversation.map(|conversation| conversation.category)),
        text(conversation.map(|conversation| conversation.opened_by.as_str())),
        moment(conversation.map(|conversation| conversation.opened_at)),
        moment(conversation.map(|conversation| conversation.expires_at)),
        charge.regime.to_owned(),
        charge.rule.to_owned(),
        charge.rule_text.clone(),
        charge.remarks.join("; "),
        charge.category.to_owned(),
        charge.pricing_type.to_owned(),
        charge.market.clone(),
        text(charge.rate_card.as_deref()),
        text(charge.tier.as_deref()),
        text(charge.rate.as_deref()),
        charge.currency.clone(),
        text(charge.amount.as_deref()),
        charge.state.to_owned(),
        charge.estimated.to_string(),
        charge.edge.to_string(),
        rows.join("; "),
    ]
}

/// The customer service window that was the last to open by the time of sending, whether or not it was open still.
fn window(timeline: &Timeline, message: &MessageView, at: Moment) -> Option<(Moment, Moment)> {
    let sent = message.sent.unwrap_or(at).instant;
    let mut windows = timeline.windows.iter().rev().copied();
    windows.find(|(opens, _)| opens.instant <= sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_of_nothing_is_a_header() {
        let sample = Sample {
            seed: "s".to_owned(),
            strata: Vec::new(),
            items: Vec::new(),
            without_rate: 0,
        };
        let mut file = Vec::new();
        write(&sample, &[], &mut file).unwrap();
        assert_eq!(
            String::from_utf8(file).unwrap(),
            format!("{}\n", HEADER.join(","))
        );
    }
}
