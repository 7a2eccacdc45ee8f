//! Every configurable limit and the error beyond it.

mod address_rates;
mod bytes;
mod connections;
mod frame_rate;
mod topics;
