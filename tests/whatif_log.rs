//! What-if over the messages of a log: mix, behaviour, volume, coming months, with amounts worked out by hand.

mod whatif_run;

use serde_json::Value;
use whatif_run::{check, run, summary, told};

/// November 2026: marketing India 0.0118, Brazil 0.0625; utility India 0.0014, Brazil 0.0068. See `whatif.rs`.
const LOG: &str = "\
message_id,timestamp,direction,business,customer,type,category,status,delivered_at,entry_point
a1,2026-11-02T10:00:00Z,outbound,111,919800000001,template,marketing,delivered,2026-11-02T10:00:00Z,
b1,2026-11-03T10:00:00Z,outbound,111,5511900000001,template,marketing,delivered,2026-11-03T10:00:00Z,
a3,2026-11-04T10:00:00Z,outbound,111,919800000002,template,utility,delivered,2026-11-04T10:00:00Z,
b2,2026-11-04T11:00:00Z,outbound,222,5511900000001,template,utility,delivered,2026-11-04T11:00:00Z,
in,2026-11-05T10:00:00Z,inbound,111,919800000002,text,,,,
s1,2026-11-05T10:05:00Z,outbound,111,919800000002,text,,delivered,2026-11-05T10:05:00Z,
u2,2026-11-05T10:10:00Z,outbound,111,919800000002,template,utility,delivered,2026-11-05T10:10:00Z,
a2,2026-11-09T10:00:00Z,outbound,111,919800000001,template,marketing,delivered,2026-11-09T10:00:00Z,
";

#[test]
fn a_share_of_a_category_is_of_another() {
    check(
        LOG,
        ("0.0957", 6, 1),
        &[
            // 0.0861 of marketing becomes 0.0014 twice and 0.0068.
            (
                "[[mix]]\nfrom_category = \"marketing\"\nto_category = \"utility\"\nshare = 1\n",
                "0.0192",
                (6, 1),
            ),
            // Two of 0.0118 become 0.0014.
            (
                "[[mix]]\nfrom_category = \"marketing\"\nto_category = \"utility\"\nshare = 1\nmarket = \"India\"\n",
                "0.0749",
                (6, 1),
            ),
            (
                "[[mix]]\nfrom_category = \"marketing\"\nto_category = \"utility\"\nshare = 1\nfrom = 2026-11-09\n",
                "0.0853",
                (6, 1),
            ),
            (
                "[[mix]]\nfrom_category = \"marketing\"\nto_category = \"utility\"\nshare = 0\n",
                "0.0957",
                (6, 1),
            ),
        ],
    );
}

#[test]
fn there_are_more_or_fewer_messages_or_customers() {
    check(
        LOG,
        ("0.0957", 6, 1),
        &[
            // 0.0096 of utility once more, three units.
            (
                "[[volume.scale]]\nfactor = 2\ncategory = \"utility\"\n",
                "0.1053",
                (9, 1),
            ),
            (
                "[[volume.scale]]\nfactor = 0\ncategory = \"marketing\"\n",
                "0.0096",
                (3, 1),
            ),
            (
                "[[volume.scale]]\nfactor = 2\nunit = \"customers\"\n",
                "0.1914",
                (12, 2),
            ),
            // The two pairs of the customer in Brazil: 0.0693 more.
            (
                "[[volume.scale]]\nfactor = 2\nunit = \"customers\"\nmarket = \"Brazil\"\n",
                "0.165",
                (8, 1),
            ),
            (
                "[[volume.scale]]\nfactor = 3\nunit = \"customers\"\nbusiness = 222\n",
                "0.1093",
                (8, 1),
            ),
            // Factors multiply: no marketing, and six times the utility templates.
            (
                "[[volume.scale]]\nfactor = 2\n[[volume.scale]]\nfactor = 3\ncategory = \"utility\"\n\
                 [[volume.scale]]\nfactor = 0\ncategory = \"marketing\"\n",
                "0.0576",
                (18, 2),
            ),
        ],
    );
}

/// A template of December stands twice where every month has twice the customers of the one before.
#[test]
fn customers_grow_from_month_to_month() {
    let log = format!(
        "{LOG}a4,2026-12-01T10:00:00Z,outbound,111,919800000001,template,marketing,delivered,2026-12-01T10:00:00Z,\n"
    );
    check(
        &log,
        ("0.1075", 7, 1),
        &[(
            "[volume]\ngrowth_percent_per_month = 100\n",
            "0.1193",
            (8, 1),
        )],
    );
}

