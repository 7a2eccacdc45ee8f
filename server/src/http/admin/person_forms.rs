//! The forms that change a person's role, ban and mute.

use app::{i18n::AdminTexts, protocol::UserId};
use leptos::prelude::*;

use super::{
    Staff,
    form::{reason_field, select},
    texts::role_name,
};
use crate::{
    clock::now,
    http::small_page::address,
    rights::{Role, Standing},
};

/// Returns the forms that apply to a standing.
pub(super) fn forms(user: UserId, standing: &Standing, staff: &Staff, reason: &str) -> Vec<AnyView> {
    let texts = staff.texts();
    let now = now();
    let is_banned = standing.banned_until.is_some_and(|until| now < until);
    let is_muted = standing.muted_until.is_some_and(|until| now < until);
    let form = |act, button, fields| person_form(user, act, button, fields, reason_field(texts, reason));
    let none = || ().into_any();
    let mut forms = Vec::new();
    if is_banned {
        forms.push(form("lift_ban", texts.lift_ban, none()));
    } else {
        forms.push(form("ban", texts.ban, durations(texts)));
    }
    if is_muted {
        forms.push(form("lift_mute", texts.lift_mute, none()));
    } else {
        forms.push(form("mute", texts.mute, durations(texts)));
    }
    if staff.is_owner {
        forms.push(form("role", texts.give_role, roles(standing.role, texts)));
    }
    forms
}

fn person_form(
    user: UserId,
    act: &'static str,
    button: &'static str,
    fields: AnyView,
    reason: AnyView,
) -> AnyView {
    view! {
        <section>
            <h3>{button}</h3>
            <form method="post" action=address(format_args!("/admin/people/{user}"))>
                <input type="hidden" name="act" value=act/>
                {fields}
                {reason}
                <button type="submit">{button}</button>
            </form>
        </section>
    }
    .into_any()
}

fn durations(texts: &AdminTexts) -> AnyView {
    let options = [
        ("1", texts.hour),
        ("24", texts.day),
        ("168", texts.week),
        ("720", texts.month),
        ("0", texts.no_end),
    ];
    select("hours", texts.duration, options, "24")
}

fn roles(now: Role, texts: &AdminTexts) -> AnyView {
    let options = [Role::Guest, Role::Member, Role::Moderator, Role::Owner];
    select(
        "role",
        texts.role,
        options.map(|role| (role_value(role), role_name(role, texts))),
        role_value(now),
    )
}

/// Returns a role as the form sends it.
fn role_value(role: Role) -> &'static str {
    match role {
        Role::Guest => "guest",
        Role::Member => "member",
        Role::Moderator => "moderator",
        Role::Owner => "owner",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_as_it_is_sent() {
        for role in [Role::Guest, Role::Member, Role::Moderator, Role::Owner] {
            let value = serde_json::to_string(role_value(role)).unwrap();
            assert_eq!(serde_json::from_str::<Role>(&value).unwrap(), role);
        }
    }
}
