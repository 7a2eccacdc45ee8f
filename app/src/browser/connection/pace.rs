//! When what has come is shown: at once while little comes, and for no more than half of the time while much does.
//!
//! Showing an event costs the page some work whatever it holds. Events that come faster than they can be shown one by one
//! are taken in one by one, and shown together.

/// The longest rest, in milliseconds: a page that is very slow is not made slower still.
const MOST_MS: u64 = 500;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Show what has come, then [tell](Pace::shows), and come again when the page has done it.
    Show,
    /// Come again after so many milliseconds.
    Rest(u64),
    /// Nothing, until something comes.
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Ready,
    /// The page shows something since then, in milliseconds.
    Work(u64),
    Rest,
}

/// The pace of one line.
#[derive(Debug)]
pub(super) struct Pace {
    at: At,
    unseen: bool,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { at: At::Ready, unseen: false }
    }

    /// Something came.
    pub(super) fn came(&mut self) -> Next {
        self.unseen = true;
        if self.at == At::Ready { Next::Show } else { Next::Nothing }
    }

    /// What has come is shown from now on.
    pub(super) fn shows(&mut self, now_ms: u64) {
        (self.at, self.unseen) = (At::Work(now_ms), false);
    }

    /// The page has done what it was to do, or has rested.
    pub(super) fn goes_on(&mut self, now_ms: u64) -> Next {
        match self.at {
            At::Work(since) => {
                self.at = At::Rest;
                Next::Rest(now_ms.saturating_sub(since).min(MOST_MS))
            }
            At::Rest | At::Ready => {
                self.at = At::Ready;
                if self.unseen { Next::Show } else { Next::Nothing }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_alone_is_shown_at_once() {
        let mut pace = Pace::new();
        for begun in [0, 1_000] {
            assert_eq!(pace.came(), Next::Show);
            pace.shows(begun);
            assert_eq!(pace.goes_on(begun + 7), Next::Rest(7));
            assert_eq!(pace.goes_on(begun + 14), Next::Nothing);
        }
    }

    #[test]
    fn what_comes_meanwhile_is_shown_together_after_a_rest_as_long_as_the_work() {
        let mut pace = Pace::new();
        assert_eq!(pace.came(), Next::Show);
        pace.shows(0);
        assert_eq!([pace.came(), pace.came()], [Next::Nothing; 2]);
        assert_eq!(pace.goes_on(40), Next::Rest(40));
        assert_eq!(pace.came(), Next::Nothing);
        assert_eq!(pace.goes_on(80), Next::Show);
        pace.shows(80);
        assert_eq!(pace.goes_on(90), Next::Rest(10));
        assert_eq!(pace.goes_on(100), Next::Nothing);
    }

    #[test]
    fn a_slow_page_does_not_rest_for_ever() {
        let mut pace = Pace::new();
        pace.came();
        pace.shows(0);
        assert_eq!(pace.goes_on(60_000), Next::Rest(MOST_MS));
    }
}
