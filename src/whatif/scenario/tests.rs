//! What scenarios may say, and how they are refused.

use super::*;
use crate::whatif::comparison::Effect;

fn refused(text: &str) -> String {
    Scenario::parse(text, "s.toml")
        .expect_err("it is refused")
        .to_string()
}

fn scenario(text: &str) -> Scenario {
    Scenario::parse(text, "s.toml").expect("a scenario")
}

#[test]
fn an_empty_scenario_changes_nothing() {
    let empty = scenario("");
    assert!(empty.effects().is_empty() && empty.changes().is_empty());
    let named = scenario("name = \"october\"\nsays = \"Nothing yet.\"\nseed = 3\n");
    assert!(named.effects().is_empty());
}

#[test]
fn each_section_is_an_effect_and_says_what_it_changes() {
    let scenario = scenario(
        r#"
        [rules]
        customer_service_window_hours = 48
        settings = { allowance_pmp_2026 = 0 }
        [[rules.regimes]]
        regime = "cbp-2023"
        from = 2026-01-01
        to = 2026-03-31
        [[rules.free]]
        category = "utility"
        market = "India"
        [[prices.change]]
        category = "marketing"
        percent = -10
        [[prices.tiers]]
        steps = [{ after = 1000, discount_percent = 5 }]
        [prices.provider]
        percent = "7.5"
        [[prices.provider.fee]]
        amount = "0.005"
        per = "outbound"
        "#,
    );
    assert_eq!(
        scenario.effects(),
        [Effect::Rule, Effect::Rate, Effect::Tier, Effect::Provider]
    );
    assert_eq!(
        scenario.changes(),
        [
            "cbp-2023 holds from 2026-01-01 to 2026-03-31.",
            "A customer service window is open for 48 hours.",
            "Nothing is paid: India, utility.",
            "allowance_pmp_2026 is 0.",
            "marketing: rates change by -10 percent.",
            "Volume tiers, everything: 5 percent off after 1000.",
            "The provider adds 7.5 percent to Meta's charges.",
            "The provider takes 0.005 for each delivered message of the business.",
        ]
    );
    for effect in scenario.effects() {
        assert_eq!(scenario.only(effect).effects(), [effect]);
    }
    assert!(scenario.only(Effect::Rule).is_judged_again());
    assert!(!scenario.only(Effect::Rate).is_judged_again());
}

#[test]
fn unknown_keys_and_words_are_refused_with_line_and_nearest() {
    let told = refused("[rules]\n\ncustomer_service_window_hour = 3\n");
    assert!(
        told.starts_with("s.toml:3: unknown key `customer_service_window_hour`"),
        "{told}"
    );
    let told = refused("[[prices.change]]\ncategory = \"marketting\"\npercent = 1\n");
    assert!(
        told.starts_with("s.toml:2: unknown category `marketting`, nearest is `marketing`"),
        "{told}"
    );
    let told = refused("[rules]\nregime = \"pmp2026\"\n");
    assert!(
        told.starts_with("s.toml:2: unknown regime `pmp2026`, nearest is `pmp-2026`"),
        "{told}"
    );
    let told = refused("[prices]\ncurrency = \"URS\"\n");
    assert!(
        told.starts_with("s.toml:2: unknown currency `URS`, nearest is"),
        "{told}"
    );
}

