//! What a conversation is, under which regime, and how it ended.

use super::{TemplateCategory, named_enum};

named_enum! {
    /// A pricing regime of the rulebook.
    pub enum Regime {
        /// The first conversation pricing (section 7 of the rules).
        Cbp2022 = "cbp-2022",
        /// Conversation-based pricing by category (section 6).
        Cbp2023 = "cbp-2023",
        /// Per-message pricing (section 8).
        Pmp2025 = "pmp-2025",
        /// Per-message pricing with charged service (section 9).
        Pmp2026 = "pmp-2026",
    }
}

impl Regime {
    /// Whether messages are priced one by one (PMP) rather than by conversation (CBP).
    pub const fn is_per_message(self) -> bool {
        matches!(self, Self::Pmp2025 | Self::Pmp2026)
    }
}

named_enum! {
    /// The category of a conversation.
    pub enum ConversationCategory {
        /// Opened by a marketing template (C23-1).
        Marketing = "marketing",
        /// Opened by a utility template (C23-1).
        Utility = "utility",
        /// Opened by an authentication template (C23-1).
        Authentication = "authentication",
        /// Opened by a free-form message in the customer service window (C23-2).
        Service = "service",
        /// The free period after an answered ad or Page-button click (F-3).
        FreeEntryPoint = "free_entry_point",
        /// First conversation pricing, inside the customer service window (C22-2).
        UserInitiated = "user_initiated",
        /// First conversation pricing, outside of it (C22-2).
        BusinessInitiated = "business_initiated",
    }
}

impl From<TemplateCategory> for ConversationCategory {
    /// The conversation that a template of this category opens (C23-1, `marketing_lite` is marketing).
    fn from(category: TemplateCategory) -> Self {
        match category {
            TemplateCategory::Marketing | TemplateCategory::MarketingLite => Self::Marketing,
            TemplateCategory::Utility => Self::Utility,
            TemplateCategory::Authentication => Self::Authentication,
        }
    }
}

named_enum! {
    /// Why a conversation is no longer open, or that it still was when the log ended.
    pub enum CloseReason {
        /// Its fixed length ran out (C23-4).
        Expired = "expired",
        /// A free entry point opened and closed it (F-5).
        EntryPointOpened = "entry_point_opened",
        /// The log ends before it does.
        OpenAtEndOfLog = "open_at_end_of_log",
    }
}
