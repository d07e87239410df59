//! What a chargeable unit is, what it costs in kind, and which rule says so.

use super::{ConversationCategory, TemplateCategory, named_enum};

named_enum! {
    /// What is charged.
    pub enum ChargeUnit {
        /// An opened conversation (CBP).
        Conversation = "conversation",
        /// A delivered business message (PMP).
        Message = "message",
    }
}

named_enum! {
    /// How a unit is priced, in Meta's words.
    pub enum PricingType {
        /// At a rate.
        Regular = "regular",
        /// Free as one of the month's first conversations (C22-3, C23-6).
        FreeTier = "free_tier",
        /// Free as customer service.
        FreeCustomerService = "free_customer_service",
        /// Free inside a free entry point.
        FreeEntryPoint = "free_entry_point",
        /// Paid with the conversation it belongs to.
        Covered = "covered",
    }
}

named_enum! {
    /// Whether a charge has an amount.
    pub enum ChargeState {
        /// Priced from a card.
        Rated = "rated",
        /// Costs nothing by rule.
        Free = "free",
        /// Chargeable, but the card has no rate for it.
        Unrated = "unrated",
        /// Chargeable; the run was not asked for prices.
        Unpriced = "unpriced",
    }
}

named_enum! {
    /// The category of a charge: a conversation's category, or that of a message.
    pub enum ChargeCategory {
        /// Marketing template or conversation.
        Marketing = "marketing",
        /// Marketing Messages API.
        MarketingLite = "marketing_lite",
        /// Utility template or conversation.
        Utility = "utility",
        /// Authentication template or conversation.
        Authentication = "authentication",
        /// Authentication template to a listed market from abroad.
        AuthenticationInternational = "authentication_international",
        /// Free-form message or service conversation.
        Service = "service",
        /// Free-form message of a declared AI provider.
        GeneralPurposeAi = "general_purpose_ai",
        /// Free entry point conversation.
        FreeEntryPoint = "free_entry_point",
        /// First conversation pricing, inside the customer service window.
        UserInitiated = "user_initiated",
        /// First conversation pricing, outside of it.
        BusinessInitiated = "business_initiated",
    }
}

impl ChargeCategory {
    /// Whether volume tiers count it.
    pub fn has_tiers(self) -> bool {
        matches!(
            self,
            Self::Utility | Self::Authentication | Self::AuthenticationInternational
        )
    }
}

impl From<TemplateCategory> for ChargeCategory {
    fn from(category: TemplateCategory) -> Self {
        match category {
            TemplateCategory::Marketing => Self::Marketing,
            TemplateCategory::Utility => Self::Utility,
            TemplateCategory::Authentication => Self::Authentication,
            TemplateCategory::MarketingLite => Self::MarketingLite,
        }
    }
}

impl From<ConversationCategory> for ChargeCategory {
    fn from(category: ConversationCategory) -> Self {
        match category {
            ConversationCategory::Marketing => Self::Marketing,
            ConversationCategory::Utility => Self::Utility,
            ConversationCategory::Authentication => Self::Authentication,
            ConversationCategory::Service => Self::Service,
            ConversationCategory::FreeEntryPoint => Self::FreeEntryPoint,
            ConversationCategory::UserInitiated => Self::UserInitiated,
            ConversationCategory::BusinessInitiated => Self::BusinessInitiated,
        }
    }
}

named_enum! {
    /// The rule that decided an output row; the names are the ids of the rulebook.
    pub enum Rule {
        /// A free entry point opens.
        F3 = "F-3",
        /// A free entry point under conversation-based pricing is free.
        F6 = "F-6",
        /// Covered by a conversation of the first conversation pricing.
        C22_1 = "C22-1",
        /// A conversation of the first conversation pricing opens.
        C22_2 = "C22-2",
        /// One of the account's first conversations of the month.
        C22_3 = "C22-3",
        /// Beyond them.
        C22_5 = "C22-5",
        /// A template opens its category.
        C23_1 = "C23-1",
        /// A free-form message opens a service conversation.
        C23_2 = "C23-2",
        /// One charge per opened template conversation.
        C23_5 = "C23-5",
        /// Service conversations.
        C23_6 = "C23-6",
        /// A reaction under per-message pricing.
        D6 = "D-6",
        /// Inside a free entry point.
        P25_1 = "P25-1",
        /// Free-form is free.
        P25_2 = "P25-2",
        /// Utility in the customer service window is free.
        P25_3 = "P25-3",
        /// Any other template.
        P25_4 = "P25-4",
        /// Covered by a conversation that runs over the switch.
        P25_5 = "P25-5",
        /// Inside a free entry point.
        P26_1 = "P26-1",
        /// Service messages, free and beyond the allowance.
        P26_2 = "P26-2",
        /// Utility templates.
        P26_3 = "P26-3",
        /// Marketing and authentication templates.
        P26_4 = "P26-4",
        /// Exempt organisations.
        P26_5 = "P26-5",
        /// Free-form of a declared AI provider.
        X5 = "X-5",
    }
}
