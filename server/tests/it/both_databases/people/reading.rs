//! Read marks.

use super::*;

/// A browser of Ann, and two connections of it, on which she follows the lobby.
async fn two_devices(server: &TestServer) -> (Browser, Member, Member) {
    let (browser, mut phone) = server.connects_with_browser("Ann").await;
    let mut laptop = browser.connects(None).await;
    phone.follows("lobby", Follow::Following).await;
    laptop.receives_membership().await;
    (browser, phone, laptop)
}

#[tokio::test]
async fn a_message_is_unread_until_read_on_any_device() {
    let server = start(SHORT_HEADS_INTERVAL).await;
    let mut bob = bob(&server).await;
    publishes_in(&mut bob, "lobby", "one").await;
    let (browser, mut phone, mut laptop) = two_devices(&server).await;

    publishes_in(&mut bob, "lobby", "two").await;
    for device in [&mut phone, &mut laptop] {
        let heads = device.receives_heads().await;
        assert_eq!(
            (heads.len(), heads[0].topic.as_str(), heads[0].head, heads[0].messages),
            (1, "lobby", 2, 2)
        );
    }
    assert_eq!(numbers(&browser.connects(None).await.followed[0]), (2, 1, 1, 0));
    phone.marks_read("lobby", 2).await;
    assert_eq!(numbers(&phone.receives_membership().await), (2, 2, 0, 0));
    assert_eq!(numbers(&laptop.receives_membership().await), (2, 2, 0, 0));
    laptop.marks_read("lobby", 1).await;
    assert_eq!(numbers(&laptop.receives_membership().await), (2, 2, 0, 0), "it never goes back");
    phone.marks_read("lobby", u64::MAX >> 11).await;
    assert_eq!(numbers(&browser.connects(None).await.followed[0]), (2, 2, 0, 0));
    publishes_in(&mut bob, "lobby", "three").await;
    assert_eq!(numbers(&browser.connects(None).await.followed[0]), (3, 2, 1, 0), "nobody reads ahead");
}

