//! The shape of `rulebook.toml`: what may be written, before anything is looked up.

use serde::Deserialize;
use toml::{Spanned, Value};

use crate::vocabulary::LocalDate;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RulebookFile {
    pub source: Vec<SourceTable>,
    pub regime: Vec<RegimeTable>,
    pub parameter: Vec<ParameterTable>,
    pub ai_period: Vec<AiPeriodTable>,
    pub rule: Vec<RuleTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceTable {
    pub id: Spanned<String>,
    pub title: String,
    pub url: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegimeTable {
    pub id: Spanned<String>,
    pub valid_from: LocalDate,
    pub valid_to: Option<LocalDate>,
    pub mechanisms: Vec<Spanned<String>>,
    pub sources: Vec<Spanned<String>>,
    pub confidence: Spanned<String>,
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ParameterTable {
    pub id: Spanned<String>,
    pub rule: Spanned<String>,
    #[serde(rename = "unit")]
    pub _unit: String,
    pub value: Vec<Spanned<ValueTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ValueTable {
    pub valid_from: Option<LocalDate>,
    pub valid_to: Option<LocalDate>,
    pub value: Value,
    pub setting: Option<Spanned<String>>,
    pub sources: Vec<Spanned<String>>,
    pub confidence: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AiPeriodTable {
    pub countries: Vec<Spanned<String>>,
    pub valid_from: LocalDate,
    pub valid_to: Option<LocalDate>,
    pub sources: Vec<Spanned<String>>,
    pub confidence: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleTable {
    pub id: Spanned<String>,
    pub text: String,
    pub sources: Vec<Spanned<String>>,
    pub confidence: Spanned<String>,
}
