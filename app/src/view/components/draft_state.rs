use leptos::prelude::*;

use super::later::{later, nothing};
use crate::{
    chat::Chat,
    erased::Erase,
    i18n::language,
    model::outbox::{Entry, Kept, Progress},
};

/// How far a draft has come, and what its author can do about it.
#[component]
pub(super) fn DraftState(entry: Entry) -> impl IntoView {
    let texts = language().composer();
    let mine = entry.is_of(Chat::here().user());
    let (kept, progress) = (entry.kept, entry.progress.clone());
    let words = match progress {
        Progress::Refused(why) => {
            let refused = view! {
                <span class="progress" role="alert" data-refused="">
                    {texts.not_sent_why}
                    {why}
                </span>
            };
            refused.erased()
        }
        passing => view! { <span class="progress">{words(&passing, kept, mine)}</span> }.erased(),
    };
    view! {
        {words}
        {later(move |later| (later.draft_offers)(entry.clone()), nothing)}
    }
    .erased()
}

fn words(progress: &Progress, kept: Kept, mine: bool) -> &'static str {
    let texts = language().composer();
    match progress {
        // Whoever reads that it waits may close the page, unless it is said that they may not.
        Progress::Waiting if kept == Kept::Soon => "",
        Progress::Waiting if kept == Kept::Here => texts.waiting_here,
        Progress::Waiting if mine => texts.waiting,
        Progress::Waiting => texts.left_over,
        Progress::Sending => texts.sending,
        Progress::Stored(_) => texts.sent,
        Progress::Refused(_) => texts.not_sent,
    }
}
