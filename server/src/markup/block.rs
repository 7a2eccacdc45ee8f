//! Elements: how each begins and ends.

use std::ops::Range;

use pulldown_cmark::{Alignment, HeadingLevel, Tag, TagEnd};

use super::{
    links,
    render::{Columns, Open, Page},
};

impl Page<'_> {
    pub(super) fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.block("p", "</p>"),
            Tag::Heading { .. } if !self.is_heading(&range) => self.block("p", "</p>"),
            Tag::Heading { level, .. } => self.heading(level),
            Tag::BlockQuote(_) => self.marked_block("blockquote", "</blockquote>"),
            Tag::List(None) => self.marked_block("ul", "</ul>"),
            Tag::List(Some(1)) => self.marked_block("ol", "</ol>"),
            Tag::List(Some(first)) => self.marked_block(&format!(r#"ol start="{first}""#), "</ol>"),
            Tag::Item => self.element("<li>", "</li>"),
            Tag::Emphasis => self.element("<em>", "</em>"),
            Tag::Strong => self.element("<strong>", "</strong>"),
            // One tilde says "about", not "no longer".
            Tag::Strikethrough if self.typed(&range).starts_with("~~") => self.element("<del>", "</del>"),
            Tag::Strikethrough => self.literal("~"),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => self.link(&dest_url, range),
            Tag::Table(alignments) => self.table(alignments),
            Tag::TableHead => self.row(true, "<thead><tr>", "</tr></thead><tbody>"),
            Tag::TableRow => self.row(false, "<tr>", "</tr>"),
            Tag::TableCell => self.cell(),
            _ => self.enter(""),
        }
    }

    pub(super) fn end(&mut self, end: TagEnd, range: Range<usize>) {
        let Some(open) = self.open.pop() else { return };
        if let Some(target) = &open.target {
            self.in_link -= 1;
            // Nobody could see or follow it.
            if self.out.get(open.from..).is_some_and(|name| name.trim().is_empty()) {
                self.text(target);
            }
        }
        while self.out.ends_with("<br>") && open.end == "</p>" {
            self.out.truncate(self.out.len() - "<br>".len());
        }
        match end {
            TagEnd::Heading(level) if open.end == "</p>" => self.underline(level, &range),
            _ => self.out.push_str(open.end),
        }
    }

    fn enter(&mut self, end: &'static str) {
        self.open.push(Open { end, from: self.out.len(), target: None });
    }

    fn element(&mut self, start: &str, end: &'static str) {
        self.mark(start);
        self.enter(end);
    }

    /// The outermost block finds its own direction; what is in it follows.
    fn block(&mut self, name: &str, end: &'static str) {
        let direction = if self.open.is_empty() { r#" dir="auto""# } else { "" };
        self.out.push_str(&format!("<{name}{direction}>"));
        self.enter(end);
    }

    fn marked_block(&mut self, name: &str, end: &'static str) {
        self.marked = true;
        self.block(name, end);
    }

    /// What was typed at a place.
    fn typed(&self, range: &Range<usize>) -> &str {
        self.body.get(range.clone()).unwrap_or_default()
    }

    /// A heading begins with `#`. A line with a line under it is two lines: people type those without meaning a heading.
    fn is_heading(&self, range: &Range<usize>) -> bool {
        self.typed(range).starts_with('#')
    }

    fn heading(&mut self, level: HeadingLevel) {
        match level {
            HeadingLevel::H1 => self.marked_block("h3", "</h3>"),
            HeadingLevel::H2 => self.marked_block("h4", "</h4>"),
            _ => self.marked_block("h5", "</h5>"),
        }
    }

    /// The end of a paragraph that has a line under it.
    fn underline(&mut self, level: HeadingLevel, range: &Range<usize>) {
        let last = self.typed(range).trim_end().rsplit('\n').next().unwrap_or_default();
        let line = last.trim_start_matches([' ', '\t', '>']).to_owned();
        if level == HeadingLevel::H2 && line.len() >= 3 {
            return self.mark("</p><hr>");
        }
        self.out.push_str("<br>");
        self.words(&line);
        self.out.push_str("</p>");
    }

    /// A mark that means only itself, on both sides of what it is around.
    fn literal(&mut self, mark: &'static str) {
        self.words(mark);
        self.words(mark);
        self.out.truncate(self.out.len() - mark.len());
        self.enter(mark);
    }

    fn link(&mut self, target: &str, range: Range<usize>) {
        // In a link there is no other, only its words.
        let end = match links::opening(target) {
            _ if self.in_link > 0 => "",
            Some(opening) => {
                self.mark(&opening);
                "</a>"
            }
            None => return self.pass_over(range),
        };
        self.in_link += 1;
        self.open.push(Open { end, from: self.out.len(), target: Some(target.to_owned()) });
    }

    fn table(&mut self, alignments: Vec<Alignment>) {
        self.columns = Columns { alignments, ..Columns::default() };
        let direction = if self.open.is_empty() { r#" dir="auto""# } else { "" };
        self.mark(&format!(r#"<div class="table"{direction} tabindex="0"><table>"#));
        self.enter("</tbody></table></div>");
    }

    fn row(&mut self, in_head: bool, start: &str, end: &'static str) {
        self.columns.next = 0;
        self.columns.in_head = in_head;
        self.element(start, end);
    }

    fn cell(&mut self) {
        let class = match self.columns.alignments.get(self.columns.next) {
            Some(Alignment::Left) => r#" class="left""#,
            Some(Alignment::Center) => r#" class="center""#,
            Some(Alignment::Right) => r#" class="right""#,
            _ => "",
        };
        self.columns.next += 1;
        let (name, end) = if self.columns.in_head { ("th", "</th>") } else { ("td", "</td>") };
        self.element(&format!("<{name}{class}>"), end);
    }
}
