//! Keeps the page connected: one socket after another, with waits in between.

use std::sync::{Arc, Mutex};

use futures::{
    StreamExt,
    channel::mpsc,
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::{
    Wake,
    network::{is_access_denied, is_online, wake_on_return},
    socket::{ConnectionEnd, run},
};
use crate::{
    model::{
        backoff::Backoff,
        conversation::{ConnectionStatus, Conversation},
    },
    protocol::CloseCode,
};

const ACCESS_DENIED: &str =
    "This chat asks for its access secret. Reload the page to enter it; nothing you wrote is lost.";

/// Connects now and for as long as the page lives.
pub(crate) fn connect(conversation: RwSignal<Conversation>) -> Wake {
    let (sender, wakes) = mpsc::channel(1);
    let wake = Wake(Arc::new(Mutex::new(sender)));
    wake_on_return(&wake);
    spawn_local(keep_connected(conversation, wakes));
    wake
}

/// The browser's clock, in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// A line that lived this long, in milliseconds, was a good one: the next wait begins small again.
const STABLE_CONNECTION_MS: u64 = 10_000;
/// After so many failed tries in a row, and again after as many, the page asks whether it is kept out.
const FAILURES_PER_ACCESS_CHECK: u32 = 3;

async fn keep_connected(conversation: RwSignal<Conversation>, mut wakes: mpsc::Receiver<()>) {
    let mut backoff = Backoff::default();
    let mut failed = 0;
    loop {
        conversation.update(|c| c.disconnected(ConnectionStatus::Connecting));
        let started = now_ms();
        let ended = run(conversation, &mut wakes).await;
        failed = if ended.was_live { 0 } else { failed + 1 };
        let refused = match refusal(&ended) {
            None if failed > 0 && failed % FAILURES_PER_ACCESS_CHECK == 0 && is_access_denied().await => {
                Some(ACCESS_DENIED.to_owned())
            }
            refused => refused,
        };
        if let Some(reason) = refused {
            conversation.update(|c| c.disconnected(ConnectionStatus::Refused(reason)));
            return;
        }
        conversation.update(|c| c.disconnected(ConnectionStatus::Lost));
        if ended.was_live && now_ms().saturating_sub(started) >= STABLE_CONNECTION_MS {
            backoff.reset();
        }
        let wait = match ended.drain_ms {
            _ if ended.has_network_returned => 0,
            Some(within) => (within as f64 * js_sys::Math::random()) as u64,
            None => backoff.next_ms(js_sys::Math::random()),
        };
        // Whoever wants the line now is not made to wait longer for it next time, if there may be one.
        if pause(wait, &mut wakes).await && is_online() {
            backoff.reset();
        }
    }
}

/// Waits, but not when somebody wants the line now. A browser that says that it has no network may be wrong, so that is no reason not
/// to try.
async fn pause(ms: u64, wakes: &mut mpsc::Receiver<()>) -> bool {
    let timer = TimeoutFuture::new(u32::try_from(ms).unwrap_or(u32::MAX));
    match select(timer, wakes.next()).await {
        Either::Left(_) => false,
        Either::Right(_) => true,
    }
}

/// A page that was asleep may have said hello too late; it may try again.
fn refusal(ended: &ConnectionEnd) -> Option<String> {
    let (code, reason) = ended.close.as_ref()?;
    let over = !CloseCode::should_reconnect(*code) && *code != CloseCode::NoHello.number();
    over.then(|| format!("The server closed the connection ({reason}). Reload the page."))
}
