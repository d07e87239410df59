use super::*;

const BEFORE_ALL: &str = "2022-02-01";
const NOW: &str = "2026-11-22";

fn market_with(number: u64, date: &str, assignments: &[&str]) -> String {
    let markets = Markets::embedded().expect("the built-in table");
    let assignments: Vec<String> = assignments.iter().map(|text| (*text).to_owned()).collect();
    let settings = Settings::layered(None, [], &assignments).expect("settings");
    let date = LocalDate::parse(date).expect("a date");
    markets
        .name(markets.market(number, date, &settings))
        .to_owned()
}

fn market(number: u64, date: &str) -> String {
    market_with(number, date, &[])
}

fn country(number: u64) -> String {
    let markets = Markets::embedded().expect("the built-in table");
    markets
        .country(number)
        .map_or_else(String::new, |code| CountryCode(code).to_string())
}

#[test]
fn k1_the_longest_prefix_decides_and_nothing_is_other() {
    assert_eq!(market(919_876_543_210, NOW), "India");
    assert_eq!(market(5_511_987_654_321, NOW), "Brazil");
    assert_eq!(market(21_155_512_345, NOW), "Rest of Africa");
    assert_eq!(market(20_155_512_345, NOW), "Egypt");
    assert_eq!(market(999_155_512_345, NOW), "Other");
    assert_eq!(market(0, NOW), "Other");
    assert_eq!(market(u64::MAX, NOW), "Other");
    assert_eq!(country(999_155_512_345), "");
}

#[test]
fn k1_every_move_on_both_sides() {
    let cee = "Rest of Central & Eastern Europe";
    let asia = "Rest of Asia Pacific";
    let middle_east = "Rest of Middle East";
    for (number, last_day, first_day, left, joined) in [
        (
            263_771_234_567,
            "2025-09-30",
            "2025-10-01",
            "Other",
            "Rest of Africa",
        ),
        (36_201_234_567, "2026-06-30", "2026-07-01", cee, "Hungary"),
        (40_721_234_567, "2026-06-30", "2026-07-01", cee, "Romania"),
        (48_501_234_567, "2026-06-30", "2026-07-01", cee, "Poland"),
        (6_581_234_567, "2026-06-30", "2026-07-01", asia, "Singapore"),
        (
            85_251_234_567,
            "2026-06-30",
            "2026-07-01",
            asia,
            "Hong Kong",
        ),
        (
            97_433_123_456,
            "2026-06-30",
            "2026-07-01",
            middle_east,
            "Qatar",
        ),
        (
            212_612_345_678,
            "2026-09-30",
            "2026-10-01",
            "Rest of Africa",
            "Morocco",
        ),
        (380_501_234_567, "2026-09-30", "2026-10-01", cee, "Ukraine"),
        (
            8_801_712_345_678,
            "2026-09-30",
            "2026-10-01",
            asia,
            "Bangladesh",
        ),
        (
            94_711_234_567,
            "2026-09-30",
            "2026-10-01",
            asia,
            "Sri Lanka",
        ),
        (9_779_812_345_678, "2026-09-30", "2026-10-01", asia, "Nepal"),
        (
            9_647_901_234_567,
            "2026-09-30",
            "2026-10-01",
            middle_east,
            "Iraq",
        ),
        (
            96_550_012_345,
            "2026-09-30",
            "2026-10-01",
            middle_east,
            "Kuwait",
        ),
        (
            96_892_123_456,
            "2026-09-30",
            "2026-10-01",
            middle_east,
            "Oman",
        ),
        (
            77_011_234_567,
            "2026-09-30",
            "2026-10-01",
            "Other",
            "Kazakhstan",
        ),
    ] {
        assert_eq!(market(number, BEFORE_ALL), left, "{number}");
        assert_eq!(market(number, last_day), left, "{number}");
        assert_eq!(market(number, first_day), joined, "{number}");
        assert_eq!(market(number, "2031-01-01"), joined, "{number}");
    }
}

#[test]
fn every_prefix_that_moves_is_in_the_test_above() {
    let markets = Markets::embedded().expect("the built-in table");
    let moving: usize = EMBEDDED
        .lines()
        .filter(|line| {
            line.contains(",2026-09-30,")
                || line.contains(",2026-06-30,")
                || line.contains(",2025-09-30,")
        })
        .count();
    // 16 numbers above; Kazakhstan moves with two prefixes, and Western Sahara with Morocco's.
    assert_eq!(moving, 16 + 1 + 1);
    assert_eq!(
        markets.names().count(),
        47 + 1,
        "the markets of the table and Unknown"
    );
}

