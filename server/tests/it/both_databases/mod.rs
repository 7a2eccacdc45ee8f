//! Tests that say something about the database. `make unit` runs them on SQLite, and once more on PostgreSQL
//! (`CHORUS_TEST_DATABASE=postgres`), and once with two servers on one PostgreSQL database (`CHORUS_TEST_NODES=2`), which clients
//! use in turn. A test of one database only, or of no database, belongs beside this folder.

mod access;
mod api;
mod changing;
mod crawlers;
mod directory;
mod forms;
mod history;
mod hostile_input;
mod moderation;
mod people;
mod publishing;
mod reconnect_storm;
mod resuming;
mod shutdown;
mod subscribing;
mod topics;
