//! What the movement of a finger on a message means.

/// Within this distance, in CSS pixels, a finger rests.
const REST: f64 = 10.0;
/// A swipe this long replies, in CSS pixels.
const REPLY: f64 = 56.0;

/// The movement of a finger since it touched a message, in CSS pixels. `x` grows towards the end of the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Movement {
    /// Not yet.
    Rest,
    /// Along the line, this far.
    Swipe(f64),
    /// Scrolling, or a swipe to the other side. It stays that.
    Other,
}

impl Movement {
    /// The movement when the finger is `x` and `y` away from where it began.
    pub fn to(self, x: f64, y: f64) -> Self {
        match self {
            Self::Rest if x.hypot(y) < REST => Self::Rest,
            Self::Rest if x < y.abs() * 2.0 => Self::Other,
            Self::Rest | Self::Swipe(_) => Self::Swipe(x.clamp(0.0, REPLY)),
            Self::Other => Self::Other,
        }
    }

    /// Whether the message is replied to if the finger is lifted now.
    pub fn is_reply(self) -> bool {
        self == Self::Swipe(REPLY)
    }
}

#[cfg(test)]
mod tests {
    use super::{Movement::*, *};

    fn after(path: &[(f64, f64)]) -> Movement {
        path.iter().fold(Rest, |movement, (x, y)| movement.to(*x, *y))
    }

    #[test]
    fn a_swipe_along_the_line_replies_once_it_is_long_enough() {
        assert_eq!(after(&[(3.0, 2.0)]), Rest);
        assert_eq!(after(&[(20.0, 4.0)]), Swipe(20.0));
        assert!(!after(&[(20.0, 4.0), (55.0, 30.0)]).is_reply());
        assert!(after(&[(20.0, 4.0), (90.0, 30.0)]).is_reply());
        assert!(!after(&[(20.0, 4.0), (90.0, 0.0), (10.0, 0.0)]).is_reply(), "taken back");
    }

    #[test]
    fn scrolling_and_a_swipe_to_the_other_side_stay_what_they_are() {
        for path in [[(2.0, 12.0), (90.0, 12.0)], [(-12.0, 0.0), (90.0, 0.0)], [(10.0, -9.0), (90.0, -9.0)]] {
            assert_eq!(after(&path), Other, "{path:?}");
        }
    }
}
