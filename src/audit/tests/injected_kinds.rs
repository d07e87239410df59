//! Random invoices with one known error of the kinds that need lines of their own: tiers, currencies, taxes; and
//! conversations.

use proptest::prelude::*;

use super::*;

/// 100,000 units of India's first step at 0.0014, some more on the second at 0.0013, and Brazil beside them.
fn tiered(second: u64) -> String {
    format!(
        "A 100 IN India utility regular 0.0014 100000 2026-10-06 tier=0:100000
         A 100 IN India utility regular 0.0013 {second} 2026-10-20 tier=100001:MAX
         A 100 BR Brazil utility regular 0.0068 777 2026-10-09"
    )
}

fn money(rate: &str, quantity: u64) -> Amount {
    let exact = amount(rate).times(quantity).expect("it fits");
    exact.rounded(Rounding::HalfUp, 2)
}

fn causes(result: &Reconciliation) -> Vec<&'static str> {
    let rows = result.differences.iter();
    let mut causes: Vec<&str> = rows.filter_map(|row| Some(row.cause?.name())).collect();
    causes.sort_unstable();
    causes.dedup();
    causes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn units_of_another_step_are_a_tier(second in 2_000u64..50_000, moved in 1_000u64..1_999, back in any::<bool>()) {
        let (first, rest) = match back {
            true => (100_000 - moved, second + moved),
            false => (100_000 + moved, second - moved),
        };
        let invoice = format!(
            "market, category, tier, quantity, unit_price, amount, currency
             India, utility, 0:100000, {first}, 0.0014, {}, USD
             India, utility, 100001:MAX, {rest}, 0.0013, {}, USD
             Brazil, utility, , 777, 0.0068, {}, USD",
            money("0.0014", first), money("0.0013", rest), money("0.0068", 777)
        );
        let result = case(&tiered(second), &invoice).run();
        prop_assert_eq!(causes(&result), ["A-TIER"]);
        let billed = money("0.0014", first).plus(money("0.0013", rest)).unwrap();
        let expected = money("0.0014", 100_000).plus(money("0.0013", second)).unwrap();
        prop_assert_eq!(Some(result.bridges[0].difference), billed.minus(expected));
    }

    /// A whole line in euros instead of dollars, at any rate of exchange.
    #[test]
    fn a_line_in_another_currency(quantities in [1_000u64..9_000, 1_000u64..9_000, 1_000u64..9_000], place in 0usize..3, percent in 70u64..99) {
        let markets = [("IN", "India", "0.0118"), ("BR", "Brazil", "0.0625"), ("DE", "Germany", "0.1365")];
        let mut expected = String::new();
        let mut invoice = "market, category, quantity, amount, currency\n".to_owned();
        let mut moved = (Amount::ZERO, Amount::ZERO);
        for (each, (country, market, rate)) in markets.into_iter().enumerate() {
            let quantity = quantities[each];
            expected += &format!("A 100 {country} {market} marketing regular {rate} {quantity} 2026-10-05\n");
            let right = money(rate, quantity);
            let billed = match each == place {
                true => Amount::from_units(right.units() * i128::from(percent) / 100).rounded(Rounding::HalfUp, 2),
                false => right,
            };
            let currency = if each == place { "EUR" } else { "USD" };
            if each == place {
                moved = (right, billed);
            }
            invoice += &format!("{market}, marketing, {quantity}, {billed}, {currency}\n");
        }
        let result = case(&expected, &invoice).run();
        prop_assert_eq!(causes(&result), ["A-CURRENCY"]);
        let of = |code: &str| {
            let currency = Currency::parse(code).unwrap();
            let bridge = result.bridges.iter().find(|bridge| bridge.currency == currency);
            bridge.map(|bridge| bridge.difference)
        };
        prop_assert_eq!(of("EUR"), Some(moved.1));
        prop_assert_eq!(of("USD"), Amount::ZERO.minus(moved.0));
    }

    /// Tax on 100.00 at a stated rate, billed at another one.
    #[test]
    fn a_tax_of_another_rate(stated in 1u64..30, billed in 1u64..30) {
        let invoice = format!(
            "account, market, category, quantity, amount, currency, kind
             A, Germany, marketing, 1000, 136.50, USD, usage
             A, , , , {}, USD, tax",
            Amount::from_units(amount("136.50").units() * i128::from(billed) / 100).rounded(Rounding::HalfUp, 2)
        );
        let mut case = case("A 100 DE Germany marketing regular 0.1365 1000 2026-10-05", &invoice);
        case.tax_rates.insert("A".to_owned(), Amount::from_units(amount("0.01").units() * i128::from(stated)));
        let result = case.run();
        let tax = |percent: u64| Amount::from_units(amount("1.365").units() * i128::from(percent)).rounded(Rounding::HalfUp, 2);
        match stated == billed {
            true => prop_assert_eq!(causes(&result), [""; 0]),
            false => prop_assert_eq!(causes(&result), ["A-TAX"]),
        }
        prop_assert_eq!(Some(result.bridges[0].difference), tax(billed).minus(tax(stated)));
    }
}

/// Conversations of March 2024 in Germany: marketing 0.1365, utility 0.0853, service 0.0819 beyond the thousand.
const CONVERSATIONS: &str = "
    A 100 DE Germany marketing regular   0.1365  300 2024-03-05 cbp
    A 100 DE Germany utility   regular   0.0853   50 2024-03-06 cbp
    A 100 DE Germany service   free_tier 0      1000 2024-03-07 cbp
    A 100 DE Germany service   regular   0.0819   40 2024-03-20 cbp
    A 100 DE Germany free_entry_point free_entry_point 0 70 2024-03-20 cbp";

fn conversations(marketing: (u64, &str), utility: (u64, &str), service: (u64, &str)) -> Case {
    let line = |category: &str, rate: &str, (quantity, money): (u64, &str)| {
        format!("2024-03-01, 2024-03-31, Germany, {category}, {quantity}, {rate}, {money}, USD\n")
    };
    let lines = [
        line("marketing", "0.1365", marketing),
        line("utility", "0.0853", utility),
        line("service", "0.0819", service),
    ];
    let header =
        "period_start, period_end, market, category, quantity, unit_price, amount, currency";
    case(CONVERSATIONS, &format!("{header}\n{}", lines.concat()))
}

#[test]
fn an_invoice_of_conversations() {
    // 300 × 0.1365 = 40.95; 50 × 0.0853 = 4.265; 40 × 0.0819 = 3.276.
    let (marketing, utility, service) = ((300, "40.95"), (50, "4.27"), (40, "3.28"));
    conversations(marketing, utility, service).finds(&[]);
    // The free thousand is billed: 1,040 × 0.0819 = 85.176.
    conversations(marketing, utility, (1_040, "85.18")).finds(&["4 A-BILLED-FREE 81.9"]);
    // Ten marketing conversations billed as utility: 290 × 0.1365 = 39.585, 60 × 0.0853 = 5.118.
    conversations((290, "39.59"), (60, "5.12"), service)
        .finds(&["2 A-CATEGORY -1.36", "3 A-CATEGORY 0.85"]);
    // Five too many: 305 × 0.1365 = 41.6325.
    conversations((305, "41.63"), utility, service).finds(&["2 A-QUANTITY 0.68"]);
}
