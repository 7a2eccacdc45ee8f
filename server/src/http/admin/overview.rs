//! The page that says what the server is doing.

use app::protocol::Timestamp;
use axum::{extract::State, http::StatusCode, response::Response};
use leptos::prelude::*;

use super::{
    Part, Staff, page,
    texts::{gibibytes, time},
};
use crate::{
    clock::now,
    counters,
    database::Database,
    http::readiness::Readiness,
    state::{AppState, StartedAt},
};

const MINUTE_MS: u64 = 60_000;

/// `GET /admin`
pub(crate) async fn open(State(state): State<AppState>, staff: Staff) -> Response {
    let readiness = Readiness::of(&state.log, state.chat.is_degraded(), &state.drain_notice).await;
    let body = overview(&state, &readiness, &staff);
    page(StatusCode::OK, &staff, Part::Overview, body)
}

fn overview(state: &AppState, readiness: &Readiness, staff: &Staff) -> AnyView {
    let texts = staff.texts();
    let StartedAt(started_at) = state.started_at;
    let is_shared = Database::is_postgres(&state.settings.database);
    let connections = state.connections.open_connections();
    let events = counters::EVENTS_PUBLISHED.total();
    let free_disk = state.log.free_disk().map_or_else(|| texts.unknown.to_owned(), gibibytes);
    let rows = [
        (texts.version, env!("CARGO_PKG_VERSION").to_owned()),
        (texts.ready, if readiness.is_ready() { texts.yes } else { texts.no }.to_owned()),
        (texts.running_since, time(started_at)),
        (texts.database, if is_shared { "PostgreSQL" } else { "SQLite" }.to_owned()),
        (texts.connections, (connections.sockets + connections.event_streams).to_string()),
        (texts.subscriptions, state.chat.subscribed_topics().to_string()),
        (texts.messages, events.to_string()),
        (texts.messages_per_minute, per_minute(events, started_at, now()).to_string()),
        (texts.free_disk, free_disk),
    ];
    let row = |(name, value): (&'static str, String)| {
        view! { <div><dt>{name}</dt><dd><bdi>{value}</bdi></dd></div> }
    };
    let rows = rows.into_iter().map(row).collect_view();
    let problems = readiness.messages().into_iter();
    let problems =
        problems.map(|text| view! { <p class="problem" lang="en" dir="ltr">{text}</p> }).collect_view();
    view! {
        <dl class="facts">{rows}</dl>
        {problems}
    }
    .into_any()
}

/// Returns the events a minute since the start; the first minute counts as a whole one.
fn per_minute(events: u64, started_at: Timestamp, now: Timestamp) -> u64 {
    let minutes = now.0.saturating_sub(started_at.0) / MINUTE_MS;
    events / minutes.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_minute_counts_as_a_whole_one() {
        for (events, at, rate) in [(30, 1, 30), (30, 60_000, 30), (30, 180_000, 10), (0, 0, 0)] {
            assert_eq!(per_minute(events, Timestamp(1_000), Timestamp(1_000 + at)), rate);
        }
        assert_eq!(per_minute(7, Timestamp(9), Timestamp(1)), 7, "the clock was set back");
    }
}
