//! A price, shared by all charges that have it.

use hashbrown::HashMap;

use crate::tariff::{
    Amount, CardId, Confidence, Ladder, LadderKey, MarketId, Rate, Step, Tariff, Unrated,
};
use crate::vocabulary::{ChargeState, Currency, LocalDate, named_enum};

/// Stands for a price within one run; it never decides an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PriceCode(u32);

impl PriceCode {
    /// Not priced yet: the rank in the month decides.
    pub(super) const PENDING: Self = Self(u32::MAX);

    pub(super) fn new(place: usize) -> Self {
        // A run has fewer prices than charges.
        Self(place as u32)
    }

    /// Its place among the prices.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The label of a ladder's step; steps of different ladders share labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TierCode(u32);

impl TierCode {
    pub(super) fn new(place: usize) -> Self {
        Self(place as u32)
    }

    /// Its place among the labels.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

named_enum! {
    /// What a rate rests on.
    pub enum Support {
        /// Two or more public copies of Meta's card agree.
        Confirmed = "confirmed",
        /// One public copy.
        SingleSource = "single_source",
        /// Meta's own file or page.
        Official = "official",
        /// The user's own card.
        Own = "own_card",
        /// Meta's cost mark on the message (K-1, X-3).
        CostMark = "cost_mark",
        /// The bid of a max-price message.
        Bid = "bid",
    }
}

impl Support {
    fn of(confidence: Confidence, is_own: bool) -> Self {
        match confidence {
            _ if is_own => Self::Own,
            Confidence::Confirmed => Self::Confirmed,
            Confidence::SingleSource => Self::SingleSource,
            Confidence::Official => Self::Official,
        }
    }
}

/// What a unit costs, and why.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Price {
    /// The customer's market (K-1).
    pub market: MarketId,
    /// What the account bills in.
    pub currency: Currency,
    /// Rated, free or unrated.
    pub state: ChargeState,
    /// The price of one unit, where it is rated.
    pub rate: Option<Amount>,
    /// The card it stands on, where a card decided.
    pub card: Option<CardId>,
    /// The step it falls in, where the cell has a ladder.
    pub tier: Option<TierCode>,
    /// What the rate rests on, where it is rated.
    pub support: Option<Support>,
    /// The category has volume tiers, but no ladder is known: estimated at list.
    pub lacks_ladder: bool,
    /// The business bid a maximum price: the charge is at most the rate.
    pub is_bounded: bool,
    /// List rate and lowest rate of the ladder that it stands on (S-23: what unknown volume can change).
    pub list_to_best: Option<(Amount, Amount)>,
    /// The day whose card was taken because the model has none on the real one (R-1, a forced regime).
    pub nearest_card: Option<LocalDate>,
    /// What is missing, where it is unrated.
    pub unrated: Option<Unrated>,
}

impl Price {
    /// What costs nothing by rule.
    pub fn free(market: MarketId, currency: Currency) -> Self {
        Self {
            market,
            currency,
            state: ChargeState::Free,
            rate: None,
            card: None,
            tier: None,
            support: None,
            lacks_ladder: false,
            is_bounded: false,
            list_to_best: None,
            nearest_card: None,
            unrated: None,
        }
    }

    /// What costs something, in a run that was not asked for prices.
    pub fn unpriced(market: MarketId, currency: Currency) -> Self {
        Self {
            state: ChargeState::Unpriced,
            ..Self::free(market, currency)
        }
    }

    /// A list rate, or what is missing.
    pub fn list(market: MarketId, currency: Currency, rate: Result<&Rate, Unrated>) -> Self {
        match rate {
            Ok(rate) => Self {
                state: ChargeState::Rated,
                rate: Some(rate.amount),
                card: Some(rate.card),
                support: Some(Support::of(rate.confidence, rate.is_own)),
                ..Self::free(market, currency)
            },
            Err(unrated) => Self {
                state: ChargeState::Unrated,
                unrated: Some(unrated),
                ..Self::free(market, currency)
            },
        }
    }

    /// A figure that stands on the message itself.
    pub fn stated(market: MarketId, currency: Currency, rate: Amount, support: Support) -> Self {
        Self {
            state: ChargeState::Rated,
            rate: Some(rate),
            support: Some(support),
            ..Self::free(market, currency)
        }
    }

    /// A step of a ladder; the card is that of the list rate which the step is a discount on.
    pub fn step(ladder: &Ladder, step: &Step, rate: Amount, tier: TierCode, list: &Self) -> Self {
        Self {
            state: ChargeState::Rated,
            rate: Some(rate),
            card: list.card,
            tier: Some(tier),
            support: Some(Support::of(step.confidence, ladder.is_own)),
            list_to_best: list
                .rate
                .zip(ladder.steps.iter().filter_map(|step| step.rate).min()),
            nearest_card: list.nearest_card,
            ..Self::free(list.market, list.currency)
        }
    }

    /// What one unit comes to; none where that is not known.
    pub fn amount(&self) -> Option<Amount> {
        match self.state {
            ChargeState::Free => Some(Amount::ZERO),
            ChargeState::Rated => self.rate,
            ChargeState::Unrated | ChargeState::Unpriced => None,
        }
    }
}

/// Gives prices their codes.
pub struct PriceBook {
    prices: Vec<Price>,
    codes: HashMap<Price, PriceCode>,
    /// The code of the label of each step, by ladder.
    tiers: HashMap<LadderKey, Vec<TierCode>>,
    labels: Vec<String>,
}

impl PriceBook {
    /// No prices yet; the steps of every ladder have codes.
    pub fn new(tariff: &Tariff) -> Self {
        let mut labels: Vec<String> = tariff
            .ladders
            .iter()
            .flat_map(|ladder| &ladder.steps)
            .map(|step| step.label.clone())
            .collect();
        labels.sort_unstable();
        labels.dedup();
        let code = |step: &Step| {
            let place = labels.binary_search(&step.label).unwrap_or_default();
            TierCode(place as u32)
        };
        let of_ladder = |ladder: &Ladder| (ladder.key, ladder.steps.iter().map(code).collect());
        Self {
            prices: Vec::new(),
            codes: HashMap::new(),
            tiers: tariff.ladders.iter().map(of_ladder).collect(),
            labels,
        }
    }

    /// The code of a price.
    pub fn code(&mut self, price: Price) -> PriceCode {
        if let Some(&code) = self.codes.get(&price) {
            return code;
        }
        let code = PriceCode(self.prices.len() as u32);
        self.prices.push(price.clone());
        self.codes.insert(price, code);
        code
    }

    /// The code of a step of one of the tariff's ladders.
    pub fn tier(&self, ladder: &Ladder, step: &Step) -> TierCode {
        let place = ladder.steps.partition_point(|other| other.from < step.from);
        self.tiers[&ladder.key][place]
    }

    /// Prices by code, and labels of steps by code.
    pub fn into_prices(self) -> (Vec<Price>, Vec<String>) {
        (self.prices, self.labels)
    }
}
