//! What becomes of a message, as far as it is known when its rows are folded.

use super::attributes::{Attributes, Flag};
use super::carried::Tracked;
use super::fold::{FoldedMessage, Folder, place_in_time};
use super::folded::Folded;
use super::reject::RejectReason;
use super::row::Row;
use crate::log::totals::ControlTotals;
use crate::rulebook::settings::AssumeSentIsDelivered;
use crate::vocabulary::{Direction, Instant, Origin};

/// What became of a message, in the words of the control totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Inbound.
    Inbound,
    /// Outbound, delivered.
    Delivered,
    /// Outbound, not delivered, and may still be.
    Undelivered,
    /// Outbound, failed: Meta's last word, though a row within the horizon may say otherwise (D-1, S-04).
    Failed,
    /// Outbound; D-3 decides whether it counts as delivered.
    Undecided,
    /// Outbound, but no API message.
    NotApi,
    /// All its rows are rejected, until one says what they lack.
    Rejected(RejectReason),
    /// Outside of the regimes; it may wait for its delivery.
    OutsidePeriod {
        /// Whether it is an outbound message that was not delivered.
        waits: bool,
    },
}

impl Fate {
    /// Whether a later row may say that it was delivered.
    pub fn waits(self, assumes_delivery: bool) -> bool {
        match self {
            Self::Undelivered | Self::OutsidePeriod { waits: true } | Self::Rejected(_) => true,
            Self::Undecided => !assumes_delivery,
            Self::Inbound
            | Self::Delivered
            | Self::Failed
            | Self::NotApi
            | Self::OutsidePeriod { waits: false } => false,
        }
    }

    /// Whether it is known that it was delivered, or received.
    pub fn is_delivered(self, assumes_delivery: bool) -> bool {
        match self {
            Self::Inbound | Self::Delivered | Self::NotApi => true,
            Self::Undecided => assumes_delivery,
            Self::OutsidePeriod { waits } => !waits,
            Self::Undelivered | Self::Failed | Self::Rejected(_) => false,
        }
    }

    /// Counts a message; of an undecided one the caller keeps count.
    pub fn count(self, totals: &mut ControlTotals) {
        match self {
            Self::Inbound => totals.inbound += 1,
            Self::Delivered => totals.outbound_delivered += 1,
            Self::Undelivered | Self::Failed => totals.outbound_undelivered += 1,
            // Of its rows the caller keeps count.
            Self::Undecided | Self::Rejected(_) => {}
            Self::NotApi => totals.not_api += 1,
            Self::OutsidePeriod { .. } => totals.outside_period += 1,
        }
    }
}

/// What D-3 makes of a message without a delivery.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Assumption {
    /// Nothing.
    None,
    /// It counts as delivered.
    Delivered,
    /// The whole log decides.
    Undecided,
}

impl Folder<'_> {
    pub(super) fn fate_of_inbound(&self, message: &FoldedMessage) -> Fate {
        let terms = self.terms.account(message.attributes.account());
        match terms.is_in_period(message.first) {
            true => Fate::Inbound,
            false => Fate::OutsidePeriod { waits: false },
        }
    }

    pub(super) fn fate_of_outbound(
        &self,
        message: &FoldedMessage,
        sent: Instant,
        delivered: Option<Instant>,
    ) -> Fate {
        let attributes = message.attributes;
        let origin = attributes.origin();
        if origin.is_some_and(|origin| origin != Origin::Api) {
            return Fate::NotApi;
        }
        let terms = self.terms.account(attributes.account());
        if !terms.is_in_period(delivered.unwrap_or(sent)) {
            return Fate::OutsidePeriod {
                waits: delivered.is_none() && !attributes.has(Flag::Failed),
            };
        }
        match self.assumption(attributes, delivered) {
            _ if delivered.is_some() => Fate::Delivered,
            Assumption::Undecided => Fate::Undecided,
            Assumption::Delivered => Fate::Delivered,
            Assumption::None if attributes.has(Flag::Failed) => Fate::Failed,
            Assumption::None => Fate::Undelivered,
        }
    }

    /// What D-3 makes of a message without a delivery.
    pub(super) fn assumption(
        &self,
        attributes: Attributes,
        delivered: Option<Instant>,
    ) -> Assumption {
        if delivered.is_some() {
            return Assumption::None;
        }
        match self.terms.settings.assume_sent_is_delivered {
            AssumeSentIsDelivered::On if !attributes.has(Flag::Failed) => Assumption::Delivered,
            AssumeSentIsDelivered::Auto if !self.knows_deliveries => Assumption::Undecided,
            _ => Assumption::None,
        }
    }

    /// When some rows of a message alone have it delivered, or received; none where they alone cannot be used.
    pub(super) fn delivered_by(&self, rows: &[Row], is_outbound: bool) -> Option<Instant> {
        let (first, others) = rows.split_first()?;
        let mut message = self.start(first);
        for row in others {
            self.add(&mut message, row);
        }
        if !is_outbound {
            return Some(message.first);
        }
        let delivered = message.delivered.or(message.seen);
        let sent = message.sent.unwrap_or(message.first);
        let noted = &mut Folded::default();
        self.decide_category(&mut message, sent, delivered, noted)
            .ok()?;
        delivered
    }

    pub(super) fn tracked(
        &self,
        message: &FoldedMessage,
        fate: Fate,
        sent: Instant,
        delivered: Option<Instant>,
        rows: &[Row],
        duplicates: u64,
    ) -> Tracked {
        let is_inbound = message.attributes.direction() == Some(Direction::Inbound);
        let (instant, sent, row) = match is_inbound {
            true => (message.first, message.first, message.row),
            false => {
                let instant = place_in_time(message.attributes, sent, delivered);
                (instant, sent, message.stands_for())
            }
        };
        Tracked {
            key: rows[0].fold_key(),
            pair: message.pair,
            instant,
            sent,
            row,
            rows: rows.len() as u32,
            duplicates: duplicates as u32,
            conflicts: 0,
            fate,
        }
    }
}
