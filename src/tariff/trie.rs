//! Longest-prefix match of telephone numbers: a digit trie in one array.
//!
//! A number's digits are read from the left by dividing by a constant, so that a look-up costs a few
//! multiplications and one array access for each digit of the prefix.

/// The most digits of a number (E.164).
const DIGITS_MAX: u32 = 15;
const LEFTMOST: u64 = 10u64.pow(DIGITS_MAX - 1);

/// From digit prefixes to values.
#[derive(Clone, Debug)]
pub(super) struct DigitTrie {
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    /// The node of each next digit; 0, the root, stands for none.
    next: [u16; 10],
    /// The value of the prefix that ends here, plus one; 0 for none.
    value: u16,
}

impl DigitTrie {
    pub(super) fn new() -> Self {
        Self {
            nodes: vec![Node::default()],
        }
    }

    /// Gives a prefix a value. `None` if it is no number of at most 15 digits, or the trie is full.
    pub(super) fn insert(&mut self, prefix: u64, value: u16) -> Option<()> {
        let mut node = 0;
        for digit in digits(prefix)? {
            node = match self.nodes[node].next[digit] {
                0 => {
                    let fresh = u16::try_from(self.nodes.len()).ok()?;
                    self.nodes.push(Node::default());
                    self.nodes[node].next[digit] = fresh;
                    usize::from(fresh)
                }
                next => usize::from(next),
            };
        }
        self.nodes[node].value = value.checked_add(1)?;
        Some(())
    }

    /// The value of the longest prefix of a number that has one.
    #[inline]
    pub(super) fn longest(&self, number: u64) -> Option<u16> {
        let (mut node, mut value) = (0, 0);
        for digit in digits(number)? {
            node = usize::from(self.nodes[node].next[digit]);
            if node == 0 {
                break;
            }
            if self.nodes[node].value != 0 {
                value = self.nodes[node].value;
            }
        }
        value.checked_sub(1)
    }
}

/// The digits of a number from the left.
#[inline]
fn digits(number: u64) -> Option<impl Iterator<Item = usize>> {
    let count = number.checked_ilog10()? + 1;
    let mut rest = number * 10u64.pow(DIGITS_MAX.checked_sub(count)?);
    Some((0..count).map(move |_| {
        let digit = rest / LEFTMOST;
        rest = rest % LEFTMOST * 10;
        digit as usize
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_wins_and_short_numbers_match_only_themselves() {
        let mut trie = DigitTrie::new();
        for (prefix, value) in [(1, 10), (1809, 11), (7, 12), (20, 13)] {
            trie.insert(prefix, value).expect("a prefix");
        }
        assert_eq!(trie.longest(18_095_551_234), Some(11));
        assert_eq!(trie.longest(18_105_551_234), Some(10));
        assert_eq!(trie.longest(1), Some(10));
        assert_eq!(trie.longest(1809), Some(11));
        assert_eq!(trie.longest(180), Some(10));
        assert_eq!(trie.longest(2), None, "2 is not 20");
        assert_eq!(trie.longest(20), Some(13));
        assert_eq!(trie.longest(999_999_999_999_999), None);
    }

    #[test]
    fn what_is_no_number_matches_nothing() {
        let mut trie = DigitTrie::new();
        trie.insert(1, 0).expect("a prefix");
        assert_eq!(trie.longest(0), None);
        assert_eq!(trie.longest(1_000_000_000_000_000), None, "16 digits");
        assert_eq!(trie.longest(u64::MAX), None);
        assert!(trie.insert(0, 1).is_none());
        assert!(trie.insert(u64::MAX, 1).is_none());
    }
}