/// Returns the next membership. Heads may come before it.
async fn next_membership(member: &mut Member) -> Membership {
    loop {
        match member.next().await {
            ServerFrame::Membership { membership, .. } => return membership,
            ServerFrame::Heads { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn messages_marked_as_unread_are_unread_on_all_devices_and_after_a_restart() {
    let server = start("").await;
    let mut bob = bob(&server).await;
    publishes_in(&mut bob, "lobby", "one").await;
    let (browser, mut phone, mut laptop) = two_devices(&server).await;
    publishes_in(&mut bob, "lobby", "two").await;
    publishes_in(&mut bob, "lobby", "three").await;
    phone.marks_read("lobby", 3).await;
    for device in [&mut phone, &mut laptop] {
        let membership = next_membership(device).await;
        assert_eq!((numbers(&membership), membership.rewinds), ((3, 3, 0, 0), None));
    }
    phone.marks_unread("lobby", 1).await;
    for device in [&mut phone, &mut laptop] {
        let membership = next_membership(device).await;
        assert_eq!((numbers(&membership), membership.rewinds), ((3, 1, 2, 0), Some(1)));
    }
    let ended = server.stops().await;
    assert!(ended.in_time);
    let server = ended.restarts().await;
    let ann = browser.moves_to(server.address).connects(None).await;
    assert_eq!((numbers(&ann.followed[0]), ann.followed[0].rewinds), ((3, 1, 2, 0), Some(1)));
}

#[tokio::test]
async fn read_marks_survive_a_restart() {
    let server = start("").await;
    let mut bob = bob(&server).await;
    publishes_in(&mut bob, "lobby", "one").await;
    let (browser, mut ann) = server.connects_with_browser("Ann").await;
    ann.follows("lobby", Follow::Muted).await;
    publishes_in(&mut bob, "lobby", "two").await;
    publishes_in(&mut bob, "lobby", "three").await;
    ann.marks_read("lobby", 2).await;
    ann.receives_membership().await;
    let ended = server.stops().await;
    assert!(ended.in_time);
    let server = ended.restarts().await;
    let ann = browser.moves_to(server.address).connects(None).await;
    assert_eq!((ann.followed[0].follow, numbers(&ann.followed[0])), (Follow::Muted, (3, 2, 1, 0)));
}

#[tokio::test]
async fn authors_of_forms_follow_and_have_read_their_messages() {
    let server = start("").await;
    let mut bob = bob(&server).await;
    publishes_in(&mut bob, "lobby", "one").await;
    let browser = server.browser();
    browser.gets("/t/lobby").await;
    let writes = async |body: &str| {
        let draft = DraftId::fresh().to_string();
        let form = [("draft", draft.as_str()), ("name", "Ann"), ("message", body)];
        assert_eq!(browser.posts("/t/lobby", &form).await.status, 303);
        followed(&browser).await
    };
    assert_eq!(numbers(&writes("two").await[0]), (2, 2, 0, 0));
    publishes_in(&mut bob, "lobby", "three").await;
    assert_eq!(numbers(&followed(&browser).await[0]), (3, 2, 1, 0));
    assert_eq!(numbers(&writes("four").await[0]), (4, 4, 0, 0));
    publishes_in(&mut bob, "lobby", "@ann, five").await;
    assert_eq!(numbers(&followed(&browser).await[0]), (5, 4, 1, 1));
    let page = browser.gets("/t/tea").await.text;
    assert!(page.contains("lobby") && page.contains("mentions"), "the page knows what she follows: {page}");
}

#[tokio::test]
async fn api_clients_follow_and_mark_read() {
    let server = start("").await;
    let mut bob = bob(&server).await;
    publishes_in(&mut bob, "lobby", "one").await;
    let (ann, mut socket) = server.connects_with_browser("Ann").await;
    let put = async |path: &str, body: serde_json::Value| {
        let path = format!("/api/v1/topics/lobby/{path}");
        let answer = ann.calls("PUT", &path, &[], &body.to_string()).await;
        (answer.status, answer.json())
    };
    for body in [json!({ "seq": 1 }), json!({ "seq": 0, "unread": true })] {
        assert_eq!(put("read", body).await.0, 404, "she never followed it");
    }
    let (status, membership) = put("membership", json!({ "follow": "following" })).await;
    assert_eq!((status, &membership["follow"], &membership["read"]), (200, &json!("following"), &json!(1)));
    assert_eq!(membership["favourite"], json!(null));
    assert_eq!(socket.receives_membership().await.read, 1);
    publishes_in(&mut bob, "lobby", "two").await;
    let (status, membership) = put("read", json!({ "seq": 2 })).await;
    assert_eq!((status, &membership["read"], &membership["seen"]), (200, &json!(2), &json!(2)));
    assert_eq!(put("read", json!({ "seq": 1 })).await.1["read"], json!(2), "it never goes back");
    let (status, membership) = put("read", json!({ "seq": 1, "unread": true })).await;
    assert_eq!((status, &membership["read"], &membership["rewinds"]), (200, &json!(1), &json!(1)));
    while next_membership(&mut socket).await.rewinds != Some(1) {}
    for (body, favourite) in [
        (json!({ "follow": "following", "favourite": true }), json!(true)),
        (json!({ "follow": "following" }), json!(true)),
        (json!({ "follow": "following", "favourite": false }), json!(null)),
    ] {
        let (status, membership) = put("membership", body).await;
        assert_eq!((status, &membership["favourite"]), (200, &favourite));
    }
    for (path, body) in [
        ("membership", json!({ "follow": "loudly" })),
        ("membership", json!({ "follow": "following", "favourite": "very" })),
        ("read", json!({ "seq": -1 })),
        ("read", json!({ "seq": 1, "unread": 1 })),
    ] {
        let (status, problem) = put(path, body).await;
        assert_eq!((status, &problem["code"]), (400, &json!("bad_request")), "{path}");
    }
    let nobody = server.browser().calls("GET", "/api/v1/memberships", &[], "").await;
    assert_eq!((nobody.status, nobody.json()["code"].clone()), (401, json!("no_session")));
    let does = async |path: &str| {
        let key = DraftId::fresh().to_string();
        let body = json!({ "body": "hello" }).to_string();
        ann.calls("POST", path, &[("idempotency-key", &key)], &body).await.status
    };
    assert_eq!(does("/api/v1/topics/tea/messages").await, 201);
    while next_membership(&mut socket).await.topic.as_str() != "tea" {}
    assert_eq!(names(&followed(&ann).await), ["lobby", "tea"]);
}
