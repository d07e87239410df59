//! Maps: their own text, and what is read through them.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use counterfoil::accounts::TemplateRegistry;
use counterfoil::log::map::{Captured, Map};
use counterfoil::log::suggest::suggest;

use super::log::read_through;
use super::on_disk::with_file;
use super::refused;

/// What a map is tried on: flat and nested, with values of every kind.
const RECORDS: [&str; 4] = [
    "{}",
    r#"{"id":"a","a":{"b":[{"c":1},{"c":null}],"d":true},"time":"31.12.2025 23:59","n":1.5}"#,
    r#"{"messages":[{"id":"x","type":"text"},{"id":"y"}],"messages2":[],"field":"messages"}"#,
    r#"{"entry":[{"id":"1","changes":[{"field":"messages","value":{"statuses":[{"id":"z"}]}}]}]}"#,
];

/// A map of a flat file, with a rule of every kind.
const FLAT: &str = r#"
message_id = "id"
timestamp = { path = "time", formats = ["%d.%m.%Y %H:%M"], zone = "Europe/Berlin" }
direction = { path = "in", values = { true = "inbound", false = "outbound" } }
business = [{ path = "to", when = { in = true } }, { path = "from", strip = ["whatsapp:"], digits = true }]
customer = { join = ["prefix", "number"], with = "" }
channel = { path = "channel", values = { wa = "whatsapp" }, otherwise = "other" }
"#;

static CLOUD_API: LazyLock<Arc<Map>> =
    LazyLock::new(|| Arc::new(Map::load(Path::new("cloud-api")).expect("a preset")));
static FLAT_MAP: LazyLock<Arc<Map>> =
    LazyLock::new(|| Arc::new(Map::parse(FLAT, "flat.toml").expect("a map")));

/// The text of a map, which is then tried on a few records.
pub fn map(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let map = match Map::parse(text, "map.toml") {
        Ok(map) => map,
        Err(error) => return refused(&error, "map.toml"),
    };
    let templates = TemplateRegistry::default();
    let (mut record, mut cell) = (Captured::default(), Vec::new());
    for json in RECORDS {
        map.shape().capture(json, &mut record).expect("a record");
        for row in map.rows(&record) {
            row.cells(&record, &templates, &mut cell, &mut |column, _| {
                assert!(
                    map.columns().contains(&column),
                    "a column that the map does not name"
                );
            });
        }
        for row in map.evidence(&record, &templates) {
            assert!(!row.table.is_empty(), "a table without a name");
        }
        map.passes_over(&record);
    }
    true
}

/// JSON of webhooks, in any arrangement, perhaps packed.
pub fn mapped_json(data: &[u8]) -> bool {
    read_through(Some(Arc::clone(&CLOUD_API)), "hooks.json", data)
}

/// A CSV file of another system.
pub fn mapped_csv(data: &[u8]) -> bool {
    read_through(Some(Arc::clone(&FLAT_MAP)), "export.csv", data)
}

/// A file of which a map is drafted; every draft can be read as a map.
pub fn suggest_map(data: &[u8]) -> bool {
    with_file("unknown.txt", data, |path| match suggest(path) {
        Ok(draft) => {
            if let Err(error) = Map::parse(&draft, "draft.toml") {
                panic!("{error}\n{draft}");
            }
            true
        }
        Err(error) => refused(&error, "unknown.txt"),
    })
}
