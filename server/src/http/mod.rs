//! HTTP around the sockets: pages, forms, files, what every answer carries, and the API.

pub(crate) mod access;
pub(crate) mod api;
pub(crate) mod assets;
pub(crate) mod forgery;
pub(crate) mod forms;
pub(crate) mod headers;
pub(crate) mod health;
pub(crate) mod pages;
pub(crate) mod problem;
mod refused;
pub(crate) mod session;
