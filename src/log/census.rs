//! What a log consists of, counted row by row before anything is folded or judged.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use serde::Serialize;

use super::chunk::Chunk;
use super::intern::Intern;
use super::totals::CountByName;
use super::{CellCode, Column};
use crate::vocabulary::{
    Direction, EntryPoint, Instant, Kind, LocalDate, Origin, Status, TemplateCategory,
};

/// Before this there was no WhatsApp: such a time is no time (Q-CLOCK).
const EARLIEST_YEAR_START: i64 = 1_230_768_000;
/// The mark columns, any of which shows that an exporter kept Meta's webhooks.
const MARKS: [Column; 6] = [
    Column::MetaPricingModel,
    Column::MetaBillable,
    Column::MetaPricingType,
    Column::MetaCategory,
    Column::MetaConversationId,
    Column::MetaCost,
];

/// Usable rows of WhatsApp by what their cells say; rejected rows and other channels play no part.
#[derive(Debug, Default)]
pub struct Census {
    directions: [u64; Direction::ALL.len()],
    kinds: [u64; Kind::ALL.len()],
    categories: [u64; TemplateCategory::ALL.len()],
    statuses: [u64; Status::ALL.len()],
    entry_points: [u64; EntryPoint::ALL.len()],
    origins: [u64; Origin::ALL.len()],
    rows: Stated,
    /// Rows by business number, as a code, and day in UTC.
    days: HashMap<(u32, LocalDate), u64>,
}

/// How many rows state what an audit would like to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stated {
    /// Rows that customers have written.
    pub inbound: u64,
    /// Rows of messages of the business, those of its statuses among them.
    pub outbound: u64,
    /// Outbound rows that tell of a delivery.
    pub delivery: u64,
    /// Outbound rows of templates.
    pub templates: u64,
    /// Of these, rows with a category, of their own or Meta's.
    pub category: u64,
    /// Of these, rows with a template's name.
    pub template_name: u64,
    /// Outbound rows with any of Meta's marks.
    pub marks: u64,
    /// Inbound rows that came in through an entry point.
    pub entry_point: u64,
    /// Rows with an account of their own.
    pub account: u64,
    /// Outbound rows with an error code.
    pub error_code: u64,
    /// Rows with a time before 2009.
    pub before_2009: u64,
}

/// A business number's days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NumberDays {
    /// Rows.
    pub rows: u64,
    /// Days with a row, in UTC.
    pub days: u64,
    /// First day with a row.
    pub first_day: String,
    /// Last one.
    pub last_day: String,
    /// Days between them without any.
    pub empty_days: u64,
}

impl Census {
    /// Counts the rows of a chunk.
    pub fn take(&mut self, chunk: &Chunk) {
        let mut defects = chunk.defects.iter().peekable();
        for row in 0..chunk.rows {
            if defects
                .next_if(|(defect, _)| *defect as usize == row)
                .is_some()
            {
                continue;
            }
            let code = |column: Column| {
                let codes = &chunk.columns[column.index()];
                codes.get(row).copied().unwrap_or(CellCode::EMPTY)
            };
            let is_bad = Column::ALL.iter().any(|&column| {
                let code = code(column);
                code == CellCode::BAD
                    || code == CellCode::EMPTY && Column::REQUIRED.contains(&column)
            });
            let channel = code(Column::Channel);
            let is_elsewhere = channel.is_value() && channel.0 != 0;
            if !is_bad && !is_elsewhere {
                self.row(code);
            }
        }
    }

    fn row(&mut self, code: impl Fn(Column) -> CellCode) {
        let states = |column: Column| code(column).is_value();
        let direction = Direction::from_index(code(Column::Direction).0 as u8);
        self.directions[direction as usize] += 1;
        let kind = code(Column::Type);
        let kind = kind
            .is_value()
            .then(|| Kind::from_index((kind.0 & 7) as u8));
        if let Some(kind) = kind {
            self.kinds[kind as usize] += 1;
        }
        count(&mut self.categories, code(Column::Category));
        count(&mut self.statuses, code(Column::Status));
        count(&mut self.entry_points, code(Column::EntryPoint));
        count(&mut self.origins, code(Column::Origin));
        let rows = &mut self.rows;
        rows.account += u64::from(states(Column::Account));
        match direction {
            Direction::Inbound => {
                rows.inbound += 1;
                rows.entry_point += u64::from(states(Column::EntryPoint));
            }
            Direction::Outbound => {
                rows.outbound += 1;
                let status = code(Column::Status).0;
                let is_delivered = [Status::Delivered, Status::Read, Status::Played]
                    .iter()
                    .any(|&told| told as u64 == status);
                rows.delivery += u64::from(is_delivered || states(Column::DeliveredAt));
                rows.marks += u64::from(MARKS.iter().any(|&mark| states(mark)));
                rows.error_code += u64::from(states(Column::ErrorCode));
                if kind == Some(Kind::Template) {
                    rows.templates += 1;
                    let has_category = states(Column::Category) || states(Column::MetaCategory);
                    rows.category += u64::from(has_category);
                    rows.template_name += u64::from(states(Column::Template));
                }
            }
        }
        if let Some(at) = code(Column::Timestamp).instant() {
            rows.before_2009 += u64::from(at < Instant::from_seconds(EARLIEST_YEAR_START));
            let day = LocalDate::at_offset(at, 0);
            let number = code(Column::Business).0 as u32;
            *self.days.entry((number, day)).or_default() += 1;
        }
    }

