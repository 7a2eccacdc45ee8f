//! The pages of moderators and owners, as browsers without a script use them.

use super::*;

const FOREIGN: [(&str, &str); 1] = [("origin", "https://evil.example")];
const NASTY: &str = "<b onclick=x>\"&'";

impl Person {
    /// Submits a form on somebody's page.
    async fn submits(&self, other: &Self, fields: &[(&str, &str)]) -> HttpResponse {
        self.browser.posts(&page_of(other), fields).await
    }

    async fn is_called(&self, name: &str) {
        let body = json!({ "name": name }).to_string();
        let named = self.browser.calls("POST", "/api/v1/session", &[], &body).await;
        assert_eq!(named.status, 200, "{}", named.text);
    }
}

fn page_of(person: &Person) -> String {
    format!("/admin/people/{}", person.user)
}

/// Returns a page without what each page has of its own.
fn comparable(page: &HttpResponse, path: &str) -> String {
    let text = page.text.replace(path, "PATH");
    let without_nonces =
        text.split("nonce=\"").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest));
    without_nonces.collect()
}

#[tokio::test]
async fn only_moderators_and_owners_find_the_pages() {
    let server = start("").await;
    let owner = owns(&server).await;
    let (moderator, guest, banned) = (visits(&server).await, visits(&server).await, visits(&server).await);
    owner.gives(&moderator, json!({ "role": "moderator" })).await;
    owner.gives(&banned, json!({ "role": "moderator", "banned_until": FOR_EVER })).await;
    let person = page_of(&guest);
    let stranger = server.browser();
    for path in ["/admin", "/admin/people", "/admin/people?q=x", person.as_str()] {
        for staff in [&owner, &moderator] {
            let page = staff.browser.gets(path).await;
            assert_eq!(
                (page.status, page.header("cache-control")),
                (200, "no-store, no-transform"),
                "{path}"
            );
            assert!(!page.text.contains("<script"), "{path} needs no script");
        }
        for other in [&guest.browser, &banned.browser, &stranger] {
            let page = other.gets(path).await;
            assert_eq!(page.status, 404, "{path}");
            let unknown = other.gets("/nowhere").await;
            assert_eq!(comparable(&page, path), comparable(&unknown, "/nowhere"), "{path}");
        }
    }
    assert_eq!(owner.browser.gets("/admin/people/nobody").await.status, 404);
    let fields = [("act", "ban"), ("hours", "0"), ("reason", "spam")];
    for other in [&guest, &banned] {
        assert_eq!(other.submits(&guest, &fields).await.status, 404);
    }
    assert_eq!(guest.publishes().await, stored());
}

/// The pages of guests come from a cache, and need no byte of the link.
#[tokio::test]
async fn the_page_of_a_topic_leads_moderators_to_their_pages() {
    let server = start("").await;
    let owner = owns(&server).await;
    let bob = visits(&server).await;
    assert_eq!(bob.publishes().await, stored());
    for (person, is_staff) in [(&bob, false), (&owner, true), (&bob, false)] {
        let page = person.browser.gets("/t/lobby").await.text;
        assert_eq!(page.contains("staff"), is_staff, "{page}");
    }
}

