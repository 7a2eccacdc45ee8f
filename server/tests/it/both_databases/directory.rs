//! The server-rendered directory of topics, and the form that creates a topic.

use app::protocol::{DraftId, Follow};

use crate::support::{Browser, HttpResponse, TestServer, start};

/// The addresses of the topics on a page, in order.
fn listed(page: &str) -> Vec<&str> {
    let (_, list) = page.split_once("<ol class=\"topic-list\">").unwrap();
    let (list, _) = list.split_once("</ol>").unwrap();
    let links = list.split("href=\"/t/").skip(1);
    links.map(|rest| rest.split_once('"').unwrap().0).collect()
}

async fn makes(
    browser: &Browser,
    draft: DraftId,
    title: &str,
    name: &str,
    description: &str,
) -> HttpResponse {
    let draft = draft.to_string();
    let fields = [("draft", draft.as_str()), ("title", title), ("name", name), ("description", description)];
    browser.posts("/topics", &fields).await
}

/// A server with these topics, created in order.
async fn with_topics(settings: &str, titles: &[&str]) -> (TestServer, Browser) {
    let server = start(settings).await;
    let browser = server.browser();
    for title in titles {
        let answer = makes(&browser, DraftId::fresh(), title, "", "").await;
        assert_eq!(answer.status, 303, "{title}: {}", answer.text);
    }
    (server, browser)
}

#[tokio::test]
async fn the_root_lists_topics_and_the_default_topic_first() {
    let server = start("--default-topic hall").await;
    let browser = server.browser();
    let empty = browser.gets("/").await;
    assert_eq!(
        (empty.status, listed(&empty.text)),
        (200, vec!["hall"]),
        "nobody wrote in it, and it is there"
    );
    assert!(empty.text.contains("No messages yet. Start the conversation"));
    let mut ann = server.joins("Ann", "garden").await;
    ann.publishes("hi").await;
    let page = browser.gets("/").await.text;
    assert_eq!(listed(&page), ["hall", "garden"]);
    assert!(page.contains("1 message<") && page.contains("1 person here"), "{page}");
    assert!(!page.contains("No messages yet. Start the conversation"));
    ann.subscribes("hall").await;
    ann.publishes("ho").await;
    assert_eq!(listed(&browser.gets("/").await.text), ["hall", "garden"], "once, not twice");
}

#[tokio::test]
async fn topics_can_be_searched_and_missing_ones_created() {
    let (_server, browser) = with_topics("", &["Café Crème", "Tea"]).await;
    assert_eq!(listed(&browser.gets("/?q=CAFE").await.text), ["cafe-creme"]);
    let nothing = browser.gets("/?q=%3Cb%3Emilk").await;
    assert_eq!((nothing.status, listed(&nothing.text)), (200, vec![]));
    assert!(nothing.text.contains("No topics match “\u{2068}&lt;b&gt;milk\u{2069}”."), "{}", nothing.text);
    assert!(!nothing.text.contains("<b>milk"));
    assert!(
        nothing.text.contains("name=\"title\" value=\"&lt;b&gt;milk\"")
            || nothing.text.contains("value=\"<b>milk\"")
    );
    for odd in ["/?q=%00", "/?q=%FF", "/?skip=-1", "/?skip=many", "/?q=a&q=b", "/?skip=18446744073709551615"]
    {
        assert_eq!(browser.gets(odd).await.status, 200, "{odd}");
    }
}

