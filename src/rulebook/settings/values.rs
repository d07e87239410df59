//! The closed lists of values a setting can take, each a type.

use std::fmt;

use crate::vocabulary::{EntryPoint, TemplateCategory, named_enum};

named_enum! {
    /// S-01: which instant meets the midnights of T-2.
    pub enum CutoverBasis {
        /// The opening under CBP, the delivery under PMP.
        Regime = "regime",
        /// The sending.
        Send = "send",
        /// The delivery.
        Delivery = "delivery",
    }
}

named_enum! {
    /// S-04: whether a message that is only known as sent counts as delivered (D-3).
    pub enum AssumeSentIsDelivered {
        /// Only in a log that knows no later status at all.
        Auto = "auto",
        /// Always.
        On = "on" | "yes" | "true",
        /// Never.
        Off = "off" | "no" | "false",
    }
}

named_enum! {
    /// S-05 and S-07: the instant of a message that is looked at.
    pub enum MessageInstant {
        /// Its delivery.
        Delivery = "delivery",
        /// Its sending.
        Send = "send",
    }
}

named_enum! {
    /// S-06: the first source asked for a template's category (D-7).
    pub enum CategoryBasis {
        /// Meta's mark on the message.
        Mark = "mark",
        /// The template registry.
        Registry = "registry",
        /// The log's own column.
        Log = "log",
    }
}

named_enum! {
    /// S-10: what the length of a free entry point counts from (F-4).
    pub enum EntryPointStart {
        /// CBP: the delivery of the answer; PMP: its sending.
        Regime = "regime",
        /// The delivery of the answer.
        Delivery = "delivery",
        /// The sending of the answer.
        Send = "send",
    }
}

named_enum! {
    /// S-11: which inbound kinds refresh the customer service window (W-1).
    pub enum WindowRefreshingTypes {
        /// Everything but system messages.
        AllButSystem = "all_but_system",
        /// Neither reactions nor calls either.
        MessagesOnly = "messages_only",
    }
}

named_enum! {
    /// S-14: what a click inside an open free entry point does (F-7).
    pub enum ClickInsideEntryPoint {
        /// It arms the pair for an answer sent at or after the end.
        ArmsForAfter = "arms_for_after",
        /// Nothing.
        Ignored = "ignored",
    }
}

named_enum! {
    /// S-16: which conversations keep covering after the switch of 2025-07-01 (P25-5).
    pub enum CarryOver2025 {
        /// Utility conversations.
        Utility = "utility",
        /// All of them, on their own terms.
        All = "all",
        /// None.
        None = "none",
    }
}

named_enum! {
    /// S-18: on what the allowance of service messages is counted (P26-2).
    pub enum ServiceAllowanceScope {
        /// The business number.
        Number = "number",
        /// The account.
        Account = "account",
    }
}

named_enum! {
    /// S-21 and S-24: a plain question.
    pub enum YesNo {
        /// No.
        No = "no" | "off" | "false",
        /// Yes.
        Yes = "yes" | "on" | "true",
    }
}

impl YesNo {
    /// Whether it is yes.
    pub const fn is_yes(self) -> bool {
        matches!(self, Self::Yes)
    }
}

named_enum! {
    /// S-26: the market of the United States' territories with area codes of their own (K-2).
    pub enum MarketUsTerritories {
        /// Other.
        Other = "other",
        /// North America.
        NorthAmerica = "north_america",
    }
}

named_enum! {
    /// S-27: the market of Kazakhstan while Meta did not list it (K-3).
    pub enum MarketKazakhstan {
        /// Other.
        Other = "other",
        /// Russia.
        Russia = "russia",
        /// Rest of Central & Eastern Europe.
        RestOfCee = "rest_of_cee",
    }
}

named_enum! {
    /// S-28: the market of territories that share a code with their parent (K-4).
    pub enum MarketSharedCodes {
        /// The parent's.
        Parent = "parent",
        /// Other.
        Other = "other",
    }
}

