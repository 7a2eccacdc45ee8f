use leptos::{html, prelude::*};

use super::Field;
use crate::{
    browser::base_path::{self, topic_address},
    erased::{Erase, ErasedView, effect, reactive},
    i18n::{Language, fill, language},
    page_data::{CreateTopicError, NewTopicField, NewTopicFormData as Form},
    protocol::{About, TopicName},
};

/// The form for a new topic. A plain form; a script only shows the topic's address while the person types.
#[component]
pub(crate) fn NewTopicForm(
    form: Form,
    open: bool,
    /// Whether its first field has the focus.
    focused: bool,
) -> impl IntoView {
    let texts = language().directory();
    let Form { draft, title, name, description, problem } = form;
    let at = problem.as_ref().and_then(CreateTopicError::field);
    let problem_at = |field: Option<NewTopicField>| {
        let here = problem.clone().filter(|problem| problem.field() == field);
        here.map(|problem| view! { <Problem problem/> }.erased())
    };
    let is_title_wrong = at == Some(NewTopicField::Title);
    let title_field = NodeRef::<html::Input>::new();
    let name_field = NodeRef::<html::Input>::new();
    let typed = RwSignal::new((title.clone(), name.clone()));
    let read = move || {
        if let (Some(title), Some(name)) = (title_field.get(), name_field.get()) {
            typed.set((title.value(), name.value()));
        }
    };
    // Includes what was typed before hydration.
    effect(read);
    view! {
        <details class="new-topic" open=open>
            <summary>{texts.new_topic}</summary>
            <form method="post" action=base_path::address(format_args!("/topics"))>
                {problem_at(None)}
                <input type="hidden" name="draft" value=draft.to_string()/>
                <Field label=texts.topic_title problem=problem_at(Some(NewTopicField::Title)) control=view! {
                    <input
                        name="title"
                        value=title
                        dir="auto"
                        autocomplete="off"
                        aria-invalid=is_title_wrong.then_some("true")
                        aria-describedby=if is_title_wrong { "not-made" } else { "address" }
                        autofocus=focused || is_title_wrong
                        node_ref=title_field
                        on:input=move |_| read()
                    />
                }.erased()/>
                <p class="hint" id="address">{reactive(move || address(typed.get()))}</p>
                {name_input(name, problem_at(Some(NewTopicField::Name)), name_field, read)}
                <p class="hint" id="name-help">{texts.name_help}</p>
                {description_input(&description, problem_at(Some(NewTopicField::Description)))}
                <button type="submit">{texts.create}</button>
            </form>
        </details>
    }
    .erased()
}

fn name_input(
    name: String,
    problem: Option<ErasedView>,
    field: NodeRef<html::Input>,
    read: impl Fn() + 'static,
) -> impl IntoView {
    let is_wrong = problem.is_some();
    view! {
        <Field label=language().directory().name problem control=view! {
            <input
                name="name"
                value=name
                dir="ltr"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=if is_wrong { "not-made name-help" } else { "name-help" }
                autofocus=is_wrong
                node_ref=field
                on:input=move |_| read()
            />
        }.erased()/>
    }
}

fn description_input(description: &str, problem: Option<ErasedView>) -> impl IntoView + use<> {
    let is_wrong = problem.is_some();
    view! {
        <Field label=language().directory().description problem control=view! {
            <textarea
                name="description"
                rows="3"
                dir="auto"
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=is_wrong.then_some("not-made")
                autofocus=is_wrong
                inner_html=escape_html(description)
            ></textarea>
        }.erased()/>
    }
}

/// Escapes a text area's text for `inner_html`: as a child node it would not survive hydration.
fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The address of the new topic. Empty while it is not known.
fn address((title, name): (String, String)) -> String {
    let name = match name.trim() {
        "" => TopicName::from_title(&title),
        name => name.parse().ok(),
    };
    name.map(|name| fill(language().directory().address, &topic_address(&name))).unwrap_or_default()
}

/// The error.
#[component]
fn Problem(problem: CreateTopicError) -> impl IntoView {
    let open = match &problem {
        CreateTopicError::Exists(name) => {
            let label = fill(language().directory().open, name.as_str());
            Some(view! { <a href=topic_address(name) rel="external">{label}</a> })
        }
        _ => None,
    };
    view! {
        <p class="problem" id="not-made" role="alert">
            {why(language(), &problem)}
            " "
            {open}
        </p>
    }
    .erased()
}

fn why(language: Language, problem: &CreateTopicError) -> String {
    let texts = language.directory();
    let long = |max: usize| fill(texts.too_long, &max.to_string());
    let holds = |c: char| fill(texts.bad_character, &format!("U+{:04X}", c as u32));
    match problem {
        CreateTopicError::Untitled => texts.title_missing.to_owned(),
        CreateTopicError::Nameless => texts.no_name_from_title.to_owned(),
        CreateTopicError::BadName => texts.bad_name.to_owned(),
        CreateTopicError::Exists(_) => texts.exists.to_owned(),
        CreateTopicError::LongTitle => long(About::TITLE_CHARS),
        CreateTopicError::LongDescription => long(About::DESCRIPTION_CHARS),
        CreateTopicError::TitleHolds(c) | CreateTopicError::DescriptionHolds(c) => holds(*c),
        CreateTopicError::DraftConflict => texts.draft_conflict.to_owned(),
        CreateTopicError::TooMany => texts.too_many_topics.to_owned(),
        CreateTopicError::Banned => language.refusals().banned.to_owned(),
        CreateTopicError::Muted => language.refusals().muted.to_owned(),
        CreateTopicError::NotAllowed => texts.not_allowed.to_owned(),
        CreateTopicError::Unavailable => texts.unavailable.to_owned(),
        CreateTopicError::AccessWasMissing => texts.access_was_missing.to_owned(),
    }
}
