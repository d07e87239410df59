//! An invoice with known errors, for those who want to see whether an audit finds them.
//!
//! ```text
//!  lines of a run ─▶ rows of the right invoice ─▶ errors, each on lines of its own ─▶ invoice.csv
//!  groups, tariff      what each could be           (moved, repriced, unlike)         errors.csv
//! ```
//!
//! The right invoice has a line for each cell of the run at the wished grain, one invoice for each month, and a
//! tax line for each account that states a rate. Held against the log it shows no difference. Then errors are put
//! in, as many of each cause as are wished for, on lines that the seed chooses.
//!
//! # Where an error may stand
//!
//! An audit says what the evidence supports. So that each error has one reading only, and none hides another:
//!
//! 1. A line carries at most one error. Both ends of a move are lines of that error.
//! 2. Two errors that change how many units are billed stand *apart*: on other accounts or numbers, or on lines that
//!    differ in at least two of category or pricing type, market, month and currency. Five units too many in
//!    one market and five too few in another would otherwise be one move, A-MARKET.
//! 3. Units are too many or too few only where nothing else could account for them: Meta's own marks price no unit of
//!    the line otherwise, no free unit stands unlisted in its cell (unless those are billed, A-BILLED-FREE), and no
//!    other calendar puts units into its month or out of it (A-QUANTITY; late deliveries are A-PERIOD themselves).
//! 4. A wrong price is one that no card and no ladder knows, or the cell's own on another card (A-RATE), or that of
//!    another step of the cell's own ladder (A-TIER). An unexplained amount is too large for any rounding.
//! 5. A line that is left out, or goes to another month or currency as a whole, leaves a cell that no other line
//!    covers and an invoice that is still one for its account and month; where it goes, nothing is billed.
//! 6. Each error changes the rounded amount of a charged line. Lines with a unit that has no rate, or in a month that
//!    the log does not hold, have none.
//!
//! What finds no such line is not put in, and said so. These rules never look at what the audit makes of the
//! invoice: that it finds exactly these errors is for tests to show.

mod draft;
mod lines;
mod moved;
mod random;
mod repriced;
mod row;
mod tax;
mod unlike;
mod wish;
mod write;

use std::collections::BTreeMap;

use crate::audit::{Cause, ExpectedGroup};
use crate::pricing::Line;
use crate::tariff::{Amount, Period, Rounding, RoundingDigits, Tariff};
use crate::vocabulary::Currency;
use draft::Draft;
use random::Random;

pub use lines::InvoiceRow;
pub use row::RowKey;
pub use tax::TaxKey;
pub use wish::{Column, Grain, Wish};
pub use write::{ERROR_COLUMNS, errors_csv, invoice_csv};

/// What is true, and by which rules a line is formed.
#[derive(Clone, Copy, Debug)]
pub struct Truth<'a> {
    /// The lines of the run, all months.
    pub lines: &'a [Line],
    /// The same charges by day and mark: what else could account for an error.
    pub groups: &'a [ExpectedGroup],
    /// The cards and ladders that priced them.
    pub tariff: &'a Tariff,
    /// The days that the log holds; none where all.
    pub covered: Option<Period>,
    /// The tax rate of each account that states one, as a fraction.
    pub tax_rates: &'a BTreeMap<String, Amount>,
    /// S-34 `rounding`.
    pub rounding: Rounding,
    /// S-34 `rounding_digits`.
    pub rounding_digits: RoundingDigits,
}

impl Truth<'_> {
    /// An amount as a line of an invoice shows it.
    fn rounded(&self, amount: Amount, currency: Currency) -> Amount {
        amount.rounded_for(self.rounding, self.rounding_digits, currency)
    }

    /// How many digits a line shows after the point.
    fn digits(&self, currency: Currency) -> u32 {
        match self.rounding_digits {
            RoundingDigits::Currency => currency.digits(),
            RoundingDigits::Digits(digits) => digits,
        }
    }

    /// The least that a line can be wrong by.
    fn smallest(&self, currency: Currency) -> Amount {
        Amount::from_units(10i128.pow(Amount::DIGITS.saturating_sub(self.digits(currency))))
    }

    /// What units at a price come to on a line.
    fn money(&self, price: Amount, quantity: i64, currency: Currency) -> Option<Amount> {
        let exact = price.times(u64::try_from(quantity).ok()?)?;
        Some(self.rounded(exact, currency))
    }
}

