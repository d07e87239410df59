//! The rules that decided anything in a run: what they say, who states it, and how often they spoke.

use serde::Serialize;

use crate::rulebook::Rulebook;
use crate::vocabulary::Rule;

/// A rule that conversations or charges cite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CitedRule {
    /// Its id.
    pub id: &'static str,
    /// What it says, in a sentence.
    pub text: String,
    /// Who states it: `meta`, `provider` or `unpublished`.
    pub confidence: &'static str,
    /// Where it was read.
    pub sources: Vec<CitedSource>,
    /// Conversations that it opened.
    pub conversations: u64,
    /// Charges that it decided.
    pub charges: u64,
}

/// Where a rule was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CitedSource {
    /// The page's title.
    pub title: String,
    /// Its address, where it has one.
    pub url: Option<String>,
}

/// How often each rule is cited, by its place in [`Rule::ALL`].
pub(super) type Citations = [u64; Rule::ALL.len()];

/// The rules that are cited, in the order of [`Rule::ALL`].
pub(super) fn cited(
    rulebook: &Rulebook,
    conversations: &Citations,
    charges: &Citations,
) -> Vec<CitedRule> {
    let counts = Rule::ALL.iter().zip(conversations.iter().zip(charges));
    counts
        .filter(|(_, (conversations, charges))| **conversations + **charges > 0)
        .map(|(&rule, (&conversations, &charges))| {
            let entry = rulebook.rule(rule);
            let sources = entry.iter().flat_map(|entry| &entry.sources);
            CitedRule {
                id: rule.name(),
                text: entry.map(|entry| entry.text.clone()).unwrap_or_default(),
                confidence: entry.map_or("unpublished", |entry| entry.confidence.name()),
                sources: sources
                    .filter_map(|id| rulebook.source(id))
                    .map(|source| CitedSource {
                        title: source.title.clone(),
                        url: source.url.clone(),
                    })
                    .collect(),
                conversations,
                charges,
            }
        })
        .collect()
}
