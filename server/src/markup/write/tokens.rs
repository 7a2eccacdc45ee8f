//! What stands within lines.

use super::{Page, host};
use crate::markup::{
    address,
    inline::{self, Context, Emphasis, Kind, Run, Token},
};

impl Page<'_> {
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
            Kind::Text => self.text(typed),
            Kind::Hidden => self.marked = true,
            Kind::LineBreak => self.out.push_str("<br>"),
            Kind::Code(inner) => {
                self.mark("<code>");
                self.text(text.get(inner.clone()).unwrap_or_default());
                self.out.push_str("</code>");
            }
            Kind::Run(run) => self.run(run, typed),
            Kind::LinkStart(target) => {
                let target = text.get(target.clone()).unwrap_or_default().to_owned();
                self.mark(&address::opening(&target).unwrap_or_default());
                *link = Some(Link { target, from: self.out.len() });
            }
            Kind::LinkEnd => self.end_link(link.take()),
            // In a link there is no other, only its words.
            _ if link.is_some() => self.text(typed),
            Kind::Emoji(emoji) => self.mark(emoji),
            Kind::Address(lacks) => self.address(&format!("{lacks}{typed}"), typed),
            Kind::Mention(user) => {
                self.mark(&format!(r#"<span class="mention" data-user="{}">"#, user.0));
                self.text(typed);
                self.out.push_str("</span>");
            }
        }
    }

    fn run(&mut self, run: &Run, typed: &str) {
        for ended in &run.ended {
            self.mark(ended.end());
        }
        self.text(typed.get(..run.left).unwrap_or_default());
        for begun in run.begun.iter().rev() {
            self.mark(begun.start());
        }
    }

    fn address(&mut self, target: &str, name: &str) {
        match address::opening(target) {
            Some(opening) => {
                self.mark(&opening);
                self.text(name);
                self.out.push_str("</a>");
            }
            None => self.text(name),
        }
    }

    /// A link whose words look like another address says where it leads.
    fn end_link(&mut self, link: Option<Link>) {
        self.out.push_str("</a>");
        let Some(Link { target, from }) = link else { return };
        let words = self.out.get(from..).unwrap_or_default();
        if let Some(host) = host::beside(words, &target) {
            self.out.push_str(r#" <span class="host">("#);
            self.text(&host);
            self.out.push_str(")</span>");
        }
    }
}

/// A link that is open.
struct Link {
    target: String,
    /// Where its words begin.
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
