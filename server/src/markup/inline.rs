//! Text between elements: escaped, its lines kept, with links, emoji and mentions found in it.

use linkify::{LinkFinder, LinkKind};

use super::{emoji, links, mention, render::Page};

impl Page<'_> {
    /// Text outside of code.
    pub(super) fn inline(&mut self, text: &str) {
        if self.in_link > 0 {
            return self.text(text);
        }
        if !(text.contains("://") || text.contains('@')) {
            return self.signs(text);
        }
        for piece in links::pieces(text) {
            for span in LinkFinder::new().spans(piece) {
                match span.kind() {
                    Some(LinkKind::Url) => self.address(span.as_str(), span.as_str()),
                    Some(LinkKind::Email) => {
                        self.address(&format!("mailto:{}", span.as_str()), span.as_str())
                    }
                    _ => self.signs(span.as_str()),
                }
            }
        }
    }

    /// Text as it is.
    pub(super) fn text(&mut self, text: &str) {
        let mut lines = text.split('\n');
        escape(lines.next().unwrap_or_default(), &mut self.out);
        for line in lines {
            self.out.push_str("<br>");
            escape(line, &mut self.out);
        }
    }

    /// An address that stands by itself.
    fn address(&mut self, target: &str, name: &str) {
        match links::opening(target) {
            Some(opening) => {
                self.mark(&opening);
                self.text(name);
                self.out.push_str("</a>");
            }
            None => self.text(name),
        }
    }

    /// What a sign begins: an emoji, a mention, an address without a scheme.
    fn signs(&mut self, text: &str) {
        let (mut from, mut at) = (0, 0);
        while let Some(&byte) = text.as_bytes().get(at) {
            let end = match byte {
                b':' => emoji::at(text, from, at).map(|(emoji, end)| (Sign::Emoji(emoji), end)),
                b'@' => self.mentioned(text, at).map(|(opening, end)| (Sign::Mention(opening), end)),
                b'w' | b'W' => links::www(text, at).map(|end| (Sign::Address, end)),
                _ => None,
            };
            let Some((sign, end)) = end else {
                at += 1;
                continue;
            };
            self.text(text.get(from..at).unwrap_or_default());
            self.sign(sign, text.get(at..end).unwrap_or_default());
            (from, at) = (end, end);
        }
        self.text(text.get(from..).unwrap_or_default());
    }

    fn sign(&mut self, sign: Sign, typed: &str) {
        match sign {
            Sign::Emoji(emoji) => self.mark(emoji),
            Sign::Address => self.address(&format!("http://{typed}"), typed),
            Sign::Mention(opening) => {
                self.mark(&opening);
                self.text(typed);
                self.out.push_str("</span>");
            }
        }
    }

    /// What begins the mention at an `@`, and where it ends.
    fn mentioned(&mut self, text: &str, at: usize) -> Option<(String, usize)> {
        self.mentions_left = self.mentions_left.checked_sub(1)?;
        let (person, end) = mention::at(text, at, self.mentions)?;
        Some((format!(r#"<span class="mention" data-user="{}">"#, person.user), end))
    }
}

enum Sign {
    Emoji(&'static str),
    Mention(String),
    Address,
}

/// Text as HTML says it.
pub(super) fn escape(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, sign) in text.match_indices(['&', '<', '>', '\u{a0}']) {
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(match sign {
            "&" => "&amp;",
            "<" => "&lt;",
            ">" => "&gt;",
            _ => "&nbsp;",
        });
        from = at + sign.len();
    }
    out.push_str(text.get(from..).unwrap_or_default());
}
