//! One socket, from opening to its end.

use futures::{
    FutureExt, SinkExt, StreamExt,
    channel::mpsc,
    future::{Fuse, pending, poll_fn},
    pin_mut, select_biased,
};
use gloo_net::websocket::{Message, State, WebSocketError, futures::WebSocket};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

use super::{
    browser::now_ms,
    pace::{Next, Pace},
    signals::is_online,
    turn::Turn,
};
use crate::{
    browser::draft_sync,
    json_lite,
    model::conversation::{ConnectionStatus, Conversation, Effects},
    protocol::{ClientFrame, SUBPROTOCOL, ServerFrame},
};

/// No frame for this long before the server has told its rhythm: the line is dead.
const PATIENCE_MS: u32 = 10_000;

/// No frame for this long after the browser said that there is no network, and the server was asked for one: the line is dead.
const DOUBT_MS: u32 = 3_000;

/// How a socket ended.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    /// The close frame's code and reason, when one came.
    pub(crate) close: Option<(u16, String)>,
    /// Whether it ever carried the topic.
    pub(crate) was_live: bool,
    /// There is a network since it began to open: another one may open at once.
    pub(crate) is_late: bool,
    /// The server asked to come back within this time.
    pub(crate) drain_ms: Option<u64>,
}

/// Opens a socket and speaks for the conversation until it ends.
pub(crate) async fn run(conversation: RwSignal<Conversation>, wakes: &mut mpsc::Receiver<()>) -> Ended {
    let mut line = match Line::open(conversation) {
        Some(line) => line,
        None => return Ended::default(),
    };
    let hello = conversation.try_update(Conversation::connected).unwrap_or_default();
    if line.greet(hello, wakes).await.is_some() {
        while line.next(wakes).await.is_some() {
            line.mind_the_turn();
        }
    }
    conversation.try_update(|c| c.outbox.set_may_send(false));
    line.ended
}

/// Waits until the browser says that there is a network, if it says now that there is none.
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

struct Line {
    socket: WebSocket,
    conversation: RwSignal<Conversation>,
    patience_ms: u32,
    retry: Option<Fuse<TimeoutFuture>>,
    pace: Pace,
    /// When the pace goes on.
    goes_on: Option<Fuse<TimeoutFuture>>,
    turn: Turn,
    doubt: Doubt,
    ended: Ended,
}

/// What is thought of a browser that says that it has no network. It may be wrong: behind some VPNs it always says so.
#[derive(Default)]
enum Doubt {
    /// It has not said so on this line.
    #[default]
    None,
    /// It has, and a sign of the server was asked for, which has so much time. Nothing else is sent meanwhile: what was sent can
    /// not be taken back.
    Open(Fuse<TimeoutFuture>),
    /// It has, and was wrong.
    Refuted,
}

impl Line {
    fn open(conversation: RwSignal<Conversation>) -> Option<Self> {
        let location = web_sys::window()?.location();
        let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
        let url = format!("{scheme}://{}/chat", location.host().ok()?);
        let socket = WebSocket::open_with_protocol(&url, SUBPROTOCOL).ok()?;
        let (pace, turn, doubt, ended) = (Pace::new(), Turn::Unwanted, Doubt::default(), Ended::default());
        let (retry, goes_on) = (None, None);
        Some(Self {
            socket,
            conversation,
            patience_ms: PATIENCE_MS,
            retry,
            pace,
            goes_on,
            turn,
            doubt,
            ended,
        })
    }

    /// Says hello as soon as the socket is open. One that began to open without a network may go on trying for long when there is one.
    async fn greet(&mut self, hello: Vec<ClientFrame>, wakes: &mut mpsc::Receiver<()>) -> Option<()> {
        let sent = {
            let (sending, returning) = (self.send(hello).fuse(), network_returns(wakes).fuse());
            pin_mut!(sending, returning);
            select_biased! {
                sent = sending => Some(sent),
                () = returning => None,
            }
        };
        self.ended.is_late = sent.is_none();
        sent.flatten()
    }

    /// One thing that happens. `None` ends the socket.
    async fn next(&mut self, wakes: &mut mpsc::Receiver<()>) -> Option<()> {
        let mut silence = TimeoutFuture::new(self.patience_ms).fuse();
        let (mut never, mut never_either, mut nor_this) =
            (Fuse::terminated(), Fuse::terminated(), Fuse::terminated());
        let mut retry = self.retry.as_mut().unwrap_or(&mut never);
        let mut goes_on = self.goes_on.as_mut().unwrap_or(&mut never_either);
        let mut doubt = if let Doubt::Open(doubt) = &mut self.doubt { doubt } else { &mut nor_this };
        select_biased! {
            () = goes_on => self.go_on(),
            message = self.socket.next().fuse() => self.hear(message?).await,
            _ = wakes.next() => self.send_due().await,
            () = retry => { self.retry = None; self.send_due().await }
            turn = self.turn.comes().fuse() => self.begin(turn).await,
            () = doubt => None,
            () = silence => None,
        }
    }

    /// Takes the turn when there is something to send, and lets it go when there is not.
    fn mind_the_turn(&mut self) {
        let wanted = self.conversation.try_with_untracked(Conversation::wants_to_send);
        match (wanted, &self.turn) {
            (Some(true), Turn::Unwanted) => self.turn = Turn::ask(),
            (Some(false) | None, Turn::Awaited { .. } | Turn::Here { .. }) => {
                self.turn = Turn::Unwanted;
                if let Some(mut c) = self.conversation.try_write_untracked() {
                    c.outbox.set_may_send(false);
                }
            }
            _ => {}
        }
    }

