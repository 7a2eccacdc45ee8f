//! From the parser's events to HTML. Everything is written escaped; what does not pass is written as it was typed.

use std::ops::Range;

use pulldown_cmark::{Alignment, CowStr, Event, Options, Parser, Tag, TextMergeWithOffset};

use super::{Mentioned, highlight, inline::escape};

/// The most elements around a word. Beyond it the message is shown as it was typed.
const DEPTH: usize = 24;
/// How many times longer than the text its HTML may be, and how many bytes are free.
pub(super) const GROWTH: usize = 8;
pub(super) const FREE_BYTES: usize = 4096;

/// The HTML of a text, or `None` when it would say no more, or is too long or too deep.
pub(super) fn render(body: &str, mentions: &[Mentioned]) -> Option<String> {
    let mut page = Page::new(body, mentions);
    let parser = parser(body);
    let mut asides: Vec<_> =
        parser.reference_definitions().iter().map(|(_, definition)| definition.span.clone()).collect();
    asides.sort_by_key(|span| std::cmp::Reverse(span.start));
    for (event, range) in events(parser, body) {
        page.asides(&mut asides, range.start);
        page.event(event, range)?;
    }
    page.asides(&mut asides, body.len());
    page.finish()
}

/// The one way in which texts are parsed.
pub(super) fn parser(body: &str) -> Parser<'_> {
    let extras = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    Parser::new_ext(body, extras)
}

/// The parser's events, where HTML is text and an entity stands for itself.
pub(super) fn events<'a>(
    parser: Parser<'a>,
    body: &'a str,
) -> impl Iterator<Item = (Event<'a>, Range<usize>)> {
    TextMergeWithOffset::new(parser.into_offset_iter().map(|(event, range)| match event {
        Event::Html(text) | Event::InlineHtml(text) => (Event::Text(text), range),
        Event::Text(text) => (Event::Text(entity(body, &range).map_or(text, CowStr::from)), range),
        other => (other, range),
    }))
}

/// The source of a text, if that is an entity.
fn entity<'a>(body: &'a str, range: &Range<usize>) -> Option<&'a str> {
    let source = body.get(range.clone())?;
    (source.starts_with('&') && source.ends_with(';')).then_some(source)
}

/// The HTML as it grows.
pub(super) struct Page<'a> {
    pub(super) body: &'a str,
    pub(super) mentions: &'a [Mentioned],
    /// How many more `@` are looked at.
    pub(super) mentions_left: usize,
    pub(super) out: String,
    pub(super) open: Vec<Open>,
    /// Whether anything was written that the text does not say.
    pub(super) marked: bool,
    pub(super) in_link: usize,
    pub(super) columns: Columns,
    /// The characters of text so far, without white space.
    said: usize,
    /// A block of code: its language and its text so far.
    code: Option<(Option<&'static highlight::Language>, String)>,
    /// How many elements are open of a link that does not pass: it was written as it was typed.
    passed_over: usize,
}

/// An element that is open.
pub(super) struct Open {
    /// What ends it.
    pub(super) end: &'static str,
    /// Where what is in it begins.
    pub(super) from: usize,
    /// Where a link leads.
    pub(super) target: Option<String>,
}

/// The columns of a table, and which is next.
#[derive(Default)]
pub(super) struct Columns {
    pub(super) alignments: Vec<Alignment>,
    pub(super) next: usize,
    pub(super) in_head: bool,
}

impl<'a> Page<'a> {
    fn new(body: &'a str, mentions: &'a [Mentioned]) -> Self {
        Self {
            body,
            mentions,
            mentions_left: super::mention::MOST,
            out: String::with_capacity(body.len() * 2),
            open: Vec::new(),
            marked: false,
            in_link: 0,
            columns: Columns::default(),
            said: 0,
            code: None,
            passed_over: 0,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) -> Option<()> {
        match event {
            Event::Start(_) if self.passed_over > 0 => self.passed_over += 1,
            Event::End(_) if self.passed_over > 0 => self.passed_over -= 1,
            _ if self.passed_over > 0 => {}
            Event::Start(Tag::CodeBlock(kind)) => {
                self.code = Some((highlight::language(&kind), String::new()));
            }
            Event::Start(tag) => self.start(tag, range),
            Event::End(_) if self.code.is_some() => self.code_block(),
            Event::End(end) => self.end(end, range),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.words(&text),
            },
            Event::Code(code) => self.inline_code(&code),
            Event::SoftBreak | Event::HardBreak => self.out.push_str("<br>"),
            Event::Rule => self.mark("<hr>"),
            Event::TaskListMarker(done) => self.task(done),
            _ => {}
        }
        self.fits().then_some(())
    }

    /// Text between elements, with what it holds by itself: links, emoji, mentions, its own lines.
    pub(super) fn words(&mut self, text: &str) {
        self.said += count(text);
        self.inline(text);
    }

    /// A link that does not pass: as it was typed, and nothing of what is in it.
    pub(super) fn pass_over(&mut self, range: Range<usize>) {
        let text = self.body.get(range).unwrap_or_default();
        self.said += count(text);
        self.text(text);
        self.passed_over = 1;
    }

    /// Writes what the text does not say.
    pub(super) fn mark(&mut self, html: &str) {
        self.marked = true;
        self.out.push_str(html);
    }

    /// What `[name]: address` says would be seen by nobody. `asides` has the first one last.
    fn asides(&mut self, asides: &mut Vec<Range<usize>>, before: usize) {
        while self.open.is_empty() && self.code.is_none() {
            let Some(span) = asides.pop_if(|next| next.start < before) else { return };
            self.out.push_str(r#"<p dir="auto">"#);
            self.words(self.body.get(span).unwrap_or_default().trim());
            self.out.push_str("</p>");
        }
    }

    fn inline_code(&mut self, code: &str) {
        self.mark("<code>");
        self.text(code);
        self.out.push_str("</code>");
    }

    fn task(&mut self, done: bool) {
        let sign = if done { '☑' } else { '☐' };
        self.mark(&format!(r#"<span class="task">{sign}</span> "#));
    }

    fn code_block(&mut self) {
        let Some((language, code)) = self.code.take() else { return };
        self.mark(r#"<pre dir="ltr" tabindex="0"><code>"#);
        let code = code.trim_end_matches('\n');
        match language.and_then(|language| highlight::highlight(language, code)) {
            Some(html) => self.out.push_str(&html),
            None => escape(code, &mut self.out),
        }
        self.out.push_str("</code></pre>");
    }

    fn fits(&self) -> bool {
        self.open.len() <= DEPTH && self.out.len() <= self.body.len() * GROWTH + FREE_BYTES
    }

    fn finish(self) -> Option<String> {
        let says_more = self.marked || self.said != count(self.body);
        (says_more && self.fits()).then_some(self.out)
    }
}

fn count(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}
