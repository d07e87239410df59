use std::io::Write;

use super::suggest;
use crate::log::Column;
use crate::log::map::Map;

/// The draft for a file with this content; it can be read as a map.
fn draft(content: &str) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    let draft = suggest(file.path()).unwrap();
    Map::parse(&draft, "draft").unwrap_or_else(|error| panic!("{error}\n{draft}"));
    draft
}

#[track_caller]
fn has(draft: &str, line: &str) {
    assert!(
        draft.lines().any(|found| found == line),
        "no line\n{line}\nin\n{draft}"
    );
}

#[test]
fn a_flat_file_by_names_and_values() {
    let draft = draft(
        "Message SID;Created At;Direction;From;To;Message Status;Agent\n\
         SM1;31.12.2025 23:58;in;4917012345678;4930123456;received;\n\
         SM2;31.12.2025 23:59;out;4930123456;4917012345678;undelivered;anna\n\
         SM3;01.01.2026 00:00;out;4930123456;4917012345679;seen;anna\n",
    );
    has(&draft, "delimiter = \";\"");
    has(&draft, "message_id = \"Message SID\"");
    has(
        &draft,
        "timestamp = { path = \"Created At\", formats = [\"%d.%m.%Y %H:%M\"] }  # local times need zone = \"...\" too",
    );
    has(&draft, "direction = \"Direction\"");
    // Who is the business depends on the direction.
    has(
        &draft,
        "business = [{ path = \"To\", when = { \"Direction\" = [\"in\"] } }, { path = \"From\" }]",
    );
    has(
        &draft,
        "customer = [{ path = \"From\", when = { \"Direction\" = [\"in\"] } }, { path = \"To\" }]",
    );
    assert!(draft.contains("\"undelivered\" = \"failed\""), "{draft}");
    assert!(draft.contains("#   Agent ("), "{draft}");
}

#[test]
fn a_day_that_may_be_a_month_is_a_question() {
    let draft = draft("id,time,direction\n1,02/03/2026 10:00,in\n2,04/05/2026 10:00,in\n");
    assert!(draft.contains("formats = [\"%d/%m/%Y %H:%M\"]"), "{draft}");
    assert!(draft.contains("# ? or %m/%d/%Y %H:%M"), "{draft}");
    // What is needed and not there is asked for.
    assert!(draft.contains("# business = \"?\""), "{draft}");
}

#[test]
fn pages_of_messages_with_what_stands_around_them() {
    let draft = draft(
        r#"{"nextCursor":"x","account":{"waba_id":"77"},"messages":[
            {"id":"m1","dateAdded":"2026-01-05T10:00:00Z","direction":"inbound","status":"read","phone":"+4917012345678","channel":"TYPE_WHATSAPP"},
            {"id":"m2","dateAdded":"2026-01-05T10:01:00Z","direction":"outbound","status":"sent","phone":"+4917012345678","channel":"TYPE_SMS"}]}"#,
    );
    has(&draft, "each = \"messages[]\"");
    has(&draft, "message_id = \"id\"");
    has(&draft, "timestamp = \"dateAdded\"");
    has(&draft, "account = \"^account.waba_id\"");
    has(
        &draft,
        "channel = { path = \"channel\", values = { \"type_whatsapp\" = \"whatsapp\" } }",
    );
}

#[test]
fn a_canonical_log_maps_to_itself() {
    let names: Vec<&str> = Column::REQUIRED
        .iter()
        .map(|column| column.name())
        .collect();
    let header = names.join(",");
    let draft = draft(&format!(
        "{header}\nwamid.1,2026-01-05T10:00:00Z,inbound,4930123456,4917012345678\n"
    ));
    for name in names {
        has(&draft, &format!("{name} = \"{name}\""));
    }
}

#[test]
fn what_holds_no_records_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let message = suggest(file.path()).unwrap_err().to_string();
    assert!(message.contains("an empty file"), "{message}");
    std::fs::write(file.path(), b"PAR1....").unwrap();
    let message = suggest(file.path()).unwrap_err().to_string();
    assert!(message.contains("Parquet"), "{message}");
}

proptest::proptest! {
    /// Whatever the file, there is a draft that can be read, or a refusal.
    #[test]
    fn no_file_breaks_a_draft(content in "[ -~\n\t]{0,300}|(\"[a-z\\.\\[\\^\"]{1,6}\"|[{}\\[\\],:]|true|1|\n){0,60}") {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &content).unwrap();
        if let Ok(draft) = suggest(file.path()) {
            let map = Map::parse(&draft, "draft");
            proptest::prop_assert!(map.is_ok(), "{:?}\n{draft}", map.err().map(|error| error.to_string()));
        }
    }
}
