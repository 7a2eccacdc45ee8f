use std::{net::SocketAddr, sync::Arc};

use app::protocol::Name;
use reqwest::{
    Client, RequestBuilder, Url,
    cookie::{CookieStore, Jar},
    header::HeaderMap,
    redirect::Policy,
};

use super::{EventStream, HandshakeClient, Member, soon};

/// A browser: it keeps cookies and returns redirects instead of following them.
pub struct Browser {
    address: SocketAddr,
    client: Client,
    jar: Arc<Jar>,
}

#[derive(Debug)]
pub struct HttpResponse {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// The length of the body as transferred.
    pub bytes: usize,
}

impl Browser {
    pub fn new(address: SocketAddr) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder().cookie_provider(Arc::clone(&jar)).redirect(Policy::none());
        Self { address, client: client.build().unwrap(), jar }
    }

    /// The server's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub async fn gets(&self, path: &str) -> HttpResponse {
        self.sends(self.client.get(self.url(path))).await
    }

    pub async fn gets_with(&self, path: &str, headers: &[(&str, &str)]) -> HttpResponse {
        self.sends(with(self.client.get(self.url(path)), headers)).await
    }

    /// Submits a form.
    pub async fn posts(&self, path: &str, fields: &[(&str, &str)]) -> HttpResponse {
        self.posts_with(path, fields, &[]).await
    }

    pub async fn posts_with(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> HttpResponse {
        self.sends(with(self.client.post(self.url(path)).form(fields), headers)).await
    }

    /// Calls the API.
    pub async fn calls(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> HttpResponse {
        let method = method.parse().unwrap();
        let request = self.client.request(method, self.url(path)).body(body.to_owned());
        self.sends(with(request, headers)).await
    }

    /// Asks for a stream of server-sent events, and does not read it.
    pub async fn requests_stream(&self, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
        let request = with(self.client.get(self.url(path)), headers);
        soon("a stream", request.send()).await.unwrap()
    }

    /// Opens a stream of server-sent events.
    pub async fn streams_events(&self, path: &str, headers: &[(&str, &str)]) -> EventStream {
        let response = self.requests_stream(path, headers).await;
        assert_eq!(response.status().as_u16(), 200);
        EventStream::new(response)
    }

    /// Keeps the cookies for a server at another address, for instance after a restart.
    pub fn moves_to(self, address: SocketAddr) -> Self {
        Self { address, ..self }
    }

    /// Returns the `Cookie` header, empty before the first visit.
    pub fn cookie(&self) -> String {
        let cookies = self.jar.cookies(&self.url("/"));
        cookies.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    /// Prepares a WebSocket with this browser's cookies.
    pub fn handshake(&self) -> HandshakeClient {
        HandshakeClient::new(self.address, "/chat").with("cookie", &self.cookie())
    }

    /// Connects as a page does and sends `hello`, without a name if that is `None`.
    pub async fn connects(&self, name: Option<&str>) -> Member {
        let socket = self.handshake().with_v1().connects().await;
        Member::hello_as(socket, name.map(|name| Name::parse(name).unwrap())).await
    }

    async fn sends(&self, request: RequestBuilder) -> HttpResponse {
        let answering = async {
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            let headers = response.headers().clone();
            let body = response.bytes().await.unwrap();
            HttpResponse { status, headers, text: String::from_utf8_lossy(&body).into(), bytes: body.len() }
        };
        soon("an answer", answering).await
    }

    fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }
}

impl HttpResponse {
    /// Parses the body, which must be JSON.
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.header("content-type"), "application/json", "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }

    /// Returns a header's value, empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

fn with(request: RequestBuilder, headers: &[(&str, &str)]) -> RequestBuilder {
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}
