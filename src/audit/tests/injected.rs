//! Right invoices of random shape with one known error: it must be found with its cause and its amount, and
//! nothing else may be accused.

use proptest::prelude::*;

use super::*;

const MARKETS: [(&str, &str); 4] = [
    ("India", "IN"),
    ("Brazil", "BR"),
    ("Mexico", "MX"),
    ("Germany", "DE"),
];

const OCTOBER: &str = "2026-10, 2026-10";
const CURRENCY: &str = "USD";
/// The error that moves a line to another month.
const REDATED: usize = 9;
/// The error that nothing explains.
const UNEXPLAINED: usize = 10;

/// One cell of a right invoice.
#[derive(Clone, Debug)]
struct CellOfBill {
    account: &'static str,
    market: usize,
    category: &'static str,
    kind: &'static str,
    rate: Amount,
    quantity: i64,
}

/// One line of the wrong invoice.
#[derive(Clone, Debug)]
struct BilledLine {
    cell: CellOfBill,
    period: &'static str,
    amount: Amount,
}

fn rate_of(market: usize, category: &str) -> Amount {
    let name = MARKETS[market].0;
    let market = TARIFF.markets.named(name).expect("a market");
    let category = ChargeCategory::parse(category.as_bytes()).expect("a category");
    let rate = TARIFF.cards.rate(
        CardModel::Pmp,
        Currency::USD,
        market,
        category,
        date("2026-10-05"),
    );
    rate.expect("a rate").amount
}

fn money(rate: Amount, quantity: i64) -> Amount {
    let exact = Amount::from_units(rate.units() * i128::from(quantity));
    exact.rounded(Rounding::HalfUp, 2)
}

/// All cells: two accounts, every market, charged and free; quantities that no two cells share.
fn bill(seed: u64) -> Vec<CellOfBill> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut cells = Vec::new();
    for account in ["A", "B"] {
        for market in 0..MARKETS.len() {
            for (category, kind) in [
                ("marketing", "regular"),
                ("utility", "regular"),
                ("marketing", "free_entry_point"),
                ("service", "free_customer_service"),
            ] {
                let rate = if kind == "regular" {
                    rate_of(market, category)
                } else {
                    Amount::ZERO
                };
                let quantity = (1_000 + next() % 20_000) as i64;
                cells.push(CellOfBill {
                    account,
                    market,
                    category,
                    kind,
                    rate,
                    quantity,
                });
            }
        }
    }
    cells
}

fn lines(cells: &[CellOfBill]) -> Vec<BilledLine> {
    let line = |cell: &CellOfBill| BilledLine {
        cell: cell.clone(),
        period: OCTOBER,
        amount: money(cell.rate, cell.quantity),
    };
    cells.iter().map(line).collect()
}

/// The invoice as CSV, with or without its free lines, unit prices and months.
fn csv(lines: &[BilledLine], shape: Shape) -> String {
    let mut text = "account, country, category, pricing_type, quantity, unit_price, amount, currency, period_start, period_end\n".to_owned();
    for line in lines
        .iter()
        .filter(|line| shape.lists_free || line.cell.kind == "regular")
    {
        let price = if shape.states_price {
            line.cell.rate.to_string()
        } else {
            String::new()
        };
        let market = if shape.by_country {
            MARKETS[line.cell.market].1
        } else {
            MARKETS[line.cell.market].0
        };
        let period = if shape.is_dated { line.period } else { "," };
        let cell = &line.cell;
        text += &format!(
            "{}, {market}, {}, {}, {}, {price}, {}, {}, {period}\n",
            cell.account, cell.category, cell.kind, cell.quantity, line.amount, CURRENCY
        );
    }
    if shape.by_country {
        text
    } else {
        text.replacen("country", "market", 1)
    }
}

#[derive(Clone, Copy, Debug)]
struct Shape {
    lists_free: bool,
    states_price: bool,
    by_country: bool,
    is_dated: bool,
}

fn expected(cells: &[CellOfBill]) -> String {
    let row = |cell: &CellOfBill| {
        let (market, country) = MARKETS[cell.market];
        let number = if cell.account == "A" { 100 } else { 200 };
        format!(
            "{} {number} {country} {market} {} {} {} {} 2026-10-05\n",
            cell.account, cell.category, cell.kind, cell.rate, cell.quantity
        )
    };
    cells.iter().map(row).collect()
}

