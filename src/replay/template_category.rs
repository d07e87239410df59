//! What is said of a message while it is folded: its template's category (D-7, D-8, D-9), and what a
//! finding speaks of.

use super::attributes::{Attributes, Flag};
use super::fold::{FIRST_YEAR, FoldedMessage, Folder};
use super::folded::Folded;
use super::message::Message;
use super::reject::RejectReason;
use super::row::Row;
use super::sighting::{Detail, Sighting};
use crate::rulebook::settings::{CategoryBasis, Trust};
use crate::vocabulary::{FindingCode, Instant, Kind, TemplateCategory};

impl Folder<'_> {
    /// D-7, D-8, D-9: what category the template had, and whether the message can be used without.
    pub(super) fn decide_category(
        &self,
        message: &mut FoldedMessage,
        sent: Instant,
        delivered: Option<Instant>,
        folded: &mut Folded,
    ) -> Result<(), RejectReason> {
        let attributes = message.attributes;
        let Some(kind) = attributes.kind() else {
            return Err(RejectReason::MissingType);
        };
        let may_be_template = kind == Kind::Template || attributes.has(Flag::InferredKind);
        if !may_be_template {
            return Ok(());
        }
        let settings = &self.terms.settings;
        let log = attributes
            .category()
            .filter(|_| !attributes.has(Flag::InferredCategory));
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
        if let Some(category) = decided {
            message.attributes = attributes
                .with_category(category)
                .without(Flag::InferredCategory);
            return Ok(());
        }
        match self.inferred_category(attributes) {
            Some(category) => {
                message.attributes = attributes
                    .with_category(category)
                    .with(Flag::InferredCategory);
                Ok(())
            }
            // Whether it is a template at all is decided with its pair.
            None if attributes.has(Flag::InferredKind) => Ok(()),
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

    /// The last source of D-7, which is no evidence: the category that a map's rule has inferred, or the one
    /// that the settings put in its place. They name one too where even the kind is inferred.
    fn inferred_category(&self, attributes: Attributes) -> Option<TemplateCategory> {
        if !attributes.is_inferred() {
            return None;
        }
        let setting = self.terms.settings.inferred_category;
        setting.replacement().or(attributes.category())
    }

    /// An undelivered message matters to nobody but an auditor: free-form outside a window (W-2), marketing
    /// that the customer has opted out of (C-OPT-OUT), by its error or by the stop list.
    pub(super) fn can_be_a_finding(
        &self,
        message: &FoldedMessage,
        rows: &[Row],
        folded: &mut Folded,
    ) -> bool {
        if !self.terms.scope.findings {
            return false;
        }
        match message.attributes.kind() {
            _ if message.attributes.has(Flag::InferredKind) => true,
            Some(Kind::FreeForm) => true,
            Some(Kind::Template) => {
                let opted_out = &self.odd_values.opted_out;
                let is_told = !opted_out.is_empty()
                    && rows.iter().any(|row| opted_out.contains(&row.number()));
                if is_told {
                    folded.opted_out.push(message.stands_for());
                }
                is_told || self.stop_list.names(self.pairs, message.pair)
            }
            _ => false,
        }
    }

    /// Q-CLOCK: times that no message can have. They lie outside of any period that could be asked for, so they
    /// are told whatever that is.
    pub(super) fn watch_clock(&self, message: &FoldedMessage, rows: &[Row], folded: &mut Folded) {
        if !self.terms.scope.findings {
            return;
        }
        let after_seen = &self.odd_values.after_seen;
        let is_after_seen = |row: &Row| after_seen.contains(&row.number());
        let detail = if message.first < FIRST_YEAR {
            Detail::Before2009
        } else if !after_seen.is_empty() && rows.iter().any(is_after_seen) {
            Detail::AfterSeen
        } else {
            return;
        };
        let at = message.first;
        let account = self.own_account(message.attributes, message.pair, at);
        let sighting = Sighting::new(
            FindingCode::Clock,
            message.pair,
            account.account(),
            message.stands_for(),
            at,
            detail,
        );
        folded.sightings.add(sighting, &[]);
    }

    /// C-AUTH-MISUSE: a one-time code in what is no authentication template.
    pub(super) fn watch_text(&self, message: &Message, folded: &mut Folded) {
        let may_be_template = message.kind() == Kind::Template || message.has_inferred_kind();
        let is_authentication =
            may_be_template && message.category() == Some(TemplateCategory::Authentication);
        let is_unsent = message.has_failed() && !message.is_delivered();
        if message.is_inbound()
            || is_authentication
            || is_unsent
            || !self.terms.scope.findings
            || !self.notes.of(message.row()).has_one_time_code()
        {
            return;
        }
        // The registry's word on the same message says it better.
        let is_told =
            folded.sightings.list.last().is_some_and(|last| {
                (last.code, last.row) == (FindingCode::AuthMisuse, message.row())
            });
        let (account, at) = (message.attributes().account(), message.instant());
        if !is_told && self.terms.account(account).is_written(at) {
            let sighting = Sighting::new(
                FindingCode::AuthMisuse,
                message.pair(),
                account,
                message.row(),
                at,
                Detail::OneTimeCode,
            );
            folded.sightings.add(sighting, &[message.row()]);
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
}
