//! Meta's own marks on a message beside what the rules say of it.
//!
//! A mark is compared only where both sides speak of the same thing; what they say then either agrees
//! or does not. Nothing is decided here, and no mark overwrites anything.

use super::evidence::EvidenceRow;
use super::view::MarkView;
use crate::log::CellParser;
use crate::log::cell::CellContext;
use crate::log::columns::Column;
use crate::log::marks::{Billable, MarkedCategory, MarkedPricingType, PricingModel};
use crate::replay::outcome::{Charge, Conversation};
use crate::tariff::Amount;
use crate::vocabulary::{ChargeCategory, ChargeUnit, ConversationCategory, Instant, PricingType};

/// Meta's ends of conversations are in whole seconds, and some logs keep less.
const SAME_END_MICROS: u64 = 60_000_000;

const MARKS: [Column; 10] = [
    Column::MetaPricingModel,
    Column::MetaBillable,
    Column::MetaPricingType,
    Column::MetaCategory,
    Column::MetaConversationId,
    Column::MetaConversationOrigin,
    Column::MetaExpiresAt,
    Column::MetaPricingSubtype,
    Column::MetaCost,
    Column::MetaCostCurrency,
];

/// What the rules say of a message.
#[derive(Clone, Copy, Default)]
pub struct Ours<'a> {
    /// Its charge.
    pub charge: Option<&'a Charge>,
    /// What one unit comes to, and in which currency.
    pub amount: Option<(Amount, &'a str)>,
    /// The conversation or entry point that it opened or belongs to.
    pub conversation: Option<&'a Conversation>,
}

/// The marks that the rows of a message carry.
pub fn marks(rows: &[&EvidenceRow], ours: Ours<'_>, cells: &CellContext) -> Vec<MarkView> {
    let mut found = Vec::new();
    for column in MARKS {
        let mut meta: Vec<String> = rows
            .iter()
            .filter_map(|row| row.cell(column))
            .map(str::to_owned)
            .collect();
        meta.dedup();
        if meta.is_empty() {
            continue;
        }
        let compared: Vec<(String, bool)> = meta
            .iter()
            .filter_map(|mark| compare(column, mark, rows, ours, cells))
            .collect();
        found.push(MarkView {
            column: column.name(),
            agrees: (!compared.is_empty()).then(|| compared.iter().all(|&(_, agrees)| agrees)),
            ours: compared.into_iter().next().map(|(ours, _)| ours),
            meta,
        });
    }
    found
}

/// What the rules say of the same thing, and whether it is the same.
fn compare(
    column: Column,
    mark: &str,
    rows: &[&EvidenceRow],
    ours: Ours<'_>,
    cells: &CellContext,
) -> Option<(String, bool)> {
    let word = mark.as_bytes();
    match column {
        Column::MetaPricingModel => {
            let marked = PricingModel::parse(word)?;
            let charge = ours.charge?;
            // P25-5: what a conversation covers over the switch is still its pricing.
            let is_per_message =
                charge.regime.is_per_message() && charge.pricing_type != PricingType::Covered;
            let model = if is_per_message {
                PricingModel::Pmp
            } else {
                PricingModel::Cbp
            };
            Some((model.name().to_owned(), marked == model))
        }
        Column::MetaBillable => {
            let charge = ours.charge?;
            let marked = Billable::parse(word)? == Billable::Yes;
            let is_billed = charge.is_chargeable();
            // Meta calls conversations billable that are on the invoice at nothing, all but entry points.
            let may_be_both = charge.uses_allowance
                || charge.unit == ChargeUnit::Conversation
                    && charge.pricing_type != PricingType::FreeEntryPoint;
            let is_said = !(marked && !is_billed && may_be_both);
            is_said.then(|| (is_billed.to_string(), marked == is_billed))
        }
        Column::MetaPricingType => {
            let ours = ours.charge?.pricing_type;
            Some((ours.name().to_owned(), is_same_type(word, ours)?))
        }
        Column::MetaCategory => {
            let charge = ours.charge?;
            let marked = MarkedCategory::parse(word)?;
            let agrees = marked.name() == charge.category.name()
                || marked.is_free_entry_point()
                    && charge.pricing_type == PricingType::FreeEntryPoint
                || charge.category == ChargeCategory::MarketingLite
                    && marked == MarkedCategory::Marketing;
            Some((charge.category.name().to_owned(), agrees))
        }
        Column::MetaConversationOrigin => {
            let category = ours.conversation?.category;
            let marked = MarkedCategory::parse(word)?;
            let agrees = marked.name() == category.name()
                || marked.is_free_entry_point() && category == ConversationCategory::FreeEntryPoint;
            Some((category.name().to_owned(), agrees))
        }
        Column::MetaExpiresAt => {
            let end = ours.conversation?.expires_at;
            let marked: Instant = CellParser::new(cells).text(column, word).instant()?;
            let agrees = marked.distance_micros(end) <= SAME_END_MICROS;
            Some((end.to_string(), agrees))
        }
        Column::MetaCost => {
            let (amount, currency) = ours.amount?;
            let marked = Amount::parse(mark).ok()?;
            let is_same_currency = rows
                .iter()
                .filter_map(|row| row.cell(Column::MetaCostCurrency))
                .any(|code| code.eq_ignore_ascii_case(currency));
            is_same_currency.then(|| (format!("{amount} {currency}"), marked == amount))
        }
        _ => None,
    }
}

fn is_same_type(word: &[u8], ours: PricingType) -> Option<bool> {
    Some(match MarkedPricingType::parse(word)? {
        MarkedPricingType::Regular => ours == PricingType::Regular,
        MarkedPricingType::FreeTier => ours == PricingType::FreeTier,
        MarkedPricingType::FreeEntryPoint => ours == PricingType::FreeEntryPoint,
        MarkedPricingType::FreeCustomerService
        | MarkedPricingType::FreeGroupCustomerService
        // P26-5: what Meta calls exempt is free customer service.
        | MarkedPricingType::PaidExempt => ours == PricingType::FreeCustomerService,
    })
}
