//! The menu of the topic, and the dialogs that it opens.

use leptos::prelude::*;

use super::{
    Dialogs,
    copy_button::{CopyButton, refused_text},
    icon::DOTS,
    lazy::{empty, lazy},
    menu::HeaderMenu,
};
use crate::{
    browser::{base_path::topic_address, clipboard::url_of},
    chat::Chat,
    erased::{Erase, ErasedView, reactive, when},
    i18n::language,
};

/// The button of the menu.
#[component]
pub(super) fn TopicMenu(dialogs: Dialogs) -> impl IntoView {
    let texts = language().topic();
    let Dialogs { describe, help, settings, .. } = dialogs;
    let menu = HeaderMenu::new();
    // The next dialog will restore the focus to where it is when it opens, so it goes back to the button first.
    let show_help = Callback::new(move |()| {
        settings.set(false);
        request_animation_frame(move || {
            if let Some(button) = menu.popover.button.get_untracked() {
                let _ = button.focus();
            }
            help.set(true);
        });
    });
    view! {
        {menu.view(|| texts.more_options.to_owned(), DOTS, |parts, menu| (parts.topic_menu)(menu))}
        {when(move || describe.get(), move || lazy(move |parts| (parts.describe_dialog)(describe), empty))}
        {when(move || settings.get(), move || lazy(move |parts| (parts.settings_dialog)(settings, show_help), empty))}
    }
    .erased()
}

/// The actions.
pub(super) fn items(menu: HeaderMenu) -> ErasedView {
    let texts = language().topic();
    let chat = Chat::from_context();
    let about = chat.about();
    let Dialogs { describe, settings, .. } = expect_context::<Dialogs>();
    // Closing the menu gives the focus back to its button, and the dialog will give it back there, too.
    let show = move |dialog: RwSignal<bool>| {
        menu.popover.close();
        request_animation_frame(move || dialog.set(true));
    };
    let is_favourite = chat.is_favourite();
    let position = chat.position();
    // It is followed then, as no topic without messages can be.
    let is_supported = move || position.get().is_some_and(|seq| seq > 0);
    let labels = language().lazy();
    let toggle = move |_| {
        menu.popover.close();
        chat.toggle_favourite();
    };
    let refused = RwSignal::new(None);
    let content = view! {
        <button
            type="button"
            role="menuitem"
            disabled=reactive(move || about.with(Option::is_none))
            on:click=move |_| show(describe)
        >
            {texts.describe}
        </button>
        <button type="button" role="menuitem" disabled=reactive(move || !is_supported()) on:click=toggle>
            {reactive(move || if is_favourite.get() { labels.remove_favourite } else { labels.add_favourite })}
        </button>
        <CopyButton label=language().actions().copy_link text=move || url_of(&topic_address(&chat.topic())) refused/>
        <button type="button" role="menuitem" on:click=move |_| show(settings)>
            {texts.settings}
        </button>
    };
    menu.items(texts.more_options, content.erased(), refused_text(refused))
}