#[tokio::test]
async fn a_long_directory_continues_by_a_link() {
    let titles: Vec<String> = (1..=51).map(|n| format!("Note {n}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let (_server, browser) = with_topics("", &titles).await;
    let first = browser.gets("/?q=note").await.text;
    assert_eq!(listed(&first).len(), 50);
    assert!(
        first.contains("href=\"/?q=note&amp;skip=50\"") || first.contains("href=\"/?q=note&skip=50\""),
        "{first}"
    );
    let rest = browser.gets("/?q=note&skip=50").await.text;
    assert_eq!((listed(&rest).len(), rest.contains("skip=100")), (1, false));
    assert!(!listed(&first).contains(&listed(&rest)[0]));
}

#[tokio::test]
async fn a_form_creates_a_topic_and_redirects_to_it() {
    let server = start("").await;
    let browser = server.browser();
    let page = browser.gets("/").await.text;
    let (_, rest) = page.split_once("name=\"draft\" value=\"").unwrap();
    let draft = DraftId(rest.split_once('"').unwrap().0.parse().unwrap());
    for _ in 0..2 {
        let answer = makes(&browser, draft, "Rust & Tea", "", "Both.\r\nHot.").await;
        assert_eq!((answer.status, answer.header("location")), (303, "/t/rust-tea"), "twice is once");
    }
    let named = makes(&browser, DraftId::fresh(), "Milk", "cow.juice", "").await;
    assert_eq!(named.header("location"), "/t/cow.juice");
    let page = browser.gets("/").await.text;
    assert_eq!(listed(&page), ["cow.juice", "rust-tea", "lobby"], "own topics come first");
    assert!(page.contains("Rust &amp; Tea") && page.contains("Both.\nHot."));
}

#[tokio::test]
async fn a_rejected_form_keeps_its_values_and_names_the_wrong_field() {
    let (_server, browser) = with_topics("--max-topics 1", &["Tea"]).await;
    let long = "x".repeat(101);
    for (title, name, description, status, why) in [
        ("", "", "kept <b>", 422, "Enter a title."),
        ("中文", "", "kept <b>", 422, "be turned into a link"),
        ("Tea", "", "kept <b>", 422, "This link is already taken."),
        ("Milk", "Not A Name", "kept <b>", 422, "A link name has at most 64"),
        (&long, "", "kept <b>", 422, "Too long: at most"),
        ("a\u{202e}b", "", "kept <b>", 422, "U+202E"),
        ("Milk", "", "kept <b>", 507, "reached its topic limit"),
    ] {
        let answer = makes(&browser, DraftId::fresh(), title, name, description).await;
        assert_eq!(answer.status, status, "{why}");
        assert!(answer.text.contains(why), "{why}: {}", answer.text);
        assert!(answer.text.contains("kept &lt;b"), "{why}: what was typed stays");
        assert!(answer.text.contains("role=\"alert\"") && answer.text.contains("<details open"));
        let at_a_field = answer.text.contains("aria-invalid=\"true\"") && answer.text.contains("autofocus");
        assert_eq!(at_a_field, status == 422, "{why}");
    }
    let again = browser.gets("/topics").await;
    assert_eq!((again.status, again.header("location")), (303, "/"), "the address can be opened again");
}

#[tokio::test]
async fn a_form_with_other_content_under_the_same_draft_gets_a_new_draft() {
    let server = start("").await;
    let draft = DraftId::fresh();
    let browser = server.browser();
    assert_eq!(makes(&browser, draft, "Tea", "", "").await.status, 303);
    let answer = makes(&browser, draft, "Milk", "", "").await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("You already created a topic") && !answer.text.contains(&draft.to_string()));
}

#[tokio::test]
async fn a_form_without_a_valid_draft_still_creates_one_topic() {
    let server = start("").await;
    let browser = server.browser();
    for (draft, status) in [(None, 303), (Some("no draft"), 422)] {
        let fields = [("draft", draft.unwrap_or_default()), ("title", "Tea"), ("description", "Green & hot")];
        let answer = browser.posts("/topics", &fields[usize::from(draft.is_none())..]).await;
        assert_eq!(answer.status, status, "{draft:?}");
        assert_eq!(
            answer.text.contains("Green &amp; hot"),
            status == 422,
            "the second is returned: {}",
            answer.text
        );
    }
    assert_eq!(listed(&browser.gets("/").await.text), ["tea", "lobby"]);
}

#[tokio::test]
async fn a_forged_form_creates_nothing_and_an_access_secret_hides_topics() {
    let server = start("").await;
    let draft = DraftId::fresh().to_string();
    let fields = [("draft", draft.as_str()), ("title", "Tea")];
    let forged = server.browser().posts_with("/topics", &fields, &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(forged.status, 403);
    assert_eq!(listed(&server.browser().gets("/").await.text), ["lobby"]);

    let server = start("--access-secret open-sesame --default-topic backroom").await;
    for answer in [server.browser().gets("/").await, server.browser().posts("/topics", &fields).await] {
        assert_eq!(answer.status, 401);
        assert!(!answer.text.contains("backroom") && !answer.text.contains("class=\"topic-list\""));
    }
}

#[tokio::test]
async fn creating_a_topic_by_the_form_follows_it() {
    let server = start("").await;
    let browser = server.browser();
    browser.gets("/").await;
    assert_eq!(makes(&browser, DraftId::fresh(), "Tea", "", "").await.status, 303);
    let member = browser.connects(None).await;
    let [membership] = &member.followed[..] else { panic!("{:?}", member.followed) };
    assert_eq!((membership.topic.as_str(), membership.follow), ("tea", Follow::Following));
    assert_eq!(membership.messages, membership.seen, "nothing is unread");
}

#[tokio::test]
async fn followed_topics_come_first_with_their_unread_messages() {
    let server = start("").await;
    let (browser, mut ann) = server.connects_with_browser("Ann").await;
    let mut bob = server.joins("Bob", "garden").await;
    bob.publishes("Roses").await;
    ann.follows("garden", Follow::Following).await;
    bob.publishes("**Tulips** &\nlilies").await;
    bob.subscribes("kitchen").await;
    bob.publishes("Soup").await;
    let page = browser.gets("/").await.text;
    assert_eq!(listed(&page), ["garden", "lobby", "kitchen"]);
    assert_eq!(page.matches("1 unread message<").count(), 1, "{page}");
    assert!(page.contains("Tulips &amp; lilies") && page.contains("Soup"), "{page}");
    assert!(!page.contains("Roses"), "only the newest message of a topic");
    let stranger = server.browser().gets("/").await.text;
    assert_eq!(listed(&stranger), ["lobby", "kitchen", "garden"]);
    assert!(!stranger.contains("unread message"));
}

#[tokio::test]
async fn search_results_begin_with_followed_topics() {
    let (server, maker) = with_topics("", &["Note one", "Note two"]).await;
    assert_eq!(listed(&server.browser().gets("/?q=note").await.text), ["note-two", "note-one"]);
    let (browser, mut ann) = server.connects_with_browser("Ann").await;
    ann.follows("note-one", Follow::Following).await;
    assert_eq!(listed(&browser.gets("/?q=note").await.text), ["note-one", "note-two"]);
    drop(maker);
}
