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
    signals::{is_kept_out, is_online, wake_on_return},
    socket::{Ended, run},
};
use crate::{
    model::{
        backoff::Backoff,
        conversation::{ConnectionStatus, Conversation},
    },
    protocol::CloseCode,
};

const KEPT_OUT: &str =
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
const GOOD_LINE_MS: u64 = 10_000;
/// After so many failed tries in a row, and again after as many, the page asks whether it is kept out.
const ASK_EACH: u32 = 3;

async fn keep_connected(conversation: RwSignal<Conversation>, mut wakes: mpsc::Receiver<()>) {
    let (mut backoff, mut failed) = (Backoff::default(), 0);
    loop {
        conversation.update(|c| c.disconnected(ConnectionStatus::Connecting));
        let begun = now_ms();
        let ended = run(conversation, &mut wakes).await;
        failed = if ended.was_live { 0 } else { failed + 1 };
        let refused = match refusal(&ended) {
            None if failed > 0 && failed % ASK_EACH == 0 && is_kept_out().await => Some(KEPT_OUT.to_owned()),
            refused => refused,
        };
        if let Some(reason) = refused {
            conversation.update(|c| c.disconnected(ConnectionStatus::Refused(reason)));
            return;
        }
        conversation.update(|c| c.disconnected(ConnectionStatus::Lost));
        if ended.was_live && now_ms().saturating_sub(begun) >= GOOD_LINE_MS {
            backoff.reset();
        }
        let wait = match ended.drain_ms {
            _ if ended.is_late => 0,
            Some(within) => (within as f64 * js_sys::Math::random()) as u64,
            None => backoff.next_ms(js_sys::Math::random()),
        };
        // Whoever wants the line now is not made to wait longer for it next time, if there may be one.
        if pause(wait, &mut wakes).await == Woken::Yes && is_online() {
            backoff.reset();
        }
    }
}

/// Whether a pause ended before its time.
#[derive(PartialEq, Eq)]
enum Woken {
    Yes,
    No,
}

/// Waits, but not when somebody wants the line now. A browser that says that it has no network may be wrong, so that is no reason not
/// to try.
async fn pause(ms: u64, wakes: &mut mpsc::Receiver<()>) -> Woken {
    let timer = TimeoutFuture::new(u32::try_from(ms).unwrap_or(u32::MAX));
    match select(timer, wakes.next()).await {
        Either::Left(_) => Woken::No,
        Either::Right(_) => Woken::Yes,
    }
}

/// A page that was asleep may have said hello too late; it may try again.
fn refusal(ended: &Ended) -> Option<String> {
    let (code, reason) = ended.close.as_ref()?;
    let over = !CloseCode::should_reconnect(*code) && *code != CloseCode::NoHello.number();
    over.then(|| format!("The server closed the connection ({reason}). Reload the page."))
}
