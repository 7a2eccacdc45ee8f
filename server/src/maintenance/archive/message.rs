//! A message of an archive: the markup of `app/src/view/components/message_row.rs` without what needs a script.

use std::collections::HashMap;

use app::{
    i18n::{Language, fill},
    model::initials::initials,
    page_data::isolated_excerpt,
    protocol::{Author, Event, EventKind, Reactions},
};

use super::{
    html::{escape, time},
    page_file,
    read::QuotedMessage,
};

/// The number of colours for people.
const HUE_COUNT: u128 = 16;
/// The longest excerpt of a quoted message.
const MAX_EXCERPT_CHARS: usize = 140;
/// The number of people whom a reaction names.
const MAX_NAMES: usize = 10;

/// Returns the row of a message. Its id is the same in each export, so links to it stay.
pub(super) fn message_html(event: &Event, quoted: &HashMap<u64, QuotedMessage>) -> String {
    let EventKind::Message { deleted, reply_to, reactions, .. } = &event.kind else { return String::new() };
    let deleted = if *deleted { " data-deleted" } else { "" };
    let seq = event.seq;
    format!(
        "<li class=\"message\" id=\"m{seq}\" aria-labelledby=\"m{seq}-author m{seq}-time\"{deleted}>\n\
        {}{}{}{}{}</li>\n",
        badge(&event.author),
        byline(event),
        reply_to.map_or(String::new(), |message| quote(message, quoted)),
        text(event),
        reaction_list(reactions)
    )
}

fn badge(author: &Author) -> String {
    let hue = author.user.0.as_u128() % HUE_COUNT;
    let initials = escape(&initials(author.name.as_input()));
    format!("<span class=\"badge\" aria-hidden=\"true\" data-hue=\"{hue}\">{initials}</span>\n")
}

fn byline(event: &Event) -> String {
    let texts = Language::En.log();
    let Event { seq, at, author, .. } = event;
    let unverified = match author.unverified {
        true => format!("<small class=\"unverified\">{}</small>\n", texts.unverified),
        false => String::new(),
    };
    let edited = match event.revision() != *seq && !event.is_deleted() {
        true => format!("<small class=\"edited\">{}</small>\n", texts.edited),
        false => String::new(),
    };
    format!(
        "<p class=\"by\">\n<bdi class=\"author\" id=\"m{seq}-author\" lang=\"\">{}</bdi>\n{unverified}\
        <a class=\"permalink\" href=\"#m{seq}\">{}</a>\n{edited}</p>\n",
        escape(author.name.as_str()),
        time(*at, Some(&format!("m{seq}-time")))
    )
}

/// The message that this one replies to, with a link to its page.
fn quote(message: u64, quoted: &HashMap<u64, QuotedMessage>) -> String {
    let texts = Language::En.log();
    let Some(QuotedMessage { event, page }) = quoted.get(&message) else {
        return format!("<p class=\"quote\"><span class=\"whose\">{}</span></p>\n", texts.reply_to_earlier);
    };
    let words = match event.is_deleted() {
        true => texts.deleted.to_owned(),
        false => isolated_excerpt(&event.kind.plain_text(), MAX_EXCERPT_CHARS),
    };
    format!(
        "<a class=\"quote\" href=\"{}#m{message}\"><span class=\"whose\">{}</span> \
        <span class=\"said\" lang=\"\" dir=\"auto\">{}</span></a>\n",
        page_file(*page),
        escape(&fill(texts.reply_to, event.author.name.as_str())),
        escape(&words)
    )
}

fn text(event: &Event) -> String {
    let EventKind::Message { body, html, deleted, .. } = &event.kind else { return String::new() };
    let text = match (deleted, html) {
        (true, _) => format!("<p class=\"body\">{}</p>", Language::En.log().deleted),
        // Safe: the renderer has sanitised the HTML, and a reader renders that of older versions again.
        (false, Some(html)) => format!("<div class=\"body markup\" lang=\"\">{html}</div>"),
        (false, None) => format!("<p class=\"body\" lang=\"\" dir=\"auto\">{}</p>", escape(body)),
    };
    format!("<div class=\"fold\">{text}</div>\n")
}

fn reaction_list(reactions: &[Reactions]) -> String {
    if reactions.is_empty() {
        return String::new();
    }
    let entries: String = reactions.iter().map(reaction).collect();
    let label = Language::En.actions().reactions;
    format!("<ul class=\"reactions\" aria-label=\"{label}\">\n{entries}</ul>\n")
}

/// An emoji and the people who chose it.
fn reaction(Reactions { emoji, people }: &Reactions) -> String {
    let mut names: Vec<String> = people
        .iter()
        .take(MAX_NAMES)
        .map(|person| format!("<bdi lang=\"\">{}</bdi>", escape(person.name.as_str())))
        .collect();
    if let Some(more) = people.len().checked_sub(MAX_NAMES).filter(|more| *more > 0) {
        names.push(Language::En.log().more_people.format(Language::En, more as u64));
    }
    format!(
        "<li class=\"reaction\">{} <span class=\"count\">{}</span> <span class=\"people\">{}</span></li>\n",
        escape(emoji.as_str()),
        people.len(),
        names.join(", ")
    )
}

#[cfg(test)]
mod tests;
