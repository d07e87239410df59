//! From the cells of a chunk to packed rows, scattered by message.

use std::sync::Mutex;

use anyhow::bail;
use hashbrown::{HashMap, HashSet};
use xxhash_rust::xxh3::xxh3_64;

use super::attributes::{ACCOUNTS_MAX, Attributes, Flag};
use super::notes::Notes;
use super::outcome::RowNumber;
use super::pair::{CUSTOMER_LISTED, PairParts, PairTable};
use super::partition::{PartitionWriter, Partitions, lock, spread};
use super::reject::{Reject, RejectReason, Rejects};
use super::row::{DeliveredAt, Row};
use crate::accounts::Accounts;
use crate::log::cell::{CellCode, CellContext};
use crate::log::chunk::Chunk;
use crate::log::columns::Column;
use crate::log::marks::{MarkedCategory, MarkedPricingSubtype, MarkedPricingType};
use crate::memory::Memory;
use crate::vocabulary::{Direction, EntryPoint, Instant, Kind, Origin, Status, TemplateCategory};

const TEMPLATE_BITS: u32 = 20;

/// Meta's error for marketing to a customer who has opted out of it.
const OPTED_OUT: CellCode = CellCode((131_050 + CellCode::INTEGER_BIAS) as u64);

/// An exporter in another zone, or one that cuts times off, is not from the future.
const SEEN_AT_HOURS: i64 = 24;

/// Values too odd for a packed row, by row: few.
#[derive(Debug, Default)]
pub struct OddValues {
    /// `delivered_at` far from the timestamp.
    pub delivered_at: HashMap<RowNumber, Instant>,
    /// The end of a free entry point by Meta's mark (F-4).
    pub expires_at: HashMap<RowNumber, Instant>,
    /// Rows whose error says that the customer opted out of marketing (C-OPT-OUT).
    pub opted_out: HashSet<RowNumber>,
    /// Rows that lie after the exporter learned of them: from the future (Q-CLOCK). Only for findings.
    pub after_seen: HashSet<RowNumber>,
}

/// What assembling a log yields beside the rows.
#[derive(Debug, Default)]
pub struct Assembled {
    /// Rows of all files.
    pub rows_read: u64,
    /// Rows of other channels, by code of the channel.
    pub other_channels: HashMap<u32, u64>,
    /// Values that did not fit into rows.
    pub odd_values: OddValues,
    /// Whether some WhatsApp row knows more of its message than that it was sent (D-3).
    pub knows_deliveries: bool,
    /// Meta's marks, if an audit asks for them.
    pub notes: Notes,
}

/// Turns chunks into rows; shared by all threads.
pub struct Assembler<'a> {
    /// Words of the log.
    pub cells: &'a CellContext,
    /// Keys of pairs.
    pub pairs: &'a PairTable,
    /// Whose number is whose.
    pub accounts: &'a Accounts,
    /// Whether an audit asks for Meta's marks and for odd times.
    pub keeps_notes: bool,
    /// Where marks are kept.
    pub memory: &'a Memory,
    /// Where rows go.
    pub rows: &'a Partitions<Row>,
    /// Where unusable rows go.
    pub rejects: &'a Rejects,
    /// What else is found.
    pub assembled: Mutex<Assembled>,
}

