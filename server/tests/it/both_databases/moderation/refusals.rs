//! Answers to banned and muted people who send forms, and what they have sent before.

use app::protocol::{ErrorCode, ServerFrame};

use super::*;
use crate::support::Member;

/// Its author would see it as not sent, and others as sent.
#[tokio::test]
async fn what_was_stored_before_a_mute_or_a_ban_is_acknowledged_again() {
    let server = start("").await;
    let owner = owns(&server).await;
    let bob = visits(&server).await;
    let draft = DraftId::fresh();
    let of_topic = DraftId::fresh().to_string();
    let topic = [("draft", of_topic.as_str()), ("title", "Tea")];
    assert_eq!(bob.sends(draft, "hi").await.status, 201);
    assert_eq!(bob.browser.posts("/topics", &topic).await.status, 303);
    for (field, code) in [("muted_until", "muted"), ("banned_until", "banned")] {
        let mut standing = json!({ "role": "guest" });
        standing[field] = json!(FOR_EVER);
        owner.gives(&bob, standing).await;
        let again = bob.sends(draft, "hi").await;
        assert_eq!(
            (again.status, &again.json()["seq"], &again.json()["duplicate"]),
            (200, &json!(1), &json!(true))
        );
        let refused = (403, code.to_owned());
        assert_eq!(code_of(&bob.sends(draft, "other words").await), refused);
        assert_eq!(code_of(&bob.sends(DraftId::fresh(), "hi").await), refused);
        let stored = draft.to_string();
        for (draft, status) in [(stored, 303), (DraftId::fresh().to_string(), 403)] {
            let form = [("draft", draft.as_str()), ("name", "Bob"), ("message", "hi")];
            assert_eq!(bob.browser.posts("/t/lobby", &form).await.status, status, "{code}");
        }
        assert_eq!(bob.browser.posts("/topics", &topic).await.status, 303, "{code}");
    }
    let page = owner.browser.calls("GET", "/api/v1/topics/lobby/messages", &[], "").await.json();
    assert_eq!(page["head"], 1, "nothing was stored twice");
}

/// Returns the position and whether it is a duplicate, or the error. Updates of followed topics come in between.
async fn reply_to(socket: &mut Member, request: u64) -> Result<(u64, bool), ErrorCode> {
    loop {
        match socket.next().await {
            ServerFrame::Ack { reference, seq, duplicate, .. } if reference == request => {
                return Ok((seq, duplicate));
            }
            ServerFrame::Error { reference, code, .. } if reference == Some(request) => return Err(code),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_socket_of_a_muted_person_acknowledges_what_was_stored() {
    let server = start("").await;
    let owner = owns(&server).await;
    let bob = visits(&server).await;
    let mut socket = bob.browser.connects(Some("Bob")).await;
    let draft = DraftId::fresh();
    let sent = socket.sends_publish("lobby", draft, "hi").await;
    assert_eq!(reply_to(&mut socket, sent).await, Ok((1, false)));
    owner.gives(&bob, json!({ "role": "guest", "muted_until": FOR_EVER })).await;
    let mut socket = bob.browser.connects(Some("Bob")).await;
    let again = socket.sends_publish("lobby", draft, "hi").await;
    assert_eq!(reply_to(&mut socket, again).await, Ok((1, true)));
    let refused = socket.sends_publish("lobby", DraftId::fresh(), "more").await;
    assert_eq!(reply_to(&mut socket, refused).await, Err(ErrorCode::Muted));
}

#[tokio::test]
async fn a_form_of_a_muted_person_is_returned_with_the_reason_in_their_language() {
    let server = start("").await;
    let owner = owns(&server).await;
    let bob = visits(&server).await;
    owner.gives(&bob, json!({ "role": "guest", "muted_until": FOR_EVER })).await;
    let draft = DraftId::fresh().to_string();
    let fields = [("draft", draft.as_str()), ("name", "Bob"), ("message", "a long text")];
    let answer = bob.browser.posts_with("/t/lobby", &fields, &[("accept-language", "de")]).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text.contains("Du bist stummgeschaltet"), "{}", answer.text);
    assert!(answer.text.contains("a long text"), "{}", answer.text);
}

#[tokio::test]
async fn a_refused_new_topic_is_returned_with_the_reason() {
    let server = start("").await;
    let owner = owns(&server).await;
    let bob = visits(&server).await;
    for (field, reason) in [("muted_until", "You are muted"), ("banned_until", "You are banned")] {
        let mut standing = json!({ "role": "guest" });
        standing[field] = json!(FOR_EVER);
        owner.gives(&bob, standing).await;
        let fields = [("title", "Tea"), ("description", "a long text")];
        let answer = bob.browser.posts("/topics", &fields).await;
        assert_eq!(answer.status, 403, "{field}");
        assert!(answer.text.contains(reason), "{field}: {}", answer.text);
        assert!(answer.text.contains("a long text"), "{field}: {}", answer.text);
    }
    assert_eq!(owner.browser.calls("GET", "/api/v1/topics/tea", &[], "").await.status, 404);
}
