//! Lines that an edge decides (S-08).

use super::PairMachine;
use super::conversations::OpenConversation;
use crate::replay::message::Message;
use crate::replay::terms::AccountTerms;
use crate::vocabulary::Instant;

/// Collects the ends that could have decided a charge, and whether its message came close to one.
#[derive(Clone, Copy, Debug)]
pub struct Edges {
    sent: Instant,
    delivered: Instant,
    tolerance_micros: u64,
    is_edge: bool,
}

impl Edges {
    /// Looks at the end of something: within the tolerance of it (inclusive), or on both sides of it.
    #[must_use]
    pub fn at(mut self, end: Instant) -> Self {
        self.is_edge |= self.sent.distance_micros(end) <= self.tolerance_micros
            || self.delivered.distance_micros(end) <= self.tolerance_micros
            || (self.sent < end && end <= self.delivered);
        self
    }

    /// Looks at the end of something that may not exist.
    #[must_use]
    pub fn at_some(self, end: Option<Instant>) -> Self {
        end.map_or(self, |end| self.at(end))
    }

    /// Looks at the actual end of a conversation that may not exist.
    #[must_use]
    pub fn at_end_of(self, conversation: Option<OpenConversation>) -> Self {
        self.at_some(conversation.map(|conversation| conversation.end))
    }

    /// Whether any of them, or a midnight of S-08, decides.
    pub fn decide(self, account: &AccountTerms) -> bool {
        self.is_edge || self.is_at_midnight(account)
    }

    /// Whether a midnight lies within the tolerance (inclusive), or after the sending and not after the
    /// delivery.
    fn is_at_midnight(self, account: &AccountTerms) -> bool {
        let (last, next) = account.midnights_around(self.sent);
        let near = |instant: Instant| {
            instant.distance_micros(last) <= self.tolerance_micros
                || instant.distance_micros(next) <= self.tolerance_micros
        };
        if self.delivered >= next || near(self.sent) {
            return true;
        }
        // Nearly every message is delivered between the same midnights.
        if self.delivered >= last {
            near(self.delivered)
        } else {
            account.is_near_midnight(self.delivered, self.tolerance_micros)
        }
    }
}

impl PairMachine<'_> {
    /// The edges of a message, none looked at yet.
    pub(super) fn edges(&self, message: &Message) -> Edges {
        Edges {
            sent: message.sent(),
            delivered: message.instant(),
            tolerance_micros: self.judgement.terms.settings.edge_tolerance_micros,
            is_edge: false,
        }
    }

    /// Outside an entry point: the end of the latest earlier one, and of the latest unused click.
    pub(super) fn edges_outside(&self, message: &Message) -> Edges {
        let armed_hours = self.judgement.terms.armed_hours;
        let click_end = self
            .entry_points
            .latest_click(message.sent())
            .map(|click| click.plus_hours(armed_hours));
        self.edges(message)
            .at_some(
                self.entry_points
                    .latest()
                    .map(|entry_point| entry_point.end),
            )
            .at_some(click_end)
    }
}
