//! Times, roles and numbers as these pages show them.

use app::{
    i18n::{AdminTexts, fill},
    protocol::{Timestamp, UserId},
};
use leptos::prelude::*;

use crate::{
    clock::now,
    http::small_page::address,
    rights::{Audience, NetworkChange, Policy, Role, Standing},
};

/// The end of a ban without an end: the last millisecond of the year 9999, which all clients can show.
pub(super) const FOR_EVER: Timestamp = Timestamp(253_402_300_799_999);

/// Returns a time in UTC, to the minute.
pub(super) fn time(at: Timestamp) -> String {
    let text = at.to_rfc3339();
    let minutes = text.get(..16).unwrap_or(&text);
    format!("{} UTC", minutes.replace('T', " "))
}

/// Returns when a ban ends.
fn end(until: Timestamp, texts: &AdminTexts) -> String {
    if until.0 >= FOR_EVER.0 { texts.for_ever.to_owned() } else { time(until) }
}

pub(super) fn role_name(role: Role, texts: &AdminTexts) -> &'static str {
    match role {
        Role::Guest => texts.guest,
        Role::Member => texts.member,
        Role::Moderator => texts.moderator,
        Role::Owner => texts.owner,
    }
}

pub(super) fn audience_name(audience: Audience, texts: &AdminTexts) -> &'static str {
    match audience {
        Audience::Everyone => texts.everyone,
        Audience::Members => texts.members,
        Audience::Moderators => texts.moderators,
    }
}

/// Returns who may do what.
pub(super) fn policy_line(policy: &Policy, texts: &AdminTexts) -> String {
    let Policy { readers, writers, makers } = *policy;
    let parts = [(texts.readers, readers), (texts.writers, writers), (texts.makers, makers)];
    parts.map(|(may, audience)| format!("{may}: {}", audience_name(audience, texts))).join(" · ")
}

/// Returns a network and the end of its ban, or that the ban was lifted.
pub(super) fn network_line(change: &NetworkChange, at: Timestamp, texts: &AdminTexts) -> String {
    let NetworkChange { network, banned_until } = *change;
    let ban = banned_until.filter(|until| at < *until);
    let ban =
        ban.map_or_else(|| texts.lift_ban.to_owned(), |until| fill(texts.banned_until, &end(until, texts)));
    format!("{network} · {ban}")
}

/// Returns the role, and the ban and the mute that are not over at a time.
pub(super) fn standing_texts(standing: &Standing, at: Timestamp, texts: &AdminTexts) -> Vec<String> {
    let Standing { role, banned_until, muted_until } = *standing;
    let sanction = |until: Option<Timestamp>, text: &str| {
        until.filter(|until| at < *until).map(|until| fill(text, &end(until, texts)))
    };
    let sanctions = [sanction(banned_until, texts.banned_until), sanction(muted_until, texts.muted_until)];
    let mut shown = vec![role_name(role, texts).to_owned()];
    shown.extend(sanctions.into_iter().flatten());
    shown
}

/// Shows the role, and the ban and the mute that are not over.
pub(super) fn standing_line(standing: &Standing, texts: &AdminTexts) -> String {
    standing_texts(standing, now(), texts).join(" · ")
}

/// A person's name, which links to their page.
pub(super) fn person_link(user: UserId, name: Option<&str>, texts: &AdminTexts) -> AnyView {
    let name = name.unwrap_or(texts.no_name).to_owned();
    view! { <a href=address(format_args!("/admin/people/{user}"))><bdi>{name}</bdi></a> }.into_any()
}

/// Returns a number of bytes in GiB, with one decimal.
pub(super) fn gibibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) >> 30;
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use app::i18n::Language;

    use super::*;

    #[test]
    fn times_and_sizes_are_short() {
        assert_eq!(time(Timestamp(1_795_374_123_045)), "2026-11-22 19:02 UTC");
        assert_eq!(gibibytes(0), "0.0 GiB");
        assert_eq!(gibibytes((1 << 30) + (1 << 29)), "1.5 GiB");
    }

    #[test]
    fn a_ban_is_shown_until_it_is_over() {
        let texts = Language::En.admin();
        let standing = Standing {
            role: Role::Member,
            banned_until: Some(FOR_EVER),
            muted_until: Some(Timestamp(1_795_374_123_045)),
        };
        let shown = |at| standing_texts(&standing, Timestamp(at), texts);
        assert_eq!(shown(0), ["Member", "Banned until further notice", "Muted until 2026-11-22 19:02 UTC"]);
        assert_eq!(shown(1_795_374_123_045), ["Member", "Banned until further notice"]);
        assert_eq!(shown(FOR_EVER.0), ["Member"]);
    }
}
