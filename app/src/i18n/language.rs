use serde::{Deserialize, Serialize};

/// A language of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// Arabic.
    Ar,
}

impl Language {
    pub const ALL: [Self; 3] = [Self::En, Self::De, Self::Ar];

    /// Returns the language tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Ar => "ar",
        }
    }

    /// Returns the language's own name.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Ar => "العربية",
        }
    }

    /// Returns the writing direction, as HTML's `dir`.
    pub fn direction(self) -> &'static str {
        match self {
            Self::En | Self::De => "ltr",
            Self::Ar => "rtl",
        }
    }

    /// Returns the language of a tag, ignoring its region.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// Returns the preferred language of an `Accept-Language` header (RFC 9110, section 12.5.4); English when none is supported.
    pub fn accepted(header: &str) -> Self {
        let mut wanted: Vec<(f32, Self)> = header.split(',').filter_map(wanted).collect();
        // The sort is stable, so the first of equal preferences wins.
        wanted.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        wanted.first().map_or_else(Self::default, |(_, language)| *language)
    }
}

fn wanted(range: &str) -> Option<(f32, Language)> {
    let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
    let quality = weight.trim().strip_prefix("q=")?.parse().ok().filter(|quality: &f32| *quality > 0.0)?;
    Some((quality, Language::of_tag(tag)?))
}

#[cfg(test)]
mod tests {
    use super::Language::{self, Ar, De, En};

    #[test]
    fn the_best_that_we_speak_is_taken() {
        // The page has no texts in `tlh` (Klingon).
        for (header, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", De),
            ("tlh, ar;q=0.5, de;q=0.4", Ar),
            ("de;q=0.3, en;q=0.7", En),
            ("de;q=0, en;q=0.1", En),
            ("tlh", En),
            ("", En),
            ("ar;q=x,,;;,de", De),
        ] {
            assert_eq!(Language::accepted(header), language, "{header:?}");
        }
    }
}
