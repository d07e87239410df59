//! Meta's own marks from the status webhook, as far as the rules know their words.
//!
//! Marks are evidence: a word that is not listed here rejects nothing. Its cell code is
//! [`unknown_mark`], so that rows still compare equal or different by it.

use super::CellCode;
use crate::vocabulary::named_enum;

named_enum! {
    /// What a billable unit is, in Meta's words.
    pub enum PricingModel {
        /// Before conversations: per notification.
        Nbp = "NBP" | "nbp",
        /// Conversation-based pricing.
        Cbp = "CBP" | "cbp",
        /// Per-message pricing.
        Pmp = "PMP" | "pmp",
    }
}

named_enum! {
    /// Whether Meta says that it bills the unit.
    pub enum Billable {
        /// Not billed.
        No = "false" | "0" | "no" | "f" | "n",
        /// Billed.
        Yes = "true" | "1" | "yes" | "t" | "y",
    }
}

named_enum! {
    /// Meta's pricing type of a unit.
    pub enum MarkedPricingType {
        /// At a rate.
        Regular = "regular",
        /// One of the month's first conversations.
        FreeTier = "free_tier",
        /// Free as customer service.
        FreeCustomerService = "free_customer_service",
        /// Free inside a free entry point.
        FreeEntryPoint = "free_entry_point",
        /// Free as customer service in a group.
        FreeGroupCustomerService = "free_group_customer_service",
        /// Beyond the allowance, but the organisation is exempt (P26-5).
        PaidExempt = "paid_exempt",
    }
}

named_enum! {
    /// Meta's pricing subtype of a unit.
    pub enum MarkedPricingSubtype {
        /// Beyond the allowance, but the organisation is exempt (P26-5).
        PaidExempt = "paid_exempt",
    }
}

named_enum! {
    /// Meta's category of a unit, or what opened its conversation.
    pub enum MarkedCategory {
        /// Marketing template.
        Marketing = "marketing",
        /// Utility template.
        Utility = "utility",
        /// Authentication template.
        Authentication = "authentication",
        /// Authentication template from abroad.
        AuthenticationInternational = "authentication_international",
        /// Marketing Messages API.
        MarketingLite = "marketing_lite",
        /// Free-form.
        Service = "service",
        /// Free entry point, in the words of conversation-based pricing.
        ReferralConversion = "referral_conversion",
        /// Free entry point.
        FreeEntryPoint = "free_entry_point",
        /// First conversation pricing, inside the customer service window.
        UserInitiated = "user_initiated",
        /// First conversation pricing, outside of it.
        BusinessInitiated = "business_initiated",
    }
}

impl MarkedCategory {
    /// Whether the word says that the message is part of a free entry point.
    pub const fn is_free_entry_point(self) -> bool {
        matches!(self, Self::ReferralConversion | Self::FreeEntryPoint)
    }
}

/// The code of a mark that no list knows, from a hash of its lower-cased word: at least 256.
pub(super) const fn unknown_mark(hash: u64) -> CellCode {
    CellCode((hash | 1 << 8) & !0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_any_case() {
        assert_eq!(PricingModel::parse(b"CBP"), Some(PricingModel::Cbp));
        assert_eq!(PricingModel::parse(b"pmp"), Some(PricingModel::Pmp));
        assert_eq!(Billable::parse(b"True"), Some(Billable::Yes));
        assert_eq!(
            MarkedCategory::parse(b"Authentication-International"),
            Some(MarkedCategory::AuthenticationInternational)
        );
    }

    #[test]
    fn unknown_marks_are_no_index_and_not_reserved() {
        for hash in [0, 1, u64::MAX, u64::MAX - 1] {
            let code = unknown_mark(hash);
            assert!(code.0 >= 256 && code != CellCode::EMPTY && code != CellCode::BAD);
        }
    }
}
