//! What is wished of a wrong invoice: `[wrong_invoice]` of a scenario.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de::Error as _};

use crate::audit::Cause;
use crate::rulebook::nearest;
use crate::vocabulary::named_enum;

/// Which errors, how many of each, and on what kind of invoice.
///
/// ```
/// use counterfoil::simulate::wrong_invoice::Wish;
///
/// let wish: Wish = toml::from_str("seed = 7\nerrors = { A-RATE = 2, A-MARKET = 1 }")?;
/// assert_eq!(wish.errors.values().sum::<u32>(), 3);
/// let error = toml::from_str::<Wish>("errors = { A-RATES = 2 }").unwrap_err().to_string();
/// assert!(error.contains("`A-RATES` is no cause") && error.contains("`A-RATE`"), "{error}");
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wish {
    /// Another seed puts the errors on other lines.
    pub seed: u64,
    /// Which columns the invoice has.
    pub grain: Grain,
    /// How many errors of each cause; none of those that are not named.
    #[serde(deserialize_with = "causes")]
    pub errors: BTreeMap<Cause, u32>,
}

named_enum! {
    /// A column that an invoice may have or lack. It always has month, quantity, price, amount and currency.
    pub enum Column {
        /// The account.
        Account = "account",
        /// The business number.
        Business = "business",
        /// The market.
        Market = "market",
        /// The category.
        Category = "category",
        /// The pricing type; with it the invoice lists free units, too.
        PricingType = "pricing_type",
        /// The volume tier.
        Tier = "tier",
    }
}

/// The columns of an invoice: it is summed over all others. As a list of names; all of them by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grain(Vec<Column>);

impl Grain {
    /// The invoice with these columns.
    ///
    /// # Errors
    /// If it has tiers but not what tells whose they are: free units have none, and each market has its own.
    pub fn new(columns: &[Column]) -> Result<Self, String> {
        let has = |column: &Column| columns.contains(column);
        let needed = [Column::Market, Column::Category, Column::PricingType];
        if let (true, Some(missing)) = (
            has(&Column::Tier),
            needed.iter().find(|column| !has(column)),
        ) {
            return Err(format!(
                "an invoice with the column `tier` needs `{missing}` as well"
            ));
        }
        Ok(Self(columns.to_vec()))
    }

    /// Whether the invoice has a column.
    pub fn has(&self, column: Column) -> bool {
        self.0.contains(&column)
    }
}

impl Default for Grain {
    fn default() -> Self {
        Self(Column::ALL.to_vec())
    }
}

impl<'de> Deserialize<'de> for Grain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        let known: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
        let columns: Result<Vec<Column>, D::Error> = names
            .iter()
            .map(|name| {
                Column::parse(name.as_bytes())
                    .ok_or_else(|| D::Error::custom(unknown(name, "column of `grain`", &known)))
            })
            .collect();
        Self::new(&columns?).map_err(D::Error::custom)
    }
}

fn causes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Cause, u32>, D::Error> {
    let named = BTreeMap::<String, u32>::deserialize(deserializer)?;
    let known: Vec<&str> = Cause::ALL.iter().map(|cause| cause.name()).collect();
    let mut wished: BTreeMap<Cause, u32> = BTreeMap::new();
    for (name, count) in named {
        let cause = Cause::parse(name.as_bytes())
            .ok_or_else(|| D::Error::custom(unknown(&name, "cause", &known)))?;
        if wished.insert(cause, count).is_some() {
            return Err(D::Error::custom(format!("`{cause}` is wished for twice")));
        }
    }
    Ok(wished)
}

fn unknown(name: &str, what: &str, known: &[&str]) -> String {
    let near = nearest(name, known.iter().copied())
        .map(|name| format!("; nearest is `{name}`"))
        .unwrap_or_default();
    format!(
        "`{name}` is no {what}: expected one of {}{near}",
        known.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        toml::from_str::<Wish>(text).unwrap_err().to_string()
    }

    #[test]
    fn a_wish_is_read() {
        let text = "seed = 3\ngrain = ['account', 'market']\n[errors]\nA-RATE = 2\na_tax = 1";
        let wish: Wish = toml::from_str(text).unwrap();
        assert_eq!(wish.seed, 3);
        assert!(wish.grain.has(Column::Market) && !wish.grain.has(Column::Category));
        let errors = BTreeMap::from([(Cause::Rate, 2), (Cause::Tax, 1)]);
        assert_eq!(wish.errors, errors);
        assert_eq!(toml::from_str::<Wish>("").unwrap(), Wish::default());
    }

    #[test]
    fn what_is_unknown_is_refused() {
        assert!(refused("grain = ['markets']").contains("nearest is `market`"));
        assert!(refused("grain = ['market', 'tier']").contains("needs `category` as well"));
        assert!(refused("[errors]\nA-RATE = 1\na_rate = 1").contains("twice"));
        assert!(refused("[errors]\nA-RATE = -1").contains("A-RATE"));
        assert!(refused("sed = 1").contains("unknown field"));
    }
}
