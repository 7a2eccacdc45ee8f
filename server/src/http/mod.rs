//! HTTP around the sockets: pages, forms, files, what every answer carries, and the API.

pub(crate) mod access;
pub(crate) mod api;
pub(crate) mod assets;
pub(crate) mod atom;
mod base;
pub(crate) mod by_address;
pub(crate) mod compression;
pub(crate) mod crowd;
pub(crate) mod directory;
pub(crate) mod forgery;
pub(crate) mod forms;
mod head;
pub(crate) mod headers;
pub(crate) mod health;
pub(crate) mod hot;
pub(crate) mod language;
mod local_path;
mod moved;
pub(crate) mod pages;
pub(crate) mod problem;
mod refused;
pub(crate) mod retry_after;
pub(crate) mod search;
pub(crate) mod session;
pub(crate) mod sitemap;
pub(crate) mod topic;
mod visitor;
