use leptos::prelude::*;

use crate::{
    chat::Chat,
    drawn::{Draw, live},
    outbox::{Entry, Offer, Progress},
    protocol::DraftId,
    words::{fill, language},
};

/// How far a draft has come, and what its author can do about it.
#[component]
pub(super) fn DraftState(entry: Entry) -> impl IntoView {
    let texts = language().composer();
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
                    {texts.not_sent_why}
                    {why}
                </span>
            };
            refused.drawn()
        }
        passing => view! { <span class="progress">{words(&passing, mine)}</span> }.drawn(),
    };
    let offers: Vec<_> = offers.map(|offer| view! { <Action id offer=*offer/> }.drawn()).collect();
    view! {
        {words}
        <span class="actions">{offers}</span>
    }
    .drawn()
}

fn words(progress: &Progress, mine: bool) -> &'static str {
    let texts = language().composer();
    match progress {
        Progress::Waiting if mine => texts.waiting,
        Progress::Waiting => texts.left_over,
        Progress::Sending => texts.sending,
        Progress::Stored(_) => texts.sent,
        Progress::Refused(_) => texts.not_sent,
    }
}

#[component]
fn Action(id: DraftId, offer: Offer) -> impl IntoView {
    let texts = language().composer();
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
        Offer::Retry => texts.try_again.to_owned(),
        Offer::Adopt => fill(texts.send_as, name.get().as_str()),
        Offer::Edit => texts.edit.to_owned(),
        Offer::Discard => texts.discard.to_owned(),
        Offer::GiveUp => texts.stop_trying.to_owned(),
    };
    let title = (offer == Offer::GiveUp).then_some(texts.may_have_arrived);
    view! {
        <button type="button" title=title on:click=act>
            {live(label)}
        </button>
    }
    .drawn()
}
