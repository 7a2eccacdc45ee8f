//! The meaning of a finger's movement on a message.

/// Within this distance in both directions, in CSS pixels, a finger rests.
const REST: i32 = 10;
/// A swipe this long replies, in CSS pixels.
const REPLY: i32 = 56;

/// The movement of a finger since it touched a message, in CSS pixels. `x` grows towards the end of the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Movement {
    /// Not yet.
    Rest,
    /// Along the line, this far.
    Swipe(i32),
    /// Scrolling, or a swipe to the other side. It stays that.
    Other,
}

impl Movement {
    /// The movement when the finger is `x` and `y` away from where it began.
    pub fn to(self, x: i32, y: i32) -> Self {
        match self {
            Self::Rest if x.abs().max(y.abs()) < REST => Self::Rest,
            Self::Rest if x < y.abs() * 2 => Self::Other,
            Self::Rest | Self::Swipe(_) => Self::Swipe(x.clamp(0, REPLY)),
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

    fn after(path: &[(i32, i32)]) -> Movement {
        path.iter().fold(Rest, |movement, (x, y)| movement.to(*x, *y))
    }

    #[test]
    fn a_swipe_along_the_line_replies_once_it_is_long_enough() {
        assert_eq!(after(&[(3, 2)]), Rest);
        assert_eq!(after(&[(20, 4)]), Swipe(20));
        assert!(!after(&[(20, 4), (55, 30)]).is_reply());
        assert!(after(&[(20, 4), (90, 30)]).is_reply());
        assert!(!after(&[(20, 4), (90, 0), (10, 0)]).is_reply(), "taken back");
    }

    #[test]
    fn scrolling_and_a_swipe_to_the_other_side_stay_what_they_are() {
        for path in [[(2, 12), (90, 12)], [(-12, 0), (90, 0)], [(10, -9), (90, -9)]] {
            assert_eq!(after(&path), Other, "{path:?}");
        }
    }
}
