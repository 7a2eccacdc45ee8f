use leptos::prelude::*;

use crate::{
    chat::Chat,
    erased::{Erase, reactive},
    i18n::{fill, language},
    model::outbox::{Entry, Offer},
    protocol::DraftId,
};

/// What a draft's author can do about it.
#[component]
pub(super) fn DraftOffers(entry: Entry) -> impl IntoView {
    let chat = Chat::here();
    let (id, offers) = (entry.draft.id, entry.offers(chat.user()));
    // A message that is not loaded cannot be edited in its place.
    let has_place = entry.draft.deed.target().is_none_or(|seq| chat.has_message(seq));
    let offers = offers.iter().filter(|offer| has_place || **offer != Offer::Edit);
    let offers: Vec<_> = offers.map(|offer| view! { <Action id offer=*offer/> }.erased()).collect();
    view! { <span class="actions">{offers}</span> }.erased()
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
            {reactive(label)}
        </button>
    }
    .erased()
}
