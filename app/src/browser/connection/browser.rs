//! Keeps the page connected: reconnects with backoff whenever a connection ends.

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
    browser::calendar,
    model::{
        backoff::Backoff,
        conversation::{ConnectionStatus, Conversation},
        refusal,
    },
    protocol::{CloseCode, ErrorCode},
};

const ACCESS_DENIED: &str =
    "This chat asks for its access secret. Reload the page to enter it; nothing you wrote is lost.";

/// Connects, and reconnects as long as the page lives.
pub(crate) fn connect(conversation: RwSignal<Conversation>) -> Wake {
    let (sender, wakes) = mpsc::channel(1);
    let wake = Wake(Arc::new(Mutex::new(sender)));
    wake_on_return(&wake);
    spawn_local(keep_connected(conversation, wakes));
    wake
}

/// A connection that lived this long, in milliseconds, resets the backoff.
const STABLE_CONNECTION_MS: u64 = 10_000;
/// After each such number of consecutive failures, the page checks whether the server demands the access secret.
const FAILURES_PER_ACCESS_CHECK: u32 = 3;

async fn keep_connected(conversation: RwSignal<Conversation>, mut wakes: mpsc::Receiver<()>) {
    let mut backoff = Backoff::default();
    let mut failed = 0;
    loop {
        conversation.update(|c| c.disconnected(ConnectionStatus::Connecting));
        let started = calendar::now();
        let ended = run(conversation, &mut wakes).await;
        failed = if ended.was_live { 0 } else { failed + 1 };
        let refused = match refusal(&ended) {
            // A page whose access has expired would otherwise retry for ever: the handshake fails without a reason.
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
        if ended.was_live && calendar::now().0.saturating_sub(started.0) >= STABLE_CONNECTION_MS {
            backoff.reset();
        }
        let wait = match ended.drain_ms {
            _ if ended.has_network_returned => 0,
            // Spread over the whole time, so that the clients do not all reconnect at once.
            Some(within) => (within as f64 * js_sys::Math::random()) as u64,
            None => backoff.next_ms(js_sys::Math::random()),
        };
        // Waking means that there is something to send: the next wait shall not be longer for it. While offline every
        // try fails, so the backoff stays.
        if pause(wait, &mut wakes).await && is_online() {
            backoff.reset();
        }
    }
}

/// Waits, or returns `true` as soon as it is woken. Waking tries even while the browser reports that it is offline,
/// because that report may be wrong.
async fn pause(ms: u64, wakes: &mut mpsc::Receiver<()>) -> bool {
    let timer = TimeoutFuture::new(u32::try_from(ms).unwrap_or(u32::MAX));
    match select(timer, wakes.next()).await {
        Either::Left(_) => false,
        Either::Right(_) => true,
    }
}

/// Returns the reason if the close code says not to reconnect. `NoHello` is an exception: a suspended page may have
/// sent its hello too late, and may try again.
fn refusal(ended: &ConnectionEnd) -> Option<String> {
    let (code, reason) = ended.close.as_ref()?;
    if *code == CloseCode::Banned.number() {
        return Some(refusal::reason(ErrorCode::Banned, reason));
    }
    let over = !CloseCode::should_reconnect(*code) && *code != CloseCode::NoHello.number();
    over.then(|| format!("The server closed the connection ({reason}). Reload the page."))
}
