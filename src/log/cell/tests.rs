use chrono::{DateTime, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;

fn in_zone(zone: Tz) -> CellContext {
    CellContext {
        zone: Some(zone),
        ..CellContext::default()
    }
}

fn code(column: Column, cell: &str) -> CellCode {
    CellParser::new(&CellContext::default()).text(column, cell.as_bytes())
}

/// Seconds since the epoch, or none if the cell is bad.
fn seconds(context: &CellContext, cell: &str) -> Option<f64> {
    let instant = CellParser::new(context)
        .text(Column::Timestamp, cell.as_bytes())
        .instant()?;
    Some(instant.micros() as f64 / 1e6)
}

#[test]
fn instants_in_every_accepted_form() {
    let utc = CellContext::default();
    for (cell, expected) in [
        ("2025-09-01T10:00:00Z", 1_756_720_800.0),
        ("2025-09-01t10:00:00z", 1_756_720_800.0),
        ("2025-09-01T10:00:00.5Z", 1_756_720_800.5),
        ("2025-09-01T10:00:00.123456789Z", 1_756_720_800.123456),
        ("2025-09-01T12:00:00+02:00", 1_756_720_800.0),
        ("2025-09-01T12:00:00.25+02:00", 1_756_720_800.25),
        ("2025-09-01T04:30:00-05:30", 1_756_720_800.0),
        ("2025-09-01 10:00:00+0000", 1_756_720_800.0),
        ("2025-09-01 10:00:00+00", 1_756_720_800.0),
        ("2025-09-01 10:00:00.000 UTC", 1_756_720_800.0),
        ("2025-09-01 10:00:00", 1_756_720_800.0),
        ("  2025-09-01 10:00:00.250\t", 1_756_720_800.25),
        ("2025-09-01T10:00:00", 1_756_720_800.0),
        ("1756720800", 1_756_720_800.0),
        ("1756720800.5", 1_756_720_800.5),
        ("1756720800000", 1_756_720_800.0),
        ("1756720800250.5", 1_756_720_800.250_5),
        ("100000000", 100_000_000.0),
        ("99999999999", 99_999_999_999.0),
        ("100000000000", 100_000_000.0),
        ("100000000000000", 100_000_000_000.0),
        ("-315619200", -315_619_200.0),
        ("2024-02-29T00:00:00Z", 1_709_164_800.0),
        ("2016-12-31T23:59:60Z", 1_483_228_800.0),
    ] {
        assert_eq!(seconds(&utc, cell), Some(expected), "{cell}");
    }
}

#[test]
fn what_is_no_instant() {
    let utc = CellContext::default();
    for cell in [
        "x",
        "2025-09-01",
        "2025-09-01T10:00",
        "2025-02-29T00:00:00Z",
        "2025-13-01T00:00:00Z",
        "2025-09-01T24:00:00Z",
        "2025-09-01T10:60:00Z",
        "2025-09-01T10:00:61Z",
        "2025-09-01T10-00-00Z",
        "2025-09-01T1a:00:00Z",
        "2025-09-01T10:00:00.Z",
        "2025-09-01T10:00:00+24:00",
        "2025-09-01T10:00:00 Z x",
        "2025-09-01T10:00:00+1:00",
        "2025/09/01 10:00:00",
        "99999999",
        "100000000000001",
        "1756720800.",
        "1756720800.x",
        "1.7e9",
        "-",
        "99999999999999999999",
        "2025-09-01T10:00:0\u{1}Z",
        "2025-09-01T10:00::0Z",
        "2025-09-01T10:00:00Zé",
    ] {
        assert_eq!(code(Column::Timestamp, cell), CellCode::BAD, "{cell}");
        assert_eq!(
            explain(&utc, Column::Timestamp, cell).map(|defect| defect.code),
            Some("invalid_time")
        );
    }
}

#[test]
fn local_times_follow_the_zone() {
    let berlin = in_zone(Tz::Europe__Berlin);
    // Twice at the end of summer time: the earlier one. Never at its beginning.
    assert_eq!(
        seconds(&berlin, "2025-10-26 02:30:00"),
        Some(1_761_438_600.0)
    );
    assert_eq!(
        seconds(&berlin, "2025-10-26 03:00:00"),
        Some(1_761_444_000.0)
    );
    assert_eq!(
        seconds(&berlin, "2025-03-30 01:59:59"),
        Some(1_743_296_399.0)
    );
    assert_eq!(seconds(&berlin, "2025-03-30 02:30:00"), None);
    assert_eq!(
        seconds(&berlin, "2025-03-30 03:00:00"),
        Some(1_743_296_400.0)
    );
    // A zone in the cell wins.
    assert_eq!(
        seconds(&berlin, "2025-09-01T10:00:00Z"),
        Some(1_756_720_800.0)
    );
    let mut parser = CellParser::new(&berlin);
    let noon = 1_756_720_800_000_000;
    assert_eq!(
        parser.micros_local(Column::Timestamp, noon).instant(),
        Some(Instant::from_micros(noon - 7_200_000_000))
    );
    assert_eq!(
        parser.micros_utc(Column::Timestamp, noon).instant(),
        Some(Instant::from_micros(noon))
    );
    assert_eq!(
        parser.micros_utc(Column::Timestamp, i64::MAX),
        CellCode::BAD
    );
    assert_eq!(
        parser.micros_local(Column::Timestamp, i64::MIN),
        CellCode::BAD
    );
}

#[test]
fn integers_are_what_their_text_is() {
    let context = CellContext::default();
    let mut parser = CellParser::new(&context);
    for column in Column::ALL {
        for value in [
            0,
            7,
            -3,
            919_876_543_210,
            1_756_720_800,
            1_756_720_800_123,
            i64::MIN,
            i64::MAX,
        ] {
            let text = value.to_string();
            assert_eq!(
                parser.integer(*column, value),
                parser.text(*column, text.as_bytes()),
                "{column} {value}"
            );
        }
    }
    let units = *parser.epoch_units();
    assert!(units.check(std::path::Path::new("x")).is_err());
}

#[test]
fn words_in_any_case_and_nothing_else() {
    assert_eq!(
        code(Column::Direction, " Received "),
        CellCode(Direction::Inbound as u64)
    );
    assert_eq!(
        code(Column::Direction, "O"),
        CellCode(Direction::Outbound as u64)
    );
    assert_eq!(code(Column::Direction, "sideways"), CellCode::BAD);
    assert_eq!(
        code(Column::Status, "DELIVERED"),
        CellCode(Status::Delivered as u64)
    );
    assert_eq!(code(Column::Status, "received"), CellCode::STATUS_RECEIVED);
    assert_eq!(code(Column::Status, "gone"), CellCode::BAD);
    assert_eq!(
        code(Column::Category, "marketing-lite"),
        CellCode(TemplateCategory::MarketingLite as u64)
    );
    assert_eq!(
        code(Column::Category, "Service"),
        CellCode::CATEGORY_SERVICE
    );
    assert_eq!(
        code(Column::EntryPoint, "page_cta"),
        CellCode(EntryPoint::PageCta as u64)
    );
    assert_eq!(
        code(Column::Origin, "business_agent"),
        CellCode(Origin::BusinessAgent as u64)
    );
    assert_eq!(
        code(Column::Origin, "a word far too long to be any of them"),
        CellCode::BAD
    );
    assert_eq!(code(Column::Channel, ""), CellCode::EMPTY);
    assert_eq!(code(Column::Channel, "WhatsApp"), CellCode(0));
    assert_eq!(code(Column::Channel, "sms"), CellCode(1));
    assert_eq!(code(Column::Type, "Template").0 & 7, Kind::Template as u64);
    assert_eq!(code(Column::Type, "image").0 & 7, Kind::FreeForm as u64);
    assert_ne!(code(Column::Type, "image"), code(Column::Type, "text"));
    assert_eq!(code(Column::Type, "image"), code(Column::Type, "IMAGE"));
}

#[test]
fn codes_of_the_service_and_received_words_are_free() {
    assert_eq!(
        CellCode::CATEGORY_SERVICE.0,
        TemplateCategory::ALL.len() as u64
    );
    assert_eq!(CellCode::STATUS_RECEIVED.0, Status::ALL.len() as u64);
}

#[test]
fn numbers_and_ids() {
    let context = CellContext::default();
    let mut parser = CellParser::new(&context);
    assert_eq!(
        parser.text(Column::Customer, b"+4915112345678"),
        CellCode(4_915_112_345_678)
    );
    assert_eq!(
        parser.text(Column::Customer, b"999999999999999"),
        CellCode(999_999_999_999_999)
    );
    for (code, id) in [
        &b"US.13491208655302741918"[..],
        b"0049151",
        b"1234567890123456",
        b"+x",
    ]
    .iter()
    .enumerate()
    {
        let expected = CellCode(CellCode::CUSTOMER_ID_BIAS + code as u64);
        assert_eq!(parser.text(Column::Customer, id), expected);
    }
    assert_eq!(
        parser.text(Column::Customer, b"+1234567890123456"),
        parser.text(Column::Customer, b"1234567890123456")
    );
    assert_eq!(
        parser.text(Column::Business, b"+4930123456"),
        parser.text(Column::Business, b"4930123456")
    );
    assert_ne!(
        parser.text(Column::Business, b"4930123457"),
        parser.text(Column::Business, b"4930123456")
    );
    assert_eq!(context.businesses.word(0), "4930123456");
    assert_eq!(
        parser.text(Column::ErrorCode, b"131047").0,
        131_047 + (1 << 62)
    );
    assert_eq!(
        parser.text(Column::ErrorCode, b"131047.0").0,
        131_047 + (1 << 62)
    );
    for cell in ["131047.5", "1.", "x", "9223372036854775807"] {
        assert_eq!(
            parser.text(Column::ErrorCode, cell.as_bytes()),
            CellCode::BAD,
            "{cell}"
        );
    }
    assert_eq!(
        parser.text(Column::MaxPrice, b"0.50"),
        parser.text(Column::MaxPrice, b"0.5")
    );
    assert_ne!(
        parser.text(Column::MaxPrice, b"0.51"),
        parser.text(Column::MaxPrice, b"0.5")
    );
    assert_eq!(parser.text(Column::MaxPrice, b"cheap"), CellCode::BAD);
    assert!(parser.text(Column::MetaCost, b"cheap").is_value());
}

#[test]
fn templates_carry_their_registry_number() {
    let mut context = CellContext::default();
    let registry = "template,language,category,status,valid_from\n\
                    sale,de,marketing,approved,2023-06-01\n\
                    welcome,,utility,approved,2023-06-01\n";
    context.templates = TemplateRegistry::parse(registry, "templates.csv").expect("a registry");
    let mut parser = CellParser::new(&context);
    let mut number = |cell: &[u8]| parser.text(Column::Template, cell).0 & 0xf_ffff;
    let registered =
        |name: &str| u64::from(context.templates.number(name).expect("in the registry"));
    assert_eq!(number(b"sale/de"), registered("sale/de"));
    // Others are numbered behind the registry's.
    let others = [number(b"sale/en"), number(b"other"), number(b"sale/en")];
    assert!(others[0] > 2 && others[1] > 2 && others[0] != others[1] && others[0] == others[2]);
    assert_eq!(number(b"welcome/en"), registered("welcome"));
    assert_ne!(
        parser.text(Column::Template, b"welcome/en"),
        parser.text(Column::Template, b"welcome/de")
    );
}

#[test]
fn marks_are_never_bad() {
    assert_eq!(
        code(Column::MetaPricingModel, "CBP"),
        CellCode(PricingModel::Cbp as u64)
    );
    assert_eq!(code(Column::MetaBillable, "TRUE"), CellCode(1));
    assert_eq!(code(Column::MetaBillable, "0"), CellCode(0));
    assert_eq!(
        code(Column::MetaConversationOrigin, "referral_conversion"),
        CellCode(MarkedCategory::ReferralConversion as u64)
    );
    assert_eq!(code(Column::MetaPricingSubtype, "paid_exempt"), CellCode(0));
    let unknown = code(Column::MetaCategory, "group_marketing");
    assert!(unknown.0 >= 256 && unknown.is_value());
    assert_eq!(unknown, code(Column::MetaCategory, "GROUP_MARKETING"));
    let context = CellContext::default();
    let mut parser = CellParser::new(&context);
    assert_eq!(parser.boolean(Column::MetaBillable, true), CellCode(1));
}

#[test]
fn every_refusal_is_explained() {
    let context = CellContext::default();
    for (column, cell, expected) in [
        (Column::MessageId, " ", Some("missing_message_id")),
        (Column::Timestamp, "", Some("missing_timestamp")),
        (Column::Direction, "", Some("missing_direction")),
        (Column::Direction, "up", Some("unknown_direction")),
        (Column::Business, "", Some("missing_business")),
        (Column::Customer, "", Some("missing_customer")),
        (Column::Category, "promo", Some("unknown_category")),
        (Column::Category, "service", None),
        (Column::Status, "lost", Some("unknown_status")),
        (Column::Status, "", None),
        (Column::EntryPoint, "door", Some("unknown_entry_point")),
        (Column::Origin, "moon", Some("unknown_origin")),
        (Column::ErrorCode, "x", Some("invalid_error_code")),
        (Column::MaxPrice, "x", Some("invalid_max_price")),
        (Column::DeliveredAt, "soon", Some("invalid_time")),
        (Column::MetaExpiresAt, "soon", Some("invalid_time")),
        (Column::MetaCategory, "new", None),
    ] {
        assert_eq!(
            explain(&context, column, cell).map(|defect| defect.code),
            expected,
            "{column} {cell:?}"
        );
    }
    let defect = explain(&context, Column::Status, "lost").unwrap();
    assert!(
        defect
            .expected
            .contains("accepted, sent, delivered, read, played, failed"),
        "{defect:?}"
    );
}

proptest! {
    #[test]
    fn instants_agree_with_chrono(micros in -62_167_219_200_000_000i64..253_402_300_800_000_000, offset in -86_340..86_340i32) {
        let offset = chrono::FixedOffset::east_opt(offset / 60 * 60).unwrap();
        let time = DateTime::from_timestamp_micros(micros).unwrap().with_timezone(&offset);
        let text = time.to_rfc3339();
        prop_assume!((0..10_000).contains(&chrono::Datelike::year(&time)));
        prop_assert_eq!(
            code(Column::Timestamp, &text).instant(), Some(Instant::from_micros(micros)), "{}", text);
    }

    #[test]
    fn local_times_agree_with_chrono(
        seconds in 0i64..2_000_000_000,
        zone in prop::sample::select(vec![
            Tz::America__Sao_Paulo, Tz::Australia__Lord_Howe, Tz::Africa__Casablanca, Tz::Asia__Kathmandu,
        ]),
    ) {
        let context = in_zone(zone);
        let mut parser = CellParser::new(&context);
        for step in 0..200 {
            let local: NaiveDateTime =
                DateTime::from_timestamp(seconds + step * 1033, 0).unwrap().naive_utc();
            let expected = zone.from_local_datetime(&local).earliest();
            let cell = local.format("%Y-%m-%d %H:%M:%S").to_string();
            let instant = parser.text(Column::Timestamp, cell.as_bytes()).instant();
            prop_assert_eq!(
                instant, expected.map(|time| Instant::from_seconds(time.timestamp())), "{}", cell);
        }
    }

    #[test]
    fn any_bytes_give_a_code(cell in prop::collection::vec(any::<u8>(), 0..40)) {
        let context = in_zone(Tz::Europe__Berlin);
        let mut parser = CellParser::new(&context);
        for column in Column::ALL {
            let first = parser.text(*column, &cell);
            prop_assert_eq!(first, parser.text(*column, &cell));
            prop_assert_eq!(first, CellParser::new(&context).text(*column, &cell));
        }
    }
}