    /// Adds another census.
    pub fn add(&mut self, other: &Self) {
        plus(&mut self.directions, &other.directions);
        plus(&mut self.kinds, &other.kinds);
        plus(&mut self.categories, &other.categories);
        plus(&mut self.statuses, &other.statuses);
        plus(&mut self.entry_points, &other.entry_points);
        plus(&mut self.origins, &other.origins);
        let (mine, theirs) = (&mut self.rows, &other.rows);
        mine.inbound += theirs.inbound;
        mine.outbound += theirs.outbound;
        mine.delivery += theirs.delivery;
        mine.templates += theirs.templates;
        mine.category += theirs.category;
        mine.template_name += theirs.template_name;
        mine.marks += theirs.marks;
        mine.entry_point += theirs.entry_point;
        mine.account += theirs.account;
        mine.error_code += theirs.error_code;
        mine.before_2009 += theirs.before_2009;
        for (&day, &count) in &other.days {
            *self.days.entry(day).or_default() += count;
        }
    }

    /// How many rows state what.
    pub fn stated(&self) -> Stated {
        self.rows
    }

    /// Rows by the words of a column.
    pub fn words(&self) -> BTreeMap<&'static str, CountByName> {
        BTreeMap::from([
            (
                "direction",
                named(Direction::ALL, Direction::name, &self.directions),
            ),
            ("type", named(Kind::ALL, Kind::name, &self.kinds)),
            (
                "category",
                named(
                    TemplateCategory::ALL,
                    TemplateCategory::name,
                    &self.categories,
                ),
            ),
            ("status", named(Status::ALL, Status::name, &self.statuses)),
            (
                "entry_point",
                named(EntryPoint::ALL, EntryPoint::name, &self.entry_points),
            ),
            ("origin", named(Origin::ALL, Origin::name, &self.origins)),
        ])
    }

    /// The days of each business number.
    pub fn numbers(&self, businesses: &Intern) -> BTreeMap<String, NumberDays> {
        let mut days: BTreeMap<u32, Vec<(LocalDate, u64)>> = BTreeMap::new();
        for (&(number, day), &count) in &self.days {
            days.entry(number).or_default().push((day, count));
        }
        days.into_iter()
            .map(|(number, mut days)| {
                days.sort_unstable();
                let (first, last) = (days[0].0, days[days.len() - 1].0);
                let length = i64::from(last.days()) - i64::from(first.days()) + 1;
                let with_rows = days.len() as u64;
                let told = NumberDays {
                    rows: days.iter().map(|(_, count)| count).sum(),
                    days: with_rows,
                    first_day: first.to_string(),
                    last_day: last.to_string(),
                    empty_days: (length as u64).saturating_sub(with_rows),
                };
                (businesses.word(number), told)
            })
            .collect()
    }
}

/// Counts a word by its place; words that are none of the enum's (`service`, `received`) play no part.
fn count<const N: usize>(counts: &mut [u64; N], code: CellCode) {
    if let Some(count) = counts.get_mut(usize::try_from(code.0).unwrap_or(usize::MAX)) {
        *count += 1;
    }
}

fn plus<const N: usize>(mine: &mut [u64; N], theirs: &[u64; N]) {
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        *mine += theirs;
    }
}

fn named<T: Copy>(words: &[T], name: fn(T) -> &'static str, counts: &[u64]) -> CountByName {
    let counts = words.iter().zip(counts).filter(|(_, count)| **count > 0);
    counts
        .map(|(&word, &count)| (name(word).to_owned(), count))
        .collect()
}
