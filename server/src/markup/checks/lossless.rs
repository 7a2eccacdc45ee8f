//! Reads HTML and its text side by side and checks that each character of the text is visible or became the element at its
//! position. Shares no code with the parser.

mod blocks;
mod signs;

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
}