impl Assembler<'_> {
    /// Takes a chunk whose rows are numbered from `first_row`, but for those that are `gone` (ascending).
    ///
    /// # Errors
    /// If the log names more accounts than a run can hold.
    pub fn take(&self, chunk: &Chunk, first_row: RowNumber, gone: &[u32]) -> anyhow::Result<()> {
        let mut work = ChunkWork::new(self, chunk, first_row, gone);
        self.rows.write(|writer| work.run(writer))?;
        let mut found = work.found;
        if self.keeps_notes {
            found.notes.take(chunk, first_row, self.memory);
        }
        self.rejects.extend(work.rejects);
        let mut assembled = lock(&self.assembled);
        assembled.rows_read += (chunk.rows - gone.len()) as u64;
        assembled.knows_deliveries |= found.knows_deliveries;
        assembled.notes.append(&mut found.notes);
        assembled
            .odd_values
            .delivered_at
            .extend(found.odd_values.delivered_at);
        assembled
            .odd_values
            .expires_at
            .extend(found.odd_values.expires_at);
        assembled
            .odd_values
            .opted_out
            .extend(found.odd_values.opted_out);
        assembled
            .odd_values
            .after_seen
            .extend(found.odd_values.after_seen);
        for (channel, count) in found.other_channels {
            *assembled.other_channels.entry(channel).or_default() += count;
        }
        Ok(())
    }
}

struct ChunkWork<'a> {
    assembler: &'a Assembler<'a>,
    chunk: &'a Chunk,
    first_row: RowNumber,
    gone: &'a [u32],
    found: Assembled,
    rejects: Vec<Reject>,
    /// Columns whose cells decide nothing but enter the comparison of rows (D-4), each with a number of its own.
    content: Vec<(u64, &'a [CellCode])>,
    account_of_business: HashMap<u32, u32>,
    last_business: (u32, u32),
    /// Hashes of the names of accounts, by code, as far as they are known.
    account_keys: Vec<Option<u64>>,
}

impl<'a> ChunkWork<'a> {
    fn new(
        assembler: &'a Assembler<'a>,
        chunk: &'a Chunk,
        first_row: RowNumber,
        gone: &'a [u32],
    ) -> Self {
        // Compared by themselves: the message's key, the pair and the clock, and the words of a row.
        let compared = [
            Column::MessageId,
            Column::Timestamp,
            Column::Business,
            Column::Customer,
            Column::Account,
            Column::Direction,
            Column::Category,
            Column::Status,
            Column::EntryPoint,
            Column::Origin,
        ];
        let content = Column::ALL
            .iter()
            .filter(|column| !compared.contains(column))
            .map(|column| {
                let codes = chunk.columns[column.index()].as_slice();
                (spread(column.index() as u64 + 1), codes)
            })
            .filter(|(_, codes)| !codes.is_empty())
            .collect();
        Self {
            assembler,
            chunk,
            first_row,
            gone,
            found: Assembled::default(),
            rejects: Vec::new(),
            content,
            account_of_business: HashMap::new(),
            last_business: (u32::MAX, 0),
            account_keys: Vec::new(),
        }
    }

    fn run(&mut self, writer: &mut PartitionWriter<'_, Row>) -> anyhow::Result<()> {
        let bad_rows = self.rows_with_bad_cells();
        let mut defects = self.chunk.defects.iter().peekable();
        let mut bad = bad_rows.iter().peekable();
        let mut gone = self.gone.iter().peekable();
        for index in 0..self.chunk.rows {
            let number = RowNumber(self.first_row.0 + index as u32);
            let defect = defects.next_if(|(row, _)| *row as usize == index);
            let has_bad_cell = bad.next_if(|row| **row == index).is_some();
            if gone.next_if(|row| **row as usize == index).is_some() {
                continue;
            }
            if let Some(&(_, defect)) = defect {
                self.rejects.push(Reject {
                    row: number,
                    reason: RejectReason::Defect(defect),
                });
                continue;
            }
            let channel = self.code(Column::Channel, index);
            if channel != CellCode::EMPTY && channel.0 != 0 {
                *self
                    .found
                    .other_channels
                    .entry((channel.0 - 1) as u32)
                    .or_default() += 1;
                continue;
            }
            match self.row(index, number, has_bad_cell)? {
                Ok(row) => writer.push(row.fold_key(), row),
                Err(reason) => self.rejects.push(Reject {
                    row: number,
                    reason,
                }),
            }
        }
        Ok(())
    }

