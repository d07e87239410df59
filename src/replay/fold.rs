//! Folding: the rows of one message become one message (D-1…D-4, D-7, D-9).
//!
//! Rows lie partitioned by a hash of (account, message id), so all rows of a message are in one
//! partition. Nearly all messages have rows that agree with each other and fold right here; the few
//! whose rows contradict each other go to [`super::conflict`], which looks at their text again.

use std::ops::AddAssign;

use hashbrown::HashSet;

use super::assemble::OddValues;
use super::attributes::{Attributes, Flag};
use super::message::Message;
use super::outcome::RowNumber;
use super::pair::{PairKey, PairTable};
use super::partition::PartitionWriter;
use super::price_marks::MarkedRow;
use super::reject::{Reject, RejectReason};
use super::row::{DeliveredAt, Row};
use super::sighting::{Detail, Sighting, Sightings};
use super::terms::Terms;
use crate::accounts::templates::TemplateRegistry;
use crate::log::columns::Column;
use crate::log::totals::ControlTotals;
use crate::rulebook::settings::{AssumeSentIsDelivered, CategoryBasis, Trust};
use crate::vocabulary::{Direction, FindingCode, Instant, Kind, Origin, Status, TemplateCategory};

/// Of how many rows one is looked at to know when the log has how many.
const SAMPLE_STEP: usize = 64;

/// What folding needs to know beside the rows.
pub struct Folder<'a> {
    /// Rules and settings by account.
    pub terms: &'a Terms,
    /// Values that did not fit into rows.
    pub odd_values: &'a OddValues,
    /// Category and status of templates over time.
    pub templates: Option<&'a TemplateRegistry>,
    /// Keys of pairs.
    pub pairs: &'a PairTable,
    /// Whether some row knows more than that a message was sent (D-3).
    pub knows_deliveries: bool,
}

/// What folding a part of the log found.
#[derive(Debug, Default)]
pub struct Folded {
    /// Outcomes of rows; those of `undecided` messages are missing.
    pub totals: ControlTotals,
    /// Outbound messages of any kind.
    pub outbound_messages: u64,
    /// Messages whose delivery D-3 decides once the whole log is counted.
    pub undecided: u64,
    /// First and last instant of an accepted row.
    pub time_range: Option<(Instant, Instant)>,
    /// Unusable rows.
    pub rejects: Vec<Reject>,
    /// Messages whose rows contradict each other, by their rows.
    pub contradictory: Vec<Vec<Row>>,
    /// Rows whose figures can decide a price.
    pub price_marks: Vec<MarkedRow>,
    /// What the reader is warned of.
    pub notices: Notices,
    /// What findings speak of, where they were asked for.
    pub sightings: Sightings,
    /// Instants of some rows, by which the time of the log is cut up.
    pub sample: Vec<Instant>,
}

/// How often folding saw what a finding speaks of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Notices {
    /// Q-CONFLICT: statuses or rows of one message contradict each other.
    pub conflicts: u64,
    /// Q-CLOCK: delivered before it was sent.
    pub delivered_before_sent: u64,
    /// Q-CLOCK: before 2009.
    pub before_2009: u64,
    /// C-RECATEGORISED: the sources of D-7 disagree.
    pub recategorised: u64,
    /// C-UNAPPROVED: the registry says that the template was not approved.
    pub unapproved: u64,
}

impl AddAssign for Notices {
    fn add_assign(&mut self, other: Self) {
        self.conflicts += other.conflicts;
        self.delivered_before_sent += other.delivered_before_sent;
        self.before_2009 += other.before_2009;
        self.recategorised += other.recategorised;
        self.unapproved += other.unapproved;
    }
}

impl Folded {
    /// Adds what another part found.
    pub fn add(&mut self, mut other: Self) {
        self.totals.add(&other.totals);
        self.outbound_messages += other.outbound_messages;
        self.undecided += other.undecided;
        self.time_range = match (self.time_range, other.time_range) {
            (Some(mine), Some(theirs)) => Some((mine.0.min(theirs.0), mine.1.max(theirs.1))),
            (mine, theirs) => mine.or(theirs),
        };
        self.rejects.append(&mut other.rejects);
        self.contradictory.append(&mut other.contradictory);
        self.price_marks.append(&mut other.price_marks);
        self.sightings.append(&mut other.sightings);
        self.notices += other.notices;
        self.sample.append(&mut other.sample);
    }

    fn see(&mut self, instant: Instant) {
        let (first, last) = self.time_range.unwrap_or((instant, instant));
        self.time_range = Some((first.min(instant), last.max(instant)));
    }
}

