//! Writes blocks. The outermost block gets `dir="auto"`, and inner blocks inherit its direction.

use super::HtmlWriter;
use crate::markup::{
    block::{Alignment, Block, Item},
    escape_html::escape_html,
    highlight::{self, Language},
    inline::Context,
};

impl HtmlWriter<'_> {
    pub(super) fn blocks(&mut self, blocks: &[Block<'_>], outermost: bool) {
        for block in blocks.iter() {
            if self.fits() {
                self.block(block, if outermost { r#" dir="auto""# } else { "" });
            }
        }
    }

    fn block(&mut self, block: &Block<'_>, direction: &str) {
        match block {
            Block::Paragraph { lines, gap } => {
                self.out.push_str(&format!("<p{direction}>{}", "<br>".repeat(*gap)));
                self.lines(lines);
                self.out.push_str("</p>");
            }
            Block::Heading { level, text } => {
                let level = (*level).min(3) + 2;
                self.mark(&format!("<h{level}{direction}>"));
                self.inline(text, Context::Line);
                self.out.push_str(&format!("</h{level}>"));
            }
            Block::Quote(blocks) => {
                self.mark(&format!("<blockquote{direction}>"));
                self.blocks(blocks, false);
                self.out.push_str("</blockquote>");
            }
            Block::List { start, items } => self.list(*start, items, direction),
            Block::Table { alignments, rows } => self.table(alignments, rows, direction),
            Block::Code { language, lines } => self.code(*language, &lines.join("\n")),
            Block::Rule => self.mark("<hr>"),
        }
    }

    fn lines(&mut self, lines: &[&str]) {
        match lines {
            [line] => self.inline(line, Context::Lines),
            lines => self.inline(&lines.join("\n"), Context::Lines),
        }
    }

    fn list(&mut self, start: Option<u32>, items: &[Item<'_>], direction: &str) {
        let (begin, end) = match start {
            None => ("<ul".to_owned(), "</ul>"),
            Some(1) => ("<ol".to_owned(), "</ol>"),
            Some(first) => (format!(r#"<ol start="{first}""#), "</ol>"),
        };
        self.mark(&format!("{begin}{direction}>"));
        items.iter().for_each(|item| self.item(item));
        self.out.push_str(end);
    }

    /// Writes an item. Its first paragraph has no `<p>`.
    fn item(&mut self, item: &Item<'_>) {
        self.out.push_str("<li>");
        if let Some(done) = item.task {
            let sign = if done { '☑' } else { '☐' };
            self.out.push_str(&format!(r#"<span class="task">{sign}</span> "#));
        }
        match item.blocks.split_first() {
            Some((Block::Paragraph { lines, .. }, rest)) => {
                self.lines(lines);
                self.blocks(rest, false);
            }
            _ => self.blocks(&item.blocks, false),
        }
        self.out.push_str("</li>");
    }

    fn code(&mut self, language: Option<&'static Language>, code: &str) {
        self.mark(r#"<pre dir="ltr" tabindex="0"><code>"#);
        match language.and_then(|language| highlight::highlight(language, code)) {
            Some(html) => self.out.push_str(&html),
            None => escape_html(code, &mut self.out),
        }
        self.out.push_str("</code></pre>");
    }

    fn table(&mut self, alignments: &[Alignment], rows: &[Vec<&str>], direction: &str) {
        self.mark(&format!(r#"<div class="table"{direction} tabindex="0"><table>"#));
        for (index, row) in rows.iter().enumerate() {
            match index {
                0 => self.out.push_str("<thead>"),
                1 => self.out.push_str("<tbody>"),
                _ => {}
            }
            self.row(if index == 0 { "th" } else { "td" }, alignments, row);
            if index == 0 {
                self.out.push_str("</thead>");
            }
        }
        self.out.push_str(if rows.len() > 1 { "</tbody></table></div>" } else { "</table></div>" });
    }

    /// Writes all cells of a row, and empty ones if there are fewer than in the head.
    fn row(&mut self, name: &str, alignments: &[Alignment], cells: &[&str]) {
        self.out.push_str("<tr>");
        for column in 0..cells.len().max(alignments.len()).min(self.max_bytes) {
            let class = match alignments.get(column) {
                Some(Alignment::Left) => r#" class="left""#,
                Some(Alignment::Center) => r#" class="center""#,
                Some(Alignment::Right) => r#" class="right""#,
                _ => "",
            };
            if !self.fits() {
                return;
            }
            self.out.push_str(&format!("<{name}{class}>"));
            self.inline(cells.get(column).copied().unwrap_or_default(), Context::Cell);
            self.out.push_str(&format!("</{name}>"));
        }
        self.out.push_str("</tr>");
    }
}
