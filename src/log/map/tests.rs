use super::*;

fn refusal(text: &str) -> String {
    Map::parse(text, "map.toml")
        .expect_err("refused")
        .to_string()
}

#[test]
fn what_no_map_can_say_is_refused_with_its_line() {
    for (text, parts) in [
        (
            "\nmesage_id = \"x\"",
            vec!["map.toml:2", "mesage_id", "nearest is `message_id`"],
        ),
        (
            "[columns]\nfrom = \"x\"",
            vec!["map.toml:2", "column of the log", "from"],
        ),
        ("message_id = 3", vec!["map.toml:1", "expected a path"]),
        (
            "message_id = { pth = \"x\" }",
            vec!["map.toml:1", "`pth`", "nearest is `path`"],
        ),
        (
            "message_id = { strip = \"x\" }",
            vec!["map.toml:1", "one of `path`, `constant`, `join`"],
        ),
        (
            "message_id = { path = \"a\", constant = \"b\" }",
            vec!["one of `path`, `constant`, `join`"],
        ),
        ("message_id = \"a[\"", vec!["`[` without `]`"]),
        ("message_id = \"a[].b\"", vec!["`[]` stands in `each` only"]),
        (
            "[[rows]]\neach = \"a\"",
            vec!["map.toml:2", "ends with `[]`"],
        ),
        (
            "[[rows]]\neach = \"^a[]\"",
            vec!["map.toml:2", "ends with `[]`"],
        ),
        (
            "[[rows]]\neach = \"a[]\"\ncolumns = { message_id = \"^a[0].b\" }",
            vec!["goes through every element"],
        ),
        ("[rows]\neach = \"\"", vec!["double brackets"]),
        ("delimiter = \";;\"", vec!["map.toml:1", "one ASCII sign"]),
        (
            "[time]\nzone = \"Europe/Atlantis\"",
            vec!["map.toml:2", "no IANA time zone"],
        ),
        (
            "[time]\nformats = [\"%Q\"]",
            vec!["map.toml:2", "no pattern"],
        ),
        (
            "[[rows]]\nwhen = { a = [\"!x\", \"y\"] }",
            vec!["map.toml:2", "all words with `!` or none"],
        ),
        (
            "[[evidence]]\neach = \"\"",
            vec!["[[evidence]] without `table`"],
        ),
        ("a = [", vec!["map.toml:1"]),
    ] {
        let message = refusal(text);
        for part in parts {
            assert!(message.contains(part), "no {part} in {message}");
        }
    }
}

#[test]
fn presets_are_found_by_name_and_are_sound() {
    for &(name, _) in PRESETS {
        let map = Map::load(FilePath::new(name)).unwrap();
        assert_eq!(map.provenance.name, name);
        assert!(
            !map.provenance.lacks.is_empty() || !map.columns().is_empty(),
            "{name}"
        );
    }
    let message = Map::load(FilePath::new("cloud_api"))
        .unwrap_err()
        .to_string();
    assert!(message.contains("nearest is `cloud-api`"), "{message}");
    let message = Map::load(FilePath::new("gone.toml"))
        .unwrap_err()
        .to_string();
    assert!(message.contains("gone.toml"), "{message}");
}

/// The cells of the rows that a map makes of a JSON record, without empty ones.
fn rows(map: &str, record: &str) -> Vec<Vec<(Column, String)>> {
    let map = Map::parse(map, "map.toml").unwrap();
    let mut captured = Captured::default();
    map.shape().capture(record, &mut captured).unwrap();
    let templates = TemplateRegistry::default();
    let row = |row: MappedRow<'_>| {
        let mut cells = Vec::new();
        row.cells(
            &captured,
            &templates,
            &mut Vec::new(),
            &mut |column, cell| {
                if !cell.is_empty() {
                    cells.push((column, String::from_utf8_lossy(cell).into_owned()));
                }
            },
        );
        cells
    };
    map.rows(&captured).map(row).collect()
}