    /// The rows with a cell that cannot be parsed or is missing though required, ascending.
    fn rows_with_bad_cells(&self) -> Vec<usize> {
        let mut rows = Vec::new();
        for &column in Column::ALL {
            let codes = &self.chunk.columns[column.index()];
            let empty = match Column::REQUIRED.contains(&column) {
                true => CellCode::EMPTY,
                false => CellCode::BAD,
            };
            // Nearly every column has none, which many cells at once can tell.
            let is_bad = |code: &CellCode| (*code == CellCode::BAD) | (*code == empty);
            if codes.iter().fold(false, |bad, code| bad | is_bad(code)) {
                let bad = codes.iter().enumerate().filter(|(_, code)| is_bad(code));
                rows.extend(bad.map(|(row, _)| row));
            }
        }
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    #[inline]
    fn code(&self, column: Column, row: usize) -> CellCode {
        self.chunk.columns[column.index()]
            .get(row)
            .copied()
            .unwrap_or(CellCode::EMPTY)
    }

    #[inline]
    fn instant(&self, column: Column, row: usize) -> Option<Instant> {
        self.code(column, row).instant()
    }

    fn first_bad_cell(&self, row: usize) -> Option<RejectReason> {
        Column::ALL
            .iter()
            .find_map(|&column| match self.code(column, row) {
                CellCode::BAD => Some(RejectReason::Unusable(column)),
                CellCode::EMPTY if Column::REQUIRED.contains(&column) => {
                    Some(RejectReason::Missing(column))
                }
                _ => None,
            })
    }

    #[inline(always)]
    fn row(
        &mut self,
        index: usize,
        number: RowNumber,
        has_bad_cell: bool,
    ) -> anyhow::Result<Result<Row, RejectReason>> {
        if has_bad_cell && let Some(reason) = self.first_bad_cell(index) {
            return Ok(Err(reason));
        }
        let attributes = match self.words(index) {
            Ok(attributes) => attributes,
            Err(column) => return Ok(Err(RejectReason::Unusable(column))),
        };
        let attributes = self.marks(attributes, index);
        let business = self.code(Column::Business, index).0 as u32;
        let attributes = self.account(attributes, business, index)?;
        let customer = self.code(Column::Customer, index).0;
        let group = self.code(Column::Group, index);
        let group = (group != CellCode::EMPTY).then_some(group.0 as u32);
        let pair = self.assembler.pairs.key(PairParts {
            business,
            customer,
            group,
        });

        // Made of names and not of codes: it is the same in every run.
        let mut fold_key =
            self.code(Column::MessageId, index).0 ^ self.account_key(attributes.account());
        let mut attributes = attributes;
        if group.is_some() {
            // the same message has a row for each recipient.
            attributes = attributes.with(Flag::InGroup);
            fold_key ^= spread(self.customer_key(customer));
        }
        // The clock columns were checked: no required cell is empty here.
        let timestamp = self
            .instant(Column::Timestamp, index)
            .unwrap_or(Instant::MIN);
        let delivered_at = self.instant(Column::DeliveredAt, index);
        self.found.knows_deliveries |= delivered_at.is_some()
            || attributes.direction() == Some(Direction::Outbound)
                && matches!(
                    attributes.status(),
                    Some(Status::Delivered | Status::Read | Status::Played | Status::Failed)
                );
        if attributes.has(Flag::EntryPointMark)
            && let Some(expires_at) = self.instant(Column::MetaExpiresAt, index)
        {
            attributes = attributes.with(Flag::HasExpiry);
            self.found.odd_values.expires_at.insert(number, expires_at);
        }
        if self.code(Column::ErrorCode, index) == OPTED_OUT {
            self.found.odd_values.opted_out.insert(number);
        }
        if self.assembler.keeps_notes
            && let Some(seen_at) = self.instant(Column::SeenAt, index)
            && seen_at.plus_hours(SEEN_AT_HOURS) < timestamp.max(delivered_at.unwrap_or(timestamp))
        {
            self.found.odd_values.after_seen.insert(number);
        }
        if self.code(Column::MaxPrice, index) != CellCode::EMPTY {
            attributes = attributes.with(Flag::HasMaxPrice);
        }
        if self.code(Column::MetaCost, index) != CellCode::EMPTY {
            attributes = attributes.with(Flag::HasCost);
        }
        let row = Row::new(
            spread(fold_key),
            pair,
            timestamp,
            delivered_at,
            attributes,
            self.content_hash(index),
            number,
        );
        if row.delivered_at() == DeliveredAt::Elsewhere
            && let Some(delivered_at) = delivered_at
        {
            self.found
                .odd_values
                .delivered_at
                .insert(number, delivered_at);
        }
        Ok(Ok(row))
    }

    /// The words that decide, or the column whose word does not fit the row's direction or kind.
    #[inline]
    fn words(&self, index: usize) -> Result<Attributes, Column> {
        let direction = Direction::from_index(self.code(Column::Direction, index).0 as u8);
        let mut words = Attributes::EMPTY.with_direction(direction);
        let kind = self.code(Column::Type, index);
        if kind != CellCode::EMPTY {
            words = words.with_kind(Kind::from_index((kind.0 & 7) as u8));
        }
        match self.code(Column::Category, index) {
            CellCode::EMPTY => {}
            CellCode::CATEGORY_SERVICE if words.kind() == Some(Kind::Template) => {
                return Err(Column::Category);
            }
            CellCode::CATEGORY_SERVICE => {}
            CellCode(category) => {
                words = words.with_category(TemplateCategory::from_index(category as u8))
            }
        }
        match self.code(Column::Status, index) {
            CellCode::EMPTY => {}
            CellCode::STATUS_RECEIVED if direction == Direction::Outbound => {
                return Err(Column::Status);
            }
            CellCode::STATUS_RECEIVED => {}
            CellCode(status) => words = words.with_status(Status::from_index(status as u8)),
        }
        let entry_point = self.code(Column::EntryPoint, index);
        if entry_point != CellCode::EMPTY {
            words = words.with_entry_point(EntryPoint::from_index(entry_point.0 as u8));
        }
        let origin = self.code(Column::Origin, index);
        if origin != CellCode::EMPTY {
            words = words.with_origin(Origin::from_index(origin.0 as u8));
        }
        let template = self.code(Column::Template, index);
        if template != CellCode::EMPTY && template.0 & ((1 << TEMPLATE_BITS) - 1) != 0 {
            words = words.with_template((template.0 & ((1 << TEMPLATE_BITS) - 1)) as u32);
        }
        let inferred = self.code(Column::Inferred, index);
        if inferred != CellCode::EMPTY && direction == Direction::Outbound {
            words = with_inferred(words, inferred);
        }
        Ok(words)
    }

    /// Adds what Meta's marks say (F-3, D-7, P26-5).
    #[inline]
    fn marks(&self, mut attributes: Attributes, index: usize) -> Attributes {
        let known = |column: Column, count: usize| {
            let code = self.code(column, index).0;
            (code < count as u64).then_some(code as u8)
        };
        if let Some(code) = known(Column::MetaPricingType, MarkedPricingType::ALL.len()) {
            match MarkedPricingType::from_index(code) {
                MarkedPricingType::FreeEntryPoint => {
                    attributes = attributes.with(Flag::EntryPointMark)
                }
                MarkedPricingType::PaidExempt => attributes = attributes.with(Flag::ExemptMark),
                _ => {}
            }
        }
        if let Some(code) = known(Column::MetaPricingSubtype, MarkedPricingSubtype::ALL.len())
            && MarkedPricingSubtype::from_index(code) == MarkedPricingSubtype::PaidExempt
        {
            attributes = attributes.with(Flag::ExemptMark);
        }
        if let Some(code) = known(Column::MetaConversationOrigin, MarkedCategory::ALL.len())
            && MarkedCategory::from_index(code).is_free_entry_point()
        {
            attributes = attributes.with(Flag::EntryPointMark);
        }
        if let Some(code) = known(Column::MetaCategory, MarkedCategory::ALL.len()) {
            let category = match MarkedCategory::from_index(code) {
                MarkedCategory::Marketing => Some(TemplateCategory::Marketing),
                MarkedCategory::MarketingLite => Some(TemplateCategory::MarketingLite),
                MarkedCategory::Utility => Some(TemplateCategory::Utility),
                MarkedCategory::Authentication | MarkedCategory::AuthenticationInternational => {
                    Some(TemplateCategory::Authentication)
                }
                MarkedCategory::ReferralConversion | MarkedCategory::FreeEntryPoint => {
                    attributes = attributes.with(Flag::EntryPointMark);
                    None
                }
                MarkedCategory::Service
                | MarkedCategory::UserInitiated
                | MarkedCategory::BusinessInitiated => None,
            };
            if let Some(category) = category {
                attributes = attributes.with_mark_category(category);
            }
        }
        attributes
    }

    /// Adds the account: the row's own, else that of the number, else `default`.
    #[inline]
    fn account(
        &mut self,
        attributes: Attributes,
        business: u32,
        index: usize,
    ) -> anyhow::Result<Attributes> {
        let own = self.code(Column::Account, index);
        let (code, attributes) = if own == CellCode::EMPTY {
            (
                self.account_of_number(business),
                attributes.with(Flag::AccountInferred),
            )
        } else {
            (own.0 as u32, attributes)
        };
        if code >= ACCOUNTS_MAX {
            bail!("the log names more than {ACCOUNTS_MAX} accounts; split it by account");
        }
        Ok(attributes.with_account(code))
    }

    fn account_of_number(&mut self, business: u32) -> u32 {
        if self.last_business.0 != business {
            let assembler = self.assembler;
            let account = *self.account_of_business.entry(business).or_insert_with(|| {
                let number = assembler.cells.businesses.word(business);
                let account = assembler
                    .accounts
                    .account_of_number(&number, None)
                    .unwrap_or("default");
                assembler.cells.accounts.code(account.as_bytes())
            });
            self.last_business = (business, account);
        }
        self.last_business.1
    }

    #[inline]
    fn account_key(&mut self, code: u32) -> u64 {
        if let Some(&Some(key)) = self.account_keys.get(code as usize) {
            return key;
        }
        let name = self.assembler.cells.accounts.word(code);
        let key = xxh3_64(name.as_bytes());
        if self.account_keys.len() <= code as usize {
            self.account_keys.resize(code as usize + 1, None);
        }
        self.account_keys[code as usize] = Some(key);
        key
    }

    /// A member of a group: the number itself, or the hash of an odd id.
    fn customer_key(&self, customer: u64) -> u64 {
        match customer.checked_sub(CUSTOMER_LISTED) {
            None => customer,
            Some(code) => {
                let customers = &self.assembler.cells.customers;
                customers.with_word(code as u32, xxh3_64)
            }
        }
    }

    /// Rows differ in what their filled cells say (D-4): a column that a file lacks is as good as an empty one.
    #[inline]
    fn content_hash(&self, index: usize) -> u32 {
        let mut hash = 0u64;
        for (column, codes) in &self.content {
            let code = codes[index];
            if code != CellCode::EMPTY {
                hash = (hash.rotate_left(5) ^ code.0 ^ column).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            }
        }
        (hash >> 32) as u32
    }
}

/// Marks the words that a map's rule has inferred, as far as they say anything.
fn with_inferred(words: Attributes, CellCode(inferred): CellCode) -> Attributes {
    let mut marked = words;
    if inferred & CellCode::INFERRED_TYPE != 0
        && matches!(words.kind(), Some(Kind::Template | Kind::FreeForm))
    {
        marked = marked.with(Flag::InferredKind);
    }
    if inferred & CellCode::INFERRED_CATEGORY != 0 && words.category().is_some() {
        marked = marked.with(Flag::InferredCategory);
    }
    marked
}
