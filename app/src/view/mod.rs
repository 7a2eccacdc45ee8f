//! The user interface: components, the pages composed of them, the root component and the HTML document around it.

pub(crate) mod components;
pub mod head;
pub(crate) mod pages;
pub(crate) mod root;
pub(crate) mod shell;
