//! The browser's side. The library's `AnyView` can also be updated in place, resolved and hydrated piece by piece, and brings the code
//! for each of that; a part of this page is made once, or taken over from the server's markup at once.

use leptos::tachys::{
    html::attribute::{Attribute, any_attribute::AnyAttribute},
    hydration::Cursor,
    renderer::{
        Rndr,
        types::{Element, Node},
    },
    view::{Mountable, Position, PositionState, Render, RenderHtml, add_attr::AddAnyAttr},
};

/// A part of the page whose type is forgotten.
pub(crate) struct Drawn(Box<dyn Make + Send>);

/// What stands in the document of it.
pub(crate) struct Standing(Box<dyn Mountable>);

trait Make {
    fn make(self: Box<Self>) -> Standing;
    fn take_over(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Standing;
}

impl<V: RenderHtml + 'static> Make for V
where
    V::State: 'static,
{
    fn make(self: Box<Self>) -> Standing {
        let state = (*self).build();
        if V::EXISTS {
            return Standing(Box::new(state));
        }
        // What is nothing in the document has a mark there, as in the server's markup.
        Standing(Box::new((state, Rndr::create_placeholder())))
    }

    fn take_over(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Standing {
        let state = (*self).hydrate::<true>(cursor, position);
        if V::EXISTS {
            return Standing(Box::new(state));
        }
        Standing(Box::new((state, cursor.next_placeholder(position))))
    }
}

impl Drawn {
    pub(super) fn new<V: RenderHtml + 'static>(view: V) -> Self
    where
        V::State: 'static,
    {
        Self(Box::new(view))
    }
}

impl Render for Drawn {
    type State = Standing;

    fn build(self) -> Standing {
        self.0.make()
    }

    /// What is drawn anew takes the place of what stood there.
    fn rebuild(self, state: &mut Standing) {
        let mut new = self.build();
        state.insert_before_this(&mut new);
        std::mem::replace(state, new).unmount();
    }
}

impl Mountable for Standing {
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

impl AddAnyAttr for Drawn {
    type Output<NewAttribute: Attribute> = Self;

    /// Nobody adds attributes to a part that is finished.
    fn add_any_attr<NewAttribute: Attribute>(self, _: NewAttribute) -> Self {
        self
    }
}

impl RenderHtml for Drawn {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    /// A browser writes no markup.
    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Standing {
        self.0.take_over(cursor, position)
    }

    fn into_owned(self) -> Self {
        self
    }
}
