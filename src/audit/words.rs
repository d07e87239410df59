//! Words that invoices and analytics use beside the written names of the vocabulary.

use crate::vocabulary::{ChargeCategory, PricingType};

/// A category in any of the spellings seen.
pub(super) fn category(text: &str) -> Option<ChargeCategory> {
    ChargeCategory::parse(text.as_bytes()).or_else(|| {
        match text.to_ascii_lowercase().replace([' ', '-'], "_").as_str() {
            "authentication_intl" | "auth_international" | "auth_intl" => {
                Some(ChargeCategory::AuthenticationInternational)
            }
            "marketing_lite" => Some(ChargeCategory::MarketingLite),
            "authentication_international" => Some(ChargeCategory::AuthenticationInternational),
            "referral_conversion" | "free_entry" => Some(ChargeCategory::FreeEntryPoint),
            _ => None,
        }
    })
}

/// A pricing type in any of the spellings seen.
pub(super) fn pricing_type(text: &str) -> Option<PricingType> {
    PricingType::parse(text.as_bytes()).or_else(|| {
        match text.to_ascii_lowercase().replace([' ', '-'], "_").as_str() {
            "free_entry" => Some(PricingType::FreeEntryPoint),
            "free_group_customer_service" => Some(PricingType::FreeCustomerService),
            "free_tier" => Some(PricingType::FreeTier),
            _ => None,
        }
    })
}
