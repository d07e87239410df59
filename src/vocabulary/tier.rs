//! Volume tiers as Meta writes them: `LOWER:UPPER`, the first from 0, the last to `MAX`.

use std::fmt;

/// A range of ranks within a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tier {
    lower: u64,
    /// None where it ends in `MAX`.
    upper: Option<u64>,
}

impl Tier {
    /// Reads `LOWER:UPPER`. The first tier may be counted from 0 or from 1: both are the same tier.
    pub fn parse(text: &str) -> Option<Self> {
        let (lower, upper) = text.split_once(':')?;
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse::<u64>().ok()).flatten()
        };
        let lower = match number(lower.trim())? {
            1 => 0,
            lower => lower,
        };
        let upper = match upper.trim() {
            open if open.eq_ignore_ascii_case("max") => None,
            upper => Some(number(upper).filter(|&upper| upper >= lower)?),
        };
        Some(Self { lower, upper })
    }

    /// The rank of the first message in it: ranks count from 1, the first tier from 0.
    pub const fn first_rank(self) -> u64 {
        match self.lower {
            0 => 1,
            lower => lower,
        }
    }

    /// Whether it is the only tier there is: `0:MAX` says the same as no tier.
    pub const fn is_whole(self) -> bool {
        self.lower == 0 && self.upper.is_none()
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.upper {
            Some(upper) => write!(formatter, "{}:{upper}", self.lower),
            None => write!(formatter, "{}:MAX", self.lower),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_read_as_meta_writes_them() {
        for (text, written) in [
            ("0:100000", Some("0:100000")),
            ("1:100000", Some("0:100000")),
            ("100001:MAX", Some("100001:MAX")),
            ("0:max", Some("0:MAX")),
            ("", None),
            ("5:4", None),
            ("-1:4", None),
            ("0:", None),
            ("100000", None),
            ("0:99999999999999999999999", None),
        ] {
            let read = Tier::parse(text).map(|tier| tier.to_string());
            assert_eq!(read.as_deref(), written, "{text}");
        }
        assert!(Tier::parse("0:MAX").is_some_and(Tier::is_whole));
        let first_rank = |text: &str| Tier::parse(text).map(Tier::first_rank);
        assert_eq!(first_rank("0:100000"), Some(1));
        assert_eq!(first_rank("100001:MAX"), Some(100_001));
    }
}
