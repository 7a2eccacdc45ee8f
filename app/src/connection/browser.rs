//! Keeps the page connected: one socket after another, with waits in between.

use std::sync::{Arc, Mutex};

use futures::{FutureExt, StreamExt, channel::mpsc, future::Either, future::select};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::{
    Wake,
    signals::{is_kept_out, is_online, wake_on_return},
    socket::{Ended, run},
};
use crate::{
    backoff::Backoff,
    conversation::{Conversation, Link},
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

async fn keep_connected(conversation: RwSignal<Conversation>, mut wakes: mpsc::Receiver<()>) {
    let mut backoff = Backoff::default();
    loop {
        conversation.update(|c| c.closed(Link::Connecting));
        let ended = run(conversation, &mut wakes).await;
        let refused = match refusal(&ended) {
            None if !ended.was_live && is_kept_out().await => Some(KEPT_OUT.to_owned()),
            refused => refused,
        };
        if let Some(reason) = refused {
            conversation.update(|c| c.closed(Link::Refused(reason)));
            return;
        }
        conversation.update(|c| c.closed(Link::Lost));
        if ended.was_live {
            backoff.reset();
        }
        let wait = match ended.drain_ms {
            Some(within) => (within as f64 * js_sys::Math::random()) as u64,
            None => backoff.next_ms(js_sys::Math::random()),
        };
        pause(wait, &mut wakes).await;
    }
}

/// Waits, but not when somebody wants the line now; without a network, until there is one.
async fn pause(ms: u64, wakes: &mut mpsc::Receiver<()>) {
    let timer = TimeoutFuture::new(u32::try_from(ms).unwrap_or(u32::MAX));
    if let Either::Right(_) = select(timer, wakes.next()).await {
        while wakes.next().now_or_never().is_some() {}
    }
    while !is_online() {
        wakes.next().await;
    }
}

fn refusal(ended: &Ended) -> Option<String> {
    let (code, reason) = ended.close.as_ref()?;
    (!CloseCode::reconnects(*code))
        .then(|| format!("The server closed the connection ({reason}). Reload the page."))
}