#[test]
fn impossible_values_are_refused_with_their_line() {
    for (text, expected) in [
        (
            "[rules]\nconversation_hours = 0\n",
            "s.toml:2: `0` is no number of hours: expected 1 to 8760",
        ),
        (
            "[[rules.regimes]]\nregime = \"cbp-2023\"\nfrom = 2026-02-01\nto = 2026-01-01\n",
            "s.toml:1: the period from 2026-02-01 to 2026-01-01 ends before it begins",
        ),
        (
            "[[prices.change]]\npercent = -101\n",
            "s.toml:1: a rate can change by -100 to 1000000 percent",
        ),
        (
            "[[prices.discount]]\npercent = 101\n",
            "s.toml:1: a discount must lie between 0 and 100 percent",
        ),
        (
            "[prices]\ncard_date = \"2026-13-01\"\n",
            "s.toml:2: `2026-13-01` is no date: expected YYYY-MM-DD",
        ),
        (
            "[[prices.change]]\npercent = \"ten\"\n",
            "s.toml:2: `ten` is no decimal number such as 0.0618",
        ),
        (
            "[[prices.tiers]]\nsteps = [{ after = 9, discount_percent = 1 }, { after = 9, discount_percent = 2 }]\n",
            "s.toml:1: steps must begin `after` ascending numbers of messages, 1 to 1000000000000",
        ),
        (
            "[prices.exchange]\nto = \"USD\"\nrates = { INR = 0 }\n",
            "s.toml:1: the rate of INR must be above 0, and not that of USD itself",
        ),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
}

#[test]
fn contradictions_are_refused() {
    let told = refused("[[prices.change]]\npercent = 1\nadd = \"0.01\"\n");
    assert_eq!(
        told,
        "s.toml:1: a change needs exactly one of `percent`, `add` and `rate`"
    );
    let told = refused(
        "[rules]\nregime = \"pmp-2026\"\n[[rules.regimes]]\nregime = \"cbp-2023\"\nfrom = 2026-01-01\n",
    );
    assert!(
        told.starts_with("s.toml:3: `regimes` names regimes of some dates"),
        "{told}"
    );
    let told = refused("[rules]\nentry_point_hours = 96\n[rules.settings]\nS-11b = 168\n");
    assert!(
        told.starts_with("s.toml:4: S-11b and `entry_point_hours` both state"),
        "{told}"
    );
}

#[test]
fn scenarios_are_put_together_and_may_not_contradict_each_other() {
    let named = |name: &str, text: &str| Scenario {
        name: name.to_owned(),
        ..scenario(text)
    };
    let cheaper = named("cheaper", "[[prices.change]]\npercent = -10\n");
    let dearer = named(
        "dearer",
        "[[prices.change]]\nadd = \"0.01\"\n[prices.provider]\npercent = 5\n",
    );
    let both = Scenario::together(&[cheaper.clone(), dearer]).expect("they agree");
    assert_eq!(both.name, "cheaper + dearer");
    assert_eq!(
        both.changes(),
        [
            "everything: rates change by -10 percent.",
            "everything: rates change by 0.01 a unit.",
            "The provider adds 5 percent to Meta's charges.",
        ]
    );
    let provider = named("provider", "[prices.provider]\npercent = 6\n");
    let other = named("other", "[prices.provider]\npercent = 7\n");
    let told = Scenario::together(&[provider, other]).expect_err("they disagree");
    assert!(
        told.to_string()
            .contains("`prices.provider.percent` of s.toml contradicts"),
        "{told}"
    );
    let told = Scenario::refuse_same_names(&[cheaper.clone(), cheaper]).expect_err("one name");
    assert!(
        told.to_string().contains("called `cheaper` already"),
        "{told}"
    );
}

#[test]
fn a_value_is_put_in_its_place() {
    let scenario = scenario("[[prices.change]]\npercent = -10\n");
    let varied = |key: &str, value: &str| {
        let value = value.parse().expect("a number");
        scenario.with_value(key, value, "--sweep")
    };
    let changed = varied("prices.change[0].percent", "2.5").expect("a value");
    assert_eq!(
        changed.changes(),
        ["everything: rates change by 2.5 percent."]
    );
    let added = varied("prices.provider.percent", "3").expect("a value");
    assert_eq!(added.changes().len(), 2);
    let told = varied("prices.change[1].percent", "1").expect_err("no such entry");
    assert!(
        told.to_string()
            .contains("there is no entry [1]: the list has 1"),
        "{told}"
    );
    let told = varied("prices.provider.percentage", "1").expect_err("no such key");
    assert!(
        told.to_string().contains("unknown key `percentage`"),
        "{told}"
    );
    let told = varied("rules.conversation_hours", "0.5").expect_err("no whole hours");
    assert!(told.to_string().contains("is no number of hours"), "{told}");
}
