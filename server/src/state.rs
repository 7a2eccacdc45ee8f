//! The state that handlers extract.

use std::sync::Arc;

use app::protocol::{Timestamp, UserId};
use axum::extract::FromRef;

use crate::{
    access::Access,
    address_limits::AddressLimits,
    chat::Chat,
    clock::now,
    config::{Limits, Settings},
    drain_notice::DrainNotice,
    endpoint::ConnectionManager,
    event_log::LogReader,
    origin::AllowedOrigins,
    page_cache::PageCache,
    rate_limiter::{IpRateLimiter, KeyedRateLimiter},
    refused_forms::RefusedForms,
    rights::Rights,
    session::Sessions,
    sitemap::SitemapCache,
};

/// The time since when the server runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StartedAt(pub(crate) Timestamp);

/// The state of all handlers. Each handler extracts only the parts that it uses ([`FromRef`]).
#[derive(Clone, FromRef)]
pub struct AppState {
    pub settings: Settings,
    pub log: LogReader,
    pub rights: Rights,
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
    /// Limits the refused forms that are returned, by client address.
    pub(crate) refused_forms: RefusedForms,
    pub(crate) page_cache: PageCache,
    pub(crate) sitemap: SitemapCache,
    pub(crate) drain_notice: DrainNotice,
    pub(crate) started_at: StartedAt,
}

impl AppState {
    /// Combines the parts of a server, and adds the limits that its settings name.
    pub(crate) fn new(
        settings: Settings,
        sessions: Sessions,
        access: Access,
        origins: AllowedOrigins,
        connections: ConnectionManager,
        chat: Arc<Chat>,
        page_cache: PageCache,
    ) -> Self {
        let Limits { frames_per_second, frame_burst, pages_per_second, page_burst, .. } = settings.limits;
        Self {
            log: chat.log().clone(),
            rights: chat.rights().clone(),
            user_rate_limiter: KeyedRateLimiter::new(frames_per_second, frame_burst),
            page_rate_limiter: IpRateLimiter::new(pages_per_second, page_burst),
            address_limits: connections.address_limits().clone(),
            refused_forms: RefusedForms::new(origins.clone(), settings.limits.body_bytes),
            settings,
            sessions,
            access,
            origins,
            connections,
            chat,
            page_cache,
            sitemap: SitemapCache::default(),
            drain_notice: DrainNotice::default(),
            started_at: StartedAt(now()),
        }
    }
}
