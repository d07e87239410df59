//! Grains, several lines for a cell, several currencies, periods that are no months.

use super::*;
use crate::vocabulary::Month;

const TWO_ACCOUNTS: &str = "
    A 100 IN India  marketing regular 0.0118 1000 2026-10-05
    A 200 IN India  marketing regular 0.0118  500 2026-10-05
    B 300 BR Brazil marketing regular 0.0625  200 2026-10-08
    B 300 BR Brazil utility   regular 0.0068  100 2026-10-08
";

#[test]
fn missing_columns_coarsen_the_grain() {
    for invoice in [
        "amount, currency\n 30.88, USD",
        "account, amount, currency\n A, 17.70, USD\n B, 13.18, USD",
        "market, quantity, amount, currency\n India, 1500, 17.70, USD\n Brazil, 300, 13.18, USD",
        "country, category, quantity, amount, currency\n IN, marketing, 1500, 17.70, USD\n br, MARKETING, 200, 12.50, usd\n BR, utility, 100, 0.68, USD",
        "business, quantity, amount\n +100, 1000, 11.80\n 200, 500, 5.90\n +300, 300, 13.18",
    ] {
        case(TWO_ACCOUNTS, invoice).finds(&[]);
    }
}

#[test]
fn a_finer_line_takes_its_charges_from_a_coarser_one() {
    case(
        TWO_ACCOUNTS,
        "market, category, business, quantity, amount, currency
         India,  marketing, 100, 1000, 11.80, USD
         India,  marketing,    ,  500,  5.90, USD
         ,       ,             ,  300, 13.18, USD",
    )
    .finds(&[]);
}

#[test]
fn one_cell_may_have_lines_of_two_prices() {
    case(
        "A 100 IN India marketing regular 0.0107 400 2025-12-30
         A 100 IN India marketing regular 0.0118 600 2026-01-02",
        "market, category, quantity, unit_price, amount, currency
         India, marketing, 600, 0.0118, 7.08, USD
         India, marketing, 400, 0.0107, 4.28, USD",
    )
    .finds(&[]);
}

#[test]
fn lines_without_quantity_in_one_cell_are_compared_together() {
    case(
        TWO_ACCOUNTS,
        "market, amount, currency\n India, 11.80, USD\n India, 5.90, USD\n Brazil, 13.18, USD",
    )
    .finds(&[]);
    case(
        TWO_ACCOUNTS,
        "market, amount, currency\n India, 11.80, USD\n India, 7.01, USD\n Brazil, 13.18, USD",
    )
    .finds(&["2 A-UNEXPLAINED 1.11"]);
}

#[test]
fn a_number_may_bill_in_two_currencies_in_a_month() {
    case(
        "A 100 IN India marketing regular 0.0118 1000 2026-10-05
         A 100 IN India marketing regular 0.9800  500 2026-10-20 currency=INR",
        "period_start, period_end, business, market, category, quantity, amount, currency
         2026-10-01, 2026-10-31, 100, India, marketing, 1000,  11.80, USD
         2026-10-01, 2026-10-31, 100, India, marketing,  500, 490.00, INR",
    )
    .finds(&[]);
}

#[test]
fn a_line_without_currency_is_read_in_the_only_one_or_not_at_all() {
    case(TWO_ACCOUNTS, "amount\n 30.88").finds(&[]);
    case(
        "A 100 IN India marketing regular 0.0118 1000 2026-10-05
         A 100 IN India marketing regular 0.9800  500 2026-10-20 currency=INR",
        "amount\n 501.80",
    )
    .finds(&["2 not tested"]);
}

