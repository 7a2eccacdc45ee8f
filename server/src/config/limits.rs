//! The limits: every resource that a client can use up has one.

use clap::Args;
use serde::Serialize;

use super::values::{MAX_SECONDS, MIN_HEAD_BYTES, range};

/// The settings for limits. Each says what happens at the limit. The command line's parser checks each value's range;
/// a field that is set later is not checked again.
#[derive(Debug, Clone, Args, Serialize)]
#[non_exhaustive]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Largest WebSocket frame, in bytes. A larger one closes the connection (4504).
    #[arg(long, env = "CHORUS_FRAME_BYTES", default_value_t = 65_536, value_name = "N")]
    pub frame_bytes: usize,

    /// Largest message, in bytes of UTF-8. A larger one is refused (too_large).
    #[arg(long, env = "CHORUS_BODY_BYTES", default_value_t = 16_384, value_name = "N", value_parser = range::<usize>(1..))]
    pub body_bytes: usize,

    /// Open WebSocket connections and event streams. One more is answered 503.
    #[arg(long, env = "CHORUS_MAX_CONNECTIONS", default_value_t = 10_000, value_name = "N", value_parser = range::<usize>(1..))]
    pub max_connections: usize,

    /// Other open connections: requests for pages, files and the API in progress, and idle keep-alive connections. At the
    /// limit, the connection that has been idle for longest is closed for a new one; when none is idle, the new one is
    /// answered 503.
    #[arg(long, env = "CHORUS_MAX_HTTP_CONNECTIONS", default_value_t = 4_000, value_name = "N", value_parser = range::<usize>(1..))]
    pub max_http_connections: usize,

    /// Open connections of all kinds per client address (an IPv6 /64 network counts as one address). One more is answered
    /// 503. Connections from this machine do not count, since they may come from a proxy; raise the limit for a proxy on
    /// another machine. 0 disables the limit.
    #[arg(long, env = "CHORUS_MAX_ADDRESS_CONNECTIONS", default_value_t = 1_000, value_name = "N")]
    pub max_address_connections: usize,

    /// Seconds in which the head of a request must arrive, counted from its first byte or from the start of the connection.
    /// Later it is answered 408.
    #[arg(long, hide = true, env = "CHORUS_HEAD_SECONDS", default_value_t = 10, value_name = "N", value_parser = range::<u64>(1..=MAX_SECONDS))]
    pub head_seconds: u64,

    /// Largest head of a request, in bytes. A larger one is answered 431.
    #[arg(long, hide = true, env = "CHORUS_HEAD_BYTES", default_value_t = 32_768, value_name = "N", value_parser = range::<usize>(MIN_HEAD_BYTES..))]
    pub head_bytes: usize,

    /// Seconds that a client may fall behind lowest-bytes-per-second while it sends the body of a request. Later it is
    /// answered 408.
    #[arg(long, hide = true, env = "CHORUS_REQUEST_SECONDS", default_value_t = 30, value_name = "N", value_parser = range::<u64>(1..=MAX_SECONDS))]
    pub request_seconds: u64,

    /// Seconds until an idle keep-alive connection is closed.
    #[arg(long, hide = true, env = "CHORUS_IDLE_SECONDS", default_value_t = 60, value_name = "N", value_parser = range::<u64>(1..=MAX_SECONDS))]
    pub idle_seconds: u64,

    /// Lowest rate, in bytes per second, at which a client must send a request body or read a response. It may fall behind
    /// by request-seconds or write-seconds.
    #[arg(long, hide = true, env = "CHORUS_LOWEST_BYTES_PER_SECOND", default_value_t = 1_000, value_name = "N", value_parser = range::<u32>(1..))]
    pub lowest_bytes_per_second: u32,

    /// Memory for half-sent requests and half-read responses of all clients, in bytes. Beyond it, a client that falls
    /// behind has 2 seconds instead of request-seconds and write-seconds; beyond twice as much, requests with a body are
    /// answered 503.
    #[arg(long, hide = true, env = "CHORUS_SLOW_BYTES", default_value_t = 67_108_864, value_name = "N")]
    pub slow_bytes: usize,

    /// Subscriptions per connection. One more is refused (too_many_subscriptions).
    #[arg(long, hide = true, env = "CHORUS_MAX_SUBSCRIPTIONS", default_value_t = 64, value_name = "N", value_parser = range::<usize>(1..))]
    pub max_subscriptions: usize,

    /// Topics with messages, besides the default topic. Writing in one more is refused (too_many_topics).
    #[arg(long, env = "CHORUS_MAX_TOPICS", default_value_t = 10_000, value_name = "N")]
    pub max_topics: u64,

    /// New topics per hour and client address; all may be created at once. One more is refused (too_many_topics). Addresses
    /// are determined as for pages-per-second. The default topic never counts. 0 disables the limit.
    #[arg(long, env = "CHORUS_TOPICS_PER_HOUR", default_value_t = 240, value_name = "N")]
    pub topics_per_hour: u32,

    /// Topics that a person may follow. Following one more is refused (too_many_topics).
    #[arg(long, hide = true, env = "CHORUS_MAX_FOLLOWED", default_value_t = 1_000, value_name = "N")]
    pub max_followed: u64,

    /// Reactions to a message. One more is refused (too_many_reactions).
    #[arg(long, hide = true, env = "CHORUS_MAX_REACTIONS", default_value_t = 1_000, value_name = "N")]
    pub max_reactions: u64,

    /// Reactions of one person to a message. One more is refused (too_many_reactions).
    #[arg(
        long,
        hide = true,
        env = "CHORUS_MAX_REACTIONS_PER_PERSON",
        default_value_t = 20,
        value_name = "N"
    )]
    pub max_reactions_per_person: u64,

    /// Rate limit for WebSocket frames per connection (parts of a fragmented message count too) and for API requests per
    /// person, per second on average. More are refused (rate). 0 disables the limit.
    #[arg(long, env = "CHORUS_FRAMES_PER_SECOND", default_value_t = 20, value_name = "N")]
    pub frames_per_second: u32,

    /// Burst of frames-per-second: frames or requests that may come at once after a pause.
    #[arg(long, hide = true, env = "CHORUS_FRAME_BURST", default_value_t = 60, value_name = "N")]
    pub frame_burst: u32,

    /// Rate limit for pages, forms, feeds, new sessions, WebSocket handshakes and API reads per client address, per second
    /// on average. An event stream counts as four. More are answered 429. Behind a trusted-proxy, the address that it reports
    /// counts; behind another one, all clients share its address. 0 disables the limit.
    #[arg(long, env = "CHORUS_PAGES_PER_SECOND", default_value_t = 50, value_name = "N")]
    pub pages_per_second: u32,

    /// Burst of pages-per-second: requests of one address that may come at once after a pause.
    #[arg(long, hide = true, env = "CHORUS_PAGE_BURST", default_value_t = 1_000, value_name = "N")]
    pub page_burst: u32,

    /// Open WebSocket connections and event streams per client address. One more is answered 429. This and the following
    /// limits determine addresses as pages-per-second does: behind a proxy on another machine all people share one address,
    /// so raise them, or disable them with 0.
    #[arg(long, env = "CHORUS_MAX_ADDRESS_SOCKETS", default_value_t = 1_000, value_name = "N")]
    pub max_address_sockets: usize,

    /// Rate limit for messages, edits, reactions and other events per client address, over WebSocket and HTTP together, per
    /// second on average. More are refused (rate). 0 disables the limit.
    #[arg(long, env = "CHORUS_ADDRESS_MESSAGES_PER_SECOND", default_value_t = 100, value_name = "N")]
    pub address_messages_per_second: u32,

    /// Burst of address-messages-per-second: events of one address that may come at once after a pause.
    #[arg(
        long,
        hide = true,
        env = "CHORUS_ADDRESS_MESSAGE_BURST",
        default_value_t = 2_000,
        value_name = "N"
    )]
    pub address_message_burst: u32,

    /// Rate limit for the bytes of frames and request bodies per client address, per second on average. More are refused
    /// (rate). 0 disables the limit.
    #[arg(long, env = "CHORUS_ADDRESS_BYTES_PER_SECOND", default_value_t = 1_048_576, value_name = "N")]
    pub address_bytes_per_second: u32,

    /// Burst of address-bytes-per-second: bytes of one address that may come at once after a pause.
    #[arg(
        long,
        hide = true,
        env = "CHORUS_ADDRESS_BYTE_BURST",
        default_value_t = 16_777_216,
        value_name = "N"
    )]
    pub address_byte_burst: u32,

    /// Wrong access secrets per minute and client address; all may be tried at once. Beyond it, no secret from that address
    /// is checked for a while (429). People who are signed in are not affected. 0 disables the limit.
    #[arg(long, env = "CHORUS_WRONG_SECRETS_PER_MINUTE", default_value_t = 60, value_name = "N")]
    pub wrong_secrets_per_minute: u32,

    /// Free disk space that the server leaves for a SQLite database, in bytes. With less, writes are refused (unavailable)
    /// and reads go on. The default is 1 GiB, or a twentieth of the disk if that is less. 0 disables the check.
    #[arg(long, env = "CHORUS_MIN_FREE_DISK", value_name = "BYTES")]
    pub min_free_disk: Option<u64>,

    /// Rate limit for searches per client address, per second on average. More are refused (rate). 0 disables the limit.
    #[arg(long, env = "CHORUS_SEARCHES_PER_SECOND", default_value_t = 5, value_name = "N")]
    pub searches_per_second: u32,

    /// Burst of searches-per-second: searches of one address that may come at once after a pause.
    #[arg(long, hide = true, env = "CHORUS_SEARCH_BURST", default_value_t = 50, value_name = "N")]
    pub search_burst: u32,

    /// Queued searches per client address; one of them runs at a time. One more is refused (rate).
    #[arg(long, hide = true, env = "CHORUS_MAX_SEARCHES", default_value_t = 8, value_name = "N")]
    pub max_searches: usize,

    /// Milliseconds that a search may wait in the queue, and again that it may run. Then it is interrupted and refused
    /// (unavailable).
    #[arg(long, hide = true, env = "CHORUS_SEARCH_MS", default_value_t = 2_000, value_name = "N")]
    pub search_ms: u64,

    /// Consecutive refusals by a rate limit after which the connection is closed (4005).
    #[arg(long, hide = true, env = "CHORUS_RATE_STRIKES", default_value_t = 100, value_name = "N", value_parser = range::<u32>(1..))]
    pub rate_strikes: u32,

    /// Messages per connection that may wait for the disk. At the limit, the server stops reading from the connection.
    #[arg(long, hide = true, env = "CHORUS_IN_FLIGHT", default_value_t = 32, value_name = "N", value_parser = range::<usize>(1..))]
    pub in_flight: usize,

    /// Messages of all connections that may wait for the disk. At the limit, senders wait for a free place.
    #[arg(long, hide = true, env = "CHORUS_COMMIT_QUEUE", default_value_t = 1_024, value_name = "N", value_parser = range::<usize>(1..))]
    pub commit_queue: usize,

    /// Milliseconds that a sender waits for a place in the commit queue. Then the message is refused (unavailable).
    #[arg(long, hide = true, env = "CHORUS_COMMIT_PATIENCE_MS", default_value_t = 5_000, value_name = "N")]
    pub commit_patience_ms: u64,

    /// Milliseconds that a PostgreSQL transaction or read may take, including the wait for a connection. Then its
    /// connection is closed and writes are refused (unavailable). If a commit was interrupted, its topics are read again
    /// once PostgreSQL tells whether it took effect. Migrations are not limited.
    #[arg(long, env = "CHORUS_DATABASE_TIMEOUT_MS", default_value_t = 4_500, value_name = "N", value_parser = range::<u64>(1..))]
    pub database_timeout_ms: u64,

    /// Milliseconds that a message may wait for the disk, or the database may take to answer, before /readyz answers 503.
    #[arg(long, hide = true, env = "CHORUS_STALL_MS", default_value_t = 5_000, value_name = "N", value_parser = range::<u64>(1..))]
    pub stall_ms: u64,

    /// Newest frames of each live topic that are kept in memory. A reader that is further behind reads from the database.
    #[arg(long, hide = true, env = "CHORUS_HUB_RING", default_value_t = 256, value_name = "N")]
    pub hub_ring: usize,

    /// Topics whose newest events are cached in memory, at most 256 KiB of text each. Other topics are read from the
    /// database.
    #[arg(long, env = "CHORUS_RECENT_TOPICS", default_value_t = 256, value_name = "N", value_parser = range::<usize>(1..))]
    pub recent_topics: usize,

    /// Rendered topic pages that are cached for visitors without name and memberships, at most 256 KiB each. A page is rendered anew when
    /// its topic gets an event. 0 disables the cache.
    #[arg(long, hide = true, env = "CHORUS_HOT_PAGES", default_value_t = 32, value_name = "N")]
    pub hot_pages: usize,

    /// Seconds in which a new connection must send its first frame (hello). Then it is closed (4505).
    #[arg(long, hide = true, env = "CHORUS_HELLO_SECONDS", default_value_t = 10, value_name = "N", value_parser = range::<u64>(1..=MAX_SECONDS))]
    pub hello_seconds: u64,

    /// Seconds that a peer may read nothing of the data sent to it. Then a WebSocket is closed (4001) and can resume, and
    /// an event stream ends. For an HTTP response, seconds that a client may fall behind lowest-bytes-per-second.
    #[arg(long, hide = true, env = "CHORUS_WRITE_SECONDS", default_value_t = 30, value_name = "N", value_parser = range::<u64>(1..=MAX_SECONDS))]
    pub write_seconds: u64,

    /// Bytes that may wait to be sent on one connection, besides one response. At the limit, the server reads nothing more
    /// from the connection until the peer has read them.
    #[arg(long, hide = true, env = "CHORUS_PENDING_BYTES", default_value_t = 65_536, value_name = "N", value_parser = range::<usize>(1..))]
    pub pending_bytes: usize,

    /// Bytes that may wait to be sent on all connections whose peers do not read. Beyond it, the connections that have
    /// waited longest are closed (4001) and can resume. A page that waits on many connections counts once. 0 disables the
    /// limit.
    #[arg(long, env = "CHORUS_PENDING_BYTES_TOTAL", default_value_t = 268_435_456, value_name = "N")]
    pub pending_bytes_total: usize,

    /// Interval in milliseconds at which connections are notified of new events in followed topics.
    #[arg(long, hide = true, env = "CHORUS_HEADS_MS", default_value_t = 1_000, value_name = "N")]
    pub heads_ms: u64,

    /// Interval in milliseconds at which a topic's joins, leaves and typing notices are sent, in one frame. Joins and
    /// leaves of a large topic are sent at five times this interval.
    #[arg(long, hide = true, env = "CHORUS_PRESENCE_MS", default_value_t = 1_000, value_name = "N")]
    pub presence_ms: u64,

    /// Grace period in milliseconds: a person who reconnects to a topic within it is not reported as having left.
    #[arg(long, hide = true, env = "CHORUS_PRESENCE_GRACE_MS", default_value_t = 10_000, value_name = "N")]
    pub presence_grace_ms: u64,

    /// Milliseconds for which another server's list of the people in a topic counts. Each server renews its lists three times
    /// within it, so people of a server that was killed are gone after this time and the grace period.
    #[arg(long, hide = true, env = "CHORUS_PRESENCE_TTL_MS", default_value_t = 20_000, value_name = "N", value_parser = range::<u64>(60..))]
    pub presence_ttl_ms: u64,

    /// People in a topic up to which joins and leaves are reported by name. With more, only their number is reported.
    #[arg(long, hide = true, env = "CHORUS_PRESENCE_LARGE", default_value_t = 50, value_name = "N")]
    pub presence_large: usize,
}
