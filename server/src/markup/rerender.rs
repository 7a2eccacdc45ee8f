//! Messages whose HTML was rendered by an earlier version.

use std::collections::HashSet;

use app::protocol::{UserId, plain_text};
use uuid::Uuid;

use super::{MentionedPerson, candidate_names, render};

/// The markup before the id of a mentioned person, in every version. No text can forge it, since its `<` is escaped.
const MENTION_START: &str = "<span class=\"mention\" data-user=\"";

/// Renders a text by the current version, like [`render`]. `earlier` is its HTML by an earlier version, whose mentions are kept.
pub fn rerender(body: &str, earlier: Option<&str>) -> Option<String> {
    let known = earlier.map(|html| mentioned(body, html)).unwrap_or_default();
    render(body, &known)
}

fn mentioned(body: &str, html: &str) -> Vec<MentionedPerson> {
    if !html.contains(MENTION_START) {
        return Vec::new();
    }
    let candidates: HashSet<String> = candidate_names(body).into_iter().collect();
    let found = html.split(MENTION_START).skip(1).filter_map(|rest| {
        let (user, rest) = rest.split_once("\">")?;
        let name = plain_text(rest.split_once("</span>")?.0);
        let name = name.strip_prefix('@').filter(|name| candidates.contains(*name))?.to_owned();
        Some(MentionedPerson { user: UserId(user.parse::<Uuid>().ok()?), name })
    });
    found.collect()
}
