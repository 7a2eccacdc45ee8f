//! The page of the policy.

use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use serde::Deserialize;

use super::{
    Part,
    form::{parse_reason, problem, reason_field, saved, select},
    page,
    staff::{Owner, Staff},
    texts::audience_name,
    unreadable,
};
use crate::{
    http::{page_form::PageForm, small_page::address},
    rights::{Audience, ChangeError, Policy},
    state::AppState,
};

/// The fields of the form.
#[derive(Deserialize)]
pub(crate) struct PolicyForm {
    readers: Audience,
    writers: Audience,
    makers: Audience,
    #[serde(default)]
    reason: String,
}

/// `GET /admin/policy`
pub(crate) async fn open(
    State(state): State<AppState>,
    Owner(staff): Owner,
    RawQuery(query): RawQuery,
) -> Response {
    let note = saved(query.as_deref(), staff.texts());
    match state.chat.moderation().policy().await {
        Ok(policy) => page(StatusCode::OK, &staff, Part::Policy, body(policy, &staff, note, "")),
        Err(error) => unreadable(&error),
    }
}

/// `POST /admin/policy`
pub(crate) async fn submit(
    State(state): State<AppState>,
    Owner(staff): Owner,
    PageForm(form): PageForm<PolicyForm>,
) -> Response {
    let texts = staff.texts();
    let PolicyForm { readers, writers, makers, reason: written } = form;
    let policy = Policy { readers, writers, makers };
    let refused = |status, text| {
        page(status, &staff, Part::Policy, body(policy, &staff, problem(Some(text)), &written))
    };
    let Some(reason) = parse_reason(&written) else {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, texts.needs_reason);
    };
    match state.chat.moderation().change_policy(staff.user, policy, reason).await {
        Ok(()) => Redirect::to("/admin/policy?saved").into_response(),
        Err(ChangeError::Unavailable(error)) => unreadable(&error),
        Err(
            ChangeError::Denied(_)
            | ChangeError::LastOwner
            | ChangeError::UsedCode
            | ChangeError::TooManyNetworks,
        ) => refused(StatusCode::FORBIDDEN, texts.not_allowed),
    }
}

fn body(policy: Policy, staff: &Staff, note: AnyView, reason: &str) -> AnyView {
    let texts = staff.texts();
    let choice = |name, label, chosen| {
        let options = [Audience::Everyone, Audience::Members, Audience::Moderators];
        let options = options.map(|audience| (audience_value(audience), audience_name(audience, texts)));
        select(name, label, options, audience_value(chosen))
    };
    view! {
        <p>{texts.policy_lead}</p>
        {note}
        <div class="forms">
            <section>
                <form method="post" action=address(format_args!("/admin/policy"))>
                    {choice("readers", texts.readers, policy.readers)}
                    {choice("writers", texts.writers, policy.writers)}
                    {choice("makers", texts.makers, policy.makers)}
                    {reason_field(texts, reason)}
                    <button type="submit">{texts.save}</button>
                </form>
            </section>
        </div>
    }
    .into_any()
}

/// Returns an audience as the form sends it.
fn audience_value(audience: Audience) -> &'static str {
    match audience {
        Audience::Everyone => "everyone",
        Audience::Members => "members",
        Audience::Moderators => "moderators",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_is_read_as_it_is_sent() {
        for audience in [Audience::Everyone, Audience::Members, Audience::Moderators] {
            let value = serde_json::to_string(audience_value(audience)).unwrap();
            assert_eq!(serde_json::from_str::<Audience>(&value).unwrap(), audience);
        }
    }
}
