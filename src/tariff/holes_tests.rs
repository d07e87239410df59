use super::*;

fn found(codes: &[&str], from: &str, to: &str) -> Vec<String> {
    let tariff = Tariff::embedded().expect("the built-in tables");
    let rulebook = Rulebook::embedded().expect("the rulebook");
    let currencies: Vec<Currency> = codes
        .iter()
        .map(|code| Currency::parse(code).expect("a currency"))
        .collect();
    let date = |text| LocalDate::parse(text).expect("a date");
    let scope = Period {
        from: date(from),
        to: date(to),
    };
    holes(&tariff, &rulebook, &currencies, scope)
        .into_iter()
        .map(|hole| {
            let category = hole.category.map_or("-", ChargeCategory::name);
            let Hole {
                kind,
                period,
                steps,
                markets,
                ..
            } = hole;
            format!("{kind} {category} {period} {steps}{}", markets.join(","))
        })
        .collect()
}

#[test]
fn the_holes_that_are_known_are_found() {
    let inr = found(&["INR"], "2026-04-01", "2026-09-30");
    let gap =
        |category: &str, market: &str| format!("gap {category} 2026-04-01..2026-09-30 {market}");
    assert!(inr.contains(&gap("utility", "Pakistan")), "{inr:#?}");
    assert!(inr.contains(&gap("authentication", "Pakistan")), "{inr:#?}");
    assert!(inr.contains(&gap("marketing", "Saudi Arabia")), "{inr:#?}");
    let unrated = inr.iter().filter(|hole| !hole.starts_with("no_ladder"));
    assert_eq!(unrated.count(), 3, "{inr:#?}");
}

#[test]
fn a_currency_without_cards_is_one_hole_for_each_regime() {
    assert_eq!(
        found(&["GBP"], "2025-01-01", "2026-12-31"),
        [
            "no_card - 2025-01-01..2025-06-30 ",
            "no_card - 2025-07-01..2026-09-30 ",
            "no_card - 2026-10-01..2026-12-31 ",
        ]
    );
}

#[test]
fn dollars_are_complete_from_october_2025_but_for_the_list_of_x1_and_the_tiers() {
    let usd = found(&["USD"], "2025-10-01", "2026-12-31");
    let unrated: Vec<&String> = usd
        .iter()
        .filter(|hole| !hole.starts_with("no_ladder"))
        .collect();
    assert_eq!(
        unrated,
        [
            "no_cell authentication_international 2026-10-01..2026-12-31 Bangladesh,Kuwait,Nepal,Oman,Sri Lanka,Ukraine",
            "no_step utility 2026-10-01..2026-12-31 80001:MAXKazakhstan",
            "no_step authentication 2026-10-01..2026-12-31 100001:MAXKazakhstan",
        ],
        "{usd:#?}"
    );
}

#[test]
fn steps_without_a_rate_and_ranks_without_a_step_are_named() {
    let brl = found(&["BRL"], "2026-07-01", "2026-12-31");
    assert!(
        brl.contains(&"no_step utility 2026-07-01..2026-12-31 250001:70000000Brazil".to_owned()),
        "{brl:#?}"
    );
    assert!(
        brl.contains(
            &"step_without_rate utility 2026-07-01..2026-12-31 70000001:MAXBrazil".to_owned()
        ),
        "{brl:#?}"
    );
    assert!(
        brl.contains(&"no_step authentication 2026-07-01..2026-12-31 500001:MAXBrazil".to_owned()),
        "{brl:#?}"
    );
}
