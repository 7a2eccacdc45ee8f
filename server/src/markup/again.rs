//! Texts whose HTML was made in an earlier dialect.

use std::collections::HashSet;

use app::protocol::{UserId, plain_text};
use uuid::Uuid;

use super::{Mentioned, names, render};

/// What HTML of every dialect has before the id of somebody who is mentioned. No text can: its `<` is escaped.
const MENTION: &str = "<span class=\"mention\" data-user=\"";

/// The HTML of a text in the dialect of today, from what it had in an earlier one: who was mentioned then is mentioned still.
pub fn render_again(body: &str, earlier: Option<&str>) -> Option<String> {
    let known = earlier.map(|html| mentioned(body, html)).unwrap_or_default();
    render(body, &known)
}

fn mentioned(body: &str, html: &str) -> Vec<Mentioned> {
    if !html.contains(MENTION) {
        return Vec::new();
    }
    let possible: HashSet<String> = names(body).into_iter().collect();
    let found = html.split(MENTION).skip(1).filter_map(|rest| {
        let (user, rest) = rest.split_once("\">")?;
        let name = plain_text(rest.split_once("</span>")?.0);
        let name = name.strip_prefix('@').filter(|name| possible.contains(*name))?.to_owned();
        Some(Mentioned { user: UserId(user.parse::<Uuid>().ok()?), name })
    });
    found.collect()
}
