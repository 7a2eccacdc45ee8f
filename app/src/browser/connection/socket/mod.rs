//! One WebSocket connection, from opening to its end.

mod offline_report;
mod receive;

use futures::{
    FutureExt, SinkExt, StreamExt,
    channel::mpsc,
    future::{Fuse, pending, poll_fn},
    pin_mut, select_biased,
};
use gloo_net::websocket::{Message, State, futures::WebSocket};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

use self::offline_report::OfflineReport;
use super::{network::is_online, render_throttle::RenderThrottle, send_lock::SendLock};
use crate::{
    browser::{base_path::address, draft_sync},
    model::conversation::Conversation,
    protocol::{ClientFrame, SUBPROTOCOL},
};

/// The longest silence of the connection until `welcome` states the ping interval, and from then on the longest delay of
/// a ping.
const IDLE_TIMEOUT_MS: u32 = 10_000;

#[derive(Debug, Default)]
pub(crate) struct ConnectionEnd {
    /// The close frame's code and reason, when one came.
    pub(crate) close: Option<(u16, String)>,
    /// Whether it ever received the topic's events.
    pub(crate) was_live: bool,
    /// The browser came online while the socket was opening: a new one may open at once.
    pub(crate) has_network_returned: bool,
    /// The server is shutting down and asked to reconnect within this time.
    pub(crate) drain_ms: Option<u64>,
}

/// Opens a socket and serves the conversation until it ends.
pub(crate) async fn run(
    conversation: RwSignal<Conversation>,
    wakes: &mut mpsc::Receiver<()>,
) -> ConnectionEnd {
    let Some(mut connection) = Connection::open(conversation) else { return ConnectionEnd::default() };
    let hello = conversation.try_update(Conversation::connected).unwrap_or_default();
    if connection.send_hello(hello, wakes).await.is_some() {
        while connection.handle_next(wakes).await.is_some() {
            connection.update_send_lock();
        }
    }
    conversation.try_update(|c| c.outbox.set_may_send(false));
    connection.end
}

/// Waits until the browser comes online. Never resolves if it is online now.
async fn network_returns(wakes: &mut mpsc::Receiver<()>) {
    if is_online() {
        pending().await
    }
    while !is_online() {
        if wakes.next().await.is_none() {
            pending().await
        }
    }
}

struct Connection {
    socket: WebSocket,
    conversation: RwSignal<Conversation>,
    idle_timeout_ms: u32,
    retry: Option<Fuse<TimeoutFuture>>,
    render_throttle: RenderThrottle,
    /// The timer that the render throttle waits for.
    render_timer: Option<Fuse<TimeoutFuture>>,
    send_lock: SendLock,
    offline_report: OfflineReport,
    end: ConnectionEnd,
}

impl Connection {
    fn open(conversation: RwSignal<Conversation>) -> Option<Self> {
        let location = web_sys::window()?.location();
        let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
        let path = address(format_args!("/chat"));
        let url = format!("{scheme}://{}{path}", location.host().ok()?);
        let socket = WebSocket::open_with_protocol(&url, SUBPROTOCOL).ok()?;
        Some(Self {
            socket,
            conversation,
            idle_timeout_ms: IDLE_TIMEOUT_MS,
            retry: None,
            render_throttle: RenderThrottle::new(),
            render_timer: None,
            send_lock: SendLock::Idle,
            offline_report: OfflineReport::default(),
            end: ConnectionEnd::default(),
        })
    }

    /// Sends `hello` once the socket is open. Gives up if the browser comes online before: a socket that began to open
    /// without a network can take long to notice that there is one.
    async fn send_hello(&mut self, hello: Vec<ClientFrame>, wakes: &mut mpsc::Receiver<()>) -> Option<()> {
        let sent = {
            let sending = self.send(hello).fuse();
            let returning = network_returns(wakes).fuse();
            pin_mut!(sending, returning);
            select_biased! {
                sent = sending => Some(sent),
                () = returning => None,
            }
        };
        self.end.has_network_returned = sent.is_none();
        sent.flatten()
    }

    /// Handles the next event. Returns `None` when the connection is over.
    async fn handle_next(&mut self, wakes: &mut mpsc::Receiver<()>) -> Option<()> {
        let mut idle = TimeoutFuture::new(self.idle_timeout_ms).fuse();
        // Stand-ins for the timers that are not set: they never fire.
        let mut no_retry = Fuse::terminated();
        let mut no_render = Fuse::terminated();
        let mut no_offline_timer = Fuse::terminated();
        let mut retry = self.retry.as_mut().unwrap_or(&mut no_retry);
        let mut render_timer = self.render_timer.as_mut().unwrap_or(&mut no_render);
        let mut offline_timer = self.offline_report.timer().unwrap_or(&mut no_offline_timer);
        // In this order, so that a flood of frames cannot delay rendering.
        select_biased! {
            () = render_timer => self.on_render_timer(),
            message = self.socket.next().fuse() => self.on_message(message?).await,
            _ = wakes.next() => self.send_due().await,
            () = retry => { self.resume(); self.send_due().await }
            send_lock = self.send_lock.acquired().fuse() => self.on_lock_acquired(send_lock).await,
            () = offline_timer => self.on_offline_timer().await,
            () = idle => None,
        }
    }

