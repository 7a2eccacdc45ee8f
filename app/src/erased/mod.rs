//! Type-erased views and the reactive helpers that build them.
//!
//! In Leptos a page has one type, as deep as its markup, and each closure has a type of its own. Without erasure the
//! browser would load the same generic code hundreds of times. The helpers here box their closures, so their code is
//! compiled once.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod derived;
#[cfg(feature = "hydrate")]
pub(crate) mod hydration;
mod key;

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
pub(crate) use browser::ErasedView;
/// The server renders a page once, so Leptos's own type-erased view is good enough.
#[cfg(not(feature = "hydrate"))]
pub(crate) type ErasedView = AnyView;

#[cfg(feature = "hydrate")]
pub use derived::Derived;
/// The server evaluates a memo once, so Leptos's own does.
#[cfg(not(feature = "hydrate"))]
pub type Derived<T> = Memo<T>;

use key::Key;

/// Erases the type of a view.
pub(crate) trait Erase {
    /// Returns the view without its type.
    fn erased(self) -> ErasedView;
}

impl<V: IntoView + 'static> Erase for V {
    #[cfg(feature = "hydrate")]
    fn erased(self) -> ErasedView {
        ErasedView::new(self)
    }

    #[cfg(not(feature = "hydrate"))]
    fn erased(self) -> ErasedView {
        self.into_any()
    }
}

/// A boxed closure that a view re-evaluates when its signals change: a text, an attribute or a child view.
pub(crate) type Reactive<T> = Box<dyn FnMut() -> T + Send>;

/// Boxes a closure for use in a view.
pub(crate) fn reactive<T>(value: impl FnMut() -> T + Send + 'static) -> Reactive<T> {
    Box::new(value)
}

/// Creates a memo.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
) -> Derived<T> {
    #[cfg(feature = "hydrate")]
    return Derived::new(value);
    #[cfg(not(feature = "hydrate"))]
    Memo::new(move |_| value())
}

/// Runs `run` in the browser, and again whenever a signal that it reads has changed.
pub(crate) fn effect(run: impl FnMut() + 'static) {
    let mut run: Box<dyn FnMut()> = Box::new(run);
    effect_with_previous(move |_: Option<()>| run());
}

/// An effect that receives the value that it returned the time before.
#[expect(clippy::disallowed_methods, reason = "this is what to use instead")]
pub(crate) fn effect_with_previous<T: 'static>(run: impl FnMut(Option<T>) -> T + 'static) {
    let create = move || {
        Effect::new(run);
    };
    #[cfg(feature = "hydrate")]
    hydration::schedule(hydration::Schedule::Immediate, Box::new(create));
    #[cfg(not(feature = "hydrate"))]
    create();
}

/// An effect that may start after the page has begun to respond to input. For effects that nothing depends on and that
/// a page has many of.
pub(crate) fn effect_deferred(run: impl FnMut() + 'static) {
    #[cfg(feature = "hydrate")]
    hydration::schedule(hydration::Schedule::Deferred, Box::new(move || effect(run)));
    #[cfg(not(feature = "hydrate"))]
    effect(run);
}

/// Shows a view while a condition holds.
pub(crate) fn when(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    render: impl Fn() -> ErasedView + Send + 'static,
) -> ErasedView {
    when_boxed(memo(condition), Box::new(render))
}

fn when_boxed(condition: Derived<bool>, render: Box<dyn Fn() -> ErasedView + Send>) -> ErasedView {
    reactive(move || condition.get().then(&render)).erased()
}

/// Renders a keyed list. A view is made once for each key, moves with its item and is removed with it.
pub(crate) fn each<T: Send + Sync + 'static, K: Eq + std::hash::Hash + Send + Sync + 'static>(
    items: impl Fn() -> Vec<T> + Send + 'static,
    key: impl Fn(&T) -> K + Send + 'static,
    render: impl Fn(T) -> ErasedView + Send + Sync + 'static,
) -> ErasedView {
    let render = std::sync::Arc::new(render);
    let keyed = move |item: T| {
        let key = Key::new(key(&item));
        let render = render.clone();
        Keyed { key, render: Box::new(move || render(item)) }
    };
    each_boxed(Box::new(move || items().into_iter().map(&keyed).collect()))
}

/// An item of a list, with the closure that renders it if its key is new.
struct Keyed {
    key: Key,
    render: Box<dyn FnOnce() -> ErasedView + Send>,
}

fn each_boxed(each: Box<dyn Fn() -> Vec<Keyed> + Send>) -> ErasedView {
    let key = |item: &Keyed| item.key.clone();
    view! { <For each key children=|item: Keyed| (item.render)()/> }.erased()
}
