//! Every cause alone: the amounts are worked out by hand from the rates in the tables.

use super::*;

/// October 2026: 0.0118 marketing, 0.0014 utility and authentication in India; 0.0625 marketing in Brazil.
const OCTOBER: &str = "
    A 100 IN India  marketing      regular            0.0118 1000 2026-10-05
    A 100 IN India  utility        regular            0.0014 5000 2026-10-06
    A 100 IN India  utility        free_entry_point   0       120 2026-10-06
    A 100 IN India  service        free_customer_service 0    900 2026-10-07
    A 100 BR Brazil marketing      regular            0.0625  200 2026-10-08
    A 100 BR Brazil utility        regular            0.0068  400 2026-10-09
";

/// The invoice with its free lines.
fn october(lines: &str) -> Case {
    let header = "invoice_id, period_start, period_end, account, business, market, category, pricing_type, quantity, unit_price, amount, currency, kind";
    let lines: String = lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| format!("INV-1, 2026-10-01, 2026-10-31, A, 100, {line}\n"))
        .collect();
    case(OCTOBER, &format!("{header}\n{lines}"))
}

const RIGHT: &str = "
    India,  marketing, regular,               1000, 0.0118, 11.80, USD, usage
    India,  utility,   regular,               5000, 0.0014,  7.00, USD, usage
    India,  utility,   free_entry_point,       120, 0,       0.00, USD, usage
    India,  service,   free_customer_service,  900, 0,       0.00, USD, usage
    Brazil, marketing, regular,                200, 0.0625, 12.50, USD, usage
    Brazil, utility,   regular,                400, 0.0068,  2.72, USD, usage
";

/// The right invoice with one line replaced, or without it.
fn with(line: usize, replacement: &str) -> Case {
    let rows = RIGHT
        .lines()
        .filter(|row| !row.trim().is_empty())
        .enumerate();
    let lines: Vec<&str> = rows
        .map(|(place, row)| if place + 2 == line { replacement } else { row })
        .collect();
    october(&lines.join("\n"))
}

#[test]
fn a_right_invoice_agrees() {
    let case = october(RIGHT);
    case.finds(&[]);
    let result = case.run();
    assert_eq!(result.conclusion.verdict, super::super::Verdict::Agree);
    assert_eq!(result.bridges[0].expected, amount("34.02"));
    assert_eq!(result.differences.len(), 6);
}

#[test]
fn a_duplicate_is_a_line_that_stands_twice() {
    let twice = format!("{RIGHT}\n India, marketing, regular, 1000, 0.0118, 11.80, USD, usage");
    october(&twice).finds(&["8 A-DUPLICATE 11.8"]);
}

#[test]
fn a_duplicate_may_stand_on_another_invoice() {
    let mut case = october(RIGHT);
    let mut again = case.lines[4].clone();
    again.invoice_id = "INV-2".into();
    again.row = 40;
    case.lines.push(again);
    case.finds(&["40 A-DUPLICATE 12.5"]);
}

#[test]
fn two_equal_lines_that_the_log_confirms_are_no_duplicate() {
    case(
        "A 100 IN India marketing regular 0.0118 500 2026-10-05
         A 200 IN India marketing regular 0.0118 500 2026-10-05",
        "market, category, quantity, amount, currency
         India, marketing, 500, 5.90, USD
         India, marketing, 500, 5.90, USD",
    )
    .finds(&[]);
}

#[test]
fn billed_free_is_a_free_line_with_a_charge() {
    with(
        4,
        "India, utility, free_entry_point, 120, 0.0014, 0.17, USD, usage",
    )
    .finds(&["4 A-BILLED-FREE 0.17"]);
    // The same line with its type changed.
    with(4, "India, utility, regular, 120, 0.0014, 0.17, USD, usage")
        .finds(&["4 A-BILLED-FREE 0.17"]);
}

#[test]
fn billed_free_is_free_units_among_the_charged() {
    let lines = "
        India,  marketing, regular,               1000, 0.0118, 11.80, USD, usage
        India,  utility,   regular,               5030, 0.0014,  7.04, USD, usage
        India,  utility,   free_entry_point,        90, 0,       0.00, USD, usage
        India,  service,   free_customer_service,  900, 0,       0.00, USD, usage
        Brazil, marketing, regular,                200, 0.0625, 12.50, USD, usage
        Brazil, utility,   regular,                400, 0.0068,  2.72, USD, usage";
    october(lines).finds(&["3 A-BILLED-FREE 0.04", "4 A-BILLED-FREE 0"]);
}

