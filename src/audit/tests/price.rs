//! A wrong price: whose it is.

use super::*;

fn marketing(price: &str, money: &str) -> Case {
    case(
        "A 100 IN India marketing regular 0.0118 10000 2026-10-05",
        &format!(
            "market, category, quantity, unit_price, amount, currency\n India, marketing, 10000, {price}, {money}, USD"
        ),
    )
}

#[test]
fn a_price_of_another_category_is_a_category() {
    marketing("0.0014", "14.00").finds(&["2 A-CATEGORY -104"]);
}

#[test]
fn a_price_of_another_market_is_a_market() {
    marketing("0.0625", "625.00").finds(&["2 A-MARKET 507"]);
}

#[test]
fn the_list_price_in_a_later_tier_is_a_tier() {
    case(
        "A 100 IN India utility regular 0.0013 50000 2026-10-05 tier=100001:MAX",
        "market, category, tier, quantity, unit_price, amount, currency
         India, utility, 100001:MAX, 50000, 0.0014, 70.00, USD",
    )
    .finds(&["2 A-TIER 5"]);
}

#[test]
fn a_price_of_an_earlier_card_is_a_rate() {
    marketing("0.0107", "107.00").finds(&["2 A-RATE -11"]);
}

#[test]
fn a_printed_price_that_is_rounded_changes_nothing() {
    marketing("0.01", "118.00").finds(&[]);
    marketing("0.012", "118.00").finds(&[]);
}

#[test]
fn a_price_rounded_before_it_is_multiplied_is_rounding() {
    marketing("0.01", "100.00").finds(&["2 A-ROUNDING -18"]);
}

#[test]
fn a_price_of_nobody_is_a_rate() {
    marketing("0.01333", "133.30").finds(&["2 A-RATE 15.3"]);
}

#[test]
fn an_amount_alone_is_believed_only_if_it_is_reproduced() {
    let alone = |money: &str| {
        case(
            "A 100 IN India marketing regular          0.0118 10000 2026-10-05
             A 100 IN India marketing free_entry_point 0        777 2026-10-05",
            &format!("market, category, amount, currency\n India, marketing, {money}, USD"),
        )
    };
    alone("118.00").finds(&[]);
    alone("107.00").finds(&["2 A-RATE -11"]);
    alone("127.17").finds(&["2 A-BILLED-FREE 9.17"]);
    alone("0").finds(&["2 A-FREE-BILLED -118"]);
    alone("118.01").finds(&["2 A-ROUNDING 0.01"]);
    alone("131.07").finds(&["2 A-UNEXPLAINED 13.07"]);
}
