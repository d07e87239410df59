//! Rows as webhooks of Meta's Cloud API, one a line, as Meta sends them: the message of the business itself is in
//! none, a status says only what became of it.

use std::io::Write;

use super::words::marks;
use crate::simulate::ids;
use crate::simulate::message::{ERRORS_FROM, Kind};
use crate::simulate::model::{Business, Model, Shape};
use crate::simulate::rows::{Flaw, Row, carries_marks};
use crate::vocabulary::{EntryPoint, Status};

/// The lines of some rows.
pub fn lines(model: &Model, rows: &[Row]) -> Vec<u8> {
    let mut text = Vec::with_capacity(rows.len() * 400);
    for row in rows {
        let business = &model.businesses[usize::from(row.message.business)];
        // Writing to memory does not fail.
        let _ = match row.message.kind {
            Kind::FreeForm | Kind::Template => status(&mut text, model, business, row),
            Kind::Call => call(&mut text, business, row),
            Kind::Inbound | Kind::Reaction | Kind::System => message(&mut text, business, row),
        };
    }
    text
}

fn id_of(row: &Row) -> String {
    let mut id = [0; ids::ID_BYTES];
    ids::write(row.message.id, &mut id);
    String::from_utf8_lossy(&id).into_owned()
}

/// What every webhook begins with, up to what it tells.
fn begin(text: &mut Vec<u8>, business: &Business, field: &str) -> std::io::Result<()> {
    let (account, number) = (&business.account, &business.number);
    write!(
        text,
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"{account}","changes":[{{"field":"{field}","value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"{number}","phone_number_id":"1{number}"}},"#
    )
}

fn end(text: &mut Vec<u8>) -> std::io::Result<()> {
    text.write_all(b"}}]}]}\n")
}

fn message(text: &mut Vec<u8>, business: &Business, row: &Row) -> std::io::Result<()> {
    let (id, customer, at) = (id_of(row), row.customer(), row.at);
    begin(text, business, "messages")?;
    write!(
        text,
        r#""contacts":[{{"wa_id":"{customer}","profile":{{"name":"Customer {customer}"}}}}],"messages":[{{"from":"{customer}","id":"{id}","timestamp":"{at}","#
    )?;
    match row.message.kind {
        Kind::Reaction => write!(
            text,
            r#""type":"reaction","reaction":{{"message_id":"{id}","emoji":"👍"}}"#
        )?,
        Kind::System => write!(
            text,
            r#""type":"system","system":{{"body":"changed","type":"user_changed_number"}}"#
        )?,
        _ => write!(text, r#""type":"text","text":{{"body":"Hello"}}"#)?,
    }
    match row.message.entry_point {
        Some(EntryPoint::Ad) => write!(
            text,
            r#","referral":{{"source_type":"ad","source_id":"120","ctwa_clid":"{id}"}}"#
        )?,
        Some(EntryPoint::Post) => write!(
            text,
            r#","referral":{{"source_type":"post","source_id":"121"}}"#
        )?,
        // A Page button is in no webhook.
        Some(EntryPoint::PageCta) | None => {}
    }
    write!(text, "}}]")?;
    end(text)
}

fn call(text: &mut Vec<u8>, business: &Business, row: &Row) -> std::io::Result<()> {
    let (id, customer, at) = (id_of(row), row.customer(), row.at);
    let (number, ends) = (&business.number, row.at + 60);
    begin(text, business, "calls")?;
    write!(
        text,
        r#""calls":[{{"id":"{id}","to":"{number}","from":"{customer}","event":"terminate","direction":"USER_INITIATED","timestamp":"{ends}","status":"COMPLETED","start_time":"{at}","end_time":"{ends}","duration":60}}]"#
    )?;
    end(text)
}

fn status(
    text: &mut Vec<u8>,
    model: &Model,
    business: &Business,
    row: &Row,
) -> std::io::Result<()> {
    let (id, customer, at) = (id_of(row), row.customer(), row.at);
    let status = row.status.unwrap_or(Status::Sent);
    begin(text, business, "messages")?;
    write!(
        text,
        r#""statuses":[{{"id":"{id}","status":"{status}","timestamp":"{at}","recipient_id":"{customer}""#
    )?;
    if status == Status::Failed {
        let code = ERRORS_FROM + u32::from(row.message.error);
        write!(
            text,
            r#","errors":[{{"code":{code},"title":"Message undeliverable"}}]"#
        )?;
    }
    if carries_marks(row, Shape::Webhooks) && row.flaw != Flaw::MissingMarks {
        let category = (row.message.kind == Kind::Template)
            .then(|| model.templates[usize::from(row.message.template)].category);
        let [pricing_model, billable, pricing_type, category] = marks(row.message.mark, category);
        let pricing_model = pricing_model.map_or("PMP", |word| word.1);
        write!(text, r#","pricing":{{"pricing_model":"{pricing_model}""#)?;
        if let Some((_, billable)) = billable {
            write!(text, r#","billable":{billable}"#)?;
        }
        if let Some((_, pricing_type)) = pricing_type {
            write!(text, r#","type":"{pricing_type}""#)?;
        }
        if let Some((_, category)) = category {
            write!(text, r#","category":"{category}""#)?;
        }
        write!(text, "}}")?;
    }
    write!(text, "}}]")?;
    end(text)
}