#[test]
fn billed_free_where_the_invoice_lists_no_free_units() {
    let expected = "
        A 100 IN India utility regular          0.0014 5000 2026-10-06
        A 100 IN India utility free_entry_point 0      1200 2026-10-06";
    let invoice = |quantity: u64, money: &str| {
        case(
            expected,
            &format!(
                "market, category, quantity, unit_price, amount, currency\n India, utility, {quantity}, 0.0014, {money}, USD"
            ),
        )
    };
    // All of them, some of them, and more than there are.
    invoice(6200, "8.68").finds(&["2 A-BILLED-FREE 1.68"]);
    invoice(6000, "8.40").finds(&["2 A-BILLED-FREE 1.4"]);
    invoice(7000, "9.80").finds(&["2 A-QUANTITY 2.8"]);
}

#[test]
fn free_billed_is_the_reverse() {
    with(2, "India, marketing, regular, 1000, 0, 0.00, USD, usage")
        .finds(&["2 A-FREE-BILLED -11.8"]);
    with(
        2,
        "India, marketing, free_entry_point, 1000, 0, 0.00, USD, usage",
    )
    .finds(&["2 A-FREE-BILLED 0", "- A-FREE-BILLED -11.8"]);
}

#[test]
fn free_billed_by_metas_own_marks() {
    case(
        "A 100 IN India utility regular 0.0014 4000 2026-10-06
         A 100 IN India utility regular 0.0014 1000 2026-10-06 mark=free_entry_point",
        "market, category, quantity, unit_price, amount, currency
         India, utility, 4000, 0.0014, 5.60, USD",
    )
    .finds(&["2 A-FREE-BILLED -1.4"]);
}

#[test]
fn a_category_is_units_that_moved() {
    let lines = "
        India,  marketing, regular,               1300, 0.0118, 15.34, USD, usage
        India,  utility,   regular,               4700, 0.0014,  6.58, USD, usage
        India,  utility,   free_entry_point,       120, 0,       0.00, USD, usage
        India,  service,   free_customer_service,  900, 0,       0.00, USD, usage
        Brazil, marketing, regular,                200, 0.0625, 12.50, USD, usage
        Brazil, utility,   regular,                400, 0.0068,  2.72, USD, usage";
    october(lines).finds(&["2 A-CATEGORY 3.54", "3 A-CATEGORY -0.42"]);
}

#[test]
fn a_category_may_be_a_whole_line() {
    with(
        7,
        "Brazil, authentication, regular, 400, 0.0068, 2.72, USD, usage",
    )
    .finds(&["7 A-CATEGORY 2.72", "- A-CATEGORY -2.72"]);
}

#[test]
fn a_market_is_units_that_moved() {
    let lines = "
        India,  marketing, regular,                950, 0.0118, 11.21, USD, usage
        India,  utility,   regular,               5000, 0.0014,  7.00, USD, usage
        India,  utility,   free_entry_point,       120, 0,       0.00, USD, usage
        India,  service,   free_customer_service,  900, 0,       0.00, USD, usage
        Brazil, marketing, regular,                250, 0.0625, 15.63, USD, usage
        Brazil, utility,   regular,                400, 0.0068,  2.72, USD, usage";
    october(lines).finds(&["2 A-MARKET -0.59", "6 A-MARKET 3.13"]);
}

#[test]
fn a_market_in_which_nothing_is_expected() {
    with(
        6,
        "Mexico, marketing, regular, 200, 0.0397, 7.94, USD, usage",
    )
    .finds(&["6 A-MARKET 7.94", "- A-MARKET -12.5"]);
}