/// August 2026, all to India (marketing 0.0118, utility 0.0014), under pmp-2025.
///
/// Customer 1 gets three marketing templates on one day, the second five minutes after the first, and two utility
/// templates outside the window that opens at 10:00 on the 4th. Customer 2 clicks and gets nothing for two days,
/// then marketing. Customer 3 clicks and is answered after 26 hours, too late for an entry point (F-2), then gets
/// marketing. Customer 4 gets marketing two hours before a click that is answered after half an hour.
const BEHAVIOUR: &str = "\
message_id,timestamp,direction,business,customer,type,category,status,delivered_at,entry_point
c1,2026-08-03T10:00:00Z,outbound,111,919800000001,template,marketing,delivered,2026-08-03T10:00:00Z,
c1b,2026-08-03T10:05:00Z,outbound,111,919800000001,template,marketing,delivered,2026-08-03T10:05:00Z,
c1c,2026-08-03T20:00:00Z,outbound,111,919800000001,template,marketing,delivered,2026-08-03T20:00:00Z,
u1,2026-08-04T08:00:00Z,outbound,111,919800000001,template,utility,delivered,2026-08-04T08:00:00Z,
in1,2026-08-04T10:00:00Z,inbound,111,919800000001,text,,,,
f1,2026-08-04T12:00:00Z,outbound,111,919800000001,text,,delivered,2026-08-04T12:00:00Z,
u2,2026-08-05T11:00:00Z,outbound,111,919800000001,template,utility,delivered,2026-08-05T11:00:00Z,
click2,2026-08-10T10:00:00Z,inbound,111,919800000002,text,,,,ad
m2,2026-08-12T09:00:00Z,outbound,111,919800000002,template,marketing,delivered,2026-08-12T09:00:00Z,
click3,2026-08-10T10:00:00Z,inbound,111,919800000003,text,,,,ad
f3,2026-08-11T12:00:00Z,outbound,111,919800000003,text,,delivered,2026-08-11T12:00:00Z,
m3,2026-08-12T09:00:00Z,outbound,111,919800000003,template,marketing,delivered,2026-08-12T09:00:00Z,
m4,2026-08-10T08:00:00Z,outbound,111,919800000004,template,marketing,delivered,2026-08-10T08:00:00Z,
click4,2026-08-10T10:00:00Z,inbound,111,919800000004,text,,,,ad
f4,2026-08-10T10:30:00Z,outbound,111,919800000004,text,,delivered,2026-08-10T10:30:00Z,
";

/// Six marketing templates at 0.0118 and two utility templates at 0.0014; three free-form messages are free.
#[test]
fn businesses_behave_otherwise() {
    check(
        BEHAVIOUR,
        ("0.0736", 8, 3),
        &[
            // The template of 10:05.
            (
                "[behaviour.drop_duplicates]\nwithin_minutes = 10\n",
                "0.0618",
                (7, 3),
            ),
            // The first one of the day stays.
            (
                "[behaviour.merge_templates]\ncategory = \"marketing\"\n",
                "0.05",
                (6, 3),
            ),
            // The third one of the day goes.
            (
                "[behaviour.frequency_cap]\ncategory = \"marketing\"\nmessages_max = 2\nper_days = 7\n",
                "0.0618",
                (7, 3),
            ),
            // Customer 3 is answered at 10:05, which opens an entry point for three days: m3 is free.
            (
                "[behaviour.reply_faster]\nwithin_minutes = 5\n",
                "0.0618",
                (7, 4),
            ),
            // Customers 2 and 3 get answers that nobody gave, at 10:10: two free units more, m2 and m3 are free.
            (
                "[behaviour.answer_clicks]\nwithin_minutes = 10\n",
                "0.05",
                (6, 7),
            ),
            // The first utility template waits for two hours; the second would wait for nothing.
            (
                "[behaviour.utility_in_window]\ndelay_hours_max = 4\n",
                "0.0722",
                (7, 4),
            ),
            (
                "[behaviour.utility_in_window]\ndelay_hours_max = 1\n",
                "0.0736",
                (8, 3),
            ),
            // m4 waits for the answer of 10:30, two and a half hours.
            (
                "[behaviour.marketing_to_entry_points]\ndelay_hours_max = 3\n",
                "0.0618",
                (7, 4),
            ),
            (
                "[behaviour.marketing_to_entry_points]\ndelay_hours_max = 2\n",
                "0.0736",
                (8, 3),
            ),
        ],
    );
}

