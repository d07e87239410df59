//! The customer service window: 24 hours from each inbound message (W-1, W-3, T-4).

use crate::vocabulary::Instant;

/// The customer service windows of a pair.
#[derive(Clone, Copy, Debug, Default)]
pub struct Window<'a> {
    /// When windows start or start again, ascending.
    starts: &'a [Instant],
    hours: i64,
    /// Where the last look-up ended; messages come nearly in order, so the next one is close.
    cursor: usize,
}

impl<'a> Window<'a> {
    /// The windows that start at these instants.
    pub fn new(starts: &'a [Instant], hours: i64) -> Self {
        Self {
            starts,
            hours,
            cursor: 0,
        }
    }

    /// The latest start at or before an instant.
    fn start_before(&mut self, instant: Instant) -> Option<Instant> {
        while self.cursor < self.starts.len() && self.starts[self.cursor] <= instant {
            self.cursor += 1;
        }
        while self.cursor > 0 && self.starts[self.cursor - 1] > instant {
            self.cursor -= 1;
        }
        self.cursor.checked_sub(1).map(|index| self.starts[index])
    }

    /// W-1: `[start, start + 24 h)` of some start.
    pub fn is_open_at(&mut self, instant: Instant) -> bool {
        self.end_before(instant).is_some_and(|end| instant < end)
    }

    /// The end of the last window that started at or before an instant.
    pub fn end_before(&mut self, instant: Instant) -> Option<Instant> {
        self.start_before(instant)
            .map(|start| start.plus_hours(self.hours))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(hours: i64) -> Instant {
        Instant::from_seconds(1_700_000_000).plus_hours(hours)
    }

    #[test]
    fn a_window_is_half_open_and_later_messages_extend_it() {
        let starts = [hours(0), hours(10)];
        let mut window = Window::new(&starts, 24);
        assert!(!window.is_open_at(hours(0).plus_seconds(-1)));
        assert!(window.is_open_at(hours(0)));
        assert!(window.is_open_at(hours(34).plus_seconds(-1)));
        assert!(!window.is_open_at(hours(34)));
        assert!(window.is_open_at(hours(5)), "look-ups may go back");
    }
}
