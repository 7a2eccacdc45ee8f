//! Writes inline tokens.

use super::{HtmlWriter, link_host};
use crate::markup::{
    address,
    inline::{self, Context, DelimiterRun, Emphasis, Token, TokenKind},
};

impl HtmlWriter<'_> {
    pub(super) fn inline(&mut self, text: &str, context: Context) {
        let mut link = None;
        for token in inline::parse(text, context, self.names) {
            if !self.fits() {
                return;
            }
            self.token(text, &token, &mut link);
        }
    }

    fn token(&mut self, text: &str, token: &Token, link: &mut Option<Link>) {
        let typed = text.get(token.range.clone()).unwrap_or_default();
        match &token.kind {
            TokenKind::Text => self.text(typed),
            TokenKind::Hidden => self.has_markup = true,
            TokenKind::LineBreak => self.out.push_str("<br>"),
            TokenKind::Code(inner) => {
                self.mark("<code>");
                self.text(text.get(inner.clone()).unwrap_or_default());
                self.out.push_str("</code>");
            }
            TokenKind::Delimiters(run) => self.run(run, typed),
            TokenKind::LinkStart(target) => {
                let target = text.get(target.clone()).unwrap_or_default().to_owned();
                self.mark(&address::link_start_tag(&target).unwrap_or_default());
                *link = Some(Link { target, from: self.out.len() });
            }
            TokenKind::LinkEnd => self.end_link(link.take()),
            // Links do not nest: within a link, other tokens are its words.
            _ if link.is_some() => self.text(typed),
            TokenKind::Emoji(emoji) => self.mark(emoji),
            TokenKind::Address(missing_prefix) => self.address(&format!("{missing_prefix}{typed}"), typed),
            TokenKind::Mention(user) => {
                self.mark(&format!(r#"<span class="mention" data-user="{}">"#, user.0));
                self.text(typed);
                self.out.push_str("</span>");
            }
        }
    }

    fn run(&mut self, run: &DelimiterRun, typed: &str) {
        for closed in &run.closed {
            self.mark(closed.end());
        }
        self.text(typed.get(..run.remaining).unwrap_or_default());
        for opened in run.opened.iter().rev() {
            self.mark(opened.start());
        }
    }

    fn address(&mut self, target: &str, name: &str) {
        match address::link_start_tag(target) {
            Some(opening) => {
                self.mark(&opening);
                self.text(name);
                self.out.push_str("</a>");
                self.host(link_host::to_show_after_user(target));
            }
            None => self.text(name),
        }
    }

    /// Ends a link. If its words look like another address, the host that it leads to follows.
    fn end_link(&mut self, link: Option<Link>) {
        self.out.push_str("</a>");
        let Some(Link { target, from }) = link else { return };
        let words = self.out.get(from..).unwrap_or_default();
        self.host(link_host::to_show(words, &target));
    }

    fn host(&mut self, host: Option<String>) {
        if let Some(host) = host {
            self.out.push_str(r#" <span class="host">("#);
            self.text(&host);
            self.out.push_str(")</span>");
        }
    }
}

/// A link that is not closed yet.
struct Link {
    target: String,
    /// Position in the HTML at which its words begin.
    from: usize,
}

impl Emphasis {
    fn start(self) -> &'static str {
        match self {
            Self::Em => "<em>",
            Self::Strong => "<strong>",
            Self::Del => "<del>",
        }
    }

    fn end(self) -> &'static str {
        match self {
            Self::Em => "</em>",
            Self::Strong => "</strong>",
            Self::Del => "</del>",
        }
    }
}
