//! Finds the messages that were in view for a second, from samples of the view. Pure.

use std::collections::VecDeque;

/// The interval between samples, in milliseconds.
pub(super) const SAMPLE_INTERVAL_MS: u64 = 250;
/// A message in this many consecutive samples was in view for a second.
const SAMPLES: usize = 5;

/// A sample: the messages in view, by their `seq`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct View {
    pub(super) first: u64,
    pub(super) last: u64,
    /// Whether the reader is at the end and follows new messages.
    pub(super) at_end: bool,
}

/// The samples of the last second.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ViewSamples(VecDeque<View>);

impl ViewSamples {
    /// Adds a sample, or `None` if the page is not active. Returns the messages that were in view for a second.
    /// Messages that scroll past a reader who follows the end count as well.
    pub(super) fn sample(&mut self, now: Option<View>) -> Option<(u64, u64)> {
        let Some(now) = now else {
            self.0.clear();
            return None;
        };
        self.0.push_back(now);
        if self.0.len() < SAMPLES {
            return None;
        }
        let before = self.0.pop_front()?;
        let (first, last) = if before.at_end && self.is_retryable(before) {
            (before.first, before.last.max(now.first.saturating_sub(1)))
        } else {
            (before.first.max(now.first), before.last.min(now.last))
        };
        (first <= last).then_some((first, last))
    }

    /// Whether each sample since `before` continues where the one before it ended, at the end of the log.
    fn is_retryable(&self, mut before: View) -> bool {
        self.0.iter().all(|view| {
            let goes_on = view.at_end && view.first <= before.last;
            before = *view;
            goes_on
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewed(samples: &[(u64, u64)], at_end: bool) -> Option<(u64, u64)> {
        let mut all = ViewSamples::default();
        samples
            .iter()
            .map(|(first, last)| all.sample(Some(View { first: *first, last: *last, at_end })))
            .last()?
    }

    #[test]
    fn nothing_counts_before_a_second_has_passed() {
        assert_eq!(viewed(&[(1, 9); 4], false), None);
        assert_eq!(viewed(&[(1, 9); 5], false), Some((1, 9)));
    }

    #[test]
    fn looking_away_starts_over() {
        let mut all = ViewSamples::default();
        let view = Some(View { first: 1, last: 9, at_end: true });
        let samples = [view, view, view, view, None, view, view, view, view, view];
        let seen: Vec<_> = samples.into_iter().map(|view| all.sample(view)).collect();
        assert_eq!(seen[..9], [None; 9]);
        assert_eq!(seen[9], Some((1, 9)));
    }

    #[test]
    fn only_messages_that_stay_in_view_count() {
        assert_eq!(viewed(&[(1, 9), (2, 10), (3, 11), (4, 12), (5, 13)], false), Some((5, 9)));
        assert_eq!(viewed(&[(1, 9), (2, 10), (3, 11), (4, 12), (15, 23)], false), None);
    }

    #[test]
    fn messages_that_scroll_past_a_reader_at_the_end_count() {
        let passing = [(1, 9), (6, 14), (11, 19), (16, 24), (21, 29)];
        assert_eq!(viewed(&passing, true), Some((1, 20)));
        assert_eq!(viewed(&passing, false), None);
    }

    #[test]
    fn messages_that_arrived_together_and_were_never_in_view_do_not_count() {
        assert_eq!(viewed(&[(1, 9), (1, 9), (1, 9), (1, 9), (41, 49)], true), None);
    }
}
