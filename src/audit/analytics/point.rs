//! One data point of an analytics answer.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    super::{
        InvoiceLine, Tier,
        error::{EvidenceError, Spot},
        invoice::number,
        line::{AMOUNT_MAX, DateBasis, LineKind, QUANTITY_MAX},
        words,
    },
    AnswerKind, decimal,
    json::Node,
};
use crate::{
    accounts::{AccountClock, Accounts},
    tariff::{Amount, Period},
    vocabulary::{ChargeCategory, Instant, LocalDate, PricingType},
};

/// A day has 23 hours or more, and no zone ever skipped more than that.
const DAY_SECONDS_MIN: i64 = 20 * 3_600;
const HALF_DAY_SECONDS: i64 = 43_200;
/// 2100-01-01: what lies beyond is milliseconds.
const SECONDS_MAX: i64 = 4_102_444_800;

/// Reads one point.
pub(super) struct PointReader<'a> {
    pub node: &'a Node,
    pub path: &'a str,
    pub file: &'a str,
    pub accounts: &'a Accounts,
}

impl PointReader<'_> {
    pub(super) fn line(
        &self,
        file: &Arc<str>,
        row: u64,
        account: Option<&Arc<str>>,
        kind: AnswerKind,
        notes: &mut BTreeSet<String>,
    ) -> Result<InvoiceLine, EvidenceError> {
        let (quantity_key, type_key, category_key) = match kind {
            AnswerKind::Conversation => {
                ("conversation", "conversation_type", "conversation_category")
            }
            AnswerKind::Pricing => ("volume", "pricing_type", "pricing_category"),
        };
        let (start, end) = (self.seconds("start")?, self.seconds("end")?);
        if end <= start {
            return Err(self.refuse(
                "end",
                format!("`{end}`, not after start `{start}`"),
                "an instant after `start`",
            ));
        }
        let business = self.text("phone_number")?.map(number);
        let owner = |business: &Arc<str>| {
            let at = Instant::from_seconds(start);
            self.accounts
                .account_of_number(business, Some(at))
                .map(Arc::from)
        };
        let account = account.cloned().or_else(|| owner(business.as_ref()?));
        let known = self
            .accounts
            .account(account.as_deref().unwrap_or_default());
        let (period, basis) = days(start, end, &known.clock);
        let pricing_type = self.word(
            type_key,
            words::pricing_type,
            PricingType::ALL.iter().map(|each| each.name()),
        )?;
        let category = self.category(category_key)?;
        let (amount, amount_digits) = self.cost()?;
        let is_free = pricing_type.is_some_and(|each| each != PricingType::Regular);
        let amount = match amount {
            Some(cost) if is_free && cost != Amount::ZERO => {
                notes.insert(format!(
                    "{}: data points of free types carry a cost; Meta does not bill them, so the cost is read as 0",
                    self.file
                ));
                Some(Amount::ZERO)
            }
            None if is_free => Some(Amount::ZERO),
            None => {
                notes.insert(format!(
                    "{}: data points without a cost (a partner is billed): only their quantities are tested",
                    self.file
                ));
                None
            }
            cost => cost,
        };
        if basis == DateBasis::Utc {
            notes.insert(format!(
                "{}: day buckets begin at midnight UTC, not at the account's: they are held against days in UTC",
                self.file
            ));
        }
        Ok(InvoiceLine {
            file: file.clone(),
            row,
            invoice_id: file.clone(),
            period: Some(period),
            basis,
            account,
            business,
            market: None,
            country: self.country()?,
            category,
            pricing_type,
            tier: self.tier()?,
            quantity: Some(self.quantity(quantity_key)?),
            unit_price: None,
            amount,
            amount_digits,
            currency: Some(*known.currency.on(period.from)),
            kind: LineKind::Usage,
        })
    }

    /// Whether its bucket is shorter than a day.
    pub(super) fn is_part_of_day(&self) -> bool {
        let bounds = self.seconds("start").ok().zip(self.seconds("end").ok());
        bounds.is_some_and(|(start, end)| end - start < DAY_SECONDS_MIN)
    }

    fn seconds(&self, key: &str) -> Result<i64, EvidenceError> {
        let expected = "an instant in seconds since 1970";
        let node = self.present(key, expected)?;
        node.scalar()
            .and_then(|text| text.parse::<i64>().ok())
            .filter(|seconds| (0..=SECONDS_MAX).contains(seconds))
            .ok_or_else(|| self.refuse(key, node.describe(), expected))
    }

    fn quantity(&self, key: &str) -> Result<i64, EvidenceError> {
        let expected = "a whole number that is not negative";
        let node = self.present(key, expected)?;
        let one = 10i128.pow(Amount::DIGITS);
        let number = node.scalar().and_then(|text| decimal::decimal(text).ok());
        number
            .filter(|number| number.units() % one == 0 && !number.is_negative())
            .and_then(|number| i64::try_from(number.units() / one).ok())
            .filter(|number| number.unsigned_abs() <= QUANTITY_MAX)
            .ok_or_else(|| self.refuse(key, node.describe(), expected))
    }

    fn cost(&self) -> Result<(Option<Amount>, u32), EvidenceError> {
        let Some(node) = self.node.get("cost") else {
            return Ok((None, 0));
        };
        let text = match node.scalar() {
            Some("") => return Ok((None, 0)),
            text => text,
        };
        text.and_then(|text| Some((decimal::decimal(text).ok()?, decimal::digits(text))))
            .filter(|(cost, _)| cost.abs() <= AMOUNT_MAX)
            .map(|(cost, digits)| (Some(cost), digits))
            .ok_or_else(|| {
                self.refuse(
                    "cost",
                    node.describe(),
                    "a decimal number or its text, without separators",
                )
            })
    }

    /// The category; before there were categories, who began the conversation.
    fn category(&self, key: &str) -> Result<Option<ChargeCategory>, EvidenceError> {
        let names = ChargeCategory::ALL.iter().map(|each| each.name());
        if let Some(category) = self.word(key, words::category, names)? {
            return Ok(Some(category));
        }
        let names = ["business_initiated", "user_initiated"];
        self.word("conversation_direction", words::category, names)
    }

    /// A word of a closed list; `UNKNOWN` states nothing.
    fn word<'n, T>(
        &self,
        key: &str,
        parse: impl Fn(&str) -> Option<T>,
        accepted: impl IntoIterator<Item = &'n str>,
    ) -> Result<Option<T>, EvidenceError> {
        match self.text(key)? {
            None => Ok(None),
            Some(word) if word.eq_ignore_ascii_case("unknown") => Ok(None),
            Some(word) => parse(word).map(Some).ok_or_else(|| {
                let accepted: Vec<String> = accepted.into_iter().map(str::to_uppercase).collect();
                self.refuse(
                    key,
                    format!("`{word}`"),
                    format!("one of {}", accepted.join(", ")),
                )
            }),
        }
    }

    fn country(&self) -> Result<Option<[u8; 2]>, EvidenceError> {
        let Some(text) = self.text("country")? else {
            return Ok(None);
        };
        if text.eq_ignore_ascii_case("unknown") {
            return Ok(None);
        }
        match text.to_ascii_uppercase().as_bytes() {
            &[first @ b'A'..=b'Z', second @ b'A'..=b'Z'] => Ok(Some([first, second])),
            _ => Err(self.refuse("country", format!("`{text}`"), "two letters of ISO 3166")),
        }
    }

    fn tier(&self) -> Result<Option<Tier>, EvidenceError> {
        let Some(text) = self.text("tier")? else {
            return Ok(None);
        };
        let tier = Tier::parse(text).ok_or_else(|| {
            self.refuse(
                "tier",
                format!("`{text}`"),
                "LOWER:UPPER such as 0:100000 or 50000001:MAX",
            )
        })?;
        Ok(Some(tier).filter(|tier| !tier.is_whole()))
    }

    /// A text or a number; none where it is absent, null or blank.
    fn text(&self, key: &str) -> Result<Option<&str>, EvidenceError> {
        let Some(node) = self.node.get(key) else {
            return Ok(None);
        };
        match node.scalar() {
            Some("") => Ok(None),
            Some(text) => Ok(Some(text)),
            None => Err(self.refuse(key, node.describe(), "a text")),
        }
    }

    fn present(&self, key: &str, expected: &str) -> Result<&Node, EvidenceError> {
        self.node
            .get(key)
            .ok_or_else(|| self.refuse(key, "nothing", expected))
    }

    fn refuse(
        &self,
        key: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> EvidenceError {
        let line = self.node.get(key).map_or(self.node.line, |node| node.line);
        let spot = Spot {
            file: self.file,
            line,
        };
        spot.refuse(
            format!("{}.{key}", self.path),
            found,
            expected,
            "ask the API again and save its answer unchanged",
        )
    }
}

/// The days of a bucket. A bucket of a day or more that begins at midnight UTC, while the account's clock
/// shows another hour, counts its days in UTC. A day is told by its noon: zones shift it by less than half.
fn days(start: i64, end: i64, clock: &AccountClock) -> (Period, DateBasis) {
    let local = |seconds: i64| clock.local_date(Instant::from_seconds(seconds));
    let utc = |seconds: i64| LocalDate::at_offset(Instant::from_seconds(seconds), 0);
    if end - start < DAY_SECONDS_MIN {
        let day = local(start);
        return (Period { from: day, to: day }, DateBasis::Local);
    }
    let is_local_midnight = clock.midnight(local(start)) == Instant::from_seconds(start);
    let is_utc = start % 86_400 == 0 && !is_local_midnight;
    let date = |seconds| if is_utc { utc(seconds) } else { local(seconds) };
    let from = date(start + HALF_DAY_SECONDS);
    let to = date(end - HALF_DAY_SECONDS).max(from);
    let basis = if is_utc {
        DateBasis::Utc
    } else {
        DateBasis::Local
    };
    (Period { from, to }, basis)
}
