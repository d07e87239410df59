//! Longest-prefix match of telephone numbers: a digit trie in one array, entered at the third digit.
//!
//! Nearly every calling code has at most three digits. What the first three say is therefore worked out
//! once for all thousand of them, and only the few numbers with longer prefixes walk on from there.

/// The most digits of a number (E.164).
const DIGITS_MAX: u32 = 15;
/// What the leftmost of fifteen digits is worth, and the third.
const FIRST: u64 = 10u64.pow(DIGITS_MAX - 1);
const THIRD: u64 = 10u64.pow(DIGITS_MAX - 3);
const HEAD_DIGITS: u32 = 3;

/// From digit prefixes to values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DigitTrie {
    nodes: Vec<Node>,
    /// Where three first digits lead; empty until [`Self::finish`].
    heads: Vec<Head>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Node {
    /// The node of each next digit; 0, the root, stands for none.
    next: [u16; 10],
    /// The value of the prefix that ends here, plus one; 0 for none.
    value: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    /// The node of the three digits if longer prefixes begin with them, else 0.
    node: u16,
    /// The value of their longest prefix, plus one; 0 for none.
    value: u16,
}

impl DigitTrie {
    pub(super) fn new() -> Self {
        Self {
            nodes: vec![Node::default()],
            heads: Vec::new(),
        }
    }

    /// Gives a prefix a value. `None` if it is no number of at most 15 digits, or the trie is full.
    pub(super) fn insert(&mut self, prefix: u64, value: u16) -> Option<()> {
        self.heads.clear();
        let (count, mut rest) = scaled(prefix)?;
        let mut node = 0;
        for _ in 0..count {
            let digit = next_digit(&mut rest);
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

    /// Works out where three first digits lead. Look-ups are right without it, but slower.
    pub(super) fn finish(&mut self) {
        let head = |digits: u64| {
            let (node, value) = self.walk(0, 0, digits * THIRD, HEAD_DIGITS);
            let has_more = node != 0 && self.nodes[usize::from(node)].next != [0; 10];
            Head {
                node: if has_more { node } else { 0 },
                value,
            }
        };
        self.heads = (0..1000).map(head).collect();
    }

    /// The value of the longest prefix of a number that has one.
    #[inline]
    pub(super) fn longest(&self, number: u64) -> Option<u16> {
        let (count, rest) = scaled(number)?;
        let value = match self.heads.get((rest / THIRD) as usize) {
            Some(head) if count >= HEAD_DIGITS => match head.node {
                0 => head.value,
                node => {
                    self.walk(node, head.value, rest % THIRD * 1000, count - HEAD_DIGITS)
                        .1
                }
            },
            _ => self.walk(0, 0, rest, count).1,
        };
        value.checked_sub(1)
    }

    /// Follows digits from a node; returns the node of the last (0 if the trie ends before) and the
    /// last value on the way.
    fn walk(&self, node: u16, value: u16, mut rest: u64, count: u32) -> (u16, u16) {
        let (mut node, mut value) = (node, value);
        for _ in 0..count {
            node = self.nodes[usize::from(node)].next[next_digit(&mut rest)];
            match self.nodes[usize::from(node)].value {
                _ if node == 0 => return (0, value),
                0 => {}
                found => value = found,
            }
        }
        (node, value)
    }
}

/// How many digits a number has, and the number moved to the left of fifteen digits.
#[inline]
fn scaled(number: u64) -> Option<(u32, u64)> {
    let count = number.checked_ilog10()? + 1;
    Some((count, number * 10u64.pow(DIGITS_MAX.checked_sub(count)?)))
}

#[inline]
fn next_digit(rest: &mut u64) -> usize {
    let digit = *rest / FIRST;
    *rest = *rest % FIRST * 10;
    digit as usize
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
    fn the_short_cut_over_three_digits_changes_nothing() {
        let mut slow = DigitTrie::new();
        for (value, prefix) in [1, 1809, 7, 76, 20, 212, 2125288, 44, 4479111, 999]
            .into_iter()
            .enumerate()
        {
            slow.insert(prefix, value as u16).expect("a prefix");
        }
        let mut fast = slow.clone();
        fast.finish();
        let numbers = (0..30_000).chain((0..30_000).map(|step| 1_000_000 + step * 297_533));
        for number in numbers.chain([
            18_095_551_234,
            212_528_812_345,
            212_528_712_345,
            447_911_112_345,
            44_791,
        ]) {
            assert_eq!(fast.longest(number), slow.longest(number), "{number}");
        }
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