#[test]
fn a_period_need_not_be_a_month() {
    let expected = "
        A 100 IN India marketing regular 0.0118 100 2026-10-10
        A 100 IN India marketing regular 0.0118 200 2026-10-20
        A 100 IN India marketing regular 0.0118 400 2026-11-10";
    case(
        expected,
        "period_start, period_end, quantity, amount, currency
         2026-09-16, 2026-10-15, 100, 1.18, USD
         2026-10-16, 2026-11-15, 600, 7.08, USD",
    )
    .finds(&[]);
    // The first of the next month is the end of this one.
    let monthly = case(
        expected,
        "period_start, period_end, quantity, amount, currency\n 2026-10-01, 2026-11-01, 300, 3.54, USD",
    );
    monthly.finds(&[]);
    assert_eq!(monthly.run().differences[0].month, Month::parse("2026-10"));
}

#[test]
fn other_months_of_the_log_are_not_missing_from_the_invoice() {
    case(
        "A 100 IN India marketing regular 0.0118 100 2026-09-10
         A 100 IN India marketing regular 0.0118 200 2026-10-20",
        "period_start, period_end, quantity, amount, currency\n 2026-10-01, 2026-10-31, 200, 2.36, USD",
    )
    .finds(&[]);
}

#[test]
fn an_account_without_an_invoice_is_not_tested() {
    let case = case(
        TWO_ACCOUNTS,
        "account, quantity, amount, currency\n A, 1500, 17.70, USD",
    );
    case.finds(&["- not tested"]);
    assert_eq!(
        case.run().conclusion.verdict,
        super::super::Verdict::CannotConclude
    );
}

#[test]
fn days_without_a_log_are_not_tested() {
    let mut case = case(
        "A 100 IN India marketing regular 0.0118 100 2026-10-20",
        "period_start, period_end, quantity, amount, currency\n 2026-10-01, 2026-10-31, 200, 2.36, USD",
    );
    case.covered = Some(Period {
        from: date("2026-10-10"),
        to: date("2026-10-31"),
    });
    case.finds(&["2 not tested"]);
}

#[test]
fn units_without_a_rate_are_not_tested() {
    case(
        "A 100 IN India marketing regular 0 100 2026-10-20 unrated",
        "market, quantity, amount, currency\n India, 100, 1.18, USD",
    )
    .finds(&["2 not tested"]);
}

#[test]
fn a_tier_that_the_replay_does_not_know_is_no_difference() {
    case(
        "A 100 IN India utility regular 0.0014 1000 2026-10-20",
        "market, category, tier, quantity, amount, currency\n India, utility, 0:250000, 1000, 1.40, USD",
    )
    .finds(&[]);
}

#[test]
fn marketing_lite_may_be_billed_as_marketing() {
    case(
        "A 100 IN India marketing      regular 0.0118 1000 2026-10-20
         A 100 IN India marketing_lite regular 0.0118  200 2026-10-20",
        "market, category, quantity, amount, currency\n India, marketing, 1200, 14.16, USD",
    )
    .finds(&[]);
}

#[test]
fn a_line_without_type_may_count_the_free_units_too() {
    case(
        "A 100 IN India utility regular               0.0014 1000 2026-10-20
         A 100 IN India utility free_entry_point 0       200 2026-10-20",
        "market, category, quantity, amount, currency\n India, utility, 1200, 1.40, USD",
    )
    .finds(&[]);
}

#[test]
fn the_largest_quantities_and_amounts_do_not_overflow() {
    let invoice = "quantity, unit_price, amount, currency\n 1000000000000, 999999.999999999999, 1000000000000000, USD\n -1000000000000, -999999.9, -1000000000000000, USD";
    let result = case(TWO_ACCOUNTS, invoice).run();
    assert_eq!(result.bridges[0].invoiced, Amount::ZERO);
    let mut case = case(TWO_ACCOUNTS, "amount\n 1");
    case.groups[0].quantity = u64::MAX;
    let evidence = Evidence {
        groups: &case.groups,
        lines: &case.lines,
        tariff: &TARIFF,
        covered: None,
        tax_rates: &case.tax_rates,
        rounding: Rounding::HalfUp,
        rounding_digits: RoundingDigits::Currency,
        tolerance: None,
        materiality: None,
        open_points: &[],
    };
    assert!(reconcile(&evidence).is_err());
}
