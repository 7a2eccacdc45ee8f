//! What the visitor sees: components, the pages that compose them, the root component and the document around it.

pub(crate) mod components;
pub mod head;
pub(crate) mod pages;
pub(crate) mod root;
pub(crate) mod shell;
