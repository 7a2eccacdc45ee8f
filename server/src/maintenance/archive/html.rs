//! The document around the content of an archive's page.

use app::protocol::Timestamp;

/// The description that search engines show, in characters.
pub(super) const DESCRIPTION_CHARS: usize = 160;

/// Scripts never run, whatever a text contains. Styles are not restricted: `'self'` is nothing in a page that is opened as a file.
const POLICY: &str = "script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'";

/// A page of the archive.
pub(super) struct Document<'a> {
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    /// The path to the folder of the archive, as `../../`.
    pub(super) root: &'a str,
    pub(super) pager: Pager,
    pub(super) content: &'a str,
}

/// Links to the other pages of a list.
pub(super) struct Pager {
    pub(super) page: u64,
    pub(super) pages: u64,
    pub(super) file_of: fn(u64) -> String,
}

impl Document<'_> {
    /// The texts of the page are English. Those of people have no known language.
    pub(super) fn html(&self) -> String {
        let Self { title, description, root, pager, content } = self;
        let [title, description] = [title, description].map(|text| escape(text));
        let links = pager.head_links();
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n\
            <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
            <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
            <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
            <meta name=\"description\" content=\"{description}\">\n\
            <link rel=\"stylesheet\" href=\"{root}style.css\">\n{links}</head>\n<body>\n\
            <div class=\"archive\">\n{content}</div>\n</body>\n</html>\n"
        )
    }
}

impl Pager {
    fn previous(&self) -> Option<u64> {
        Some(self.page - 1).filter(|&page| page > 0)
    }

    fn next(&self) -> Option<u64> {
        Some(self.page + 1).filter(|&page| page <= self.pages)
    }

    fn head_links(&self) -> String {
        let link = |rel: &str, page: Option<u64>| {
            let href = page.map(self.file_of);
            href.map_or(String::new(), |href| format!("<link rel=\"{rel}\" href=\"{href}\">\n"))
        };
        link("prev", self.previous()) + &link("next", self.next())
    }

    /// Returns nothing for a list of one page. `label` tells the pagers of a page apart.
    pub(super) fn html(&self, label: &str) -> String {
        if self.pages <= 1 {
            return String::new();
        }
        let link = |text: &str, rel: &str, page: Option<u64>| match page {
            Some(page) => format!("<a href=\"{}\"{rel}>{text}</a>\n", (self.file_of)(page)),
            None => String::new(),
        };
        let first = link("First", "", self.previous().map(|_| 1));
        let previous = link("Previous", " rel=\"prev\"", self.previous());
        let next = link("Next", " rel=\"next\"", self.next());
        let last = link("Last", "", self.next().map(|_| self.pages));
        format!(
            "<nav class=\"pages\" aria-label=\"{label}\">\n{first}{previous}\
            <span aria-current=\"page\">Page {} of {}</span>\n{next}{last}</nav>\n",
            self.page, self.pages
        )
    }
}

/// A time of day and date in UTC, for people and for machines.
pub(super) fn time(at: Timestamp, id: Option<&str>) -> String {
    let utc = at.to_rfc3339();
    let (day, hour) = utc.split_once('T').unwrap_or((utc.as_str(), ""));
    let minute = hour.get(..5).unwrap_or_default();
    let id = id.map_or(String::new(), |id| format!(" id=\"{id}\""));
    format!("<time class=\"moment\"{id} datetime=\"{utc}\">{day} {minute} UTC</time>")
}

/// Escapes a text for content and for quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pager(page: u64, pages: u64) -> Pager {
        Pager { page, pages, file_of: |page| format!("{page}.html") }
    }

    #[test]
    fn a_title_cannot_leave_its_place() {
        let title = "</title><script>\"'&";
        let document =
            Document { title, description: title, root: "../", pager: pager(1, 1), content: "<p>text</p>" };
        let html = document.html();
        let escaped = "&lt;/title&gt;&lt;script&gt;&quot;&#39;&amp;";
        assert!(html.contains(&format!("<title>{escaped}</title>")), "{html}");
        assert!(html.contains(&format!("name=\"description\" content=\"{escaped}\"")), "{html}");
        assert!(html.contains("href=\"../style.css\"") && !html.contains("<script"), "{html}");
    }

    #[test]
    fn a_pager_links_to_the_pages_beside_it() {
        assert_eq!(pager(1, 1).html("Pages"), "");
        let first = pager(1, 3);
        let html = first.html("Pages");
        assert!(!html.contains("Previous") && html.contains("<a href=\"2.html\" rel=\"next\">"), "{html}");
        assert_eq!(first.head_links(), "<link rel=\"next\" href=\"2.html\">\n");
        let html = pager(2, 3).html("Pages");
        for link in
            ["<a href=\"1.html\">First", "<a href=\"1.html\" rel=\"prev\">", "<a href=\"3.html\">Last"]
        {
            assert!(html.contains(link), "{link}: {html}");
        }
        assert!(!pager(3, 3).html("Pages").contains("Next"));
    }

    #[test]
    fn a_time_is_utc() {
        assert_eq!(
            time(Timestamp(1_795_374_123_045), None),
            "<time class=\"moment\" datetime=\"2026-11-22T19:02:03.045Z\">2026-11-22 19:02 UTC</time>"
        );
    }
}
