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
    /// The last character of the HTML.
    last: char,
    /// Quote markers of the current line that were read.
    passed: usize,
}

/// Errors: the position where the text and its HTML differ.
pub(in crate::markup) fn check(text: &str, html: &str) -> Result<(), String> {
    let mut reader = Reader {
        html,
        text,
        open: Vec::new(),
        numbers: Vec::new(),
        targets: Vec::new(),
        last: ' ',
        passed: 0,
    };
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
        // Two backslashes before markup are shown as one. A mention shows its name as it is.
        if self.last == '\\' && self.html.starts_with(['<', ':']) && !self.html.starts_with("</span>") {
            self.text = self.text.trim_start_matches('\\');
        }
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

    /// A visible character was typed. A backslash before it may have escaped it.
    fn sign(&mut self) -> Option<()> {
        let (sign, length) = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&nbsp;", '\u{a0}')]
            .into_iter()
            .find(|(name, _)| self.html.starts_with(name))
            .map_or_else(
                || self.html.chars().next().map(|c| (c, c.len_utf8())),
                |(name, c)| Some((c, name.len())),
            )?;
        let in_code = self.open.iter().any(|open| open == "code");
        if in_code && sign == '\n' {
            self.text = self.text.strip_prefix('\n')?;
            self.next_line();
        } else if let Some(rest) = self.text.strip_prefix(sign) {
            self.text = rest;
        } else if matches!(sign, ' ' | '\t') {
            // Indentation that belongs to a list.
        } else if let Some(rest) = self.text.strip_prefix('\\').filter(|_| !in_code).and_then(|rest| {
            let rest = rest.trim_start_matches('\\');
            rest.strip_prefix(sign).filter(|_| "*_~`[]():@|#>-.".contains(sign))
        }) {
            self.text = rest;
        } else {
            // Two backslashes before an emoji are shown as one, too.
            let text = if self.last == '\\' { self.text.trim_start_matches('\\') } else { self.text };
            let (name, rest) = text.strip_prefix(':')?.split_once(':')?;
            let end = emoji::shortcode_at(&format!(":{name}:"), 0, 0)?;
            self.html.strip_prefix(end.0)?;
            self.html = &self.html[end.0.len()..];
            self.text = rest;
            self.last = ':';
            return Some(());
        }
        self.html = &self.html[length..];
        self.last = sign;
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
            "code" if self.open.last().is_none_or(|open| open != "pre") => {
                self.run("`", 1)?;
                // One space on each side may separate the code from backticks of its own.
                let spaces = |text: &str| text.len() - text.trim_start_matches(' ').len();
                if spaces(self.text) > spaces(self.html) {
                    self.take(" ")?;
                }
            }
            "a" => {
                let target = tag.split("href=\"").nth(1)?.split('"').next()?;
                let bare = unescaped(self.html.split("</a>").next()?);
                let is_bare =
                    self.text.starts_with(&bare) && !tag.is_empty() && unescaped(target).ends_with(&bare);
                self.targets.push(if is_bare {
                    String::new()
                } else {
                    unescaped(target).replace("%22", "\"")
                });
                if !is_bare {
                    self.take("[")?;
                }
            }
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
        self.last = '\n';
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
