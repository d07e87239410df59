//! The cells of an invoice: lines that state the same, and which of them covers a group of charges.

use std::{cmp::Reverse, collections::HashMap};

use super::{
    super::{
        ExpectedGroup, InvoiceLine,
        key::{Grain, Key},
        line::DateBasis,
    },
    is_usage,
};
use crate::{
    tariff::Period,
    vocabulary::{ChargeCategory, Currency, LocalDate},
};

/// The cells, found by what they state.
pub(in super::super) struct Cells {
    keys: Vec<Key>,
    lines: Vec<Vec<usize>>,
    /// The cell each was joined to, itself if to none.
    joined: Vec<usize>,
    by_key: HashMap<Key, usize>,
    /// The cells of a key whatever their tier: for charges whose tier nobody knows.
    by_key_without_tier: HashMap<Key, Vec<usize>>,
    /// Each grain with the periods that its lines state.
    grains: Vec<(Grain, Vec<Period>)>,
}

impl Cells {
    pub fn new(lines: &[InvoiceLine], currency: Option<Currency>) -> Self {
        let mut cells = Self {
            keys: Vec::new(),
            lines: Vec::new(),
            joined: Vec::new(),
            by_key: HashMap::new(),
            by_key_without_tier: HashMap::new(),
            grains: Vec::new(),
        };
        for (place, line) in lines.iter().enumerate().filter(|(_, line)| is_usage(line)) {
            cells.add(place, Key::of_line(line, currency));
        }
        for (_, periods) in &mut cells.grains {
            periods.sort_unstable();
            periods.dedup();
        }
        cells
    }

    fn add(&mut self, line: usize, key: Key) {
        if let Some(&cell) = self.by_key.get(&key) {
            self.lines[cell].push(line);
            return;
        }
        let cell = self.keys.len();
        let grain = key.grain();
        match self.grains.iter_mut().find(|(known, _)| *known == grain) {
            Some((_, periods)) => periods.extend(key.period),
            None => self.grains.push((grain, key.period.into_iter().collect())),
        }
        if key.tier.is_some() {
            let without = Key {
                tier: None,
                ..key.clone()
            };
            let with_any_tier = self.by_key_without_tier.entry(without).or_default();
            with_any_tier.push(cell);
        }
        self.by_key.insert(key.clone(), cell);
        self.keys.push(key);
        self.lines.push(vec![line]);
        self.joined.push(cell);
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// What the lines of a cell state.
    pub fn key(&self, cell: usize) -> &Key {
        &self.keys[self.root(cell)]
    }

    /// The lines of a cell with those of all that were joined to it; none for one that was joined away.
    pub fn lines(&self, cell: usize) -> &[usize] {
        &self.lines[cell]
    }

    pub fn grains(&self) -> impl Iterator<Item = Grain> {
        self.grains.iter().map(|&(grain, _)| grain)
    }

    /// The cell that a cell was joined to.
    pub fn root(&self, cell: usize) -> usize {
        let mut cell = cell;
        while self.joined[cell] != cell {
            cell = self.joined[cell];
        }
        cell
    }

    /// The finest cell that covers a group on a date. Two that are equally fine become one.
    pub fn find(
        &mut self,
        group: &ExpectedGroup,
        date: impl Fn(DateBasis) -> LocalDate,
    ) -> Option<usize> {
        let found = self.finest(group, &date);
        if !found.is_empty() {
            return self.join(&found);
        }
        let found = self.any_tier(group, &date);
        if !found.is_empty() {
            return self.join(&found);
        }
        // Marketing Lite is charged like marketing, and an invoice may not tell them apart.
        if group.category == ChargeCategory::MarketingLite {
            let marketing = ExpectedGroup {
                category: ChargeCategory::Marketing,
                ..group.clone()
            };
            return self.find(&marketing, date);
        }
        None
    }

    /// The cell that covers a group on a date, without joining any.
    pub fn look_up(
        &self,
        group: &ExpectedGroup,
        date: impl Fn(DateBasis) -> LocalDate,
    ) -> Option<usize> {
        let found = self.finest(group, &date);
        let found = if found.is_empty() {
            self.any_tier(group, &date)
        } else {
            found
        };
        found.first().map(|&cell| self.root(cell))
    }

    fn finest(&self, group: &ExpectedGroup, date: &impl Fn(DateBasis) -> LocalDate) -> Vec<usize> {
        let mut best = None;
        let mut found = Vec::new();
        for (grain, key) in self.projections(group, date) {
            let Some(&cell) = self.by_key.get(&key) else {
                continue;
            };
            let days = key.period.map_or(i64::MAX, |period| {
                i64::from(period.to.days()) - i64::from(period.from.days())
            });
            let fineness = Some((grain.fineness(), Reverse(days)));
            if fineness > best {
                best = fineness;
                found.clear();
            }
            if fineness == best {
                found.push(cell);
            }
        }
        found
    }

    /// Where the replay knows no tier, every tier of the invoice may hold the charges.
    fn any_tier(
        &self,
        group: &ExpectedGroup,
        date: &impl Fn(DateBasis) -> LocalDate,
    ) -> Vec<usize> {
        if group.tier.is_some() || self.by_key_without_tier.is_empty() {
            return Vec::new();
        }
        let keys = self.projections(group, date);
        let cells = keys.filter_map(|(_, key)| self.by_key_without_tier.get(&key));
        cells.flatten().copied().collect()
    }

    /// The keys under which cells that cover the group would stand, one for each grain and period.
    fn projections<'a>(
        &'a self,
        group: &'a ExpectedGroup,
        date: &'a impl Fn(DateBasis) -> LocalDate,
    ) -> impl Iterator<Item = (Grain, Key)> + 'a {
        self.grains.iter().flat_map(move |(grain, periods)| {
            let date = date(grain.basis);
            let holding = periods
                .iter()
                .filter(move |period| period.contains(date))
                .map(|&period| Some(period));
            let always = (!grain.period).then_some(None);
            holding
                .chain(always)
                .map(move |period| (*grain, Key::of_group(group, *grain, period)))
        })
    }

    fn join(&mut self, found: &[usize]) -> Option<usize> {
        let first = self.root(*found.first()?);
        for &other in &found[1..] {
            let other = self.root(other);
            if other != first {
                self.keys[first] = self.keys[first].common(&self.keys[other]);
                let moved = std::mem::take(&mut self.lines[other]);
                self.lines[first].extend(moved);
                self.lines[first].sort_unstable();
                self.joined[other] = first;
            }
        }
        Some(first)
    }
}