#[test]
fn k2_area_codes_of_north_america() {
    for (number, name, iso2) in [
        (12_125_551_234, "North America", "US"),
        (18_005_551_234, "North America", "US"),
        (14_165_551_234, "North America", "CA"),
        (16_045_551_234, "North America", "CA"),
        (18_675_551_234, "North America", "CA"),
        (18_095_551_234, "Rest of Latin America", "DO"),
        (18_295_551_234, "Rest of Latin America", "DO"),
        (18_495_551_234, "Rest of Latin America", "DO"),
        (18_765_551_234, "Rest of Latin America", "JM"),
        (16_585_551_234, "Rest of Latin America", "JM"),
        (17_875_551_234, "Rest of Latin America", "PR"),
        (19_395_551_234, "Rest of Latin America", "PR"),
        (18_685_551_234, "Other", "TT"),
        (12_425_551_234, "Other", "BS"),
    ] {
        assert_eq!(market(number, NOW), name, "{number}");
        assert_eq!(country(number), iso2, "{number}");
    }
}

#[test]
fn k2_the_united_states_territories_by_s26() {
    for (number, iso2) in [
        (16_845_551_234, "AS"),
        (16_715_551_234, "GU"),
        (16_705_551_234, "MP"),
        (13_405_551_234, "VI"),
    ] {
        assert_eq!(market(number, NOW), "Other");
        assert_eq!(
            market_with(number, NOW, &["S-26=north_america"]),
            "North America"
        );
        assert_eq!(country(number), iso2);
    }
    assert_eq!(
        market_with(18_685_551_234, NOW, &["S-26=north_america"]),
        "Other",
        "Trinidad is no territory"
    );
}

#[test]
fn k3_kazakhstan_by_s27_until_it_is_a_market() {
    for number in [77_011_234_567, 76_011_234_567] {
        assert_eq!(country(number), "KZ");
        assert_eq!(
            market_with(number, "2026-09-30", &["S-27=russia"]),
            "Russia"
        );
        assert_eq!(
            market_with(number, "2026-09-30", &["S-27=rest_of_cee"]),
            "Rest of Central & Eastern Europe"
        );
        assert_eq!(
            market_with(number, "2026-10-01", &["S-27=russia"]),
            "Kazakhstan"
        );
    }
    assert_eq!(market(79_161_234_567, "2026-09-30"), "Russia");
    assert_eq!(market(74_951_234_567, "2026-10-01"), "Russia");
    assert_eq!(country(79_161_234_567), "RU");
}

#[test]
fn k4_shared_codes_follow_their_parent_by_s28() {
    for (number, parent, name) in [
        (441_481_123_456, "GB", "United Kingdom"),
        (447_797_123_456, "GB", "United Kingdom"),
        (441_624_123_456, "GB", "United Kingdom"),
        (390_669_812_345, "IT", "Italy"),
        (61_891_641_234, "AU", "Rest of Asia Pacific"),
        (61_891_621_234, "AU", "Rest of Asia Pacific"),
        (4_779_123_456, "NO", "Rest of Western Europe"),
        (3_581_812_345, "FI", "Rest of Western Europe"),
        (212_528_812_345, "MA", "Morocco"),
    ] {
        assert_eq!(country(number), parent, "{number}");
        assert_eq!(market(number, NOW), name, "{number}");
        assert_eq!(
            market_with(number, NOW, &["S-28=other"]),
            "Other",
            "{number}"
        );
    }
    for (number, iso2) in [
        (447_700_900_123, "GB"),
        (393_331_234_567, "IT"),
        (64_211_234_567, "NZ"),
        (2_904_123, "SH"),
    ] {
        assert_eq!(country(number), iso2);
        assert_eq!(
            market_with(number, NOW, &["S-28=other"]),
            market(number, NOW),
            "{number} is the parent's own"
        );
    }
}

