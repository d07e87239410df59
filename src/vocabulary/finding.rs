//! What a run can find beside prices: compliance (C), savings (O), quality of the log (Q), and what Meta's own
//! marks say differently (A).

use super::named_enum;

named_enum! {
    /// The code of a finding (rules: findings).
    pub enum FindingCode {
        /// Free-form message sent with no customer service window open.
        OutsideWindow = "C-OUTSIDE-WINDOW",
        /// Template used while it was not approved, paused or disabled.
        Unapproved = "C-UNAPPROVED",
        /// Declared category differs from Meta's for the same message.
        Recategorised = "C-RECATEGORISED",
        /// Marketing template delivered to a US number in the pause.
        UsPause = "C-US-PAUSE",
        /// More distinct customers messaged outside a window in 24 hours than the messaging limit.
        Limit = "C-LIMIT",
        /// Marketing sent after the customer opted out.
        OptOut = "C-OPT-OUT",
        /// Authentication template where the registry says otherwise.
        AuthMisuse = "C-AUTH-MISUSE",
        /// An armed entry point answered late or never, with later charges it would have covered.
        MissedEntryPoint = "O-MISSED-ENTRY-POINT",
        /// A paid template sent where a free or cheaper message was allowed.
        TemplateInWindow = "O-TEMPLATE-IN-WINDOW",
        /// The same template to the same customer twice within 24 hours, both charged.
        DuplicateTemplate = "O-DUPLICATE-TEMPLATE",
        /// An answer that came after the window had closed, as a paid template.
        LateReply = "O-LATE-REPLY",
        /// Statuses or rows of one message contradict each other.
        Conflict = "Q-CONFLICT",
        /// A day or number with no rows inside the period, or a volume break.
        Gap = "Q-GAP",
        /// Timestamps before 2009 or in the future, or delivery before sending.
        Clock = "Q-CLOCK",
        /// One business number under two accounts at overlapping times.
        TwoAccounts = "Q-TWO-ACCOUNTS",
        /// A charge with no rate.
        Unrated = "Q-UNRATED",
        /// Tiered categories charged at list because no ladder is known.
        NoLadder = "Q-NO-LADDER",
        /// Meta's mark charges what the rules hold free.
        BilledFree = "A-BILLED-FREE",
        /// Meta's mark holds free what the rules charge.
        FreeBilled = "A-FREE-BILLED",
        /// Meta's mark charges as another category than the rules.
        MarkedCategory = "A-CATEGORY",
    }
}

impl FindingCode {
    /// What it means, in a sentence without an end.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::OutsideWindow => "free-form message with no customer service window open",
            Self::Unapproved => "template used while it was not approved, paused or disabled",
            Self::Recategorised => "sources of a message's category contradict each other",
            Self::UsPause => "marketing template delivered to a US number in the pause",
            Self::Limit => "more customers in a moving 24 hours than the messaging limit",
            Self::OptOut => "marketing sent after the customer had opted out",
            Self::AuthMisuse => "registry and message disagree on authentication",
            Self::MissedEntryPoint => "click answered late or never, with later charges",
            Self::TemplateInWindow => "paid template where a free or cheaper message was allowed",
            Self::DuplicateTemplate => "same template to the same customer twice in 24 hours",
            Self::LateReply => "answer after the window had closed, as a paid template",
            Self::Conflict => "rows or statuses of a message contradict each other",
            Self::Gap => "day or number with far fewer rows than usual",
            Self::Clock => "times that cannot be",
            Self::TwoAccounts => "number under two accounts at overlapping times",
            Self::Unrated => "charge without a rate",
            Self::BilledFree => "Meta's mark charges what the replay holds free",
            Self::FreeBilled => "Meta's mark calls free what the replay holds chargeable",
            Self::MarkedCategory => "Meta's mark charges another category than the replay",
            Self::NoLadder => "volume tiers apply, but no ladder is known: priced at list",
        }
    }
}

named_enum! {
    /// How grave a finding is.
    pub enum Severity {
        /// Worth knowing.
        Info = "info",
        /// Something is amiss with the log, or money was spent that need not have been.
        Warning = "warning",
        /// A rule of Meta's was broken.
        Violation = "violation",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written_and_in_small_letters() {
        for &code in FindingCode::ALL {
            assert_eq!(FindingCode::parse(code.name().as_bytes()), Some(code));
            let small = code.name().to_ascii_lowercase().replace('-', "_");
            assert_eq!(FindingCode::parse(small.as_bytes()), Some(code));
        }
    }
}
