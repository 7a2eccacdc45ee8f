//! How the person wants pages to look. The browser stores it in cookies.

/// The values of the cookies, which are attributes of `<html>` as well. Anything else is the default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Appearance {
    /// `light` or `dark`; `None` follows the system.
    pub theme: Option<&'static str>,
    /// `compact` for less space between messages.
    pub density: Option<&'static str>,
}

impl Appearance {
    /// The name of the cookie with the theme.
    pub const THEME: &str = "theme";
    /// The name of the cookie with the density.
    pub const DENSITY: &str = "density";

    /// Takes the values of the cookies.
    pub fn from_cookies(theme: Option<&str>, density: Option<&str>) -> Self {
        let known = |value: Option<&str>, all: &[&'static str]| {
            all.iter().copied().find(|known| Some(*known) == value)
        };
        Self { theme: known(theme, &["light", "dark"]), density: known(density, &["compact"]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_values_are_the_default() {
        let dark = Appearance { theme: Some("dark"), density: None };
        assert_eq!(Appearance::from_cookies(Some("dark"), Some("\"><script>")), dark);
        let compact = Appearance { theme: None, density: Some("compact") };
        assert_eq!(Appearance::from_cookies(Some("Dark"), Some("compact")), compact);
        assert_eq!(Appearance::from_cookies(None, None), Appearance::default());
    }
}
