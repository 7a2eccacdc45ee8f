//! The HTTP API with a session.

use std::net::SocketAddr;

use app::protocol::{Action, DraftId, ErrorCode, Event, Membership, Name, SearchHit, TopicName, UserId};
use reqwest::{Method, StatusCode, Url};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{Violation, connection::RESPONSE_TIMEOUT};

/// A client of the API; cheap to clone.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) client: reqwest::Client,
    base: Url,
    cookie: String,
}

/// The outcome of a request.
#[derive(Debug)]
pub(crate) enum Answer<T> {
    Done(T),
    Refused(ErrorCode, String),
    /// The connection was lost or refused, so the request may have been carried out or not.
    Unanswered,
}

/// The result of a write.
#[derive(Debug, Deserialize)]
pub(crate) struct Stored {
    pub(crate) topic: TopicName,
    pub(crate) draft: DraftId,
    pub(crate) seq: u64,
    pub(crate) duplicate: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Found {
    pub(crate) hits: Vec<SearchHit>,
    #[serde(default = "complete")]
    pub(crate) complete: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Messages {
    pub(crate) head: u64,
    pub(crate) events: Vec<Event>,
}

#[derive(Deserialize)]
struct Memberships {
    topics: Vec<Membership>,
}

#[derive(Deserialize)]
struct Session {
    user: UserId,
}

#[derive(Deserialize)]
struct Problem {
    code: ErrorCode,
    message: String,
}

fn base(address: SocketAddr) -> Url {
    format!("http://{address}/api/v1/").parse().expect("an address")
}

fn complete() -> bool {
    true
}

impl Api {
    /// Uses a session that exists.
    pub(crate) fn with_cookie(address: SocketAddr, cookie: &str) -> Self {
        Self { client: reqwest::Client::new(), base: base(address), cookie: cookie.to_owned() }
    }

    /// Continues with another server, with the same session.
    pub(crate) fn move_to(&mut self, address: SocketAddr) {
        self.base = base(address);
    }

    /// Gets a session. Returns it with the user's id, or `None` if the server does not answer.
    pub(crate) async fn open(address: SocketAddr, name: &Name) -> Option<(Self, UserId)> {
        let mut api = Self::with_cookie(address, "");
        let body = json!({ "name": name.as_str() }).to_string();
        let request = api.client.post(api.url(&["session"])).body(body).timeout(RESPONSE_TIMEOUT);
        let response = request.send().await.ok()?;
        let cookie = response.headers().get("set-cookie")?.to_str().ok()?;
        api.cookie = cookie.split(';').next()?.to_owned();
        let session: Session = serde_json::from_str(&response.text().await.ok()?).ok()?;
        Some((api, session.user))
    }

    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    pub(crate) fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        url.path_segments_mut().expect("a base URL").pop_if_empty().extend(path);
        url
    }

    /// Sends a draft.
    pub(crate) async fn submit(
        self,
        topic: TopicName,
        draft: DraftId,
        action: Action,
    ) -> Result<Answer<Stored>, Violation> {
        let topic = ["topics", topic.as_str()];
        let of_message = |message: u64, rest: &[&str]| {
            let message = message.to_string();
            self.url(&[&topic[..], &["messages", message.as_str()], rest].concat())
        };
        let (method, url, body) = match action {
            Action::Publish { body, .. } => {
                (Method::POST, self.url(&[topic[0], topic[1], "messages"]), json!({ "body": body }))
            }
            Action::Edit { message, revision, body } => {
                (Method::PATCH, of_message(message, &[]), json!({ "revision": revision, "body": body }))
            }
            Action::Delete { message, revision } => {
                let mut url = of_message(message, &[]);
                url.set_query(Some(&format!("revision={revision}")));
                (Method::DELETE, url, Value::Null)
            }
            Action::React { message, emoji, on } => {
                let method = if on { Method::PUT } else { Method::DELETE };
                (method, of_message(message, &["reactions", emoji.as_str()]), Value::Null)
            }
            Action::Describe { change, new } => {
                let method = if new { Method::PUT } else { Method::PATCH };
                (method, self.url(&topic), serde_json::to_value(change).expect("JSON"))
            }
        };
        self.request(method, url, Some(draft), &body).await
    }

    /// Marks a topic as read up to `seq`.
    pub(crate) async fn read(self, topic: TopicName, seq: u64) -> Result<Answer<Membership>, Violation> {
        let url = self.url(&["topics", topic.as_str(), "read"]);
        self.request(Method::PUT, url, None, &json!({ "seq": seq })).await
    }

    /// Makes the session's person an owner.
    pub(crate) async fn become_owner(&self, code: &str) -> Result<(), Violation> {
        let mut url = self.base.clone();
        url.set_path("/own");
        let form = self.client.post(url).body(format!("code={code}")).timeout(RESPONSE_TIMEOUT);
        let form =
            form.header("cookie", &self.cookie).header("content-type", "application/x-www-form-urlencoded");
        let status = form.send().await.map_err(|error| error.to_string())?.status();
        if status.is_success() { Ok(()) } else { Err(format!("a code made no owner: {status}")) }
    }

    /// Gives a person a role, a ban and a mute.
    pub(crate) async fn set_standing(
        &self,
        user: UserId,
        standing: &Value,
    ) -> Result<Answer<Value>, Violation> {
        let url = self.url(&["people", &user.to_string()]);
        self.request(Method::PUT, url, None, standing).await
    }

    /// Searches in one topic, or in all.
    pub(crate) async fn search(
        self,
        query: String,
        topic: Option<TopicName>,
    ) -> Result<Answer<Found>, Violation> {
        let mut url = self.url(&["search"]);
        url.query_pairs_mut().append_pair("q", &query);
        if let Some(topic) = topic {
            url.query_pairs_mut().append_pair("topic", topic.as_str());
        }
        self.request(Method::GET, url, None, &Value::Null).await
    }

    /// The newest messages.
    pub(crate) async fn messages(self, topic: TopicName) -> Result<Answer<Messages>, Violation> {
        let url = self.url(&["topics", topic.as_str(), "messages"]);
        self.request(Method::GET, url, None, &Value::Null).await
    }

    /// The person's memberships.
    pub(crate) async fn memberships(self) -> Result<Vec<Membership>, Violation> {
        let url = self.url(&["memberships"]);
        match self.request::<Memberships>(Method::GET, url, None, &Value::Null).await? {
            Answer::Done(Memberships { topics }) => Ok(topics),
            Answer::Refused(code, message) => Err(format!("memberships: {code:?} {message}")),
            Answer::Unanswered => Err("memberships: the connection was lost".to_owned()),
        }
    }

    /// The status of `/readyz`; `None` if the server does not answer.
    pub(crate) async fn ready(address: SocketAddr) -> Option<StatusCode> {
        let url = format!("http://{address}/readyz");
        let request = reqwest::Client::new().get(url).timeout(RESPONSE_TIMEOUT);
        Some(request.send().await.ok()?.status())
    }

    async fn request<T: DeserializeOwned>(
        &self,
        method: Method,
        url: Url,
        key: Option<DraftId>,
        body: &Value,
    ) -> Result<Answer<T>, Violation> {
        let what = format!("{method} {url}");
        let mut request =
            self.client.request(method, url).header("cookie", &self.cookie).timeout(RESPONSE_TIMEOUT);
        if let Some(draft) = key {
            request = request.header("idempotency-key", draft.to_string());
        }
        if !body.is_null() {
            request = request.body(body.to_string());
        }
        let Ok(response) = request.send().await else { return Ok(Answer::Unanswered) };
        let status = response.status();
        let Ok(text) = response.text().await else { return Ok(Answer::Unanswered) };
        let bad = |error| format!("{what}: {status}, and not what the API promises ({error}): {text}");
        if status.is_success() {
            return serde_json::from_str(&text).map(Answer::Done).map_err(bad);
        }
        let Problem { code, message } = serde_json::from_str(&text).map_err(bad)?;
        Ok(Answer::Refused(code, message))
    }
}
