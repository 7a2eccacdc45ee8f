//! Serves one connection until it is closed or upgraded.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::{
    sync::futures::Notified,
    time::{Instant, Sleep, sleep_until},
};
use tracing::debug;

use super::{
    http_transport::HttpTransport,
    overload,
    peer::Peer,
    service::RequestService,
    shared::Shared,
    slots::{ConnectionSlot, ConnectionSlots, IdleGuard},
    stream::Stream,
    timeouts::{ConnectionTimeouts, TimedOut},
    tls_port::TlsPort,
};
use crate::clock::check_clock;

/// The reason why serving a connection has ended.
enum End {
    /// The client or hyper closed the connection, or it was upgraded.
    Done,
    TimedOut(TimedOut),
    /// The connection was idle, and another one needs its slot.
    Evicted,
    /// The clock shows a time that the date of a response cannot express.
    WrongClock,
}

/// Serves the requests of a connection until it ends or is upgraded.
pub(super) async fn serve(
    shared: Arc<Shared>,
    stream: Stream,
    tls_port: Option<TlsPort>,
    peer: Peer,
    slot: ConnectionSlot,
) {
    let timeouts = Arc::new(ConnectionTimeouts::new(shared.timeouts.clone(), Instant::now()));
    let transport = HttpTransport::new(stream, Arc::clone(&timeouts), slot);
    let service = RequestService {
        router: shared.router.clone(),
        peer,
        tls_port,
        timeouts: Arc::clone(&timeouts),
        request_timeout: shared.request_timeout.clone(),
    };
    let mut connection = shared.http.serve_connection(transport, service).with_upgrades();
    let end = {
        let mut timer = pin!(sleep_until(Instant::now() + shared.timeouts.head));
        let mut drain = pin!(shared.drain.cancelled());
        let mut eviction = pin!(None);
        let mut idle_guard = None;
        let mut is_draining = false;
        poll_fn(|cx| {
            // hyper formats the time each time it is polled, even without `auto_date_header`, and would panic.
            if check_clock().is_err() {
                return Poll::Ready(End::WrongClock);
            }
            if !is_draining && drain.as_mut().poll(cx).is_ready() {
                is_draining = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            if Pin::new(&mut connection).poll(cx).is_ready() || (is_draining && timeouts.is_idle()) {
                return Poll::Ready(End::Done);
            }
            if poll_eviction(&shared.slots, &timeouts, &mut idle_guard, eviction.as_mut(), cx).is_ready() {
                return Poll::Ready(End::Evicted);
            }
            poll_timed_out(&timeouts, timer.as_mut(), cx).map(End::TimedOut)
        })
        .await
    };
    if let Some(parts) = connection.into_parts() {
        close(parts.io, end, &timeouts, peer);
    }
}

/// Closes a connection in the way that its end requires.
fn close(transport: HttpTransport, end: End, timeouts: &ConnectionTimeouts, peer: Peer) {
    match end {
        End::Done => {}
        End::TimedOut(why) => {
            debug!(peer = ?peer.address, ?why, "connection.too_slow");
            match why {
                TimedOut::Idle => {}
                TimedOut::Head => transport.close_with(overload::REQUEST_TIMEOUT),
                TimedOut::Response => transport.abort(),
            }
        }
        End::Evicted if timeouts.has_partial_head() => transport.close_with(overload::SERVER_FULL),
        End::WrongClock if timeouts.is_idle() => transport.close_with(overload::WRONG_CLOCK),
        End::Evicted | End::WrongClock => {}
    }
}

/// Resolves when the timeout of the connection's current phase has passed.
fn poll_timed_out(
    timeouts: &ConnectionTimeouts,
    mut timer: Pin<&mut Sleep>,
    cx: &mut Context<'_>,
) -> Poll<TimedOut> {
    loop {
        let now = Instant::now();
        if let Some(why) = timeouts.timed_out(now) {
            return Poll::Ready(why);
        }
        let Some(next_check) = timeouts.next_check(now) else { return Poll::Pending };
        // A timer that fires too early is not reset, since most requests end long before: it checks again when it fires.
        if timer.is_elapsed() || next_check < timer.deadline() {
            timer.as_mut().reset(next_check);
        }
        ready!(timer.as_mut().poll(cx));
    }
}

/// Resolves when the connection is idle and another one needs its slot. `eviction` is its place in the queue of idle
/// connections, which it leaves when a request arrives.
fn poll_eviction<'a>(
    slots: &'a ConnectionSlots,
    timeouts: &ConnectionTimeouts,
    idle_guard: &mut Option<IdleGuard<'a>>,
    mut eviction: Pin<&mut Option<Notified<'a>>>,
    cx: &mut Context<'_>,
) -> Poll<()> {
    if !timeouts.is_idle() {
        *idle_guard = None;
        eviction.set(None);
        return Poll::Pending;
    }
    loop {
        if eviction.is_none() {
            *idle_guard = Some(slots.mark_idle());
            eviction.set(Some(slots.eviction()));
        }
        let Some(notified) = eviction.as_mut().as_pin_mut() else { return Poll::Pending };
        ready!(notified.poll(cx));
        eviction.set(None);
        // The connection that needed a slot may have found another one since.
        if slots.is_full() {
            return Poll::Ready(());
        }
    }
}
