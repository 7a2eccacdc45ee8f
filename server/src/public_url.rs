//! The address at which people reach the server.

use std::fmt;

use app::page_data::BasePath;

use crate::web_origin::Origin;

/// `scheme://host[:port][/path]`: an origin, and the path below which the server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: Origin,
    base: BasePath,
}

impl PublicUrl {
    /// Returns `None` if the text is not an address that browsers open over the network, or its path is not a [`BasePath`].
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let origin = Origin::parse(&format!("{scheme}://{authority}")).filter(Origin::is_web)?;
        Some(Self { origin, base: BasePath::parse(path)? })
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(crate) fn base(&self) -> &BasePath {
        &self.base
    }
}

/// As browsers write it, without the slash at its end.
impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_may_have_a_path() {
        for (text, is) in [
            ("https://site.example", "https://site.example"),
            ("https://site.example//", "https://site.example"),
            ("HTTPS://Site.example:443/Chat/", "https://site.example/Chat"),
            ("http://[::1]:3000/a/b", "http://[::1]:3000/a/b"),
        ] {
            assert_eq!(PublicUrl::parse(text).unwrap().to_string(), is, "{text}");
        }
        for text in [
            "",
            "site.example/chat",
            "://site.example",
            "https:///chat",
            "capacitor://localhost",
            "https://site.example?a",
            "https://site.example/chat?a",
            "https://site.example/chat#a",
            "https://ann@site.example/chat",
            "https://site.example/a//b",
            "https://site.example/../chat",
        ] {
            assert_eq!(PublicUrl::parse(text), None, "{text}");
        }
    }
}
