//! Bans of networks that another node has stored.

use app::protocol::CloseCode;
use serde_json::json;

use super::*;

const CLIENT: (&str, &str) = ("x-forwarded-for", "203.0.113.7");

#[tokio::test]
async fn a_network_that_one_node_bans_is_refused_by_the_other_and_its_connections_end() {
    for settings in each_way() {
        let Some(Nodes { a, b, database: _database }) = start_nodes(&settings, &settings).await else {
            return;
        };
        let owner = a.browser();
        let code = a.owner_code().await;
        assert_eq!(owner.posts("/own", &[("code", code.as_str())]).await.status, 303);
        let mut socket = b.handshake().with(CLIENT.0, CLIENT.1).with_v1().connects().await;
        let body = json!({ "banned_until": 253_402_300_799_999_u64 }).to_string();
        let banned = owner.calls("PUT", "/api/v1/networks/203.0.113.7", &[], &body).await;
        assert_eq!(banned.status, 200, "{}", banned.text);
        socket.is_closed(CloseCode::Banned).await;
        assert_eq!(b.browser().gets_with("/t/lobby", &[CLIENT]).await.status, 403);
    }
}
