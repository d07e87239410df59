//! Messages whose log does not say whether they are templates, or of which category: a map's rule has inferred it.

use std::ops::AddAssign;

use super::attributes::{Attributes, Flag};
use super::terms::AccountTerms;
use crate::vocabulary::Instant;

/// How many messages rest on what a map's rule has inferred, and what that leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inferred {
    /// Business messages of the period whose kind, template or free-form, is inferred.
    pub kinds: u64,
    /// Business messages of the period whose category is inferred.
    pub categories: u64,
    /// Some kind is open, of any message that is looked at.
    pub leaves_kinds_open: bool,
    /// Some category is open, if only of a message that need not be a template.
    pub leaves_categories_open: bool,
    /// Some category is open of a message that is a template by the log.
    pub leaves_template_categories_open: bool,
}

impl Inferred {
    /// Takes a business message into account.
    #[inline]
    pub(super) fn see(&mut self, attributes: Attributes, instant: Instant, terms: &AccountTerms) {
        let may_be_inferred = attributes.is_inferred() && terms.is_processed(instant);
        if !may_be_inferred {
            return;
        }
        let has_kind = attributes.has(Flag::InferredKind);
        let has_category = attributes.has(Flag::InferredCategory);
        self.leaves_kinds_open |= has_kind;
        self.leaves_categories_open |= has_category || attributes.category().is_none();
        self.leaves_template_categories_open |= has_category && !has_kind;
        if terms.is_in_period(instant) {
            self.kinds += u64::from(has_kind);
            self.categories += u64::from(has_category);
        }
    }

    /// Whether any message rests on it.
    pub fn is_any(&self) -> bool {
        self.leaves_kinds_open || self.leaves_categories_open
    }
}

impl AddAssign for Inferred {
    fn add_assign(&mut self, other: Self) {
        self.kinds += other.kinds;
        self.categories += other.categories;
        self.leaves_kinds_open |= other.leaves_kinds_open;
        self.leaves_categories_open |= other.leaves_categories_open;
        self.leaves_template_categories_open |= other.leaves_template_categories_open;
    }
}
