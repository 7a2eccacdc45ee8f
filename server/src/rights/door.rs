//! The doors: all places where somebody from outside asks for something.

/// A place that asks for a decision. Each is named by exactly one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say which handler it is")]
pub enum Door {
    // Pages.
    TopicPage,
    MessagePage,
    PageViewer,
    Directory,
    PinnedTopic,
    NewTopicForm,
    MessageForm,
    SearchPage,
    Feed,
    Sitemap,
    // The HTTP API.
    ApiTopics,
    ApiTopic,
    ApiMessages,
    ApiMessage,
    ApiAction,
    ApiMemberships,
    ApiFollow,
    ApiRead,
    ApiMembers,
    ApiSearch,
    EventStream,
    // Sockets.
    PlainSubscribe,
    PlainMessage,
    Subscribe,
    SocketHistory,
    SocketTopics,
    SocketSearch,
    SocketAction,
    SocketFollow,
    SocketRead,
    SocketMembers,
    SocketTyping,
    Welcome,
    Updates,
}

impl Door {
    /// All doors.
    pub const ALL: [Self; 34] = [
        Self::TopicPage,
        Self::MessagePage,
        Self::PageViewer,
        Self::Directory,
        Self::PinnedTopic,
        Self::NewTopicForm,
        Self::MessageForm,
        Self::SearchPage,
        Self::Feed,
        Self::Sitemap,
        Self::ApiTopics,
        Self::ApiTopic,
        Self::ApiMessages,
        Self::ApiMessage,
        Self::ApiAction,
        Self::ApiMemberships,
        Self::ApiFollow,
        Self::ApiRead,
        Self::ApiMembers,
        Self::ApiSearch,
        Self::EventStream,
        Self::PlainSubscribe,
        Self::PlainMessage,
        Self::Subscribe,
        Self::SocketHistory,
        Self::SocketTopics,
        Self::SocketSearch,
        Self::SocketAction,
        Self::SocketFollow,
        Self::SocketRead,
        Self::SocketMembers,
        Self::SocketTyping,
        Self::Welcome,
        Self::Updates,
    ];
}