named_enum! {
    /// S-30: what a marketing template to a group inside the window costs (X-4).
    pub enum GroupMarketingInWindow {
        /// The marketing rate.
        Charged = "charged",
        /// Nothing.
        Free = "free",
    }
}

named_enum! {
    /// S-33: what a message with a maximum price is taken to cost (X-3).
    pub enum MaxPriceBasis {
        /// Meta's cost mark where there is one.
        Mark = "mark",
        /// The list rate.
        List = "list",
        /// The bid.
        Bid = "bid",
    }
}

named_enum! {
    /// S-34: how an invoice line is rounded (R-4).
    pub enum Rounding {
        /// Halves away from zero.
        HalfUp = "half_up",
        /// Halves to the even digit.
        HalfEven = "half_even",
        /// Not at all.
        None = "none",
    }
}

named_enum! {
    /// S-37: whether Meta's marks are input or only evidence.
    pub enum Trust {
        /// F-1, F-3, F-4 and D-7 take them as input.
        Marks = "marks",
        /// The log alone decides.
        Log = "log",
    }
}

named_enum! {
    /// What a message is whose log has no template mark, so that its kind is inferred (W-2).
    pub enum InferredTemplate {
        /// A template where no customer service window is open, free-form inside one.
        Window = "window",
        /// Always a template.
        Always = "always",
        /// Never a template.
        Never = "never",
    }
}

named_enum! {
    /// What category a template has whose log names none, so that it is inferred (D-7).
    pub enum InferredCategory {
        /// The one that the map's rule has written into the row.
        Map = "map",
        /// Marketing.
        Marketing = "marketing",
        /// Utility.
        Utility = "utility",
        /// Authentication.
        Authentication = "authentication",
    }
}

impl InferredCategory {
    /// The category that stands in for the row's; none where the row's own counts.
    pub const fn replacement(self) -> Option<TemplateCategory> {
        match self {
            Self::Map => None,
            Self::Marketing => Some(TemplateCategory::Marketing),
            Self::Utility => Some(TemplateCategory::Utility),
            Self::Authentication => Some(TemplateCategory::Authentication),
        }
    }
}

/// S-34: how many digits an invoice line keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundingDigits {
    /// As many as the currency has.
    Currency,
    /// This many.
    Digits(u32),
}

impl fmt::Display for RoundingDigits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Currency => formatter.write_str("currency"),
            Self::Digits(digits) => write!(formatter, "{digits}"),
        }
    }
}

/// S-12: the entry points that arm a pair (F-1).
///
/// ```
/// use counterfoil::rulebook::settings::EntryPointSources;
/// use counterfoil::vocabulary::EntryPoint;
///
/// let sources = EntryPointSources::default();
/// assert!(sources.contains(EntryPoint::Ad) && !sources.contains(EntryPoint::Post));
/// assert_eq!(sources.to_string(), "ad,page_cta");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryPointSources(u8);

impl EntryPointSources {
    /// Whether this entry point qualifies.
    #[inline]
    pub const fn contains(self, entry_point: EntryPoint) -> bool {
        self.0 & (1 << entry_point as u8) != 0
    }

    /// Reads a list such as `ad,post`; at least one, or the word that is no entry point.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut set = 0;
        for word in text
            .split([',', ' ', '+'])
            .map(str::trim)
            .filter(|word| !word.is_empty())
        {
            let entry_point = EntryPoint::parse(word.as_bytes()).ok_or_else(|| word.to_owned())?;
            set |= 1 << entry_point as u8;
        }
        if set == 0 {
            Err(text.to_owned())
        } else {
            Ok(Self(set))
        }
    }
}

impl Default for EntryPointSources {
    /// Ads and the Page button.
    fn default() -> Self {
        Self(1 << EntryPoint::Ad as u8 | 1 << EntryPoint::PageCta as u8)
    }
}

impl fmt::Display for EntryPointSources {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = EntryPoint::ALL
            .iter()
            .filter(|&&each| self.contains(each))
            .map(|each| each.name())
            .collect();
        formatter.write_str(&names.join(","))
    }
}
