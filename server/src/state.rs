//! The state that handlers extract.

use std::sync::Arc;

use app::protocol::UserId;
use axum::extract::FromRef;

use crate::{
    access::Access,
    address_limits::AddressLimits,
    chat::Chat,
    config::Settings,
    endpoint::ConnectionManager,
    event_log::LogReader,
    origin::AllowedOrigins,
    page_cache::PageCache,
    rate_limiter::{IpRateLimiter, KeyedRateLimiter},
    session::Sessions,
    sitemap::SitemapCache,
};

/// The state of all handlers. Each handler extracts only the parts that it uses ([`FromRef`]).
#[derive(Clone, FromRef)]
pub struct AppState {
    pub settings: Settings,
    pub log: LogReader,
    pub sessions: Sessions,
    pub access: Access,
    /// The origins whose pages may connect and post.
    pub origins: AllowedOrigins,
    pub connections: ConnectionManager,
    pub chat: Arc<Chat>,
    /// Limits API requests by user.
    pub(crate) user_rate_limiter: KeyedRateLimiter<UserId>,
    /// Limits pages, API reads and handshakes by client address.
    pub(crate) page_rate_limiter: IpRateLimiter,
    /// Limits bytes, events and wrong secrets by client address.
    pub(crate) address_limits: AddressLimits,
    pub(crate) page_cache: PageCache,
    pub(crate) sitemap: SitemapCache,
}