/// One marketing template to India each Sunday evening. The last four weeks, 5 October to 1 November, come again
/// from 8 November on: four in November, four in December.
const WEEKS: &str = "\
message_id,timestamp,direction,business,customer,type,category,status,delivered_at
w0,2026-10-04T23:30:00Z,outbound,111,919800000001,template,marketing,delivered,2026-10-04T23:30:00Z
w1,2026-10-11T23:30:00Z,outbound,111,919800000001,template,marketing,delivered,2026-10-11T23:30:00Z
w2,2026-10-18T23:30:00Z,outbound,111,919800000001,template,marketing,delivered,2026-10-18T23:30:00Z
w3,2026-10-25T23:30:00Z,outbound,111,919800000001,template,marketing,delivered,2026-10-25T23:30:00Z
w4,2026-11-01T23:30:00Z,outbound,111,919800000001,template,marketing,delivered,2026-11-01T23:30:00Z
";

#[test]
fn coming_months_repeat_the_last_four_weeks() {
    let summary = summary(
        WEEKS,
        &[
            "[forecast]\nmonths = 1\n",
            "[forecast]\nmonths = 1\ngrowth_percent_per_month = 100\n",
        ],
        &[],
    );
    // 5 * 0.0118; then eight more, and with growth another four in December.
    assert_eq!(told(&summary, 0), ("0.059".to_owned(), 5, 0, 0));
    assert_eq!(told(&summary, 1), ("0.1534".to_owned(), 13, 0, 0));
    assert_eq!(told(&summary, 2), ("0.2006".to_owned(), 17, 0, 0));
    let december = |forecast: usize| -> &Value {
        let months = &summary["forecasts"][forecast]["months"]["USD"];
        assert_eq!(months.as_object().unwrap().len(), 1);
        &months["2026-12"]
    };
    assert_eq!(december(0)["figures"]["amount"], "0.0472");
    assert_eq!(december(1)["figures"]["amount"], "0.0944");
    // One customer: a Poisson number with mean one has 0 and 3 as its 5th and 95th percentile.
    assert_eq!(
        (&december(0)["low"], &december(0)["high"]),
        (&"0".into(), &"0.1416".into())
    );
    let rests_on = summary["forecasts"][0]["rests_on"].as_str().unwrap();
    assert!(
        rests_on.contains("from 2026-10-05 to 2026-11-01"),
        "{rests_on}"
    );
}

#[test]
fn a_log_that_is_too_short_tells_no_coming_months() {
    let home = tempfile::tempdir().unwrap();
    for (log, scenario, expected) in [
        (
            LOG,
            "[forecast]\nmonths = 1\n",
            "a forecast repeats the last four weeks of the log, but the log begins on 2026-11-02",
        ),
        (
            WEEKS,
            "[forecast]\nmonths = 1\nseasonality = \"log\"\n",
            "the log has no whole 2025-11",
        ),
    ] {
        let output = run(home.path(), log, &[scenario], &[]);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(expected), "{errors}");
    }
}

#[test]
fn what_cannot_be_done_to_messages_is_refused() {
    let home = tempfile::tempdir().unwrap();
    for (scenario, expected) in [
        (
            "[[volume.scale]]\nfactor = -1\n",
            "1.toml:1: `factor` must lie between 0 and 1000",
        ),
        (
            "[[volume.scale]]\nfactor = 2\nunit = \"customer\"\n",
            "1.toml:3: unknown unit of a scale `customer`, nearest is `customers`",
        ),
        (
            "[[mix]]\nfrom_category = \"marketing\"\nto_category = \"utility\"\nshare = 2\n",
            "1.toml:1: `share` must lie between 0 and 1",
        ),
        (
            "[[mix]]\nfrom_category = \"marketing\"\nto_category = \"utility\"\nshare = 0.6\n\
             [[mix]]\nfrom_category = \"marketing\"\nto_category = \"authentication\"\nshare = 0.6\n",
            "the shares taken from marketing are more than 1 together",
        ),
        (
            "[behaviour.frequency_cap]\ncategory = \"marketing\"\nmessages_max = 0\nper_days = 7\n",
            "1.toml:3: `0` is no whole number from 1 to 1000",
        ),
        (
            "[volume]\ngrowth_percent_per_month = -100\n",
            "it must lie above -100 and at most at 100",
        ),
        (
            "[[volume.scale]]\nfactor = 2\nmarket = \"Brasil\"\n",
            "1.toml:1: unknown market `Brasil`, nearest is `Brazil`",
        ),
        (
            "[behaviour.answer_click]\nwithin_minutes = 5\n",
            "1.toml:1: unknown key `answer_click`",
        ),
    ] {
        let output = run(home.path(), LOG, &[scenario], &[]);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{scenario}: {errors}");
        assert!(errors.contains(expected), "{scenario}: {errors}");
    }
}