#[test]
fn k4_codes_without_a_parent_are_other_and_of_no_country() {
    for number in [
        262_692_123_456,
        590_690_123_456,
        59_991_234_567,
        50_051_234,
        672_312_345,
    ] {
        assert_eq!(market(number, NOW), "Other");
        assert_eq!(country(number), "", "{number}");
    }
    assert_eq!(
        (market(594_694_123_456, NOW), country(594_694_123_456)),
        ("Other".to_owned(), "GF".to_owned())
    );
    assert_eq!(
        (market(596_696_123_456, NOW), country(596_696_123_456)),
        ("Other".to_owned(), "MQ".to_owned())
    );
}

#[test]
fn before_its_first_row_a_prefix_belongs_where_that_row_says() {
    assert_eq!(market(919_876_543_210, "2021-12-31"), "India");
    assert_eq!(market(263_771_234_567, "2019-01-01"), "Other");
}

#[test]
fn overlaps_and_gaps_are_refused_with_their_line() {
    let refused = |rows: &str| {
        let text = format!("country,iso2,prefix,note,market,valid_from,valid_to,source\n{rows}");
        Markets::parse(&text, "markets.csv")
            .expect_err("refused")
            .to_string()
    };
    assert_eq!(
        refused("H,HU,36,,A,2022-02-01,2026-07-01,\nH,HU,36,,B,2026-07-01,,\n"),
        "markets.csv:3: markets of prefix 36: overlaps the entry before it on 2026-07-01"
    );
    assert_eq!(
        refused("H,HU,36,,B,2026-07-02,,\nH,HU,36,,A,2022-02-01,2026-06-30,\n"),
        "markets.csv:2: markets of prefix 36: nothing holds on 2026-07-01"
    );
    assert_eq!(
        refused("M,MA,212,,A,2022-02-01,,\nW,EH,212,,B,2022-02-01,,\n"),
        "markets.csv:3: markets of prefix 212: overlaps the entry before it on 2022-02-01"
    );
}

#[test]
fn malformed_rows_are_refused_with_their_line() {
    let refused = |text: &str| {
        Markets::parse(text, "m.csv")
            .expect_err("refused")
            .to_string()
    };
    let header = "iso2,prefix,market,valid_from,valid_to";
    assert!(
        refused(&format!("{header}\nHUN,36,A,2022-02-01,\n")).starts_with("m.csv:2: iso2 `HUN`")
    );
    assert!(refused(&format!("{header}\nHU,x,A,2022-02-01,\n")).starts_with("m.csv:2: prefix `x`"));
    assert!(
        refused(&format!("{header}\nHU,36,A,soon,\n")).starts_with("m.csv:2: valid_from `soon`")
    );
    assert!(
        refused(&format!("{header}\nHU,36,A,2022-02-01,2022-01-31\n"))
            .starts_with("m.csv:2: valid_to")
    );
    assert!(refused(&format!("{header}\nHU,36,A,2022-02-01\n")).starts_with("m.csv:2: "));
    assert!(
        refused("iso2,prefix,valid_from\n")
            .starts_with("m.csv:1: column `market` is missing; found: iso2, prefix")
    );
    assert!(refused("").starts_with("m.csv:1: column `iso2` is missing"));
}

#[test]
fn a_blank_market_is_other_and_an_ended_one_too() {
    let text = "\u{feff}ISO2,Prefix,Market,Valid_From,Valid_To\nKZ,77,,2022-02-01,\nHU,36,Hungary,2022-02-01,2025-12-31\n";
    let markets = Markets::parse(text, "m.csv").expect("a table");
    let settings = Settings::default();
    let date = |text| LocalDate::parse(text).expect("a date");
    assert_eq!(
        markets.market(77_011_234_567, date(NOW), &settings),
        MarketId::OTHER
    );
    assert_eq!(
        markets.name(markets.market(36_201_234_567, date("2025-12-31"), &settings)),
        "Hungary"
    );
    assert_eq!(
        markets.market(36_201_234_567, date("2026-01-01"), &settings),
        MarketId::OTHER
    );
}

#[test]
fn names_and_codes_are_found_in_any_case() {
    let markets = Markets::embedded().expect("the built-in table");
    assert_eq!(
        markets
            .named("rest of africa")
            .map(|market| markets.name(market)),
        Some("Rest of Africa")
    );
    assert_eq!(markets.named("Atlantis"), None);
    assert_eq!(markets.country_code("de"), Some(*b"DE"));
    assert_eq!(markets.country_code("XX"), None);
    assert_eq!(markets.named("Other"), Some(MarketId::OTHER));
    assert_eq!(markets.named("Unknown"), Some(MarketId::UNKNOWN));
}