/// An invoice, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongInvoice {
    /// The lines, in the order of the file.
    pub rows: Vec<InvoiceRow>,
    /// The errors, in the order of their lines.
    pub errors: Vec<InjectedError>,
    /// What was wished for and found no place.
    pub could_not: Vec<CouldNot>,
}

/// An error that was put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InjectedError {
    /// What an audit should say.
    pub cause: Cause,
    /// The lines that it makes wrong, and by how much.
    pub parts: Vec<Part>,
    /// What was done, in a sentence.
    pub text: String,
}

/// A line that an error makes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The line of the file, the header being 1; none where the invoice has lost the line.
    pub line: Option<u64>,
    /// What the line states, or would.
    pub stated: Stated,
    /// Billed units minus right ones.
    pub quantity: i64,
    /// Billed amount minus the right one.
    pub amount: Amount,
}

/// What a line is for: the cell it bills, or a tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stated {
    /// Units of a cell.
    Usage(RowKey),
    /// A tax on what the invoice charges.
    Tax(TaxKey),
}

/// Errors that were wished for and could not be put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouldNot {
    /// Their cause.
    pub cause: Cause,
    /// How many.
    pub count: u32,
    /// What they would have needed.
    pub why: &'static str,
}

/// Why no invoice can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the lines of the run come to more than an amount can hold, or name a market that the tariff lacks"
)]
pub struct MakeError;

/// The order in which causes choose their lines: those that need the rarest come first.
const ORDER: [Cause; 12] = [
    Cause::Tier,
    Cause::Period,
    Cause::Currency,
    Cause::Market,
    Cause::Category,
    Cause::BilledFree,
    Cause::FreeBilled,
    Cause::Quantity,
    Cause::Rate,
    Cause::Unexplained,
    Cause::Rounding,
    Cause::Duplicate,
];

/// Makes the invoice.
///
/// # Errors
/// If the lines of the run are no lines of an invoice.
pub fn make(truth: &Truth<'_>, wish: &Wish) -> Result<WrongInvoice, MakeError> {
    let rows = row::rows(truth, &wish.grain).ok_or(MakeError)?;
    let mut draft = Draft::new(truth, rows);
    let mut random = Random::seeded(wish.seed);
    let mut could_not = Vec::new();
    let wished = |cause: Cause| wish.errors.get(&cause).copied().unwrap_or(0);
    for cause in ORDER {
        let count = (0..wished(cause)).find(|_| !draft.put(cause, &mut random));
        could_not.extend(count.map(|placed| CouldNot {
            cause,
            count: wished(cause) - placed,
            why: needs(cause),
        }));
    }
    let (mut rows, mut errors) = lines::lines(truth, draft);
    let taxes = tax::add(
        truth,
        &wish.grain,
        wished(Cause::Tax),
        &mut rows,
        &mut random,
    );
    errors.extend(taxes.ok_or(MakeError)?);
    let taxed = errors.iter().filter(|error| error.cause == Cause::Tax);
    let untaxed = wished(Cause::Tax) - taxed.count() as u32;
    could_not.extend((untaxed > 0).then_some(CouldNot {
        cause: Cause::Tax,
        count: untaxed,
        why: needs(Cause::Tax),
    }));
    let first_line = |error: &InjectedError| error.parts.iter().filter_map(|part| part.line).min();
    errors.sort_by_key(|error| (first_line(error), error.cause));
    Ok(WrongInvoice {
        rows,
        errors,
        could_not,
    })
}

/// What an error of a cause needs.
const fn needs(cause: Cause) -> &'static str {
    match cause {
        Cause::Duplicate | Cause::Rate | Cause::Rounding | Cause::Unexplained => {
            "it needs a line of its own with units at one price"
        }
        Cause::BilledFree => "it needs a line with free units, or one that leaves them out",
        Cause::FreeBilled => "it needs a line of its own with charged units at one price",
        Cause::Category => "it needs two lines at one price each that differ in the category only",
        Cause::Market => "it needs two lines at one price each that differ in the market only",
        Cause::Tier => {
            "it needs a line of a category with volume tiers, large enough that another tier's price shows"
        }
        Cause::Period => {
            "it needs late deliveries, two lines that differ in the month only, or an invoice that can spare a line"
        }
        Cause::Quantity => {
            "it needs a line with units at one price, apart from other wrong numbers of units"
        }
        Cause::Currency => {
            "it needs a line with units at one price, apart from other wrong lines, and a currency that nothing is billed in"
        }
        Cause::Tax => "it needs an account that states a tax_rate, and is charged something",
    }
}