    /// The turn has come. What other tabs sent or took out meanwhile is not sent again.
    async fn begin(&mut self, turn: Turn) -> Option<()> {
        self.turn = turn;
        draft_sync::read(self.conversation).await;
        self.conversation.try_write_untracked()?.outbox.set_may_send(true);
        self.send_due().await
    }

    async fn hear(&mut self, message: Result<Message, WebSocketError>) -> Option<()> {
        let was_in_doubt = matches!(self.doubt, Doubt::Open(_));
        let text = match message {
            Ok(Message::Text(text)) => {
                self.is_heard();
                text
            }
            Ok(Message::Bytes(_)) => return Some(()),
            Err(WebSocketError::ConnectionClose(close)) => {
                self.ended.close = Some((close.code, close.reason));
                return None;
            }
            Err(_) => return None,
        };
        match json_lite::frame(&text) {
            Some(frame) => self.receive(frame).await?,
            None => leptos::logging::warn!("a frame was not understood"),
        }
        if was_in_doubt { self.send_due().await } else { Some(()) }
    }

    async fn receive(&mut self, frame: ServerFrame) -> Option<()> {
        if let ServerFrame::Welcome { ping_seconds: seconds @ 1.., .. } = frame {
            self.patience_ms = u32::try_from(seconds * 1_000).ok()?.saturating_add(PATIENCE_MS);
        }
        let effects = self.react(frame)?;
        self.ended.was_live |=
            self.conversation.try_with_untracked(|c| c.status == ConnectionStatus::Live)?;
        if !effects.committed_drafts.is_empty() {
            self.turn.others_are_awake();
        }
        draft_sync::settle(effects.committed_drafts).await;
        for draft in effects.changed_drafts {
            draft_sync::revise(self.conversation, draft).await;
        }
        if let Some(ms) = effects.retry_ms {
            self.retry = Some(TimeoutFuture::new(u32::try_from(ms).unwrap_or(u32::MAX)).fuse());
        }
        if effects.drain_ms.is_some() {
            self.ended.drain_ms = effects.drain_ms;
        }
        self.send(effects.send).await
    }

    /// A ping changes nothing that is shown, so it wakes no component; and events are shown at the page's pace.
    fn react(&mut self, frame: ServerFrame) -> Option<Effects> {
        let (is_ping, is_event) =
            (matches!(frame, ServerFrame::Ping { .. }), matches!(frame, ServerFrame::Event(_)));
        if !is_ping && !is_event {
            return self.conversation.try_update(|c| c.receive(frame));
        }
        let effects = self.conversation.try_write_untracked().map(|mut c| c.receive(frame));
        if is_event && self.pace.came() == Next::Show {
            self.show();
        }
        effects
    }

    /// Shows what has come. A timer that is due at once fires when the page has done so.
    fn show(&mut self) {
        self.pace.shows(now_ms());
        self.conversation.notify();
        self.goes_on = Some(TimeoutFuture::new(0).fuse());
    }

    fn go_on(&mut self) -> Option<()> {
        self.goes_on = None;
        match self.pace.goes_on(now_ms()) {
            Next::Show => self.show(),
            Next::Rest(ms) => {
                self.goes_on = Some(TimeoutFuture::new(u32::try_from(ms).unwrap_or(u32::MAX)).fuse());
            }
            Next::Nothing => {}
        }
        Some(())
    }

    async fn send_due(&mut self) -> Option<()> {
        match self.doubt {
            _ if is_online() => self.doubt = Doubt::None,
            Doubt::Refuted => {}
            Doubt::Open(_) => return Some(()),
            Doubt::None => return self.ask_for_a_sign().await,
        }
        let due = self.conversation.try_update(Conversation::due_frames)?;
        self.send(due).await
    }

    /// Asks for something that the server answers at once. Before the line is live, answers are under way.
    async fn ask_for_a_sign(&mut self) -> Option<()> {
        self.doubt = Doubt::Open(TimeoutFuture::new(DOUBT_MS).fuse());
        let sign = self.conversation.try_write_untracked()?.probe();
        self.send(sign.into_iter().collect()).await
    }

    /// A frame came: the server hears.
    fn is_heard(&mut self) {
        if matches!(self.doubt, Doubt::Open(_)) || !self.ended.was_live {
            self.doubt = if is_online() { Doubt::None } else { Doubt::Refuted };
        }
    }

    async fn send(&mut self, mut frames: Vec<ClientFrame>) -> Option<()> {
        while !frames.is_empty() {
            let frame = frames.remove(0);
            if let Some(draft) = frame.draft()
                && !draft_sync::claim(self.conversation, draft).await
            {
                frames.extend(self.conversation.try_update(Conversation::due_frames)?);
                continue;
            }
            let json = serde_json::to_string(&frame).ok()?;
            let mut silence = TimeoutFuture::new(self.patience_ms).fuse();
            select_biased! {
                open = self.open_or_over().fuse() => open?,
                () = silence => return None,
            }
            self.socket.send(Message::Text(json)).await.ok()?;
        }
        Some(())
    }

    /// Waits while the socket is opening. One that is closing would swallow what is sent.
    async fn open_or_over(&mut self) -> Option<()> {
        poll_fn(|context| self.socket.poll_ready_unpin(context)).await.ok()?;
        matches!(self.socket.state(), State::Open).then_some(())
    }
}
