//! What a row of the log can say about a message.

use super::named_enum;

named_enum! {
    /// Who wrote the message.
    pub enum Direction {
        /// From the customer to the business.
        Inbound = "inbound" | "in" | "incoming" | "received" | "i",
        /// From the business to the customer.
        Outbound = "outbound" | "out" | "outgoing" | "sent" | "o",
    }
}

named_enum! {
    /// What the rules distinguish in the `type` of a message (contract: canonical log).
    pub enum Kind {
        /// Anything that is none of the others: text, image, interactive, …
        FreeForm = "freeform",
        /// An approved template message.
        Template = "template",
        /// An emoji put on another message (D-6).
        Reaction = "reaction",
        /// A notice of the platform, such as a changed number (D-6).
        System = "system",
        /// An answered call (W-4).
        Call = "call",
    }
}

impl Kind {
    /// The kind of a message from the `type` cell: every word that names no other kind is free-form.
    pub fn of_type(text: &[u8]) -> Self {
        Self::parse(text).unwrap_or(Self::FreeForm)
    }
}

named_enum! {
    /// The category of a template (D-7).
    pub enum TemplateCategory {
        /// Offers, news and everything that is not one of the others.
        Marketing = "marketing",
        /// Follow-up to something the customer did.
        Utility = "utility",
        /// One-time codes.
        Authentication = "authentication",
        /// Marketing sent through the Marketing Messages API.
        MarketingLite = "marketing_lite",
    }
}

named_enum! {
    /// What a status row says happened to a message (section 3 of the rules).
    pub enum Status {
        /// Taken by the platform.
        Accepted = "accepted",
        /// Handed to the network.
        Sent = "sent",
        /// Arrived on the customer's device (D-1).
        Delivered = "delivered",
        /// Seen by the customer; stands in for a lost `delivered` (D-1).
        Read = "read",
        /// A voice message was played; stands in for a lost `delivered` (D-1).
        Played = "played",
        /// Never arrived (D-2).
        Failed = "failed",
    }
}

named_enum! {
    /// Through what an inbound message came in (F-1).
    pub enum EntryPoint {
        /// An ad that clicks to WhatsApp.
        Ad = "ad",
        /// The call-to-action button of a Facebook Page.
        PageCta = "page_cta",
        /// A post: does not qualify unless S-12 says so.
        Post = "post",
    }
}

named_enum! {
    /// Which product sent an outbound message.
    pub enum Origin {
        /// The Cloud API: what is billed.
        Api = "api",
        /// Typed in the WhatsApp Business app: free, opens nothing.
        BusinessApp = "business_app",
        /// Meta Business Agent: billed by token on a line of its own.
        BusinessAgent = "business_agent",
    }
}
