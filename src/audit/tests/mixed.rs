//! Several errors on one invoice, and on one line.

use super::*;

const HEADER: &str = "market, category, quantity, unit_price, amount, currency, kind";
const EXPECTED: &str = "
    A 100 IN India  marketing regular 0.0118 1000 2026-10-05
    A 100 IN India  utility   regular 0.0014 5000 2026-10-06
    A 100 BR Brazil marketing regular 0.0625  200 2026-10-08
    A 100 MX Mexico marketing regular 0.0305  700 2026-10-08
";

fn invoice(lines: &str) -> Case {
    case(EXPECTED, &format!("{HEADER}\n{lines}"))
}

#[test]
fn a_price_and_a_quantity_on_one_line() {
    // 1,100 at 0.0130 instead of 1,000 at 0.0118: 100 × 0.0118 and 1,100 × 0.0012.
    invoice(
        "India,  marketing, 1100, 0.0130, 14.30, USD, usage
         India,  utility,   5000, 0.0014,  7.00, USD, usage
         Brazil, marketing,  200, 0.0625, 12.50, USD, usage
         Mexico, marketing,  700, 0.0305, 21.35, USD, usage",
    )
    .finds(&["2 A-RATE 1.32", "2 A-QUANTITY 1.18"]);
}

#[test]
fn a_duplicate_of_a_line_with_a_wrong_price() {
    invoice(
        "India,  marketing, 1000, 0.0130, 13.00, USD, usage
         India,  marketing, 1000, 0.0130, 13.00, USD, usage
         India,  utility,   5000, 0.0014,  7.00, USD, usage
         Brazil, marketing,  200, 0.0625, 12.50, USD, usage
         Mexico, marketing,  700, 0.0305, 21.35, USD, usage",
    )
    .finds(&["2 A-RATE 1.2", "3 A-DUPLICATE 13"]);
}

#[test]
fn a_market_that_moved_and_a_cent() {
    invoice(
        "India,  marketing,  950, 0.0118, 11.21, USD, usage
         India,  utility,   5000, 0.0014,  7.01, USD, usage
         Brazil, marketing,  250, 0.0625, 15.63, USD, usage
         Mexico, marketing,  700, 0.0305, 21.35, USD, usage",
    )
    .finds(&["2 A-MARKET -0.59", "3 A-ROUNDING 0.01", "4 A-MARKET 3.13"]);
}

#[test]
fn a_market_that_moved_to_two_others() {
    invoice(
        "India,  marketing,  900, 0.0118, 10.62, USD, usage
         India,  utility,   5000, 0.0014,  7.00, USD, usage
         Brazil, marketing,  240, 0.0625, 15.00, USD, usage
         Mexico, marketing,  760, 0.0305, 23.18, USD, usage",
    )
    .finds(&["2 A-MARKET -1.18", "4 A-MARKET 2.5", "5 A-MARKET 1.83"]);
}

#[test]
fn a_moved_market_at_a_wrong_price() {
    // 50 of India's at Brazil's rate: +3.125 shown as 3.13; and 250 at 0.0700 instead of 0.0625.
    invoice(
        "India,  marketing,  950, 0.0118, 11.21, USD, usage
         India,  utility,   5000, 0.0014,  7.00, USD, usage
         Brazil, marketing,  250, 0.0700, 17.50, USD, usage
         Mexico, marketing,  700, 0.0305, 21.35, USD, usage",
    )
    .finds(&["2 A-MARKET -0.59", "4 A-MARKET 3.13", "4 A-RATE 1.87"]);
}

#[test]
fn a_credit_takes_the_cause_it_corrects() {
    let lines = "
         India,  marketing, 1000, 0.0118, 11.80, USD, usage
         India,  utility,   5000, 0.0014,  7.00, USD, usage
         Brazil, marketing,  240, 0.0625, 15.00, USD, usage
         Mexico, marketing,  700, 0.0305, 21.35, USD, usage";
    let whole = invoice(&format!(
        "{lines}\n Brazil, marketing, -40, 0.0625, -2.50, USD, credit"
    ));
    whole.finds(&["4 A-QUANTITY 2.5", "6 A-QUANTITY -2.5"]);
    assert_eq!(whole.run().bridges[0].difference, Amount::ZERO);
    invoice(&format!("{lines}\n , , , , -1.00, USD, credit"))
        .finds(&["4 A-QUANTITY 2.5", "6 A-QUANTITY -1"]);
    invoice(&format!("{lines}\n , , , , -9.00, USD, credit"))
        .finds(&["4 A-QUANTITY 2.5", "6 A-UNEXPLAINED -9"]);
}

#[test]
fn an_adjustment_bills_the_rest_of_its_cell() {
    invoice(
        "India,  marketing, 1000, 0.0118, 11.80, USD, usage
         India,  utility,   5000, 0.0014,  7.00, USD, usage
         Brazil, marketing,  150, 0.0625,  9.38, USD, usage
         Brazil, marketing,   50, 0.0625,  3.13, USD, adjustment
         Mexico, marketing,  700, 0.0305, 21.35, USD, usage",
    )
    .finds(&[]);
}

#[test]
fn a_line_in_utc_and_another_error_beside_it() {
    let expected = "
        A 100 IN India  marketing regular 0.0118 1000 2026-10-05
        A 100 IN India  marketing regular 0.0118   40 2026-11-01 utc=2026-10-31
        A 100 BR Brazil marketing regular 0.0625  200 2026-10-08
        A 100 BR Brazil marketing regular 0.0625   16 2026-11-01 utc=2026-10-31
        A 100 MX Mexico marketing regular 0.0305  700 2026-10-08
        A 100 MX Mexico marketing regular 0.0305   20 2026-11-01 utc=2026-10-31";
    // Two cells are exactly the month of UTC; the third has 8 more.
    case(
        expected,
        "period_start, period_end, market, category, quantity, unit_price, amount, currency
         2026-10, 2026-10, India,  marketing, 1040, 0.0118, 12.27, USD
         2026-10, 2026-10, Brazil, marketing,  216, 0.0625, 13.50, USD
         2026-10, 2026-10, Mexico, marketing,  728, 0.0305, 22.20, USD",
    )
    .finds(&[
        "2 A-PERIOD 0.47",
        "3 A-PERIOD 1",
        "4 A-PERIOD 0.61",
        "4 A-QUANTITY 0.24",
    ]);
}
