//! The limits, each with its number.

use clap::Args;

/// Every limit has a number and an answer.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// The largest WebSocket frame, in bytes; a larger one closes the connection (4504).
    #[arg(long, env = "CHORUS_FRAME_BYTES", default_value_t = 65_536, value_name = "N")]
    pub frame_bytes: usize,

    /// The largest message, in bytes of UTF-8; a larger one is refused (too_large).
    #[arg(long, env = "CHORUS_BODY_BYTES", default_value_t = 16_384, value_name = "N")]
    pub body_bytes: usize,

    /// Open WebSocket connections and event streams; one more is answered 503.
    #[arg(long, env = "CHORUS_MAX_CONNECTIONS", default_value_t = 10_000, value_name = "N")]
    pub max_connections: usize,

    /// Open connections besides those: pages, files and API calls under way, and connections kept for more of them. For one more, the
    /// one that has been idle for longest is closed; when none is idle, it is answered 503.
    #[arg(long, env = "CHORUS_MAX_HTTP_CONNECTIONS", default_value_t = 4_000, value_name = "N")]
    pub max_http_connections: usize,

    /// Open connections of every kind from one address (an IPv6 network of /64 is one); one more is answered 503. Those from this
    /// machine do not count, since a proxy may stand there; raise it for a proxy on another machine. 0 sets no limit.
    #[arg(long, env = "CHORUS_MAX_ADDRESS_CONNECTIONS", default_value_t = 1_000, value_name = "N")]
    pub max_address_connections: usize,

    /// Seconds until the head of a request has come whole, from its first byte on, or from the start of a connection; later is answered 408.
    #[arg(long, env = "CHORUS_HEAD_SECONDS", default_value_t = 10, value_name = "N")]
    pub head_seconds: u64,

    /// The largest head of a request, in bytes; a larger one is answered 431.
    #[arg(long, env = "CHORUS_HEAD_BYTES", default_value_t = 32_768, value_name = "N")]
    pub head_bytes: usize,

    /// Seconds that a client may be behind with the body of a request, at lowest-bytes-per-second; later is answered 408.
    #[arg(long, env = "CHORUS_REQUEST_SECONDS", default_value_t = 30, value_name = "N")]
    pub request_seconds: u64,

    /// Seconds that a connection without a request is kept; then it is closed.
    #[arg(long, env = "CHORUS_IDLE_SECONDS", default_value_t = 60, value_name = "N")]
    pub idle_seconds: u64,

    /// The lowest rate in bytes a second at which a client may send a body or take an answer for longer than request-seconds or
    /// write-seconds.
    #[arg(long, env = "CHORUS_LOWEST_BYTES_PER_SECOND", default_value_t = 1_000, value_name = "N")]
    pub lowest_bytes_per_second: u32,

    /// Bytes of memory that half-sent requests and half-taken answers may hold in all; beyond it, clients that are behind have 2
    /// seconds instead of request-seconds and write-seconds, and beyond twice as much, requests with a body are answered 503.
    #[arg(long, env = "CHORUS_SLOW_BYTES", default_value_t = 67_108_864, value_name = "N")]
    pub slow_bytes: usize,

    /// Subscriptions a connection; one more is refused (too_many_subscriptions).
    #[arg(long, env = "CHORUS_MAX_SUBSCRIPTIONS", default_value_t = 64, value_name = "N")]
    pub max_subscriptions: usize,

    /// Topics that were written in, besides the default topic; writing in one more is refused (too_many_topics).
    #[arg(long, env = "CHORUS_MAX_TOPICS", default_value_t = 10_000, value_name = "N")]
    pub max_topics: u64,

    /// Topics that one address may begin within an hour, all of them at once if need be; one more is refused (too_many_topics). An
    /// address is counted as for pages (pages-per-second). The default topic counts for no limit of topics. 0 sets no limit.
    #[arg(long, env = "CHORUS_TOPICS_PER_HOUR", default_value_t = 240, value_name = "N")]
    pub topics_per_hour: u32,

    /// Topics a person may follow; following one more is refused (too_many_topics).
    #[arg(long, env = "CHORUS_MAX_FOLLOWED", default_value_t = 1_000, value_name = "N")]
    pub max_followed: u64,

    /// Reactions a message; one more is refused (too_many_reactions).
    #[arg(long, env = "CHORUS_MAX_REACTIONS", default_value_t = 1_000, value_name = "N")]
    pub max_reactions: u64,

    /// Reactions of one person to a message; one more is refused (too_many_reactions).
    #[arg(long, env = "CHORUS_MAX_REACTIONS_PER_PERSON", default_value_t = 20, value_name = "N")]
    pub max_reactions_per_person: u64,

    /// Frames (also parts of a message) a connection may send a second, or a person over HTTP, on average; more are refused (rate). 0 sets no limit.
    #[arg(long, env = "CHORUS_FRAMES_PER_SECOND", default_value_t = 20, value_name = "N")]
    pub frames_per_second: u32,

    /// Frames a connection may send at once after a pause.
    #[arg(long, env = "CHORUS_FRAME_BURST", default_value_t = 60, value_name = "N")]
    pub frame_burst: u32,

    /// Pages, forms, feeds, new sessions, new sockets and reads of the API that one address may ask for a second, on average; more are answered 429. Behind a proxy on
    /// the same machine the last of X-Forwarded-For counts; behind another one, all are one address. 0 sets no limit.
    #[arg(long, env = "CHORUS_PAGES_PER_SECOND", default_value_t = 50, value_name = "N")]
    pub pages_per_second: u32,

    /// Those that one address may ask for at once after a pause.
    #[arg(long, env = "CHORUS_PAGE_BURST", default_value_t = 1_000, value_name = "N")]
    pub page_burst: u32,

    /// Open WebSocket connections and event streams of one address; one more is answered 429. Addresses are counted as for pages, here
    /// and below: behind a proxy on another machine all people are one address, so set more, or 0, which sets no limit.
    #[arg(long, env = "CHORUS_MAX_ADDRESS_SOCKETS", default_value_t = 1_000, value_name = "N")]
    pub max_address_sockets: usize,

    /// Messages, edits, reactions and the like that one address may send a second, on average, whatever the door; more are refused
    /// (rate). 0 sets no limit.
    #[arg(long, env = "CHORUS_ADDRESS_MESSAGES_PER_SECOND", default_value_t = 100, value_name = "N")]
    pub address_messages_per_second: u32,

    /// Those that one address may send at once after a pause.
    #[arg(long, env = "CHORUS_ADDRESS_MESSAGE_BURST", default_value_t = 2_000, value_name = "N")]
    pub address_message_burst: u32,

    /// Bytes that one address may send a second, on average, in frames and in bodies of requests; more are refused (rate). 0 sets no
    /// limit.
    #[arg(long, env = "CHORUS_ADDRESS_BYTES_PER_SECOND", default_value_t = 1_048_576, value_name = "N")]
    pub address_bytes_per_second: u32,

    /// Those that one address may send at once after a pause.
    #[arg(long, env = "CHORUS_ADDRESS_BYTE_BURST", default_value_t = 16_777_216, value_name = "N")]
    pub address_byte_burst: u32,

    /// Wrong access secrets that one address may try a minute, all of them at once if need be; then none of its is looked at for a
    /// while (429). Whoever is in already is not disturbed. 0 sets no limit.
    #[arg(long, env = "CHORUS_WRONG_SECRETS_PER_MINUTE", default_value_t = 60, value_name = "N")]
    pub wrong_secrets_per_minute: u32,

    /// Bytes that must stay free on the disk of a SQLite database: with fewer, writing is refused (unavailable) and reading goes on.
    /// Unless given, 1 GiB, or a twentieth of the disk where that is less. 0 never refuses.
    #[arg(long, env = "CHORUS_MIN_FREE_DISK", value_name = "BYTES")]
    pub min_free_disk: Option<u64>,

    /// Searches that one address may ask for a second, on average; more are refused (rate). 0 sets no limit.
    #[arg(long, env = "CHORUS_SEARCHES_PER_SECOND", default_value_t = 5, value_name = "N")]
    pub searches_per_second: u32,

    /// Searches that one address may ask for at once after a pause.
    #[arg(long, env = "CHORUS_SEARCH_BURST", default_value_t = 50, value_name = "N")]
    pub search_burst: u32,

    /// Searches of one address that may wait, of which one runs at a time; one more is refused (rate).
    #[arg(long, env = "CHORUS_MAX_SEARCHES", default_value_t = 8, value_name = "N")]
    pub max_searches: usize,

    /// Milliseconds that a search may wait for its turn, and then take; after that it is interrupted and refused (unavailable).
    #[arg(long, env = "CHORUS_SEARCH_MS", default_value_t = 2_000, value_name = "N")]
    pub search_ms: u64,

    /// Refusals for speed in a row after which the connection is closed (4005).
    #[arg(long, env = "CHORUS_RATE_STRIKES", default_value_t = 100, value_name = "N")]
    pub rate_strikes: u32,

    /// Messages of one connection that may wait for the disk; more wait unread.
    #[arg(long, env = "CHORUS_IN_FLIGHT", default_value_t = 32, value_name = "N")]
    pub in_flight: usize,

    /// Messages of all connections that may wait for the disk; more wait with their senders.
    #[arg(long, env = "CHORUS_COMMIT_QUEUE", default_value_t = 1_024, value_name = "N")]
    pub commit_queue: usize,

    /// Milliseconds a sender waits for a place in that queue before it is refused (unavailable).
    #[arg(long, env = "CHORUS_COMMIT_PATIENCE_MS", default_value_t = 5_000, value_name = "N")]
    pub commit_patience_ms: u64,

    /// Milliseconds that a transaction or a read of PostgreSQL may take, waiting for a connection included. A connection that takes
    /// longer is closed: writers are refused (unavailable), and whoever reads a topic that the transaction was about reads it again
    /// once PostgreSQL tells whether it was stored. Migrations have no such limit.
    #[arg(long, env = "CHORUS_DATABASE_TIMEOUT_MS", default_value_t = 10_000, value_name = "N")]
    pub database_timeout_ms: u64,

    /// Milliseconds that a message may wait for the disk, and that the database may take to answer, before /readyz answers 503.
    #[arg(long, env = "CHORUS_STALL_MS", default_value_t = 5_000, value_name = "N")]
    pub stall_ms: u64,

    /// Newest frames of each live topic kept in memory; a reader that is further behind reads the database.
    #[arg(long, env = "CHORUS_HUB_RING", default_value_t = 256, value_name = "N")]
    pub hub_ring: usize,

    /// Topics whose newest events are kept in memory, at most 256 KiB of text each; others are read from the database.
    #[arg(long, env = "CHORUS_RECENT_TOPICS", default_value_t = 256, value_name = "N")]
    pub recent_topics: usize,

    /// Pages of topics that are kept as they were rendered, at most 256 KiB each, for others who ask before the topic goes on. 0 keeps
    /// none.
    #[arg(long, env = "CHORUS_HOT_PAGES", default_value_t = 32, value_name = "N")]
    pub hot_pages: usize,

    /// Seconds until the first frame (hello); later closes the connection (4505).
    #[arg(long, env = "CHORUS_HELLO_SECONDS", default_value_t = 10, value_name = "N")]
    pub hello_seconds: u64,

    /// Seconds a peer may take nothing at all of what is sent to it; then a WebSocket is closed (4001) and can resume, and an event
    /// stream ends. An answer over HTTP may be taken so much later than at lowest-bytes-per-second.
    #[arg(long, env = "CHORUS_WRITE_SECONDS", default_value_t = 30, value_name = "N")]
    pub write_seconds: u64,

    /// Bytes that may wait for one connection, besides one answer: with more, nothing is read from it until it has taken them.
    #[arg(long, env = "CHORUS_PENDING_BYTES", default_value_t = 65_536, value_name = "N")]
    pub pending_bytes: usize,

    /// Bytes that may wait for all connections that do not read; with more, those that have waited longest are closed (4001) and can
    /// resume. A page that many wait for counts once. 0 sets no limit.
    #[arg(long, env = "CHORUS_PENDING_BYTES_TOTAL", default_value_t = 268_435_456, value_name = "N")]
    pub pending_bytes_total: usize,

    /// Milliseconds over which it is told at once how far the topics have come that somebody follows.
    #[arg(long, env = "CHORUS_HEADS_MS", default_value_t = 1_000, value_name = "N")]
    pub heads_ms: u64,

    /// Milliseconds over which joins and leaves of a topic, and who is writing there, are told at once. In a large topic
    /// joins and leaves are gathered for five times as long.
    #[arg(long, env = "CHORUS_PRESENCE_MS", default_value_t = 1_000, value_name = "N")]
    pub presence_ms: u64,

    /// Milliseconds within which whoever comes back to a topic has not left it.
    #[arg(long, env = "CHORUS_PRESENCE_GRACE_MS", default_value_t = 10_000, value_name = "N")]
    pub presence_grace_ms: u64,

    /// People in a topic of whom joins and leaves are told by name; with more, only how many are there.
    #[arg(long, env = "CHORUS_PRESENCE_LARGE", default_value_t = 50, value_name = "N")]
    pub presence_large: usize,
}
