//! Parts of the page whose type is forgotten, and what they are made with.
//!
//! A page is one type as deep as its markup, and each closure in it a type of its own: a browser would load the same code
//! hundreds of times over. What stands here is compiled once for all who use it.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod derived;
#[cfg(feature = "hydrate")]
pub(crate) mod first;
mod key;

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
pub(crate) use browser::Drawn;
/// The server draws a page once, so the library's own way does.
#[cfg(not(feature = "hydrate"))]
pub(crate) type Drawn = AnyView;

#[cfg(feature = "hydrate")]
pub use derived::Derived;
/// The server looks once.
#[cfg(not(feature = "hydrate"))]
pub type Derived<T> = Memo<T>;

use key::Key;

/// Forgets what a part of the page is made of.
pub(crate) trait Draw {
    /// The part, as one of many.
    fn drawn(self) -> Drawn;
}

impl<V: IntoView + 'static> Draw for V {
    #[cfg(feature = "hydrate")]
    fn drawn(self) -> Drawn {
        Drawn::new(self)
    }

    #[cfg(not(feature = "hydrate"))]
    fn drawn(self) -> Drawn {
        self.into_any()
    }
}

/// A value that the page follows: a text, an attribute, a part.
pub(crate) type Live<T> = Box<dyn FnMut() -> T + Send>;

/// Lets the page follow a value.
pub(crate) fn live<T>(value: impl FnMut() -> T + Send + 'static) -> Live<T> {
    Box::new(value)
}

/// A memo of what a closure says.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
) -> Derived<T> {
    #[cfg(feature = "hydrate")]
    return Derived::new(value);
    #[cfg(not(feature = "hydrate"))]
    Memo::new(move |_| value())
}

/// Does something in the browser, and again whenever what it looks at has changed.
pub(crate) fn effect(act: impl FnMut() + 'static) {
    let mut act: Box<dyn FnMut()> = Box::new(act);
    effect_after(move |_: Option<()>| act());
}

/// An effect that is told what it said the time before.
#[expect(clippy::disallowed_methods, reason = "this is what to use instead")]
pub(crate) fn effect_after<T: 'static>(act: impl FnMut(Option<T>) -> T + 'static) {
    let begin = move || {
        Effect::new(act);
    };
    #[cfg(feature = "hydrate")]
    first::begin(first::When::AtOnce, Box::new(begin));
    #[cfg(not(feature = "hydrate"))]
    begin();
}

/// An effect that can wait until the page has heard what people do: nothing depends on it, and a page has many of its kind.
pub(crate) fn effect_in_turn(act: impl FnMut() + 'static) {
    #[cfg(feature = "hydrate")]
    first::begin(first::When::InTurn, Box::new(move || effect(act)));
    #[cfg(not(feature = "hydrate"))]
    effect(act);
}

/// A part that is there while something is so.
pub(crate) fn when(
    is_so: impl Fn() -> bool + Send + Sync + 'static,
    draw: impl Fn() -> Drawn + Send + 'static,
) -> Drawn {
    part(memo(is_so), Box::new(draw))
}

fn part(is_so: Derived<bool>, draw: Box<dyn Fn() -> Drawn + Send>) -> Drawn {
    live(move || is_so.get().then(&draw)).drawn()
}

/// A part for each of many things: made once for each key, it moves with its thing and goes with it.
pub(crate) fn each<T: Send + Sync + 'static, K: Eq + std::hash::Hash + Send + Sync + 'static>(
    things: impl Fn() -> Vec<T> + Send + 'static,
    key: impl Fn(&T) -> K + Send + 'static,
    draw: impl Fn(T) -> Drawn + Send + Sync + 'static,
) -> Drawn {
    let draw = std::sync::Arc::new(draw);
    let thing = move |thing: T| {
        let (key, draw) = (Key::new(key(&thing)), draw.clone());
        Keyed { key, draw: Box::new(move || draw(thing)) }
    };
    all(Box::new(move || things().into_iter().map(&thing).collect()))
}

/// One of many things, and how it is drawn if it is new.
struct Keyed {
    key: Key,
    draw: Box<dyn FnOnce() -> Drawn + Send>,
}

fn all(each: Box<dyn Fn() -> Vec<Keyed> + Send>) -> Drawn {
    let key = |thing: &Keyed| thing.key.clone();
    view! { <For each key children=|thing: Keyed| (thing.draw)()/> }.drawn()
}
