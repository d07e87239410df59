//! Reads and checks prices: `= RATE CURRENCY [card=DATE] [tier=LOW:HIGH] [market=NAME]`.

use super::{Bill, Case, Charge, Outcome, VolumeUsed, instant};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// What a charged row costs, as a case states it.
#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    /// `None`: the tariff has no rate for it.
    pub rate: Option<Decimal>,
    pub currency: String,
    /// The first day of the rate that was used; `Some(None)`: the price is on no card.
    pub card: Option<Option<NaiveDate>>,
    pub tier: Option<String>,
    pub market: Option<String>,
}

pub fn parse(words: &[&str]) -> Result<Price, String> {
    let [rate, currency, terms @ ..] = words else {
        return Err("a price reads `= RATE CURRENCY`".to_string());
    };
    let rate = match *rate {
        "unrated" => None,
        number => Some(decimal(number)?),
    };
    let mut price = Price {
        rate,
        currency: currency.to_string(),
        card: None,
        tier: None,
        market: None,
    };
    for term in terms {
        match term.split_once('=') {
            Some(("card", "none")) => price.card = Some(None),
            Some(("card", date)) => price.card = Some(Some(instant::date(date)?)),
            Some(("tier", tier)) if tier.contains(':') => price.tier = Some(tier.to_string()),
            Some(("market", name)) => price.market = Some(market(name)),
            _ => return Err(format!("`{term}` is no term of a price")),
        }
    }
    Ok(price)
}

pub fn decimal(text: &str) -> Result<Decimal, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no decimal number"))
}

/// Markets are written with `_` for spaces.
pub fn market(text: &str) -> String {
    text.replace('_', " ")
}

/// `volume_used OWNER MARKET CATEGORY MONTH COUNT`.
pub fn volume_used(words: &[&str]) -> Result<VolumeUsed, String> {
    let [owner, of_market, category, month, count] = words else {
        return Err("reads `volume_used OWNER MARKET CATEGORY MONTH COUNT`".to_string());
    };
    Ok(VolumeUsed {
        owner: owner.to_string(),
        market: market(of_market),
        category: category.to_string(),
        month: month.to_string(),
        count: count
            .parse()
            .map_err(|_| format!("`{count}` is no count"))?,
    })
}

/// `bill AMOUNT CURRENCY`.
pub fn bill(line: usize, words: &[&str]) -> Result<Bill, String> {
    let [amount, currency] = words else {
        return Err("reads `bill AMOUNT CURRENCY`".to_string());
    };
    Ok(Bill {
        line,
        currency: currency.to_string(),
        amount: decimal(amount)?,
    })
}

impl Case {
    fn charges(&self) -> impl Iterator<Item = (usize, &Charge)> {
        let messages = self.messages.iter();
        let of_messages = messages.filter_map(|message| match &message.outcome {
            Some(Outcome::Charge(charge)) => Some((message.line, charge)),
            _ => None,
        });
        let conversations = self.conversations.iter();
        let of_conversations = conversations
            .filter_map(|conversation| Some((conversation.line, conversation.charge.as_ref()?)));
        of_messages.chain(of_conversations)
    }

    /// Whether the case is about money: then `audit` runs it.
    pub fn is_priced(&self) -> bool {
        !self.bills.is_empty() || self.charges().any(|(_, charge)| charge.price.is_some())
    }

    /// Whether something of it has no rate: then the run ends with exit code 4.
    pub fn lacks_a_rate(&self) -> bool {
        let unrated = |charge: &Charge| charge.price.as_ref().is_some_and(|it| it.rate.is_none());
        self.charges().any(|(_, charge)| unrated(charge))
    }

    /// In a case about money every charge that is not free states its price, and no free one does.
    pub fn unpriced_line(&self) -> Option<usize> {
        let states_it =
            |charge: &Charge| charge.price.is_some() == (charge.pricing_type == "regular");
        let wrong = self.charges().find(|(_, charge)| !states_it(charge));
        wrong.filter(|_| self.is_priced()).map(|(line, _)| line)
    }
}
