//! A message: what remains of its rows after folding (D-1…D-4).

pub use super::attributes::{Attributes, Flag};
use super::outcome::RowNumber;
use super::pair::PairKey;
use crate::vocabulary::{Direction, Instant, Kind, TemplateCategory};

/// A message that can matter to its pair, packed into 36 bytes.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed(4))]
pub struct Message {
    pair: u64,
    instant: i64,
    sent: i64,
    attributes: u64,
    row: u32,
}

impl Message {
    /// A message. `instant` is the receipt (inbound) or delivery (outbound; the sending, if none is known).
    pub fn new(
        pair: PairKey,
        instant: Instant,
        sent: Instant,
        attributes: Attributes,
        row: RowNumber,
    ) -> Self {
        Self {
            pair: pair.0,
            instant: instant.micros(),
            sent: sent.micros(),
            attributes: attributes.0,
            row: row.0,
        }
    }

    /// The pair.
    #[inline]
    pub fn pair(&self) -> PairKey {
        PairKey(self.pair)
    }

    /// Its place in the order T-5: receipt, or delivery.
    #[inline]
    pub fn instant(&self) -> Instant {
        Instant::from_micros(self.instant)
    }

    /// When it was sent; for an inbound message its receipt.
    #[inline]
    pub fn sent(&self) -> Instant {
        Instant::from_micros(self.sent)
    }

    /// What its rows say in words.
    #[inline]
    pub fn attributes(&self) -> Attributes {
        Attributes(self.attributes)
    }

    /// A row of it.
    #[inline]
    pub fn row(&self) -> RowNumber {
        RowNumber(self.row)
    }

    /// Who wrote it.
    #[inline]
    pub fn is_inbound(&self) -> bool {
        self.attributes().direction() == Some(Direction::Inbound)
    }

    /// Its kind; a message whose rows name none is free-form.
    #[inline]
    pub fn kind(&self) -> Kind {
        self.attributes().kind().unwrap_or(Kind::FreeForm)
    }

    /// The template's category, decided by D-7 when the rows were folded.
    #[inline]
    pub fn category(&self) -> Option<TemplateCategory> {
        self.attributes().category()
    }

    /// Whether it arrived, by its statuses or by assumption (D-1, D-3).
    #[inline]
    pub fn is_delivered(&self) -> bool {
        self.attributes().has(Flag::Delivered)
    }

    /// Whether it counts as delivered only because it was sent (D-3).
    pub fn is_assumed(&self) -> bool {
        self.attributes().has(Flag::DeliveryAssumed)
    }

    /// Whether the log does not say if it is a template.
    pub fn has_inferred_kind(&self) -> bool {
        self.attributes().has(Flag::InferredKind)
    }

    /// Whether nothing but a map's rule or a setting names its category.
    pub fn has_inferred_category(&self) -> bool {
        self.attributes().has(Flag::InferredCategory)
    }

    /// Whether some row says that it failed.
    #[inline]
    pub fn has_failed(&self) -> bool {
        self.attributes().has(Flag::Failed)
    }

    /// The same message, of this kind.
    #[must_use]
    pub fn of_kind(self, kind: Kind) -> Self {
        let attributes = self.attributes().with_kind(kind).0;
        Self { attributes, ..self }
    }

    /// The same message with other words.
    #[must_use]
    pub fn with_attributes(self, attributes: Attributes) -> Self {
        Self {
            attributes: attributes.0,
            ..self
        }
    }

    /// The same message, this much later: its sending and its arrival.
    #[must_use]
    pub fn later(self, micros: i64) -> Self {
        Self {
            instant: self.instant.saturating_add(micros),
            sent: self.sent.saturating_add(micros),
            ..self
        }
    }

    /// Counts as delivered when it was sent (D-3).
    pub fn assume_delivery(&mut self) {
        self.attributes = self
            .attributes()
            .with(Flag::Delivered)
            .with(Flag::DeliveryAssumed)
            .0;
    }

    /// The first four places of the order T-5; message id, customer and account follow.
    #[inline]
    pub fn order(&self) -> (Instant, bool, Instant) {
        (self.instant(), !self.is_inbound(), self.sent())
    }
}
