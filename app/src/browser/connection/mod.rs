//! The line to the server, and nothing else touches it. On the server there is none.

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
pub(crate) use browser::{connect, now_ms};
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::{connect, now_ms};

/// Tells the connection that there may be something to do: something to say, or a network again. Waking twice is
/// waking once. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Wake(
    #[cfg(feature = "hydrate")] std::sync::Arc<std::sync::Mutex<futures::channel::mpsc::Sender<()>>>,
);

impl Wake {
    /// Wakes the connection.
    pub(crate) fn wake(&self) {
        #[cfg(feature = "hydrate")]
        if let Ok(mut sender) = self.0.lock() {
            // A full channel has its wake-up waiting already.
            let _ = sender.try_send(());
        }
    }
}
