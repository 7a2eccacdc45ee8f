//! What `make bench` runs: servers in turn, tables at the end.
//!
//! [`servers`] says which there are and how they are started, [`running`] holds one while it runs, [`scenarios`] says what
//! is done to them. `rounds` does it, A B A B …, [`growth`], [`storms`] and [`pages`] ask about Chorus alone. [`table`] writes
//! markdown, [`document`] puts it where a document has a place for it.

#![allow(clippy::print_stderr, reason = "it says how far it is")]

pub mod document;
pub mod growth;
pub mod machine;
pub mod options;
pub mod pages;
pub mod peers;
pub mod rounds;
pub mod running;
pub mod scenarios;
pub mod servers;
pub mod storms;
pub mod table;
