//! The WebSocket connection to the server. No other module touches it.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod network;
#[cfg(any(feature = "hydrate", test))]
mod render_throttle;
#[cfg(feature = "hydrate")]
mod send_lock;
#[cfg(feature = "hydrate")]
mod socket;
#[cfg(feature = "hydrate")]
mod web_lock;

#[cfg(not(feature = "hydrate"))]
mod ssr;

#[cfg(feature = "hydrate")]
pub(crate) use browser::connect;
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::connect;

/// Wakes the connection because there may be something to do: a draft to send, or a network again. Several calls before
/// it wakes count as one. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Wake(
    #[cfg(feature = "hydrate")] std::sync::Arc<std::sync::Mutex<futures::channel::mpsc::Sender<()>>>,
);

impl Wake {
    pub(crate) fn wake(&self) {
        #[cfg(feature = "hydrate")]
        if let Ok(mut sender) = self.0.lock() {
            // If the channel is full, a wake-up is already pending.
            let _ = sender.try_send(());
        }
    }
}
