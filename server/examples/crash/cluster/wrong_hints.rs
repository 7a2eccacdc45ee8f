//! Sends hints that are wrong, old, or none, as a broken program could that may use the database or the broker.

use std::net::SocketAddr;

use futures::StreamExt;
use sea_orm::sqlx::{self, ConnectOptions, Connection, postgres::PgConnectOptions};
use serde_json::{Value, json};

use crate::shared::Shared;

/// Payloads of other nodes that are kept, and sent again later.
const OLD_PAYLOADS: usize = 20;

/// Sends them by `NOTIFY`.
pub(crate) async fn notify(database: &str, shared: &Shared) -> Result<(), sqlx::Error> {
    let mut connection = database.parse::<PgConnectOptions>()?.connect().await?;
    let payloads =
        heads(shared).into_iter().map(|head| json!({ "from": "x", "signals": [head] }).to_string());
    let unknown = json!({ "from": "x", "signals": [7, { "head": {} }] }).to_string();
    for payload in payloads.chain(["garbage".to_owned(), unknown]) {
        sqlx::query("SELECT pg_notify('chorus', $1)").bind(payload).execute(&mut connection).await?;
    }
    connection.close().await
}

/// Sends them by NATS, in the form of what the nodes send. Payloads that nodes have sent come once more, when they are old.
pub(crate) async fn publish(broker: SocketAddr, shared: &Shared) -> Result<(), async_nats::Error> {
    let client = async_nats::connect(format!("nats://{broker}")).await?;
    let mut messages = client.subscribe("chorus.>").await?;
    let mut old = Vec::new();
    while old.len() < OLD_PAYLOADS {
        let message = messages.next().await.ok_or("the connection has ended")?;
        if let Ok(payload @ Value::Object(_)) = serde_json::from_slice(&message.payload) {
            old.push((message.subject, payload));
        }
    }
    for head in heads(shared) {
        let (subject, payload) = &old[0];
        let mut payload = payload.clone();
        payload["signals"] = json!([head, 7, { "head": {} }]);
        payload["events"] = json!([7, { "topic": "lobby" }]);
        old.push((subject.clone(), payload));
    }
    for (subject, payload) in old {
        client.publish(subject.clone(), payload.to_string().into()).await?;
        client.publish(subject, "garbage".into()).await?;
    }
    client.flush().await?;
    Ok(())
}

/// Heads of all topics that are too low, or too high.
fn heads(shared: &Shared) -> Vec<Value> {
    let head = |topic, seq| json!({ "head": { "topic": topic, "seq": seq } });
    let topics = shared.topics.iter().enumerate();
    topics
        .flat_map(|(index, topic)| {
            let newest = shared.newest(index);
            [0, newest / 2, newest + 1, newest + 1_000].map(|seq| head(topic, seq))
        })
        .collect()
}
