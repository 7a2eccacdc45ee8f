//! The browser's type-erased view. Unlike Leptos's `AnyView` it can only be built or hydrated as a whole: it leaves out
//! the code for updates in place, for async resolution and for partial hydration, which this page never uses.

use leptos::tachys::{
    html::attribute::{Attribute, any_attribute::AnyAttribute},
    hydration::Cursor,
    renderer::{
        Rndr,
        types::{Element, Node},
    },
    view::{Mountable, Position, PositionState, Render, RenderHtml, add_attr::AddAnyAttr},
};

/// A view whose type is erased.
pub(crate) struct ErasedView(Box<dyn DynView + Send>);

/// An [`ErasedView`] that is in the document, or ready to be mounted there.
pub(crate) struct ErasedState(Box<dyn Mountable>);

/// `Render` and `RenderHtml` as an object-safe trait.
trait DynView {
    fn dyn_build(self: Box<Self>) -> ErasedState;
    fn dyn_hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> ErasedState;
}

impl<V: RenderHtml + 'static> DynView for V
where
    V::State: 'static,
{
    fn dyn_build(self: Box<Self>) -> ErasedState {
        let state = (*self).build();
        if V::EXISTS {
            return ErasedState(Box::new(state));
        }
        // A view without nodes gets a placeholder, as it has in the server's markup, so that siblings can be mounted
        // before it.
        ErasedState(Box::new((state, Rndr::create_placeholder())))
    }

    fn dyn_hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> ErasedState {
        let state = (*self).hydrate::<true>(cursor, position);
        if V::EXISTS {
            return ErasedState(Box::new(state));
        }
        ErasedState(Box::new((state, cursor.next_placeholder(position))))
    }
}

impl ErasedView {
    pub(super) fn new<V: RenderHtml + 'static>(view: V) -> Self
    where
        V::State: 'static,
    {
        Self(Box::new(view))
    }
}

impl Render for ErasedView {
    type State = ErasedState;

    fn build(self) -> ErasedState {
        self.0.dyn_build()
    }

    /// Replaces the old nodes by new ones.
    fn rebuild(self, state: &mut ErasedState) {
        let mut new = self.build();
        state.insert_before_this(&mut new);
        std::mem::replace(state, new).unmount();
    }
}

impl Mountable for ErasedState {
    fn unmount(&mut self) {
        self.0.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.0.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.0.elements()
    }
}

impl AddAnyAttr for ErasedView {
    type Output<NewAttribute: Attribute> = Self;

    /// Ignores the attribute: no caller adds attributes to an erased view.
    fn add_any_attr<NewAttribute: Attribute>(self, _: NewAttribute) -> Self {
        self
    }
}

impl RenderHtml for ErasedView {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    /// Does nothing: a browser never renders to HTML.
    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> ErasedState {
        self.0.dyn_hydrate(cursor, position)
    }

    fn into_owned(self) -> Self {
        self
    }
}
