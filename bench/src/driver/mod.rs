//! The driver of `make bench`: measures servers in turn and prints tables.
//!
//! [`servers`] lists the servers, [`commands`] their commands, [`running_server`] manages a started one, [`scenarios`] lists the loads.
//! [`rounds`] alternates the servers (A B A B …); [`growth`], [`reconnects`] and [`pages`] measure Chorus alone,
//! [`cluster`] several nodes on PostgreSQL beside [`bounds`], what PostgreSQL and NATS do alone. [`table`] formats
//! Markdown, [`document`] writes it into generated sections of a document.

#![allow(clippy::print_stderr, reason = "it prints its progress")]

pub mod bounds;
pub mod cluster;
pub mod commands;
pub mod document;
pub mod growth;
pub mod machine;
pub mod options;
pub mod pages;
pub mod peers;
pub mod reconnects;
pub mod rounds;
pub mod running_server;
pub mod scenarios;
pub mod servers;
pub mod table;
