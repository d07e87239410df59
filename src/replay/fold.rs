//! Folding: the rows of one message become one message (D-1…D-4, D-7, D-9).
//!
//! Rows lie partitioned by a hash of (account, message id), so all rows of a message are in one
//! partition. Nearly all messages have rows that agree with each other and fold right here; the few
//! whose rows contradict each other go to [`super::conflict`], which looks at their text again.

use hashbrown::HashSet;

use super::assemble::OddValues;
use super::attributes::{Attributes, Flag};
use super::carried::{Carrying, SettledAs};
use super::chains::Chains;
use super::fate::{Assumption, Fate};
use super::folded::Folded;
use super::message::Message;
use super::notes::Notes;
use super::outcome::RowNumber;
use super::pair::{PairKey, PairTable};
use super::partition::PartitionWriter;
use super::price_marks::MarkedRow;
use super::reject::Reject;
use super::row::{DeliveredAt, Row};
use super::sighting::Detail;
use super::stop_list::StopList;
use super::terms::Terms;
use crate::accounts::templates::TemplateRegistry;
use crate::log::columns::Column;
use crate::vocabulary::{Direction, FindingCode, Instant, Kind, Status};

/// Of how many rows one is looked at to know when the log has how many.
const SAMPLE_STEP: usize = 64;

/// 2009-01-01, the year in which WhatsApp began: what lies before it is no time of a message.
pub(super) const FIRST_YEAR: Instant = Instant::from_seconds(1_230_768_000);

/// What folding needs to know beside the rows.
pub struct Folder<'a> {
    /// Rules and settings by account.
    pub terms: &'a Terms,
    /// Values that did not fit into rows.
    pub odd_values: &'a OddValues,
    /// Meta's marks, if an audit asks for them.
    pub notes: &'a Notes,
    /// Category and status of templates over time.
    pub templates: Option<&'a TemplateRegistry>,
    /// Who has opted out of marketing, as evidence tells; empty where findings are not asked for.
    pub stop_list: &'a StopList,
    /// Keys of pairs.
    pub pairs: &'a PairTable,
    /// Whether some row knows more than that a message was sent (D-3).
    pub knows_deliveries: bool,
    /// What an earlier run left, and what this one is to leave.
    pub carrying: Carrying,
}

/// The rows of one message, folded.
#[derive(Clone, Copy)]
pub struct FoldedMessage {
    pub(super) attributes: Attributes,
    pub(super) pair: PairKey,
    pub(super) row: RowNumber,
    pub(super) first: Instant,
    pub(super) sent: Option<Instant>,
    pub(super) delivered: Option<Instant>,
    pub(super) seen: Option<Instant>,
    expiry: Option<(RowNumber, Instant)>,
}

impl FoldedMessage {
    /// The row that stands for the message: the one that carries the end of the entry point, so that it is
    /// found.
    pub(super) fn stands_for(&self) -> RowNumber {
        self.expiry.map_or(self.row, |(row, _)| row)
    }
}