#[tokio::test]
async fn the_overview_says_what_the_server_is_doing() {
    let server = start("").await;
    let owner = owns(&server).await;
    let page = owner.browser.gets("/admin").await.text;
    for text in [env!("CARGO_PKG_VERSION"), "Ready", "Open connections", "href=\"/admin/people\""] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[tokio::test]
async fn a_form_bans_and_lifts_with_a_reason_that_is_kept() {
    let server = start("").await;
    let owner = owns(&server).await;
    let bob = visits(&server).await;
    let saved = format!("{}?saved", page_of(&bob));
    for (fields, answer) in [
        ([("act", "ban"), ("hours", "24"), ("reason", "spam")], refused("banned")),
        ([("act", "lift_ban"), ("hours", "24"), ("reason", "sorry")], stored()),
        ([("act", "mute"), ("hours", "0"), ("reason", "noise")], refused("muted")),
        ([("act", "lift_mute"), ("hours", "0"), ("reason", "calm")], stored()),
    ] {
        let posted = owner.submits(&bob, &fields).await;
        assert_eq!((posted.status, posted.header("location")), (303, saved.as_str()), "{fields:?}");
        // Another node refuses until it knows that the ban or mute was lifted.
        soon("the answer", async { while bob.publishes().await != answer {} }).await;
    }
    let audit = owner.browser.calls("GET", "/api/v1/audit", &[], "").await.json();
    let reasons: Vec<_> =
        audit["entries"].as_array().unwrap().iter().map(|it| it["reason"].clone()).collect();
    assert_eq!(reasons[..4], ["calm", "noise", "sorry", "spam"]);
    assert!(owner.browser.gets(&saved).await.text.contains("Saved."));
}

/// A ban must not end a mute that somebody else gave meanwhile.
#[tokio::test]
async fn a_form_leaves_the_rest_of_a_standing() {
    let server = start("").await;
    let owner = owns(&server).await;
    let bob = visits(&server).await;
    owner.gives(&bob, json!({ "role": "member", "muted_until": FOR_EVER })).await;
    owner.submits(&bob, &[("act", "ban"), ("hours", "0"), ("reason", "spam")]).await;
    let standing =
        json!({ "user": bob.user, "role": "member", "banned_until": FOR_EVER, "muted_until": FOR_EVER });
    assert_eq!(owner.reads(&bob).await.json(), standing);
    let page = owner.browser.gets(&page_of(&bob)).await.text;
    assert!(page.contains("Banned until further notice") && page.contains("value=\"lift_ban\""), "{page}");
}

#[tokio::test]
async fn a_refused_form_changes_nothing_and_says_why() {
    let server = start("").await;
    let owner = owns(&server).await;
    let (moderator, bob) = (visits(&server).await, visits(&server).await);
    owner.submits(&moderator, &[("act", "role"), ("role", "moderator"), ("reason", "helps")]).await;
    let ban = [("act", "ban"), ("hours", "1"), ("reason", "spam")];
    let foreign = moderator.browser.posts_with(&page_of(&bob), &ban, &FOREIGN).await;
    assert_eq!(foreign.status, 403, "another site's page posted it");
    let long = "x".repeat(501);
    for reason in ["", " ", long.as_str()] {
        let refused = moderator.submits(&bob, &[("act", "ban"), ("reason", reason)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Give a reason"), "{}", refused.text);
    }
    for (actor, target, fields, status) in [
        (&moderator, &bob, [("act", "role"), ("role", "member"), ("reason", "friend")], 403),
        (&moderator, &owner, [("act", "ban"), ("hours", "1"), ("reason", "spam")], 403),
        (&owner, &owner, [("act", "role"), ("role", "guest"), ("reason", "tired")], 409),
        (&owner, &bob, [("act", "dance"), ("role", "guest"), ("reason", "tired")], 422),
    ] {
        let refused = actor.submits(target, &fields).await;
        assert_eq!(refused.status, status, "{fields:?}: {}", refused.text);
    }
    assert_eq!(owner.reads(&bob).await.json(), json!({ "user": bob.user, "role": "guest" }));
    let page = moderator.browser.gets(&page_of(&bob)).await.text;
    assert!(!page.contains("value=\"role\""), "only owners change roles: {page}");
}

#[tokio::test]
async fn owners_read_the_log_newest_first_and_in_pages() {
    let server = start("--pages-per-second 0 --frames-per-second 0").await;
    let owner = owns(&server).await;
    let (moderator, bob) = (visits(&server).await, visits(&server).await);
    owner.gives(&moderator, json!({ "role": "moderator" })).await;
    bob.is_called(NASTY).await;
    for n in 0..55 {
        let reason = format!("note <{n}>");
        let fields = [("act", "mute"), ("hours", "1"), ("reason", reason.as_str())];
        assert_eq!(moderator.submits(&bob, &fields).await.status, 303);
    }
    let newest = owner.browser.gets("/admin/audit").await.text;
    let notes = |page: &str| (0..55).rev().filter(|n| page.contains(&format!("note &lt;{n}&gt;"))).count();
    assert_eq!(notes(&newest), 50, "{newest}");
    assert!(newest.find("note &lt;54&gt;") < newest.find("note &lt;53&gt;"), "{newest}");
    assert!(newest.contains("&lt;b onclick=x&gt;") && !newest.contains("<b onclick"), "{newest}");
    let (before, _) = newest.split_once("\" rel=\"next\"").unwrap();
    let (_, href) = before.rsplit_once("href=\"").unwrap();
    let older = owner.browser.gets(href).await.text;
    assert_eq!(notes(&older), 5, "{older}");
    assert!(older.contains("Owner by a code") && older.contains("The server"), "{older}");
    assert!(!older.contains("rel=\"next\""), "{older}");
    assert_eq!(moderator.browser.gets("/admin/audit").await.status, 404, "only owners read it");
    assert!(!moderator.browser.gets("/admin").await.text.contains("/admin/audit"));
}

#[tokio::test]
async fn people_are_found_by_name_and_id_and_listed_by_standing() {
    let server = start("").await;
    let owner = owns(&server).await;
    let (bob, zoe) = (visits(&server).await, visits(&server).await);
    bob.is_called(NASTY).await;
    zoe.is_called("100% Zoe").await;
    let list = async |query: &str| owner.browser.gets(&format!("/admin/people{query}")).await.text;
    let all = list("").await;
    assert!(all.contains(&owner.user) && !all.contains(&bob.user), "{all}");
    owner.gives(&bob, json!({ "role": "guest", "banned_until": FOR_EVER })).await;
    let all = list("").await;
    assert!(all.contains(&bob.user) && all.contains("&lt;b onclick=x&gt;"), "{all}");
    assert!(!all.contains("<b onclick"), "{all}");
    for query in ["?q=zOE", "?q=100%25", format!("?q={}", zoe.user).as_str()] {
        let found = list(query).await;
        assert!(found.contains(&page_of(&zoe)) && !found.contains(&page_of(&bob)), "{query}: {found}");
    }
    for query in ["?q=%25", "?q=_oe", "?q=nobody", "?q=%00"] {
        let found = list(query).await;
        let is_zoe = found.contains(&page_of(&zoe));
        assert_eq!(is_zoe, query == "?q=%25", "{query}: {found}");
    }
}

#[tokio::test]
async fn a_long_list_has_pages() {
    let server = start("--pages-per-second 0 --frames-per-second 0").await;
    let owner = owns(&server).await;
    let mut users = Vec::new();
    for _ in 0..55 {
        let person = visits(&server).await;
        person.is_called("Many & more").await;
        users.push(person.user);
    }
    let mut path = "/admin/people?q=many+%26".to_owned();
    let mut pages = 0;
    let mut seen = Vec::new();
    loop {
        let page = owner.browser.gets(&path).await.text;
        pages += 1;
        seen.extend(users.iter().filter(|user| page.contains(&format!("/admin/people/{user}\""))).cloned());
        let Some((before, _)) = page.split_once("\" rel=\"next\"") else { break };
        let (_, href) = before.rsplit_once("href=\"").unwrap();
        path = href.replace("&amp;", "&");
    }
    users.sort();
    seen.sort();
    assert_eq!((pages, seen), (2, users), "each person once");
}
