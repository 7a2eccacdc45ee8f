//! The code that server and browser share. Modules use the modules above them in this list.
//! Without the features `ssr` (the server) and `hydrate` (the browser), the crate has [`protocol`] and [`model`] only, for
//! other clients; the rest needs Leptos.
//!
//! | module | what |
//! |---|---|
//! | [`protocol`] | the wire: frames, newtypes, error codes; pure serde |
//! | [`model`] | the client's state machines (timeline, outbox, conversation, …); pure Rust, without Leptos or a browser |
//! | [`i18n`] | the texts of the page, in every language |
//! | [`page_data`] | the data a page is rendered from, handed to the browser with the markup |
//! | [`json_lite`] | decodes the wire, the page's data and stored drafts without serde's derived code, to save WebAssembly |
//! | [`erased`] | type-erased views, reactive helpers, hydration |
//! | `browser` | everything that touches web APIs: connection, storage, visibility, preferences, service worker |
//! | [`chat`] | the context that components use: one method a user action; notifications and the offline cache |
//! | `view` | components, pages, the root component and the document around it |

// Views nest their types as deep as the markup, beyond the default limit of 128.
#![recursion_limit = "256"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("`ssr` and `hydrate` exclude each other: build the server and `frontend` separately");

#[cfg(feature = "leptos")]
mod browser;
#[cfg(feature = "leptos")]
pub mod chat;
#[cfg(feature = "leptos")]
pub mod erased;
#[cfg(feature = "leptos")]
pub mod i18n;
#[cfg(feature = "leptos")]
pub mod json_lite;
pub mod model;
#[cfg(feature = "leptos")]
pub mod page_data;
pub mod protocol;
#[cfg(feature = "leptos")]
mod view;

#[cfg(feature = "ssr")]
pub use view::components::Field;
#[cfg(feature = "hydrate")]
pub use view::pages::load as load_other_pages;
#[cfg(feature = "leptos")]
pub use view::root::App;
#[cfg(feature = "hydrate")]
pub use view::root::{hydrate, prepare, replace_markup};
#[cfg(feature = "leptos")]
pub use view::{
    head,
    shell::{Assets, NODES_MARK, shell},
};
