use leptos::{either::Either, prelude::*};

use crate::{
    chat::Chat,
    outbox::{Entry, Offer, Progress},
    protocol::DraftId,
};

/// How far a draft has come, and what its author can do about it.
#[component]
pub(super) fn DraftState(entry: Entry) -> impl IntoView {
    let chat = Chat::here();
    let user = chat.user();
    let (id, offers, mine) = (entry.draft.id, entry.offers(user), entry.is_of(user));
    // A message that is not loaded cannot be edited in its place.
    let has_place = entry.draft.deed.target().is_none_or(|seq| chat.has_message(seq));
    let offers = offers.iter().filter(|offer| has_place || **offer != Offer::Edit);
    let words = match entry.progress {
        Progress::Refused(why) => {
            let refused = view! {
                <span class="progress" role="alert" data-refused="">
                    "Not sent: "
                    {why}
                </span>
            };
            Either::Left(refused)
        }
        passing => Either::Right(view! { <span class="progress">{words(&passing, mine)}</span> }),
    };
    let offers: Vec<_> = offers.map(|offer| view! { <Action id offer=*offer/> }).collect();
    view! {
        {words}
        <span class="actions">{offers}</span>
    }
}

fn words(progress: &Progress, mine: bool) -> &'static str {
    match progress {
        Progress::Waiting if mine => "Waiting to be sent",
        Progress::Waiting => "Left from an earlier session",
        Progress::Sending => "Sending…",
        Progress::Stored(_) => "Sent",
        Progress::Refused(_) => "Not sent",
    }
}

#[component]
fn Action(id: DraftId, offer: Offer) -> impl IntoView {
    let chat = Chat::here();
    let name = chat.present_name();
    let act = move |_| match offer {
        Offer::Retry => chat.retry(id),
        Offer::Adopt => chat.adopt(id),
        Offer::Edit => chat.edit(id),
        Offer::Discard => chat.discard(id),
        Offer::GiveUp => chat.give_up(id),
    };
    let label = move || match offer {
        Offer::Retry => "Try again".to_owned(),
        Offer::Adopt => format!("Send as {}", name.get()),
        Offer::Edit => "Edit".to_owned(),
        Offer::Discard => "Discard".to_owned(),
        Offer::GiveUp => "Stop trying".to_owned(),
    };
    let title = (offer == Offer::GiveUp).then_some("It may have arrived already");
    view! {
        <button type="button" title=title on:click=act>
            {label}
        </button>
    }
}