#[test]
fn rules_in_all_their_forms() {
    let one = |rule: &str, record: &str| {
        let found = rows(&format!("[[rows]]\ncolumns.text = {rule}"), record);
        found[0]
            .first()
            .map_or_else(String::new, |(_, text)| text.clone())
    };
    let record = r#"{"a":" A ","b":{"c":7,"d":true,"e":null,"f":0.25},"list":[{"x":"first"},{"x":"second"}],"tel":"whatsapp:+49 (30) 12-34","a.b":"dotted"}"#;
    for (rule, expected) in [
        (r#""b.c""#, "7"),
        (r#""b.d""#, "true"),
        (r#""b.e""#, ""),
        (r#""b.f""#, "0.25"),
        (r#""b""#, ""),
        (r#""list[1].x""#, "second"),
        (r#""list[2].x""#, ""),
        (r#""\"a.b\"""#, "dotted"),
        (r#"{ constant = "k" }"#, "k"),
        (r#"["b.e", "b.c"]"#, "7"),
        (r#"{ join = ["b.c", "b.e", "b.d"], with = "/" }"#, "7/true"),
        (
            r#"{ path = "tel", strip = ["whatsapp:"] }"#,
            "+49 (30) 12-34",
        ),
        (r#"{ path = "tel", digits = true }"#, "49301234"),
        (r#"{ path = "a", values = { a = "meant" } }"#, "meant"),
        (
            r#"{ path = "b.c", values = { a = "meant" }, otherwise = "other" }"#,
            "other",
        ),
        (
            r#"{ path = "b.c", values = { a = "meant" }, otherwise = "" }"#,
            "",
        ),
        (
            r#"[{ path = "a", when = { "b.d" = "false" } }, { path = "b.c", when = { "b.d" = true } }]"#,
            "7",
        ),
        (r#"{ constant = "k", when = { "b.e" = "" } }"#, "k"),
        (r#"{ constant = "k", when = { b = "*" } }"#, "k"),
        (r#"{ constant = "k", when = { b = "" } }"#, ""),
        (r#"{ constant = "k", when = { a = ["!b", "!c"] } }"#, "k"),
        (r#"{ constant = "k", when = { a = ["!a"] } }"#, ""),
        (r#"{ constant = "k", when = { tel = "WhatsApp:*" } }"#, "k"),
        (r#"{ constant = "k", when = { tel = "sms:*" } }"#, ""),
        (r#"{ constant = "k", when = { tel = "!whatsapp:*" } }"#, ""),
        (
            r#"{ constant = "k", when = { "b.e" = "!whatsapp:*" } }"#,
            "k",
        ),
        (r#"{ constant = "k", registered = "a" }"#, ""),
    ] {
        assert_eq!(one(rule, record).trim(), expected, "{rule}");
    }
}

#[test]
fn times_in_a_source_s_own_form_and_zone() {
    let map = "[time]\nformats = [\"%d.%m.%Y %H:%M\"]\nzone = \"Europe/Berlin\"\n[[rows]]\ncolumns.timestamp = \"t\"";
    for (text, expected) in [
        ("31.12.2025 23:59", "2025-12-31T22:59:00Z"),
        ("01.07.2025 02:00", "2025-07-01T00:00:00Z"),
        // Shown twice: the earlier one. Never shown: as it stands, for the log to reject.
        ("26.10.2025 02:30", "2025-10-26T00:30:00Z"),
        ("30.03.2025 02:30", "30.03.2025 02:30"),
        ("2025-07-01 02:00:00", "2025-07-01T00:00:00Z"),
        ("1751328000", "1751328000"),
    ] {
        let found = rows(map, &format!("{{\"t\":\"{text}\"}}"));
        assert_eq!(
            found,
            [[(Column::Timestamp, expected.to_owned())]],
            "{text}"
        );
    }
}

#[test]
fn a_short_map_draws_the_rest_from_namesakes() {
    let map = "message_id = \"wamid\"\ndirection = \"type\"\n[constants]\nchannel = \"whatsapp\"\n[values.direction]\nrecv = \"inbound\"";
    let found = rows(
        map,
        r#"{"wamid":"w","type":"RECV","business":"1","status":"sent"}"#,
    );
    let expected = [
        (Column::MessageId, "w"),
        (Column::Direction, "inbound"),
        (Column::Business, "1"),
        (Column::Status, "sent"),
        (Column::Channel, "whatsapp"),
    ];
    let expected: Vec<_> = expected
        .map(|(column, text)| (column, text.to_owned()))
        .to_vec();
    // `type` is drawn for the direction, so it is no kind of message.
    assert_eq!(found, [expected]);
}

#[test]
fn items_know_what_stands_around_them() {
    let map = "[[rows]]\neach = [\"a[].b.c[]\", \"c[]\"]\nwhen = { \"^^kind\" = [\"yes\", \"\"] }\ncolumns = { message_id = \"id\", account = \"^^id\", business = \"^number\", group = \"^^^^^far\" }";
    let record = r#"{"a":[{"id":"outer","kind":"yes","b":{"number":1,"c":[{"id":"x"},{"id":"y"}]}},{"kind":"no","b":{"c":[{"id":"z"}]}}]}"#;
    let row = |id: &str| {
        vec![
            (Column::MessageId, id.to_owned()),
            (Column::Business, "1".to_owned()),
            (Column::Account, "outer".to_owned()),
        ]
    };
    assert_eq!(rows(map, record), [row("x"), row("y")]);
    assert_eq!(
        rows(map, r#"{"c":[{"id":"w"}]}"#),
        [[(Column::MessageId, "w".to_owned())]]
    );
}