impl Folder<'_> {
    /// Folds the rows of a partition and scatters the messages by pair.
    pub fn fold(&self, rows: &[Row], messages: &mut PartitionWriter<'_, Message>) -> Folded {
        let mut folded = Folded {
            sample: rows
                .iter()
                .step_by(SAMPLE_STEP)
                .map(Row::timestamp)
                .collect(),
            ..Folded::default()
        };
        let chains = Chains::link(rows);
        let mut group = Vec::new();
        for head in 0..rows.len() {
            if !chains.is_head(head) {
                continue;
            }
            if let Some(settled) = self.carrying.settled(&rows[head]) {
                let chain = std::iter::successors(Some(head), |&row| chains.next(row));
                let (mut count, mut is_delivered) = (0, false);
                for row in chain {
                    count += 1;
                    let times = self.times(&rows[row]);
                    is_delivered |= times.delivered.or(times.seen).is_some();
                }
                let is_revived = settled == SettledAs::Undelivered && is_delivered;
                folded.track.revived += u64::from(is_revived);
                folded.totals.rows_read += count;
                folded.totals.folded_status_rows += count;
                folded.track.settled_rows += count;
                continue;
            }
            if chains.next(head).is_none() {
                self.finish(
                    self.start(&rows[head]),
                    &rows[head..=head],
                    messages,
                    &mut folded,
                );
                continue;
            }
            group.clear();
            let mut next = Some(head);
            while let Some(index) = next {
                group.push(rows[index]);
                next = chains.next(index);
            }
            match self.fold_group(&group) {
                Some(message) => self.finish(message, &group, messages, &mut folded),
                None => folded.contradictory.push(group.clone()),
            }
        }
        folded
    }

    /// Folds rows that agree with each other; `None` if they do not.
    fn fold_group(&self, group: &[Row]) -> Option<FoldedMessage> {
        let mut message = self.start(&group[0]);
        for row in &group[1..] {
            if row.pair() != message.pair {
                return None;
            }
            let expiry = self.expiry(row);
            if message
                .expiry
                .is_some_and(|(_, mine)| expiry.is_some_and(|(_, theirs)| mine != theirs))
            {
                return None;
            }
            message.attributes = message.attributes.merge(row.attributes())?;
            self.add_times(&mut message, row);
        }
        Some(message)
    }

    /// A message of this row alone.
    #[inline]
    pub fn start(&self, row: &Row) -> FoldedMessage {
        let times = self.times(row);
        FoldedMessage {
            attributes: with_failure(row.attributes().of_message(), row),
            pair: row.pair(),
            row: row.number(),
            first: row.timestamp(),
            sent: times.sent,
            delivered: times.delivered,
            seen: times.seen,
            expiry: self.expiry(row),
        }
    }

    /// Adds a row to a message that it does not contradict; of words that differ the message's stay (D-4).
    pub fn add(&self, message: &mut FoldedMessage, row: &Row) {
        message.attributes = message.attributes.merge_after(row.attributes());
        self.add_times(message, row);
    }

    /// The column in which a row contradicts a message (D-4): direction, kind, business or customer.
    pub fn contradiction(&self, message: &FoldedMessage, row: &Row) -> Option<Column> {
        if message.pair != row.pair() {
            let (mine, theirs) = (self.pairs.parts(message.pair), self.pairs.parts(row.pair()));
            let same_business = mine.business == theirs.business;
            return Some(if same_business {
                Column::Customer
            } else {
                Column::Business
            });
        }
        message.attributes.contradiction(row.attributes())
    }

    fn expiry(&self, row: &Row) -> Option<(RowNumber, Instant)> {
        row.attributes()
            .has(Flag::HasExpiry)
            .then(|| {
                self.odd_values
                    .expires_at
                    .get(&row.number())
                    .map(|&at| (row.number(), at))
            })
            .flatten()
    }

    fn delivered_at(&self, row: &Row) -> Option<Instant> {
        match row.delivered_at() {
            DeliveredAt::Empty => None,
            DeliveredAt::At(instant) => Some(instant),
            DeliveredAt::Elsewhere => self.odd_values.delivered_at.get(&row.number()).copied(),
        }
    }

    /// What a row says of its message's sending and delivery (D-1).
    #[inline]
    fn times(&self, row: &Row) -> Times {
        let timestamp = Some(row.timestamp());
        let delivered = self.delivered_at(row);
        let (mut times, status) = (Times::default(), row.attributes().status());
        times.delivered = delivered;
        match status {
            None | Some(Status::Accepted | Status::Sent) => times.sent = timestamp,
            _ if delivered.is_some() => times.sent = timestamp,
            Some(Status::Delivered) => times.delivered = timestamp,
            Some(Status::Read | Status::Played) => times.seen = timestamp,
            Some(Status::Failed) => {}
        }
        times
    }

    /// D-1: the earliest `delivered`, else the earliest `read` or `played`; D-4: the earliest sending.
    fn add_times(&self, message: &mut FoldedMessage, row: &Row) {
        let times = self.times(row);
        let earliest = |known: Option<Instant>, other: Option<Instant>| match (known, other) {
            (Some(known), Some(other)) => Some(known.min(other)),
            (known, other) => known.or(other),
        };
        message.first = message.first.min(row.timestamp());
        message.sent = earliest(message.sent, times.sent);
        message.delivered = earliest(message.delivered, times.delivered);
        message.seen = earliest(message.seen, times.seen);
        message.attributes = with_failure(message.attributes, row);
        if message.expiry.is_none() {
            message.expiry = self.expiry(row);
        }
    }

    /// Counts the rows of a message, and hands the message over if it can matter to its pair.
    pub fn finish(
        &self,
        mut message: FoldedMessage,
        rows: &[Row],
        messages: &mut PartitionWriter<'_, Message>,
        folded: &mut Folded,
    ) {
        let is_outbound = message.attributes.direction() == Some(Direction::Outbound);
        let sent = message.sent.unwrap_or(message.first);
        let delivered = message.delivered.or(message.seen);
        if is_outbound
            && let Err(reason) = self.decide_category(&mut message, sent, delivered, folded)
        {
            folded.totals.rows_read += rows.len() as u64;
            folded.totals.rejected += rows.len() as u64;
            if self.carrying.tracks() {
                let fate = Fate::Rejected(reason);
                let tracked = self.tracked(&message, fate, sent, delivered, rows, 0);
                let nothing = |_: &[Row]| None;
                self.carrying
                    .track(tracked, rows, nothing, &mut folded.track);
            }
            folded.rejects.extend(rows.iter().map(|row| Reject {
                row: row.number(),
                reason,
            }));
            return;
        }
        let duplicates = self.count_rows(rows, folded);
        self.watch_clock(&message, rows, folded);
        let message = FoldedMessage {
            attributes: self.own_account(message.attributes, message.pair, sent),
            ..message
        };
        let fate = match is_outbound {
            true => self.fate_of_outbound(&message, sent, delivered),
            false => self.fate_of_inbound(&message),
        };
        fate.count(&mut folded.totals);
        if self.carrying.tracks() {
            let tracked = self.tracked(&message, fate, sent, delivered, rows, duplicates);
            let delivered_by = |rows: &[Row]| self.delivered_by(rows, is_outbound);
            self.carrying
                .track(tracked, rows, delivered_by, &mut folded.track);
        }
        let Some(message) = (match is_outbound {
            true => self.outbound(message, fate, sent, delivered, rows, folded),
            false => self.inbound(message),
        }) else {
            return;
        };
        self.note_price_marks(&message, rows, folded);
        self.notes.fold(message.row(), rows.iter().map(Row::number));
        self.watch_text(&message, folded);
        messages.push(self.pairs.scope_hash(message.pair()), message);
    }

    /// A bid can decide a price, and so can a cost mark where the customer's market is unknown (K-1).
    fn note_price_marks(&self, message: &Message, rows: &[Row], folded: &mut Folded) {
        let attributes = message.attributes();
        let decides = attributes.has(Flag::HasMaxPrice)
            || attributes.has(Flag::HasCost)
                && self.pairs.customer_number(message.pair()).is_none();
        if !decides {
            return;
        }
        let has_figure = |row: &&Row| {
            row.attributes().has(Flag::HasMaxPrice) || row.attributes().has(Flag::HasCost)
        };
        folded
            .price_marks
            .extend(rows.iter().filter(has_figure).map(|row| MarkedRow {
                message: message.row(),
                row: row.number(),
            }));
    }

    fn inbound(&self, message: FoldedMessage) -> Option<Message> {
        let terms = self.terms.account(message.attributes.account());
        let instant = message.first;
        terms.is_processed(instant).then(|| {
            Message::new(
                message.pair,
                instant,
                instant,
                message.attributes,
                message.row,
            )
        })
    }

    fn outbound(
        &self,
        message: FoldedMessage,
        fate: Fate,
        sent: Instant,
        delivered: Option<Instant>,
        rows: &[Row],
        folded: &mut Folded,
    ) -> Option<Message> {
        folded.outbound_messages += 1;
        if fate == Fate::NotApi {
            return None;
        }
        let mut attributes = message.attributes;
        let terms = self.terms.account(attributes.account());
        let failed = attributes.has(Flag::Failed);
        if failed && delivered.is_some() {
            folded.notices.conflicts += 1;
            self.sight(
                FindingCode::Conflict,
                &message,
                sent,
                Detail::Statuses,
                folded,
            );
        }
        if delivered.is_some_and(|delivered| delivered < sent) {
            folded.notices.delivered_before_sent += 1;
            self.sight(FindingCode::Clock, &message, sent, Detail::None, folded);
        }
        let assumption = self.assumption(attributes, delivered);
        let instant = delivered.unwrap_or(sent);
        folded.inferred.see(attributes, instant, terms);
        folded.undecided += u64::from(fate == Fate::Undecided);
        if !terms.is_processed(instant) {
            return None;
        }
        let assumed = assumption == Assumption::Delivered;
        if delivered.is_some() || assumed {
            attributes = attributes.with(Flag::Delivered);
        }
        if assumed {
            attributes = attributes.with(Flag::DeliveryAssumed);
        }
        let is_call = attributes.kind() == Some(Kind::Call);
        let matters = delivered.is_some()
            || assumption != Assumption::None
            || (is_call && !failed)
            || self.can_be_a_finding(&message, rows, folded);
        matters.then(|| {
            Message::new(
                message.pair,
                place_in_time(attributes, sent, delivered),
                sent,
                attributes,
                message.stands_for(),
            )
        })
    }

    /// A number may have moved between accounts: the account is the one it had when the message was sent.
    pub(super) fn own_account(
        &self,
        attributes: Attributes,
        pair: PairKey,
        sent: Instant,
    ) -> Attributes {
        if !attributes.has(Flag::AccountInferred) {
            return attributes;
        }
        match self
            .terms
            .account_of_moved_number(self.pairs.parts(pair).business, sent)
        {
            Some(account) => attributes.with_account(account),
            None => attributes,
        }
    }

    /// One row stands for the message; the others are duplicates or folded (D-4).
    fn count_rows(&self, rows: &[Row], folded: &mut Folded) -> u64 {
        folded.totals.rows_read += rows.len() as u64;
        for row in rows {
            folded.see(row.timestamp());
            if let Some(delivered_at) = self.delivered_at(row) {
                folded.see(delivered_at);
            }
            if row.timestamp() < FIRST_YEAR {
                folded.notices.before_2009 += 1;
            }
        }
        let distinct = if rows.len() < 32 {
            let is_new = |index: &usize| {
                !rows[..*index]
                    .iter()
                    .any(|earlier| rows[*index].is_duplicate_of(earlier))
            };
            (0..rows.len()).filter(is_new).count()
        } else {
            rows.iter()
                .map(Row::comparable)
                .collect::<HashSet<_>>()
                .len()
        };
        let duplicates = (rows.len() - distinct) as u64;
        folded.totals.exact_duplicates += duplicates;
        folded.totals.folded_status_rows += distinct as u64 - 1;
        duplicates
    }
}

/// An answered call counts at its timestamp, whatever is known of its delivery (W-4).
pub(super) fn place_in_time(
    attributes: Attributes,
    sent: Instant,
    delivered: Option<Instant>,
) -> Instant {
    match attributes.kind() {
        Some(Kind::Call) => sent,
        _ => delivered.unwrap_or(sent),
    }
}

/// What a row says of its message's sending and delivery.
#[derive(Default)]
struct Times {
    sent: Option<Instant>,
    delivered: Option<Instant>,
    seen: Option<Instant>,
}

/// The words of a message of which this row, too, may say that it failed.
#[inline]
fn with_failure(attributes: Attributes, row: &Row) -> Attributes {
    if row.attributes().status() == Some(Status::Failed) {
        attributes.with(Flag::Failed)
    } else {
        attributes
    }
}
