use chrono_tz::{
    Africa::Cairo,
    America::{Los_Angeles, New_York, Sao_Paulo},
    Asia::{Beirut, Kathmandu, Kolkata, Tokyo},
    Europe::Berlin,
    Pacific::{Apia, Kiritimati},
};

use super::*;

fn instant(text: &str) -> Instant {
    let time = DateTime::parse_from_rfc3339(text).expect("an instant");
    Instant::from_micros(time.timestamp_micros())
}

fn date(text: &str) -> LocalDate {
    LocalDate::parse(text).expect("a date")
}

/// The last microsecond before an instant, and the instant itself, lie on these dates.
fn assert_dates(clock: &AccountClock, at: &str, before: &str, on: &str) {
    let at = instant(at);
    let just_before = Instant::from_micros(at.micros() - 1);
    assert_eq!(clock.local_date(just_before).to_string(), before);
    assert_eq!(clock.local_date(at).to_string(), on);
}

#[test]
fn zones_without_daylight_saving() {
    let kolkata = AccountClock::of_zone(Kolkata);
    assert_dates(&kolkata, "2025-06-30T18:30:00Z", "2025-06-30", "2025-07-01");
    assert_eq!(
        kolkata.midnight(date("2025-07-01")),
        instant("2025-06-30T18:30:00Z")
    );
    assert_eq!(
        AccountClock::of_zone(Kathmandu).midnight(date("2026-10-01")),
        instant("2026-09-30T18:15:00Z")
    );
    assert_eq!(
        AccountClock::of_zone(Tokyo).midnight(date("2022-02-01")),
        instant("2022-01-31T15:00:00Z")
    );
    assert_eq!(
        AccountClock::of_zone(Kiritimati).midnight(date("2025-07-01")),
        instant("2025-06-30T10:00:00Z")
    );
}

#[test]
fn zones_with_daylight_saving_both_sides_of_the_change() {
    let berlin = AccountClock::of_zone(Berlin);
    // Summer time began 2025-03-30T01:00Z.
    assert_eq!(
        berlin.midnight(date("2025-03-30")),
        instant("2025-03-29T23:00:00Z")
    );
    assert_eq!(
        berlin.midnight(date("2025-03-31")),
        instant("2025-03-30T22:00:00Z")
    );
    assert_eq!(
        berlin.offset_seconds(instant("2025-03-30T00:59:59.999999Z")),
        3600
    );
    assert_eq!(berlin.offset_seconds(instant("2025-03-30T01:00:00Z")), 7200);
    let pacific = AccountClock::of_zone(Los_Angeles);
    assert_dates(&pacific, "2025-07-01T07:00:00Z", "2025-06-30", "2025-07-01");
    assert_dates(&pacific, "2025-02-01T08:00:00Z", "2025-01-31", "2025-02-01");
    assert_eq!(
        AccountClock::of_zone(New_York).midnight(date("2026-10-01")),
        instant("2026-10-01T04:00:00Z")
    );
}

#[test]
fn a_midnight_that_does_not_exist_is_the_jump_over_it() {
    // Sao Paulo went from 2018-11-03 23:59:59 (-3) to 2018-11-04 01:00 (-2).
    let sao_paulo = AccountClock::of_zone(Sao_Paulo);
    assert_eq!(
        sao_paulo.midnight(date("2018-11-04")),
        instant("2018-11-04T03:00:00Z")
    );
    assert_dates(
        &sao_paulo,
        "2018-11-04T03:00:00Z",
        "2018-11-03",
        "2018-11-04",
    );
    assert_eq!(
        sao_paulo.midnight(date("2018-11-05")),
        instant("2018-11-05T02:00:00Z")
    );
    // Since 2019 there is no summer time.
    assert_eq!(
        sao_paulo.midnight(date("2023-01-01")),
        instant("2023-01-01T03:00:00Z")
    );
    // Beirut went from 2022-03-26 23:59:59 (+2) to 2022-03-27 01:00 (+3).
    assert_eq!(
        AccountClock::of_zone(Beirut).midnight(date("2022-03-27")),
        instant("2022-03-26T22:00:00Z")
    );
    // Cairo went from 2023-04-27 23:59:59 (+2) to 2023-04-28 01:00 (+3).
    assert_eq!(
        AccountClock::of_zone(Cairo).midnight(date("2023-04-28")),
        instant("2023-04-27T22:00:00Z")
    );
}

#[test]
fn a_midnight_that_the_clock_falls_back_from_never_came() {
    // Sao Paulo went from 2018-02-17 23:59:59 (-2) back to 2018-02-17 23:00 (-3).
    let sao_paulo = AccountClock::of_zone(Sao_Paulo);
    assert_dates(
        &sao_paulo,
        "2018-02-18T02:00:00Z",
        "2018-02-17",
        "2018-02-17",
    );
    assert_eq!(
        sao_paulo.midnight(date("2018-02-18")),
        instant("2018-02-18T03:00:00Z")
    );
}