/// Puts one error in; says its cause and what it adds to the bill.
fn inject(
    lines: &mut Vec<BilledLine>,
    error: usize,
    place: usize,
    part: i64,
) -> (&'static str, Amount) {
    let charged: Vec<usize> = (0..lines.len())
        .filter(|&each| lines[each].cell.kind == "regular")
        .collect();
    let place = charged[place % charged.len()];
    let before = total(lines);
    let cell = lines[place].cell.clone();
    let other = |lines: &[BilledLine], market: usize, category: &str, kind: &str| {
        lines
            .iter()
            .position(|line| {
                (
                    line.cell.account,
                    line.cell.market,
                    line.cell.category,
                    line.cell.kind,
                ) == (cell.account, market, category, kind)
            })
            .expect("a cell")
    };
    let shift = |lines: &mut Vec<BilledLine>, from: usize, to: usize, count: i64| {
        for (each, sign) in [(from, -1), (to, 1)] {
            let line = &mut lines[each];
            line.cell.quantity += sign * count;
            line.amount = money(line.cell.rate, line.cell.quantity);
        }
    };
    let cause = match error {
        0 => {
            let again = lines[place].clone();
            lines.push(again);
            "A-DUPLICATE"
        }
        1 => {
            // Free marketing, billed.
            let free = other(lines, cell.market, "marketing", "free_entry_point");
            let charged = other(lines, cell.market, "marketing", "regular");
            let count = part.min(lines[free].cell.quantity - 1);
            shift(lines, free, charged, count);
            "A-BILLED-FREE"
        }
        2 => {
            let target = if cell.category == "marketing" {
                "utility"
            } else {
                "marketing"
            };
            let to = other(lines, cell.market, target, "regular");
            shift(lines, place, to, part);
            "A-CATEGORY"
        }
        3 => {
            let to = other(
                lines,
                (cell.market + 1) % MARKETS.len(),
                cell.category,
                "regular",
            );
            shift(lines, place, to, part);
            "A-MARKET"
        }
        4 => {
            let line = &mut lines[place];
            line.cell.rate = Amount::from_units(cell.rate.units() * 137 / 100);
            line.amount = money(line.cell.rate, cell.quantity);
            "A-RATE"
        }
        5 => {
            let line = &mut lines[place];
            line.cell.quantity -= part;
            line.amount = money(line.cell.rate, line.cell.quantity);
            "A-QUANTITY"
        }
        6 => {
            let cent = amount("0.01");
            lines[place].amount = lines[place].amount.plus(cent).expect("it fits");
            "A-ROUNDING"
        }
        7 => {
            lines.remove(place);
            "A-QUANTITY"
        }
        8 => {
            let line = &mut lines[place];
            line.cell.rate = Amount::ZERO;
            line.amount = Amount::ZERO;
            "A-FREE-BILLED"
        }
        REDATED => {
            lines[place].period = "2026-11, 2026-11";
            "A-PERIOD"
        }
        _ => {
            let line = &mut lines[place];
            line.amount = line.amount.plus(amount("3.33")).expect("it fits");
            "A-UNEXPLAINED"
        }
    };
    let added = total(lines).minus(before).expect("it fits");
    (cause, added)
}

fn total(lines: &[BilledLine]) -> Amount {
    lines.iter().fold(Amount::ZERO, |sum, line| {
        sum.plus(line.amount).expect("it fits")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn one_error_is_found_and_nothing_else_is_accused(
        seed in 1u64..u64::MAX,
        error in 0usize..=UNEXPLAINED,
        place in 0usize..1000,
        part in 100i64..900,
        shape in (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
    ) {
        let cells = bill(seed);
        let mut wrong = lines(&cells);
        let (lists_free, mut states_price, by_country, mut is_dated) = shape;
        // An amount that nothing explains can only be told from a wrong price where the price is stated.
        states_price |= error == UNEXPLAINED;
        is_dated |= error == REDATED;
        let shape = Shape { lists_free, states_price, by_country, is_dated };
        let right = case(&expected(&cells), &csv(&wrong, shape));
        right.finds(&[]);
        let (cause, added) = inject(&mut wrong, error, place, part);
        let result = case(&expected(&cells), &csv(&wrong, shape)).run();
        let mut found: Vec<&str> = result.differences.iter().filter_map(|row| row.cause).map(|cause| cause.name()).collect();
        found.sort_unstable();
        found.dedup();
        prop_assert_eq!(&found, &[cause], "{:#?}", result.differences.iter().filter(|row| row.cause.is_some()).collect::<Vec<_>>());
        prop_assert_eq!(result.bridges[0].difference, added);
    }

    #[test]
    fn two_errors_on_different_lines_are_both_found(
        seed in 1u64..u64::MAX,
        errors in (0usize..=UNEXPLAINED, 0usize..=UNEXPLAINED),
        part in (100i64..450, 451i64..900),
    ) {
        let cells = bill(seed);
        let mut wrong = lines(&cells);
        // One in each account, so that they never meet on a line.
        let half = wrong.len() / 2;
        let mut second = wrong.split_off(half);
        let (first_cause, first_added) = inject(&mut wrong, errors.0, seed as usize % 97, part.0);
        let (second_cause, second_added) = inject(&mut second, errors.1, seed as usize % 89, part.1);
        wrong.append(&mut second);
        let shape = Shape { lists_free: true, states_price: true, by_country: seed % 2 == 0, is_dated: true };
        let result = case(&expected(&cells), &csv(&wrong, shape)).run();
        let mut of_cause: BTreeMap<&str, Amount> = BTreeMap::new();
        for (cause, added) in [(first_cause, first_added), (second_cause, second_added)] {
            let sum = of_cause.entry(cause).or_default();
            *sum = sum.plus(added).expect("it fits");
        }
        let found: BTreeMap<&str, Amount> = result.bridges[0].steps.iter().map(|step| (step.cause.name(), step.amount)).collect();
        prop_assert_eq!(found, of_cause);
    }
}
