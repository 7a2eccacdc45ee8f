//! How the person wants pages to look. The browser stores it in cookies.

use super::ClosedSections;

/// The values of the cookies, which are attributes of `<html>` as well. Anything else is the default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Appearance {
    /// `light` or `dark`; `None` follows the system.
    pub theme: Option<&'static str>,
    /// `compact` for less space between messages.
    pub density: Option<&'static str>,
    /// The sections of the sidebar that are closed: `favourites`, `topics` or `both`.
    pub closed: Option<&'static str>,
}

impl Appearance {
    /// The name of the cookie with the theme.
    pub const THEME: &str = "theme";
    /// The name of the cookie with the density.
    pub const DENSITY: &str = "density";
    /// The name of the cookie with the closed sections.
    pub const CLOSED: &str = "closed";

    /// Takes the values of the cookies.
    pub fn from_cookies(theme: Option<&str>, density: Option<&str>, closed: Option<&str>) -> Self {
        let known = |value: Option<&str>, all: &[&'static str]| {
            all.iter().copied().find(|known| Some(*known) == value)
        };
        Self {
            theme: known(theme, &["light", "dark"]),
            density: known(density, &["compact"]),
            closed: known(closed, &ClosedSections::VALUES),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_values_are_the_default() {
        let default = Appearance::default();
        let dark = Appearance { theme: Some("dark"), ..default };
        assert_eq!(Appearance::from_cookies(Some("dark"), Some("\"><script>"), None), dark);
        let compact = Appearance { density: Some("compact"), ..default };
        assert_eq!(Appearance::from_cookies(Some("Dark"), Some("compact"), Some("all")), compact);
        let closed = Appearance { closed: Some("both"), ..default };
        assert_eq!(Appearance::from_cookies(None, None, Some("both")), closed);
        assert_eq!(Appearance::from_cookies(None, None, None), default);
    }
}