#[test]
fn a_tier_is_units_in_another_step() {
    let expected = "
        A 100 IN India utility regular 0.0014 100000 2026-10-06 tier=0:100000
        A 100 IN India utility regular 0.0013   5000 2026-10-20 tier=100001:MAX";
    let header = "market, category, tier, quantity, unit_price, amount, currency";
    case(
        expected,
        &format!("{header}\n India, utility, 0:100000, 105000, 0.0014, 147.00, USD"),
    )
    .finds(&["2 A-TIER 7", "- A-TIER -6.5"]);
    // An invoice that does not name tiers, all of it at the first.
    case(
        expected,
        "market, category, quantity, unit_price, amount, currency
         India, utility, 105000, 0.0014, 147.00, USD",
    )
    .finds(&["2 A-TIER 0.5"]);
    // Nor prices.
    case(
        expected,
        "market, category, quantity, amount, currency
         India, utility, 105000, 146.80, USD",
    )
    .finds(&["2 A-TIER 0.3"]);
}

#[test]
fn a_rate_is_another_price() {
    with(
        2,
        "India, marketing, regular, 1000, 0.0130, 13.00, USD, usage",
    )
    .finds(&["2 A-RATE 1.2"]);
    // That of the card before.
    with(
        2,
        "India, marketing, regular, 1000, 0.0107, 10.70, USD, usage",
    )
    .finds(&["2 A-RATE -1.1"]);
    // The line does not state its price.
    with(2, "India, marketing, regular, 1000, , 12.98, USD, usage").finds(&["2 A-RATE 1.18"]);
}

#[test]
fn a_period_is_late_deliveries_billed_by_sending() {
    let expected = "
        A 100 IN India marketing regular 0.0118 1000 2026-10-05
        A 100 IN India marketing regular 0.0118   30 2026-11-01 send=2026-10-31
        A 100 IN India marketing regular 0.0118   10 2026-10-01 send=2026-09-30";
    let invoice = |quantity: u64, money: &str| {
        format!(
            "period_start, period_end, market, category, quantity, unit_price, amount, currency
             2026-10-01, 2026-10-31, India, marketing, {quantity}, 0.0118, {money}, USD"
        )
    };
    case(expected, &invoice(1010, "11.92")).finds(&[]);
    case(expected, &invoice(1030, "12.15")).finds(&["2 A-PERIOD 0.23"]);
    case(expected, &invoice(1040, "12.27")).finds(&["2 A-PERIOD 0.35"]);
    // Of the thirty late ones most are billed by sending, or too few to tell, or more than there are.
    case(expected, &invoice(1033, "12.19")).finds(&["2 A-PERIOD 0.27"]);
    case(expected, &invoice(1015, "11.98")).finds(&["2 A-QUANTITY 0.06"]);
    case(expected, &invoice(1045, "12.33")).finds(&["2 A-QUANTITY 0.41"]);
}

#[test]
fn a_period_is_the_month_in_utc() {
    case(
        "A 100 IN India marketing regular 0.0118 1000 2026-10-05
         A 100 IN India marketing regular 0.0118   77 2026-11-01 utc=2026-10-31",
        "period_start, period_end, market, category, quantity, unit_price, amount, currency
         2026-10-01, 2026-10-31, India, marketing, 1077, 0.0118, 12.71, USD",
    )
    .finds(&["2 A-PERIOD 0.91"]);
}

#[test]
fn a_period_is_a_line_of_another_month() {
    let mut case = october(RIGHT);
    case.lines[4].period = Some(Period {
        from: date("2026-11-01"),
        to: date("2026-11-30"),
    });
    case.finds(&["6 A-PERIOD 12.5", "- A-PERIOD -12.5"]);
}

/// The card of December 2025 says 0.0107: the line is October's all the same, and nothing is wrong with its price.
#[test]
fn a_line_of_another_month_keeps_its_own_price() {
    let mut case = october(RIGHT);
    case.lines[0].period = Some(Period {
        from: date("2025-12-01"),
        to: date("2025-12-31"),
    });
    case.finds(&["2 A-PERIOD 11.8", "- A-PERIOD -11.8"]);
}

#[test]
fn a_quantity_is_what_is_left() {
    with(
        2,
        "India, marketing, regular, 1037, 0.0118, 12.24, USD, usage",
    )
    .finds(&["2 A-QUANTITY 0.44"]);
    with(
        2,
        "India, marketing, regular, 900, 0.0118, 10.62, USD, usage",
    )
    .finds(&["2 A-QUANTITY -1.18"]);
    with(7, "").finds(&["- A-QUANTITY -2.72"]);
}

