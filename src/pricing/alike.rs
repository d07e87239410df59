//! Charges that are alike: what each has, once, and how many have it.

use std::hash::Hash;

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::memory::{List, Memory};
use crate::replay::outcome::{Charge, Outcome, Part};

/// The charges of an outcome, sorted out by something they share.
#[derive(Debug)]
pub struct Alike<K> {
    /// What some of the charges share.
    pub keys: Vec<K>,
    /// How many share it, by key.
    pub counts: Vec<u64>,
    /// The place of each charge's key, by part and place.
    pub codes: Vec<List<u32>>,
}

/// The same of one part.
struct OfPart<K> {
    keys: Vec<K>,
    counts: Vec<u64>,
    codes: List<u32>,
}

impl<K: Copy + Eq + Hash + Send + Sync> Alike<K> {
    /// Looks at every charge once, in parallel. A part is a stretch of time and has few keys, so most look-ups stay
    /// in the cache.
    pub fn of(outcome: &Outcome, key: impl Fn(&Charge) -> K + Sync) -> Self {
        let found: Vec<OfPart<K>> = outcome
            .parts
            .par_iter()
            .map(|part| OfPart::of(part, &outcome.memory, &key))
            .collect();
        let mut known: HashMap<K, u32> = HashMap::new();
        let (mut keys, mut counts) = (Vec::new(), Vec::new());
        let joined: Vec<(Vec<u32>, List<u32>)> = found
            .into_iter()
            .map(|part| {
                let places = part.keys.iter().zip(&part.counts).map(|(&key, count)| {
                    let place = *known.entry(key).or_insert_with(|| {
                        keys.push(key);
                        counts.push(0);
                        keys.len() as u32 - 1
                    });
                    counts[place as usize] += count;
                    place
                });
                (places.collect(), part.codes)
            })
            .collect();
        let codes = joined.into_par_iter().map(|(places, mut codes)| {
            for code in codes.iter_mut() {
                *code = places[*code as usize];
            }
            codes
        });
        Self {
            codes: codes.collect(),
            keys,
            counts,
        }
    }
}

impl<K: Copy + Eq + Hash> OfPart<K> {
    fn of(part: &Part, memory: &Memory, key: impl Fn(&Charge) -> K) -> Self {
        let mut known: HashMap<K, u32> = HashMap::new();
        let mut found = Self {
            keys: Vec::new(),
            counts: Vec::new(),
            codes: List::new(memory),
        };
        for charge in part.charges.iter() {
            let key = key(&charge);
            let place = *known.entry(key).or_insert_with(|| {
                found.keys.push(key);
                found.counts.push(0);
                found.keys.len() as u32 - 1
            });
            found.counts[place as usize] += 1;
            found.codes.push(place);
        }
        found
    }
}
