//! Lines so small that rounding hides what was moved, and prices so small that many markets share them.

use super::*;

/// October 2026: 0.0118 marketing and 0.0014 authentication in India, 0.0034 utility in Nepal, 0.0008 in Colombia.
const OCTOBER: &str = "
    A 100 IN India    marketing      regular 0.0118    8 2026-10-05
    A 100 IN India    authentication regular 0.0014    8 2026-10-06
    A 100 NP Nepal    utility        regular 0.0034    4 2026-10-06
    A 100 CO Colombia utility        regular 0.0008 3000 2026-10-06
";

fn october(lines: &str) -> Case {
    let header = "invoice_id, period_start, period_end, account, market, category, pricing_type, quantity, unit_price, amount, currency";
    let lines: String = lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| format!("INV-1, 2026-10-01, 2026-10-31, A, {line}, USD\n"))
        .collect();
    case(OCTOBER, &format!("{header}\n{lines}"))
}

/// 8 at 0.0118 are 0.0944, 8 at 0.0014 are 0.0112, 4 at 0.0034 are 0.0136.
#[test]
fn small_lines_that_are_right() {
    october(
        "India, marketing, regular, 8, 0.0118, 0.09
         India, authentication, regular, 8, 0.0014, 0.01
         Nepal, utility, regular, 4, 0.0034, 0.01
         Colombia, utility, regular, 3000, 0.0008, 2.40",
    )
    .finds(&[]);
}

/// Two units of authentication billed as marketing: 10 at 0.0118 are 0.118, 6 at 0.0014 are 0.0084.
#[test]
fn units_that_left_a_line_without_changing_its_amount_are_still_found() {
    october(
        "India, marketing, regular, 10, 0.0118, 0.12
         India, authentication, regular, 6, 0.0014, 0.01
         Nepal, utility, regular, 4, 0.0034, 0.01
         Colombia, utility, regular, 3000, 0.0008, 2.40",
    )
    .finds(&["2 A-CATEGORY 0.03", "3 A-CATEGORY 0"]);
}

#[test]
fn units_without_a_counterpart_and_without_money_are_a_quantity() {
    october(
        "India, marketing, regular, 8, 0.0118, 0.09
         India, authentication, regular, 9, 0.0014, 0.01
         Nepal, utility, regular, 4, 0.0034, 0.01
         Colombia, utility, regular, 3000, 0.0008, 2.40",
    )
    .finds(&["3 A-QUANTITY 0"]);
}

/// The line states the card's price: not somebody, but rounding made it nothing.
#[test]
fn a_cent_rounded_away_is_no_gift() {
    let invoice = |nepal: &str| {
        october(&format!(
            "India, marketing, regular, 8, 0.0118, 0.09
             India, authentication, regular, 8, 0.0014, 0.01
             {nepal}
             Colombia, utility, regular, 3000, 0.0008, 2.40"
        ))
    };
    invoice("Nepal, utility, regular, 4, 0.0034, 0.00").finds(&["4 A-ROUNDING -0.01"]);
    invoice("Nepal, utility, regular, 4, 0, 0.00").finds(&["4 A-FREE-BILLED -0.01"]);
}

/// 0.0009 is Turkey's rate, but of the prices that small one in four is some market's.
#[test]
fn a_tiny_price_is_not_pinned_on_another_market() {
    october(
        "India, marketing, regular, 8, 0.0118, 0.09
         India, authentication, regular, 8, 0.0014, 0.01
         Nepal, utility, regular, 4, 0.0034, 0.01
         Colombia, utility, regular, 3000, 0.0009, 2.70",
    )
    .finds(&["5 A-RATE 0.3"]);
}
