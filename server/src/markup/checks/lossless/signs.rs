//! Signs within a line: characters, escapes, emoji, code and links.

use super::Reader;
use crate::markup::emoji;

impl Reader<'_> {
    /// A visible character was typed.
    pub(super) fn sign(&mut self) -> Option<()> {
        let (sign, length) = first_sign(self.html)?;
        let in_code = self.open.iter().any(|open| open == "code");
        // Mentions show names as they are, like code.
        let is_verbatim = in_code || self.open.iter().any(|open| open == "span");
        let is_space = matches!(sign, ' ' | '\t');
        if in_code && sign == '\n' {
            self.text = self.text.strip_prefix('\n')?;
            self.next_line();
        } else if !is_verbatim && !is_space && self.text.starts_with('\\') {
            return self.backslashes();
        } else if let Some(rest) = self.text.strip_prefix(sign) {
            self.text = rest;
        } else if is_verbatim && !is_space {
            return None;
        } else if !is_space {
            return self.emoji();
        }
        // A space that was not typed is indentation that belongs to a list.
        self.html = &self.html[length..];
        Some(())
    }

    /// Reads a run of backslashes. All of them are shown, or half of them before a sign that is markup without them. One that is
    /// left over makes the sign text.
    fn backslashes(&mut self) -> Option<()> {
        let text = self.text.trim_start_matches('\\');
        let html = self.html.trim_start_matches('\\');
        let typed = self.text.len() - text.len();
        let shown = self.html.len() - html.len();
        if shown != typed {
            let sign = text.chars().next()?;
            let is_escapable = match sign {
                '*' | '_' | '~' | '`' | '[' | ']' | '(' | ':' | '@' => true,
                '|' => !typed.is_multiple_of(2) && self.open.iter().any(|open| open == "th" || open == "td"),
                '#' | '>' | '-' | '.' => typed == 1,
                _ => false,
            };
            let is_text = first_sign(html).is_some_and(|(seen, _)| seen == sign);
            (is_escapable && shown == typed / 2 && (typed.is_multiple_of(2) || is_text)).then_some(())?;
        }
        self.text = text;
        self.html = html;
        Some(())
    }

    /// Reads an emoji that was typed by its name.
    fn emoji(&mut self) -> Option<()> {
        let (name, rest) = self.text.strip_prefix(':')?.split_once(':')?;
        let (emoji, _) = emoji::shortcode_at(&format!(":{name}:"), 0, 0)?;
        self.html = self.html.strip_prefix(emoji)?;
        self.text = rest;
        Some(())
    }

    pub(super) fn code(&mut self) -> Option<()> {
        self.run("`", 1)?;
        // One space on each side may separate the code from backticks of its own.
        let spaces = |text: &str| text.len() - text.trim_start_matches(' ').len();
        if spaces(self.text) > spaces(self.html) {
            self.take(" ")?;
        }
        Some(())
    }

    pub(super) fn link(&mut self, tag: &str) -> Option<()> {
        let target = tag.split("href=\"").nth(1)?.split('"').next()?;
        let bare = unescaped(self.html.split("</a>").next()?);
        let is_bare = self.text.starts_with(&bare) && !tag.is_empty() && unescaped(target).ends_with(&bare);
        self.targets.push(if is_bare { String::new() } else { unescaped(target).replace("%22", "\"") });
        if !is_bare {
            self.take("[")?;
        }
        Some(())
    }
}

/// The first character that HTML shows, and its length there. A tag begins with `<`.
fn first_sign(html: &str) -> Option<(char, usize)> {
    let escaped = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&nbsp;", '\u{a0}')];
    let escaped = escaped.into_iter().find(|(name, _)| html.starts_with(name));
    escaped.map(|(name, sign)| (sign, name.len())).or_else(|| html.chars().next().map(|c| (c, c.len_utf8())))
}

pub(super) fn unescaped(html: &str) -> String {
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}
