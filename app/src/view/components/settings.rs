use leptos::{ev::Event, prelude::*};

use super::check_box;
use crate::{
    browser::{
        appearance::{self, Choice},
        base_path::{address, base_path},
        preferences::{PreferenceValues, Preferences, Sound},
    },
    chat::{
        Chat,
        notifications::{self, Permission},
    },
    erased::{Erase, ErasedView, reactive},
    i18n::{Language, language},
};

/// The dialog. `help` shows the list of shortcuts instead.
pub(super) fn dialog(open: RwSignal<bool>, help: Callback<()>) -> ErasedView {
    let texts = language().settings();
    let manage = Chat::from_context().is_staff().then(|| {
        view! {
            <a href=address(format_args!("/admin")) rel="external">
                {texts.manage}
            </a>
        }
    });
    let content = view! {
        <p class="hint">{texts.scope_hint}</p>
        <ThemeChoice/>
        <DensitySwitch/>
        <Switch label=texts.presence is_on=|values| values.presence set=|values, on| values.presence = on/>
        <SoundChoice/>
        <Notifications/>
        <Switch label=texts.single_keys is_on=|values| values.keys set=|values, on| values.keys = on/>
        <Languages/>
        <button type="button" class="more" on:click=move |_| help.run(())>
            {texts.shortcuts}
        </button>
        {manage}
    };
    super::dialog::dialog(open, "settings", language().topic().settings, content.erased())
}

fn switch(label: &'static str, input: ErasedView) -> ErasedView {
    check_box("switch", label.to_owned(), input)
}

/// A check box for one of the preferences.
#[component]
fn Switch(
    label: &'static str,
    is_on: fn(&PreferenceValues) -> bool,
    set: fn(&mut PreferenceValues, bool),
) -> impl IntoView {
    let preferences = Preferences::from_context();
    let change = move |event: Event| preferences.update(|values| set(values, event_target_checked(&event)));
    switch(
        label,
        view! {
            <input type="checkbox" prop:checked=reactive(move || is_on(&preferences.get())) on:change=change/>
        }
        .erased(),
    )
}

/// The choice between light and dark.
#[component]
fn ThemeChoice() -> impl IntoView {
    let texts = language().settings();
    let chosen = appearance::chosen(Choice::Theme);
    let themes = [("", texts.system_theme), ("light", texts.light_theme), ("dark", texts.dark_theme)];
    let option = |(value, label): (&'static str, &'static str)| {
        view! {
            <option value=value selected=chosen == value>
                {label}
            </option>
        }
    };
    view! {
        <label class="choice">
            <span>{texts.theme}</span>
            <select on:change=move |event| appearance::choose(Choice::Theme, &event_target_value(&event))>
                {themes.map(option).into_iter().collect_view()}
            </select>
        </label>
    }
    .erased()
}

/// The switch for less space between messages.
#[component]
fn DensitySwitch() -> impl IntoView {
    let change = move |event: Event| {
        appearance::choose(Choice::Density, if event_target_checked(&event) { "compact" } else { "" });
    };
    switch(
        language().settings().compact,
        view! {
            <input type="checkbox" checked=appearance::chosen(Choice::Density) == "compact" on:change=change/>
        }
        .erased(),
    )
}

/// The choice of sounds. Choosing one plays it.
#[component]
fn SoundChoice() -> impl IntoView {
    let texts = language().settings();
    let preferences = Preferences::from_context();
    let change = move |event: Event| {
        let value = event_target_value(&event);
        let choice = Sound::ALL.into_iter().find(|(_, name)| *name == value);
        let sound = choice.map(|(sound, _)| sound).unwrap_or_default();
        preferences.update(|values| values.sound = sound);
        if sound != Sound::Off {
            notifications::play_sound();
        }
    };
    let option = move |(sound, name): (Sound, &'static str)| {
        let label = match sound {
            Sound::Off => texts.sound_off,
            Sound::Mentions => texts.sound_mentions,
            Sound::All => texts.sound_all,
        };
        view! {
            <option value=name selected=reactive(move || preferences.get().sound == sound)>
                {label}
            </option>
        }
    };
    view! {
        <label class="choice">
            <span>{texts.sound}</span>
            <select on:change=change>{Sound::ALL.map(option).into_iter().collect_view()}</select>
        </label>
    }
    .erased()
}

/// The switch for notifications. The browser asks for permission only when it is turned on.
#[component]
fn Notifications() -> impl IntoView {
    let texts = language().settings();
    let preferences = Preferences::from_context();
    let permission = RwSignal::new(notifications::permission());
    let is_refused = RwSignal::new(false);
    let change = move |event: Event| {
        is_refused.set(false);
        if !event_target_checked(&event) {
            preferences.update(|values| values.notifications = false);
            return;
        }
        notifications::request_permission(move |answer| {
            let granted = answer == Permission::Granted;
            let _ = permission.try_set(answer);
            is_refused.try_set(!granted);
            // Set even if it was off, so that the checkbox goes back.
            preferences.update(|values| values.notifications = granted);
        });
    };
    let hint = move || match permission.get() {
        Permission::Unsupported => Some(texts.not_possible),
        Permission::Denied if is_refused.get() || preferences.get().notifications => Some(texts.not_allowed),
        _ if is_refused.get() => Some(texts.not_allowed),
        _ => None,
    };
    let is_on = move || preferences.get().notifications && permission.get() == Permission::Granted;
    view! {
        {switch(texts.notifications, view! {
            <input
                type="checkbox"
                prop:checked=reactive(is_on)
                disabled=reactive(move || permission.get() == Permission::Unsupported)
                aria-describedby="notifications-hint"
                on:change=change
            />
        }.erased())}
        <p id="notifications-hint" class="hint" role="status">
            {reactive(hint)}
        </p>
    }
    .erased()
}

/// The choice of languages. A plain form: the server stores the language and renders the page again.
#[component]
fn Languages() -> impl IntoView {
    let current = language();
    let path = window().location().pathname().unwrap_or_default();
    let next = path.strip_prefix(base_path().as_str()).unwrap_or_default().to_owned();
    let choice = move |language: Language| {
        view! {
            <button
                type="submit"
                name="lang"
                value=language.tag()
                lang=language.tag()
                aria-pressed=(language == current).to_string()
            >
                {language.own_name()}
            </button>
        }
    };
    view! {
        <form class="languages" method="post" action=address(format_args!("/language")) aria-label=current.settings().language>
            <span aria-hidden="true">{current.settings().language}</span>
            <input type="hidden" name="next" value=next/>
            <p>{Language::ALL.map(choice).into_iter().collect_view()}</p>
        </form>
    }
    .erased()
}