/// The rows of one message, folded.
#[derive(Clone, Copy)]
pub struct FoldedMessage {
    attributes: Attributes,
    pair: PairKey,
    row: RowNumber,
    first: Instant,
    sent: Option<Instant>,
    delivered: Option<Instant>,
    seen: Option<Instant>,
    expiry: Option<(RowNumber, Instant)>,
}

impl FoldedMessage {
    /// The row that stands for the message: the one that carries the end of the entry point, so that it is
    /// found.
    fn stands_for(&self) -> RowNumber {
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
            attributes: with_failure(row.attributes(), row),
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
            folded.rejects.extend(rows.iter().map(|row| Reject {
                row: row.number(),
                reason,
            }));
            return;
        }
        self.count_rows(rows, folded);
        let attributes = self.own_account(message.attributes, message.pair, sent);
        let Some(message) = (if is_outbound {
            self.outbound(
                FoldedMessage {
                    attributes,
                    ..message
                },
                sent,
                delivered,
                rows,
                folded,
            )
        } else {
            self.inbound(
                FoldedMessage {
                    attributes,
                    ..message
                },
                folded,
            )
        }) else {
            return;
        };
        self.note_price_marks(&message, rows, folded);
        messages.push(self.pairs.scope_hash(message.pair()), message);
    }

    /// An undelivered message matters to nobody but an auditor: free-form outside a window (W-2), marketing
    /// that the customer has opted out of (C-OPT-OUT).
    fn can_be_a_finding(&self, message: &FoldedMessage, rows: &[Row]) -> bool {
        if !self.terms.scope.findings {
            return false;
        }
        match message.attributes.kind() {
            Some(Kind::FreeForm) => true,
            Some(Kind::Template) => {
                let opted_out = &self.odd_values.opted_out;
                !opted_out.is_empty() && rows.iter().any(|row| opted_out.contains(&row.number()))
            }
            _ => false,
        }
    }

    /// Notes what a finding speaks of.
    pub fn sight(
        &self,
        code: FindingCode,
        message: &FoldedMessage,
        at: Instant,
        detail: Detail,
        folded: &mut Folded,
    ) {
        if !self.terms.scope.findings {
            return;
        }
        let account = self
            .own_account(message.attributes, message.pair, at)
            .account();
        if self.terms.account(account).is_written(at) {
            let row = message.stands_for();
            let sighting = Sighting::new(code, message.pair, account, row, at, detail);
            folded.sightings.add(sighting, &[row]);
        }
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

    fn inbound(&self, message: FoldedMessage, folded: &mut Folded) -> Option<Message> {
        let terms = self.terms.account(message.attributes.account());
        let instant = message.first;
        if terms.is_in_period(instant) {
            folded.totals.inbound += 1;
        } else {
            folded.totals.outside_period += 1;
        }
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
        sent: Instant,
        delivered: Option<Instant>,
        rows: &[Row],
        folded: &mut Folded,
    ) -> Option<Message> {
        folded.outbound_messages += 1;
        let mut attributes = message.attributes;
        if attributes
            .origin()
            .is_some_and(|origin| origin != Origin::Api)
        {
            folded.totals.not_api += 1;
            return None;
        }
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
        let assumed = delivered.is_none()
            && !failed
            && self.terms.settings.assume_sent_is_delivered == AssumeSentIsDelivered::On;
        let undecided = delivered.is_none()
            && !self.knows_deliveries
            && self.terms.settings.assume_sent_is_delivered == AssumeSentIsDelivered::Auto;
        let instant = delivered.unwrap_or(sent);
        if !terms.is_in_period(instant) {
            folded.totals.outside_period += 1;
        } else if undecided {
            folded.undecided += 1;
        } else if delivered.is_some() || assumed {
            folded.totals.outbound_delivered += 1;
        } else {
            folded.totals.outbound_undelivered += 1;
        }
        if !terms.is_processed(instant) {
            return None;
        }
        let is_call = attributes.kind() == Some(Kind::Call);
        if delivered.is_some() || assumed {
            attributes = attributes.with(Flag::Delivered);
        }
        if assumed {
            attributes = attributes.with(Flag::DeliveryAssumed);
        }
        // An answered call counts at its timestamp, whatever is known of its delivery (W-4).
        let instant = if is_call { sent } else { instant };
        let matters = delivered.is_some()
            || assumed
            || undecided
            || (is_call && !failed)
            || self.can_be_a_finding(&message, rows);
        matters.then(|| {
            Message::new(
                message.pair,
                instant,
                sent,
                attributes,
                message.stands_for(),
            )
        })
    }

    /// D-7, D-8, D-9: what category the template had, and whether the message can be used without.
    fn decide_category(
        &self,
        message: &mut FoldedMessage,
        sent: Instant,
        delivered: Option<Instant>,
        folded: &mut Folded,
    ) -> Result<(), RejectReason> {
        let Some(kind) = message.attributes.kind() else {
            return Err(RejectReason::MissingType);
        };
        if kind != Kind::Template {
            return Ok(());
        }
        let settings = &self.terms.settings;
        let log = message.attributes.category();
        let mark = message
            .attributes
            .mark_category()
            .filter(|_| settings.trust == Trust::Marks);
        let entry = self.templates.zip(message.attributes.template());
        let registry = entry.and_then(|(templates, number)| templates.category_at(number, sent));
        if let Some((templates, number)) = entry
            && delivered.is_some()
            && templates
                .status_at(number, sent)
                .is_some_and(|status| !status.may_be_sent())
        {
            folded.notices.unapproved += 1;
        }
        if let Some((templates, number)) = entry
            && templates
                .status_at(number, sent)
                .is_some_and(|status| !status.may_be_sent())
        {
            let detail = Detail::Delivered(delivered.is_some());
            self.sight(FindingCode::Unapproved, message, sent, detail, folded);
        }
        let decided = match settings.category_basis {
            CategoryBasis::Mark => mark.or(registry).or(log),
            CategoryBasis::Registry => registry.or(mark).or(log),
            CategoryBasis::Log => log.or(mark).or(registry),
        };
        let differs = |category: Option<TemplateCategory>| {
            category.is_some_and(|category| Some(category) != decided)
        };
        if differs(mark) || differs(registry) || differs(log) {
            folded.notices.recategorised += 1;
        }
        let mut others = [mark, registry, log].into_iter().flatten();
        if let Some(decided) = decided
            && let Some(other) = others.find(|&other| other != decided)
        {
            let detail = Detail::OtherCategory(other);
            self.sight(FindingCode::Recategorised, message, sent, detail, folded);
        }
        let is_authentication = |category| category == Some(TemplateCategory::Authentication);
        let is_declared = is_authentication(log) || is_authentication(mark);
        if registry.is_some()
            && (log.is_some() || mark.is_some())
            && is_authentication(registry) != is_declared
        {
            self.sight(FindingCode::AuthMisuse, message, sent, Detail::None, folded);
        }
        match decided {
            Some(category) => {
                message.attributes = message.attributes.with_category(category);
                Ok(())
            }
            None => {
                let account = self.terms.account(message.attributes.account());
                let instant = delivered.unwrap_or(sent);
                let cutover = self.terms.cutover_instant(instant, sent);
                match account.needs_category(instant, cutover) {
                    true => Err(RejectReason::MissingCategory),
                    false => Ok(()),
                }
            }
        }
    }

    /// A number may have moved between accounts: the account is the one it had when the message was sent.
    fn own_account(&self, attributes: Attributes, pair: PairKey, sent: Instant) -> Attributes {
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
    fn count_rows(&self, rows: &[Row], folded: &mut Folded) {
        folded.totals.rows_read += rows.len() as u64;
        for row in rows {
            folded.see(row.timestamp());
            if let Some(delivered_at) = self.delivered_at(row) {
                folded.see(delivered_at);
            }
            if row.timestamp() < Instant::from_seconds(1_230_768_000) {
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
        folded.totals.exact_duplicates += (rows.len() - distinct) as u64;
        folded.totals.folded_status_rows += distinct as u64 - 1;
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

/// Rows linked by equal fold key: an open-addressing table of heads, and the next row of each.
struct Chains {
    next: Vec<u32>,
    is_head: Vec<bool>,
}

const NONE: u32 = u32::MAX;

impl Chains {
    fn link(rows: &[Row]) -> Self {
        let slots = (rows.len() * 2).next_power_of_two().max(2);
        let mut tails: Vec<u32> = vec![NONE; slots];
        let mut next = vec![NONE; rows.len()];
        let mut is_head = vec![false; rows.len()];
        for (index, row) in rows.iter().enumerate() {
            let key = row.fold_key();
            // Partitions took the top bits; these are others.
            let mut slot = (key >> 8) as usize & (slots - 1);
            loop {
                let tail = tails[slot];
                if tail == NONE {
                    is_head[index] = true;
                    break;
                }
                if rows[tail as usize].fold_key() == key {
                    next[tail as usize] = index as u32;
                    break;
                }
                slot = (slot + 1) & (slots - 1);
            }
            tails[slot] = index as u32;
        }
        Self { next, is_head }
    }

    fn is_head(&self, row: usize) -> bool {
        self.is_head[row]
    }

    fn next(&self, row: usize) -> Option<usize> {
        let next = self.next[row];
        (next != NONE).then_some(next as usize)
    }
}
