//! Words that repeat, each kept once: business numbers, accounts, groups, channels, odd customer ids.
//!
//! Codes depend on which thread met a word first, so they never decide an order that is written.

use std::sync::RwLock;

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// A growing table of distinct byte strings, shared by all threads.
#[derive(Debug, Default)]
pub struct Intern {
    words: RwLock<Words>,
}

#[derive(Debug, Default)]
struct Words {
    table: HashTable<u32>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Words {
    fn word(&self, code: u32) -> &[u8] {
        let index = code as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }
}

impl Intern {
    /// The code of a word, which is kept if it is new. Codes count from 0.
    ///
    /// # Panics
    /// At 2^32 distinct words, far beyond what memory holds.
    pub fn code(&self, word: &[u8]) -> u32 {
        let hash = xxh3_64(word);
        {
            let words = self.read();
            if let Some(&code) = words.table.find(hash, |&code| words.word(code) == word) {
                return code;
            }
        }
        let mut words = self
            .words
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let words = &mut *words;
        if let Some(&code) = words.table.find(hash, |&code| {
            let start = if code == 0 {
                0
            } else {
                words.ends[code as usize - 1]
            };
            &words.bytes[start..words.ends[code as usize]] == word
        }) {
            return code;
        }
        let code = u32::try_from(words.ends.len()).expect("fewer than 2^32 distinct words");
        words.bytes.extend_from_slice(word);
        words.ends.push(words.bytes.len());
        let (bytes, ends) = (&words.bytes, &words.ends);
        words.table.insert_unique(hash, code, |&code| {
            let start = if code == 0 {
                0
            } else {
                ends[code as usize - 1]
            };
            xxh3_64(&bytes[start..ends[code as usize]])
        });
        code
    }

    /// The code of a word that is there.
    pub fn find(&self, word: &[u8]) -> Option<u32> {
        let words = self.read();
        let code = words
            .table
            .find(xxh3_64(word), |&code| words.word(code) == word);
        code.copied()
    }

    /// The word behind a code.
    pub fn word(&self, code: u32) -> String {
        String::from_utf8_lossy(self.read().word(code)).into_owned()
    }

    /// Looks at the word behind a code.
    pub fn with_word<T>(&self, code: u32, look: impl FnOnce(&[u8]) -> T) -> T {
        look(self.read().word(code))
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.read().ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Words> {
        self.words
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
