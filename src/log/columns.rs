//! The columns of the canonical log (contract: the canonical log).

use crate::vocabulary::named_enum;

named_enum! {
    /// A column of the canonical log, in the contract's order; `inferred` is added to it.
    pub enum Column {
        /// Meta's wamid or the exporter's id.
        MessageId = "message_id",
        /// Inbound: received. Outbound: sent, or the time of the row's status.
        Timestamp = "timestamp",
        /// Who wrote it.
        Direction = "direction",
        /// Business number or phone_number_id.
        Business = "business",
        /// E.164 number or business-scoped id.
        Customer = "customer",
        /// Kind of message.
        Type = "type",
        /// Category of a template.
        Category = "category",
        /// Template name, and language after `/`.
        Template = "template",
        /// What happened to the message.
        Status = "status",
        /// When it was delivered.
        DeliveredAt = "delivered_at",
        /// Through what an inbound message came in.
        EntryPoint = "entry_point",
        /// WhatsApp Business Account.
        Account = "account",
        /// Group id.
        Group = "group",
        /// Messaging channel; anything but `whatsapp` is left out.
        Channel = "channel",
        /// Which product sent it.
        Origin = "origin",
        /// Meta's error code.
        ErrorCode = "error_code",
        /// Bid of a max-price marketing message.
        MaxPrice = "max_price",
        /// Body.
        Text = "text",
        /// When the exporter learned of the row.
        SeenAt = "seen_at",
        /// Meta's mark: NBP, CBP or PMP.
        MetaPricingModel = "meta_pricing_model",
        /// Meta's mark: whether it is billed.
        MetaBillable = "meta_billable",
        /// Meta's mark: pricing type.
        MetaPricingType = "meta_pricing_type",
        /// Meta's mark: pricing category.
        MetaCategory = "meta_category",
        /// Meta's mark: conversation.
        MetaConversationId = "meta_conversation_id",
        /// Meta's mark: what opened the conversation.
        MetaConversationOrigin = "meta_conversation_origin",
        /// Meta's mark: when the conversation ends.
        MetaExpiresAt = "meta_expires_at",
        /// Meta's mark: pricing subtype.
        MetaPricingSubtype = "meta_pricing_subtype",
        /// Meta's mark: cost.
        MetaCost = "meta_cost",
        /// Meta's mark: currency of the cost.
        MetaCostCurrency = "meta_cost_currency",
        /// Which of the row's cells a map's rule decided, because the source does not say: `type`,
        /// `category`, or both. Not an exporter, but a map fills it.
        Inferred = "inferred",
    }
}

impl Column {
    /// How many columns there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The columns without which a log cannot be read.
    pub const REQUIRED: [Self; 5] = [
        Self::MessageId,
        Self::Timestamp,
        Self::Direction,
        Self::Business,
        Self::Customer,
    ];

    /// Whether the column holds instants.
    pub const fn is_instant(self) -> bool {
        matches!(
            self,
            Self::Timestamp | Self::DeliveredAt | Self::SeenAt | Self::MetaExpiresAt
        )
    }

    /// The column's place in a chunk.
    pub const fn index(self) -> usize {
        self as usize
    }
}
