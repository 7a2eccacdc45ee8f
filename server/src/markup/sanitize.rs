//! Sanitizes the renderer's HTML with an allow-list, as a second line of defence.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use ammonia::{Builder, UrlRelative};
use uuid::Uuid;

use super::address::{REL, SCHEMES};

/// The allowed elements, with their attributes and classes.
pub(super) const ALLOWED: [(&str, &[&str], &[&str]); 24] = [
    ("a", &["href", "target"], &[]),
    ("blockquote", &["dir"], &[]),
    ("br", &[], &[]),
    ("code", &[], &[]),
    ("del", &[], &[]),
    ("div", &["dir", "tabindex"], &["table"]),
    ("em", &[], &[]),
    ("h3", &["dir"], &[]),
    ("h4", &["dir"], &[]),
    ("h5", &["dir"], &[]),
    ("hr", &[], &[]),
    ("li", &[], &[]),
    ("ol", &["dir", "start"], &[]),
    ("p", &["dir"], &[]),
    ("pre", &["dir", "tabindex"], &[]),
    ("span", &["data-user"], &["mention", "host", "task", "k", "s", "c", "n", "f", "t", "m", "i", "d"]),
    ("strong", &[], &[]),
    ("table", &[], &[]),
    ("tbody", &[], &[]),
    ("td", &[], &["left", "center", "right"]),
    ("th", &[], &["left", "center", "right"]),
    ("thead", &[], &[]),
    ("tr", &[], &[]),
    ("ul", &["dir"], &[]),
];

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(sanitizer);

pub(super) fn sanitize(html: &str) -> String {
    SANITIZER.clean(html).to_string()
}

fn sanitizer() -> Builder<'static> {
    let mut builder = Builder::empty();
    let with_attributes = |&(tag, attributes, _): &(&'static str, &'static [&'static str], _)| {
        (tag, attributes.iter().copied().collect())
    };
    let with_classes = |&(tag, _, classes): &(&'static str, _, &'static [&'static str])| {
        (tag, classes.iter().copied().collect())
    };
    builder
        .tags(ALLOWED.iter().map(|&(tag, ..)| tag).collect())
        .tag_attributes(ALLOWED.iter().map(with_attributes).collect())
        .allowed_classes(ALLOWED.iter().map(with_classes).collect())
        .set_tag_attribute_values(HashMap::from([("a", HashMap::from([("rel", REL)]))]))
        .attribute_filter(|_, attribute, value| {
            is_allowed_value(attribute, value).then_some(Cow::Borrowed(value))
        })
        .url_schemes(SCHEMES.into_iter().collect())
        .url_relative(UrlRelative::Deny)
        .link_rel(None);
    builder
}

pub(super) fn is_allowed_value(attribute: &str, value: &str) -> bool {
    match attribute {
        "class" | "href" | "rel" => true,
        "dir" => matches!(value, "auto" | "ltr"),
        "tabindex" => value == "0",
        "target" => value == "_blank",
        "start" => value.len() <= 9 && value.bytes().all(|byte| byte.is_ascii_digit()),
        "data-user" => Uuid::try_parse(value).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::sanitize;

    #[test]
    fn only_listed_elements_and_attributes_remain() {
        for (html, expected) in [
            ("<script>alert(1)</script>x", "x"),
            ("<p onclick=x id=y style=z class=table dir=rtl>x</p>", "<p class=\"\">x</p>"),
            ("<img src=x onerror=y><iframe src=x></iframe>", ""),
            ("<span class=\"k x\" data-user=me>x</span>", "<span class=\"k\">x</span>"),
            ("<ol start=-1></ol>", "<ol></ol>"),
        ] {
            assert_eq!(sanitize(html), expected);
        }
    }

    #[test]
    fn an_unsafe_link_target_is_removed() {
        for target in
            ["javascript:x", "data:text/html,x", "//evil.example", "/here", "vbscript:x", " jAvascript:x"]
        {
            let html = sanitize(&format!("<a href=\"{target}\">x</a>"));
            assert!(!html.contains("href"), "{html}");
        }
    }
}
