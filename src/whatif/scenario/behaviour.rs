//! `[behaviour]`: when and whether messages are sent and answered.

use serde::Deserialize;

use super::words::TemplateCategoryWord;
use crate::vocabulary::named_enum;

/// When and whether messages are sent and answered. Parts apply in the order in which they stand here.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// Templates that repeat another are not sent.
    pub drop_duplicates: Option<Within>,
    /// Templates of a category become one a day.
    pub merge_templates: Option<Merge>,
    /// No customer gets more than so many templates of a category.
    pub frequency_cap: Option<Cap>,
    /// Customers are answered sooner.
    pub reply_faster: Option<Within>,
    /// Every click on an ad is answered.
    pub answer_clicks: Option<Within>,
    /// Utility templates wait for an open window.
    pub utility_in_window: Option<Wait>,
    /// Marketing templates wait for a free entry point.
    pub marketing_to_entry_points: Option<Wait>,
}

/// A number of minutes.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// How many.
    pub within_minutes: Minutes,
}

/// Templates of a category become one.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// The category.
    pub category: TemplateCategoryWord,
    /// In which span of time.
    #[serde(default)]
    pub within: MergeSpan,
}

named_enum! {
    /// In which span of time templates become one.
    #[derive(Default)]
    pub enum MergeSpan {
        /// A local day of the account.
        #[default]
        Day = "day",
    }
}

super::words::deserialize_listed!(MergeSpan, "span");

/// At most so many templates of a category.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// The category.
    pub category: TemplateCategoryWord,
    /// How many at most.
    pub messages_max: Limit<1_000>,
    /// In any so many times 24 hours.
    pub per_days: Limit<3_660>,
}

/// How long templates wait.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// So many hours at most.
    pub delay_hours_max: Limit<8_760>,
}

/// A whole number of minutes, at most those of a day.
pub type Minutes = Limit<1_440>;

/// A whole number from one to a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit<const MOST: i64>(pub i64);

impl<'de, const MOST: i64> Deserialize<'de> for Limit<MOST> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(deserializer)? {
            toml::Value::Integer(number) if (1..=MOST).contains(&number) => Ok(Self(number)),
            other => Err(serde::de::Error::custom(format!(
                "`{other}` is no whole number from 1 to {MOST}"
            ))),
        }
    }
}

impl Behaviour {
    /// Whether nothing is otherwise.
    pub fn is_empty(&self) -> bool {
        self.told().is_empty()
    }

    /// What is otherwise, one sentence each.
    pub fn changes(&self) -> Vec<String> {
        self.told().into_iter().map(|(change, _)| change).collect()
    }

    /// What is taken for granted, one sentence each.
    pub fn assumptions(&self) -> Vec<String> {
        let told = self.told().into_iter();
        told.map(|(_, assumption)| assumption.to_owned()).collect()
    }

    /// What each part changes, and what it takes for granted.
    fn told(&self) -> Vec<(String, &'static str)> {
        let mut told = Vec::new();
        if let Some(part) = self.drop_duplicates {
            told.push((
                format!(
                    "A template that repeats another to the same customer within {} minutes is not sent.",
                    part.within_minutes.0
                ),
                "Two templates repeat each other if they have the same category and the same registered name, or both \
                 none; customers act as if the first one had come alone.",
            ));
        }
        if let Some(part) = self.merge_templates {
            told.push((
                format!(
                    "A customer gets one {} template in a local day: the first one says all.",
                    part.category.0
                ),
                "The first template of a day can carry what later ones said; customers act as they did.",
            ));
        }
        if let Some(part) = self.frequency_cap {
            told.push((
                format!(
                    "A customer gets at most {} {} templates in any {} days.",
                    part.messages_max.0, part.category.0, part.per_days.0
                ),
                "Templates beyond the cap are not sent at all; customers write what they wrote, though some of it \
                 may have answered a template that is not sent.",
            ));
        }
        if let Some(part) = self.reply_faster {
            told.push((
                format!(
                    "The first free-form answer to a customer comes within {} minutes.",
                    part.within_minutes.0
                ),
                "What the business answers stays the same, and customers write when they wrote.",
            ));
        }
        if let Some(part) = self.answer_clicks {
            told.push((
                format!("Every click that can open a free entry point is answered within {} minutes.", part.within_minutes.0),
                "The first message of the business within 24 hours of a click is its answer and comes sooner; where \
                 there is none, a free-form answer is added.",
            ));
        }
        if let Some(part) = self.utility_in_window {
            told.push((
                format!(
                    "Utility templates outside the customer service window wait for it, up to {} hours.",
                    part.delay_hours_max.0
                ),
                "A template comes one minute after the customer's next message, if that comes in time, else when it \
                 came; the sender knows beforehand which.",
            ));
        }
        if let Some(part) = self.marketing_to_entry_points {
            told.push((
                format!(
                    "Marketing templates wait for the customer's next free entry point, up to {} hours.",
                    part.delay_hours_max.0
                ),
                "A template comes one minute after the answer that opens the entry point, if that comes in time, else \
                 when it came; customers click as they did.",
            ));
        }
        told
    }
}