    /// Requests the lock when there is something to send, and releases it when there is not.
    fn update_send_lock(&mut self) {
        let wants_to_send = self.conversation.try_with_untracked(Conversation::wants_to_send);
        match (wants_to_send, &self.send_lock) {
            (Some(true), SendLock::Idle) => self.send_lock = SendLock::request(),
            (Some(false) | None, SendLock::Waiting { .. } | SendLock::Held { .. }) => {
                self.send_lock = SendLock::Idle;
                if let Some(mut c) = self.conversation.try_write_untracked() {
                    c.outbox.set_may_send(false);
                }
            }
            _ => {}
        }
    }

    /// Reloads the drafts first: other tabs may have sent or withdrawn some while this one waited.
    async fn on_lock_acquired(&mut self, send_lock: SendLock) -> Option<()> {
        self.send_lock = send_lock;
        draft_sync::reload(self.conversation).await;
        self.send_due().await
    }

    /// Lets everything be sent that had to wait for the timer.
    fn resume(&mut self) {
        self.retry = None;
        if let Some(mut conversation) = self.conversation.try_write_untracked() {
            conversation.memberships.resume();
        }
    }

    async fn send_due(&mut self) -> Option<()> {
        match self.offline_report {
            _ if is_online() => self.offline_report = OfflineReport::None,
            OfflineReport::AwaitingSecondProbe(_) | OfflineReport::Wrong => {}
            OfflineReport::Probing { .. } => return Some(()),
            OfflineReport::None => return self.probe_server(false).await,
        }
        let holds_lock = matches!(self.send_lock, SendLock::Held { .. });
        let due = self.conversation.try_update(|c| {
            c.outbox.set_may_send(holds_lock);
            c.due_frames()
        })?;
        self.send(due).await
    }

    /// Ends the connection if a probe was not answered, or sends the second probe. Before the connection is live, the ping
    /// interval decides whether it has ended: a probe would have no reply of its own.
    async fn on_offline_timer(&mut self) -> Option<()> {
        match self.offline_report {
            _ if is_online() => self.send_due().await,
            OfflineReport::AwaitingSecondProbe(_) if self.end.was_live => self.probe_server(true).await,
            OfflineReport::AwaitingSecondProbe(_) => {
                self.offline_report = OfflineReport::awaiting_second_probe();
                Some(())
            }
            _ => None,
        }
    }

    /// Sends a frame that the server answers at once, and no draft until then. Before the connection is live nothing needs
    /// to be sent for that: replies are already under way.
    async fn probe_server(&mut self, is_second: bool) -> Option<()> {
        let mut conversation = self.conversation.try_write_untracked()?;
        conversation.outbox.set_may_send(false);
        let probe = conversation.probe();
        drop(conversation);
        let (request, frames) = probe.map_or((None, vec![]), |(request, frame)| (Some(request), vec![frame]));
        self.offline_report = OfflineReport::probing(request, is_second);
        self.send(frames).await
    }

    async fn send(&mut self, mut frames: Vec<ClientFrame>) -> Option<()> {
        while !frames.is_empty() {
            let frame = frames.remove(0);
            // A draft that another tab has withdrawn is skipped, and whatever is due then is sent in its place.
            if let Some(draft) = frame.draft()
                && !draft_sync::claim(self.conversation, draft).await
            {
                frames.extend(self.conversation.try_update(Conversation::due_frames)?);
                continue;
            }
            let json = serde_json::to_string(&frame).ok()?;
            let mut idle = TimeoutFuture::new(self.idle_timeout_ms).fuse();
            select_biased! {
                open = self.wait_until_open().fuse() => open?,
                () = idle => return None,
            }
            self.socket.send(Message::Text(json)).await.ok()?;
        }
        let is_paused = self.conversation.try_with_untracked(|c| c.memberships.is_paused());
        if is_paused == Some(true) && self.retry.is_none() {
            self.retry = Some(TimeoutFuture::new(1_000).fuse());
        }
        Some(())
    }

    /// Waits until the socket is open. Returns `None` if it is closing, when it would silently drop what is sent.
    async fn wait_until_open(&mut self) -> Option<()> {
        poll_fn(|context| self.socket.poll_ready_unpin(context)).await.ok()?;
        matches!(self.socket.state(), State::Open).then_some(())
    }
}