#[test]
fn a_date_that_a_zone_left_out_begins_with_the_next() {
    // Apia skipped 2011-12-30 and came from -10 to +14.
    let apia = AccountClock::of_zone(Apia);
    assert_eq!(
        apia.midnight(date("2011-12-30")),
        instant("2011-12-30T10:00:00Z")
    );
    assert_eq!(
        apia.midnight(date("2011-12-31")),
        instant("2011-12-30T10:00:00Z")
    );
    assert_dates(&apia, "2011-12-30T10:00:00Z", "2011-12-29", "2011-12-31");
}

#[test]
fn far_years_keep_the_first_and_the_last_offset() {
    let berlin = AccountClock::of_zone(Berlin);
    assert_eq!(berlin.offset_seconds(Instant::MIN), 3600);
    assert_eq!(berlin.offset_seconds(Instant::MAX), 3600);
    assert_eq!(berlin.midnight(LocalDate::MIN), Instant::MIN);
    assert_eq!(
        berlin.midnight(date("2050-07-01")),
        instant("2050-06-30T23:00:00Z")
    );
    assert_eq!(
        AccountClock::utc().midnight(date("2025-07-01")),
        instant("2025-07-01T00:00:00Z")
    );
}

#[test]
fn another_zone_holds_from_the_old_zones_midnight() {
    let moved =
        AccountClock::of_zone(Berlin).changed(date("2025-07-01"), &AccountClock::of_zone(New_York));
    // 2025-07-01 begins in Berlin at 22:00Z; from then on New York's wall shows 18:00 of the day before.
    assert_dates(&moved, "2025-06-30T22:00:00Z", "2025-06-30", "2025-06-30");
    assert_eq!(
        moved.midnight(date("2025-07-01")),
        instant("2025-07-01T04:00:00Z")
    );
    assert_eq!(moved.offset_seconds(instant("2025-06-30T21:59:59Z")), 7200);
    assert_eq!(
        moved.offset_seconds(instant("2025-06-30T22:00:00Z")),
        -14_400
    );
    // New York's winter time is kept: 2025-11-02T06:00Z.
    assert_eq!(
        moved.midnight(date("2025-11-03")),
        instant("2025-11-03T05:00:00Z")
    );
    assert!(moved.is_known());
}

#[test]
fn eastward_moves_jump_over_hours() {
    let moved =
        AccountClock::of_zone(New_York).changed(date("2025-07-01"), &AccountClock::of_zone(Tokyo));
    assert_dates(&moved, "2025-07-01T04:00:00Z", "2025-06-30", "2025-07-01");
    assert_eq!(
        moved.midnight(date("2025-07-02")),
        instant("2025-07-01T15:00:00Z")
    );
}

#[test]
fn an_unknown_zone_becomes_known_with_the_change_that_names_one() {
    let unknown = AccountClock::unknown();
    assert!(!unknown.is_known());
    let named = unknown.changed(date("2025-07-01"), &AccountClock::of_zone(Tokyo));
    assert!(!named.is_known());
    assert!(!named.is_known_at(instant("2025-06-30T23:59:59Z")));
    assert!(named.is_known_at(instant("2025-07-01T00:00:00Z")));
}

#[test]
fn every_zone_agrees_with_the_library_hour_by_hour_around_its_changes() {
    for zone in [
        Berlin,
        Sao_Paulo,
        Cairo,
        Beirut,
        Apia,
        Los_Angeles,
        chrono_tz::Africa::Casablanca,
    ] {
        let clock = AccountClock::of_zone(zone);
        for &start in &clock.starts[1..] {
            for hours in -30..=30 {
                let second = start / MICROS_PER_SECOND + hours * 3600;
                assert_eq!(
                    clock.offset_seconds(Instant::from_seconds(second)),
                    offset_at(zone, second),
                    "{zone}"
                );
            }
        }
    }
}

#[test]
fn the_index_finds_what_a_plain_search_finds() {
    let clocks = [
        AccountClock::of_zone(Berlin),
        AccountClock::of_zone(chrono_tz::Africa::Casablanca),
        AccountClock::of_zone(New_York).changed(date("1999-01-01"), &AccountClock::of_zone(Tokyo)),
        AccountClock::of_zone(Tokyo).changed(date("2063-01-01"), &AccountClock::of_zone(Sao_Paulo)),
    ];
    for clock in clocks {
        // From 1900 to 2100 in steps that hit no day twice at the same hour.
        for step in 0..60_000 {
            let instant = Instant::from_seconds(-2_208_988_800 + step * 105_211);
            let place = clock.starts.partition_point(|&start| start <= instant.micros()) - 1;
            assert_eq!(clock.offset_seconds(instant), clock.offsets[place], "{instant}");
        }
        assert_eq!(Some(&clock.offset_seconds(Instant::MAX)), clock.offsets.last());
        assert_eq!(clock.offset_seconds(Instant::MIN), clock.offsets[0]);
    }
}