#[test]
fn two_errors_of_quantity_are_not_taken_for_a_move() {
    let lines = "
        India,  marketing, regular,                950, 0.0118, 11.21, USD, usage
        India,  utility,   regular,               5000, 0.0014,  7.00, USD, usage
        India,  utility,   free_entry_point,       120, 0,       0.00, USD, usage
        India,  service,   free_customer_service,  900, 0,       0.00, USD, usage
        Brazil, marketing, regular,                240, 0.0625, 15.00, USD, usage
        Brazil, utility,   regular,                400, 0.0068,  2.72, USD, usage";
    october(lines).finds(&["2 A-QUANTITY -0.59", "6 A-QUANTITY 2.5"]);
}

#[test]
fn rounding_is_a_cent_that_s34_does_not_give() {
    let expected = "A 100 IN India marketing regular 0.0118 1237 2026-10-05";
    // 14.5966 rounds to 14.60.
    let invoice = |money: &str| {
        case(
            expected,
            &format!(
                "market, category, quantity, unit_price, amount, currency\n India, marketing, 1237, 0.0118, {money}, USD"
            ),
        )
    };
    invoice("14.60").finds(&[]);
    invoice("14.59").finds(&["2 A-ROUNDING -0.01"]);
    invoice("14.61").finds(&["2 A-ROUNDING 0.01"]);
    // Each message rounded to a cent.
    case(
        expected,
        "market, category, quantity, amount, currency\n India, marketing, 1237, 12.37, USD",
    )
    .finds(&["2 A-ROUNDING -2.23"]);
    // Another rule of S-34: halves to even.
    let mut even = case(
        "A 100 IN India marketing regular 0.0125 9 2026-10-05",
        "market, category, quantity, unit_price, amount, currency\n India, marketing, 9, 0.0125, 0.11, USD",
    );
    even.finds(&[]);
    even.groups[0] = group("A 100 IN India marketing regular 0.0125 10 2026-10-05");
    even.lines[0].quantity = Some(10);
    even.lines[0].amount = Some(amount("0.12"));
    even.finds(&["2 A-ROUNDING -0.01"]);
    even.rounding = Rounding::HalfEven;
    even.finds(&[]);
}

#[test]
fn an_invoice_that_rounds_nothing_is_held_against_exact_amounts() {
    case(
        "A 100 IN India  marketing regular 0.0118 1237 2026-10-05
         A 100 BR Brazil marketing regular 0.0625  333 2026-10-05",
        "market, category, quantity, amount, currency
         India,  marketing, 1237, 14.5966, USD
         Brazil, marketing,  333, 20.8125, USD",
    )
    .finds(&[]);
}

#[test]
fn a_currency_is_the_same_units_in_another_one() {
    with(
        2,
        "India, marketing, regular, 1000, 0.0101, 10.10, EUR, usage",
    )
    .finds(&["2 A-CURRENCY 10.1", "- A-CURRENCY -11.8"]);
}

#[test]
fn a_tax_is_held_against_the_accounts_rate_only() {
    let taxed = format!("{RIGHT}\n , , , , , 6.12, USD, tax");
    october(&taxed).finds(&["8 not tested"]);
    let mut stated = october(&taxed);
    stated.tax_rates.insert("A".to_owned(), amount("0.18"));
    stated.finds(&[]);
    stated.tax_rates.insert("A".to_owned(), amount("0.10"));
    stated.finds(&["8 A-TAX 2.72"]);
}

#[test]
fn fees_are_not_tested_and_forbid_no_conclusion() {
    let case = october(&format!("{RIGHT}\n , , , , , 50.00, USD, fee"));
    case.finds(&["8 not tested"]);
    assert_eq!(case.run().conclusion.verdict, super::super::Verdict::Agree);
    assert_eq!(case.run().bridges[0].not_tested, amount("50"));
}

#[test]
fn what_nothing_reproduces_is_unexplained() {
    with(
        2,
        "India, marketing, regular, 1000, 0.0118, 24.13, USD, usage",
    )
    .finds(&["2 A-UNEXPLAINED 12.33"]);
    case(
        "A 100 IN India  marketing regular 0.0118 1000 2026-10-05
         A 100 BR Brazil marketing regular 0.0625  200 2026-10-05",
        "amount, currency\n 30.00, USD",
    )
    .finds(&["2 A-UNEXPLAINED 5.7"]);
}
