//! Reads HTML and its text side by side and checks that each character of the text is visible or became the element at its
//! position. Shares no code with the parser.

use crate::markup::{emoji, highlight};

struct Reader<'a> {
    html: &'a str,
    text: &'a str,
    /// Open elements.
    open: Vec<String>,
    /// The next number of each open list; `None` for bullets.
    numbers: Vec<Option<u32>>,
    /// Targets of open links, which follow after their words in the text. Empty for bare addresses.
    targets: Vec<String>,
    /// Quote markers of the current line that were read.
    passed: usize,
}

/// Errors: the position where the text and its HTML differ.
pub(in crate::markup) fn check(text: &str, html: &str) -> Result<(), String> {
    let mut reader =
        Reader { html, text, open: Vec::new(), numbers: Vec::new(), targets: Vec::new(), passed: 0 };
    while !reader.html.is_empty() {
        reader
            .step()
            .ok_or_else(|| format!("at text {:?}\nat html {:?}\n{html}", reader.text, reader.html))?;
    }
    reader.lines();
    if reader.text.trim().is_empty() { Ok(()) } else { Err(format!("lost: {:?}\n{html}", reader.text)) }
}

impl Reader<'_> {
    fn step(&mut self) -> Option<()> {
        match self.html.strip_prefix('<') {
            Some(tag) => {
                let (tag, rest) = tag.split_once('>')?;
                self.html = rest;
                match tag.strip_prefix('/') {
                    Some(name) => self.end(name),
                    None => self.start(tag),
                }
            }
            None => self.sign(),
        }
    }

    /// A visible character was typed.
    fn sign(&mut self) -> Option<()> {
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

    fn start(&mut self, tag: &str) -> Option<()> {
        let name = tag.split(' ').next()?.to_owned();
        match name.as_str() {
            "br" => {
                self.take("\n")?;
                self.next_line();
                return Some(());
            }
            "hr" => {
                self.lines();
                self.run("-*_", 3)?;
                return Some(());
            }
            // Additional empty lines are shown as line breaks.
            "p" => {
                self.lines();
                self.html = self.html.trim_start_matches("<br>");
            }
            "h3" | "h4" | "h5" => {
                self.lines();
                self.run("#", 1)?;
                self.take(" ")?;
            }
            "blockquote" => self.lines(),
            "ul" => self.numbers.push(None),
            "ol" => {
                let start = tag.split("start=\"").nth(1).and_then(|rest| rest.split('"').next());
                self.numbers.push(Some(start.map_or(Some(1), |start| start.parse().ok())?));
            }
            "li" => self.item()?,
            "pre" => self.fence()?,
            "table" => self.lines(),
            "th" | "td" => self.cell(),
            "em" => self.run_of("*_", 1)?,
            "strong" => self.run_of("*_", 2)?,
            "del" => self.take("~~")?,
            "code" if self.open.last().is_none_or(|open| open != "pre") => self.code()?,
            "a" => self.link(tag)?,
            "span" if tag.contains("\"host\"") => {
                self.html = self.html.split_once("</span>")?.1;
                return Some(());
            }
            "span" if tag.contains("\"task\"") => {
                self.html = self.html.split_once("</span> ")?.1;
                return self.take("[ ] ").or_else(|| self.take("[x] ")).or_else(|| self.take("[X] "));
            }
            _ => {}
        }
        self.open.push(name);
        Some(())
    }

    fn code(&mut self) -> Option<()> {
        self.run("`", 1)?;
        // One space on each side may separate the code from backticks of its own.
        let spaces = |text: &str| text.len() - text.trim_start_matches(' ').len();
        if spaces(self.text) > spaces(self.html) {
            self.take(" ")?;
        }
        Some(())
    }

    fn link(&mut self, tag: &str) -> Option<()> {
        let target = tag.split("href=\"").nth(1)?.split('"').next()?;
        let bare = unescaped(self.html.split("</a>").next()?);
        let is_bare = self.text.starts_with(&bare) && !tag.is_empty() && unescaped(target).ends_with(&bare);
        self.targets.push(if is_bare { String::new() } else { unescaped(target).replace("%22", "\"") });
        if !is_bare {
            self.take("[")?;
        }
        Some(())
    }

    fn end(&mut self, name: &str) -> Option<()> {
        (self.open.pop()? == name).then_some(())?;
        match name {
            "blockquote" => {
                self.empty_quotes();
                Some(())
            }
            "em" => self.run_of("*_", 1),
            "strong" => self.run_of("*_", 2),
            "del" => self.take("~~"),
            "code" if self.open.last().is_none_or(|open| open != "pre") => {
                if self.text.starts_with(' ') {
                    self.take(" ")?;
                }
                self.run("`", 1)
            }
            "pre" => {
                self.lines();
                self.text = self.text.trim_start();
                self.run("`~", 3)
            }
            "a" => {
                let target = self.targets.pop()?;
                if !target.is_empty() {
                    self.take("](")?;
                    self.take(&target)?;
                    self.take(")")?;
                }
                if self.html.starts_with(" <span class=\"host\"") {
                    self.html = &self.html[1..];
                }
                Some(())
            }
            "ul" | "ol" => self.numbers.pop().map(drop),
            "tr" => {
                self.cell();
                self.row()
            }
            _ => Some(()),
        }
    }

    fn take(&mut self, text: &str) -> Option<()> {
        self.text = self.text.strip_prefix(text)?;
        Some(())
    }

    /// Reads a run of one of the signs, with at least `min` signs.
    fn run(&mut self, signs: &str, min: usize) -> Option<()> {
        let sign = self.text.chars().next().filter(|sign| signs.contains(*sign))?;
        let rest = self.text.trim_start_matches(sign);
        (self.text.len() - rest.len() >= min).then_some(())?;
        self.text = rest;
        Some(())
    }

    fn run_of(&mut self, signs: &str, length: usize) -> Option<()> {
        let sign = self.text.chars().next().filter(|sign| signs.contains(*sign))?;
        self.take(&sign.to_string().repeat(length))
    }

    /// Reads empty lines between blocks, and the markers of quotes and indentation of lists before a line.
    fn lines(&mut self) {
        while let Some(end) = self.text.find('\n') {
            let rest = &self.text[..end];
            let quotes = rest.matches('>').count();
            if quotes > self.quotes().saturating_sub(self.passed)
                || !rest.chars().all(|c| c.is_whitespace() || c == '>')
            {
                break;
            }
            self.text = &self.text[end + 1..];
            self.next_line();
        }
        if !self.open.iter().any(|open| open == "pre") {
            self.indents();
        }
    }

    /// Reads empty lines at the end of a quote.
    fn empty_quotes(&mut self) {
        while let Some(rest) = self.text.strip_prefix('\n') {
            let line = rest.split('\n').next().unwrap_or_default();
            let quotes = line.matches('>').count();
            let in_list = self.open.iter().any(|open| open == "li");
            if !(1..=self.quotes() + 1).contains(&quotes)
                || !line.starts_with(if in_list { ' ' } else { '>' })
                || line.contains(|c: char| c != '>' && !c.is_whitespace())
            {
                return;
            }
            self.text = &rest[line.len()..];
        }
    }

    fn quotes(&self) -> usize {
        self.open.iter().filter(|open| *open == "blockquote").count()
    }

    /// Reads the beginning of a line: the markers of open quotes and the indentation of open lists.
    fn indents(&mut self) {
        let mut quotes = 0;
        for open in self.open.clone() {
            match open.as_str() {
                "blockquote" => {
                    quotes += 1;
                    if quotes > self.passed {
                        let rest = self.text.strip_prefix("> ").or_else(|| self.text.strip_prefix('>'));
                        self.text = rest.unwrap_or(self.text);
                        self.passed = quotes;
                    }
                }
                "li" => self.text = dedented(self.text, self.html),
                _ => {}
            }
        }
    }

    /// Reads the beginning of the next line.
    fn next_line(&mut self) {
        self.passed = 0;
        self.indents();
    }

    fn item(&mut self) -> Option<()> {
        self.lines();
        self.text = self.text.trim_start_matches([' ', '\t']);
        match self.numbers.last_mut()? {
            Some(number) => {
                let typed = format!("{number}.");
                *number += 1;
                self.take(&typed)?;
            }
            None => self.take("-").or_else(|| self.take("*"))?,
        }
        self.take(" ")?;
        self.text = self.text.trim_start_matches(' ');
        Some(())
    }

    /// Reads an opening fence and the name of a language.
    fn fence(&mut self) -> Option<()> {
        self.lines();
        self.text = without_spaces(self.text);
        self.run("`~", 3)?;
        let (info, rest) = self.text.split_once('\n')?;
        let code = unescaped(&without_tags(self.html.strip_prefix("<code>")?.split("</code>").next()?));
        // The name of a language alone is shown if there is no other code.
        let is_closed =
            rest.trim_start_matches(|c: char| c.is_whitespace() || c == '>').starts_with(['`', '~']);
        let is_shown = code.trim() == info.trim() && is_closed;
        if info.trim().is_empty() || (highlight::is_known(info.trim()) && !is_shown) {
            self.text = rest;
            self.next_line();
        }
        Some(())
    }

    fn cell(&mut self) {
        self.text = without_spaces(self.text);
        self.text = self.text.strip_prefix('|').unwrap_or(self.text);
        self.text = without_spaces(self.text);
    }

    /// Reads the end of a row, and the row of dashes below the head.
    fn row(&mut self) -> Option<()> {
        let (rest, next) = self.text.split_once('\n').unwrap_or((self.text, ""));
        rest.trim().is_empty().then_some(())?;
        self.text = next;
        self.next_line();
        if self.html.starts_with("</thead>") {
            let (dashes, next) = self.text.split_once('\n').unwrap_or((self.text, ""));
            dashes.chars().all(|c| "|-: \t".contains(c)).then_some(())?;
            self.text = next;
            self.next_line();
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

/// Removes the indentation of a line that belongs to its item and is not visible.
fn dedented<'a>(text: &'a str, html: &str) -> &'a str {
    let seen = html.len() - html.trim_start_matches([' ', '\t']).len();
    let typed = text.len() - text.trim_start_matches([' ', '\t']).len();
    &text[typed.saturating_sub(seen)..]
}

/// Removes spaces of any width at the beginning of a line.
fn without_spaces(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() && c != '\n')
}

fn unescaped(html: &str) -> String {
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

fn without_tags(html: &str) -> String {
    html.split('<')
        .enumerate()
        .map(
            |(index, part)| if index == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) },
        )
        .collect()
}
