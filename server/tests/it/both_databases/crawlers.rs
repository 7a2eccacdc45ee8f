//! Pages for clients without scripts: search engines, feed readers, link previews.

use app::protocol::{About, ClientFrame, DraftId};

use crate::support::{Browser, Change, HttpResponse, Member, TestServer, start, start_one};

/// Sets the title and description of a topic, which is created if missing.
async fn describes(member: &mut Member, topic: &str, title: &str, description: &str) {
    let draft = DraftId::fresh();
    let reference = member.next_reference();
    let topic = topic.parse().unwrap();
    let about = About::parse(title, description).unwrap();
    member.sends(&ClientFrame::CreateTopic { reference, topic, draft, about }).await;
    member.is_acked(reference, draft).await;
}

/// Returns the rest of the tag that starts with `beginning`.
fn tag<'a>(page: &'a str, beginning: &str) -> Option<&'a str> {
    let (head, _) = page.split_once("</head>").unwrap();
    let (_, rest) = head.split_once(beginning)?;
    Some(rest.split_once('>').unwrap().0)
}

fn seqs(page: &str) -> Vec<u64> {
    page.split("id=\"m").skip(1).filter_map(|rest| rest.split_once('"').unwrap().0.parse().ok()).collect()
}

#[tokio::test]
async fn a_topics_page_has_metadata_and_a_canonical_address() {
    let server = start_one("").await;
    let mut ann = server.connects("Ann").await;
    describes(&mut ann, "tea", "Tea <&> \"cake\"", "All of it.\nHot.").await;
    let page = server.browser().gets("/t/tea").await.text;
    let base = format!("http://{}", server.address);
    assert!(page.contains("<title>Tea &lt;&amp;&gt; \"cake\" · Chorus</title>"), "{page}");
    for (beginning, holds) in [
        ("<meta name=\"description\"", "content=\"All of it. Hot.\"".to_owned()),
        ("<link rel=\"canonical\"", format!("href=\"{base}/t/tea\"")),
        ("<meta property=\"og:title\"", "&quot;cake&quot;\"".to_owned()),
        ("<meta property=\"og:description\"", "content=\"All of it. Hot.\"".to_owned()),
        ("<meta property=\"og:type\"", "content=\"website\"".to_owned()),
        ("<meta property=\"og:url\"", format!("content=\"{base}/t/tea\"")),
        ("<meta property=\"og:site_name\"", "content=\"Chorus\"".to_owned()),
        ("<link rel=\"alternate\" type=\"application/atom+xml\"", format!("href=\"{base}/t/tea/feed.atom\"")),
    ] {
        let element = tag(&page, beginning).unwrap_or_else(|| panic!("{beginning} is missing in {page}"));
        assert!(element.contains(&holds), "{beginning}{element}> lacks {holds}");
    }
    let nameless = server.browser().gets("/t/lobby").await.text;
    assert!(nameless.contains("<title>lobby · Chorus</title>"));
    assert!(tag(&nameless, "<meta name=\"description\"").unwrap().contains("lobby"));
}

#[tokio::test]
async fn absolute_addresses_use_the_public_url() {
    for (settings, host, base) in [
        ("--listen 0.0.0.0:0", "chat.example", "https://chat.example"),
        ("--public-url https://talk.example/", "localhost", "https://talk.example"),
    ] {
        let proxied = [("host", host), ("x-forwarded-proto", "https")];
        let server = start(settings).await;
        let page = server.browser().gets_with("/t/lobby", &proxied).await.text;
        assert!(tag(&page, "<link rel=\"canonical\"").unwrap().contains(&format!("\"{base}/t/lobby\"")));
        let robots = server.browser().gets_with("/robots.txt", &proxied).await.text;
        assert!(robots.contains(&format!("Sitemap: {base}/sitemap.xml")), "{robots}");
    }
}

#[tokio::test]
async fn a_messages_page_has_the_message_in_its_title() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "tea").await;
    ann.publishes("Who brought\nthe <kettle>?").await;
    ann.reacts(1, "👍").await;
    let page = server.browser().gets("/t/tea/1").await.text;
    assert!(page.contains("<title>Ann: Who brought the &lt;kettle&gt;? · tea · Chorus</title>"), "{page}");
    assert!(tag(&page, "<link rel=\"canonical\"").unwrap().contains("/t/tea/1\""));
    let page = server.browser().gets("/t/tea/2").await.text;
    assert!(page.contains("<title>Message 2 · tea · Chorus</title>"), "what is no message has a number");
}

#[tokio::test]
async fn titles_descriptions_and_feeds_have_the_rendered_text() {
    let server = start("").await;
    server.joins("Ann", "tea").await.publishes("**Green** `tea` [here](https://a.example)").await;
    let page = server.browser().gets("/t/tea/1").await.text;
    assert!(page.contains("<title>Ann: Green tea here · tea · Chorus</title>"), "{page}");
    for begins in
        ["<meta property=\"og:title\"", "<meta property=\"og:description\"", "<meta name=\"description\""]
    {
        let tag = tag(&page, begins).unwrap();
        assert!(tag.contains("Green tea here") && !tag.contains('*'), "{tag}");
    }
    let feed = server.browser().gets(FEED).await.text;
    assert!(feed.contains(">Green tea here</title>"), "{feed}");
}

#[tokio::test]
async fn older_messages_are_reachable_by_plain_links() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "tea").await;
    ann.publishes_many((1..=70).map(|n| format!("no. {n}"))).await;
    let browser = server.browser();
    let mut path = "/t/tea".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = browser.gets(&path).await.text;
        seen.push((path.clone(), seqs(&page)));
        let Some(older) = tag(&page, "<link rel=\"prev\"") else { break };
        let (_, rest) = older.split_once("/t/tea").unwrap();
        path = format!("/t/tea{}", rest.split_once('"').unwrap().0);
        assert!(page.matches(path.as_str()).count() >= 2, "{path} is in the head and a link in the page");
    }
    let part = |path: &str, from, to| (path.to_owned(), (from..=to).collect::<Vec<u64>>());
    assert_eq!(
        seen,
        [part("/t/tea", 41, 70), part("/t/tea?before=41", 11, 40), part("/t/tea?before=11", 1, 10)]
    );
    let page = browser.gets("/t/tea?before=11").await.text;
    assert!(tag(&page, "<link rel=\"next\"").unwrap().contains("/t/tea?after=10\""));
    assert_eq!(seqs(&browser.gets("/t/tea?after=10").await.text), (11..=40).collect::<Vec<_>>());
    let newest = browser.gets("/t/tea?after=40").await.text;
    assert_eq!((seqs(&newest), tag(&newest, "<link rel=\"next\"")), ((41..=70).collect(), None));
    for odd in ["?before=many", "?before=-1", "?before=0", "?after=18446744073709551615", "?before=1&after=1"]
    {
        assert_eq!(browser.gets(&format!("/t/tea{odd}")).await.status, 200, "{odd}");
    }
}

#[tokio::test]
async fn a_page_includes_the_messages_that_its_replies_quote() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "tea").await;
    ann.publishes("a question of old").await;
    ann.publishes_many((2..=40).map(|n| format!("no. {n}"))).await;
    let reference = ann.next_reference();
    let draft = DraftId::fresh();
    let body = "an answer".to_owned();
    let topic = "tea".parse().unwrap();
    ann.sends(&ClientFrame::Publish { reference, topic, draft, body, reply_to: Some(1) }).await;
    ann.is_acked(reference, draft).await;
    let page = server.browser().gets("/t/tea").await.text;
    assert!(!seqs(&page).contains(&1));
    assert!(page.contains("a question of old"), "it is quoted");
}

const FEED: &str = "/t/tea/feed.atom";

/// A described topic with two messages and a deleted one.
async fn with_a_feed(settings: &str) -> (TestServer, Member, Browser) {
    let server = start_one(settings).await;
    let mut ann = server.joins("Ann <A>", "tea").await;
    ann.publishes("First & <b>best</b> \u{ffff}").await;
    ann.publishes("gone").await;
    ann.publishes("second").await;
    ann.changes(Change::Delete(2, 2)).await;
    ann.receives_event().await;
    let browser = server.browser();
    (server, ann, browser)
}

fn ids(feed: &HttpResponse) -> Vec<&str> {
    feed.text.split("<id>").skip(1).map(|rest| rest.split_once('<').unwrap().0).collect()
}

#[tokio::test]
async fn a_feed_lists_the_newest_messages_with_stable_ids() {
    let (server, mut ann, browser) = with_a_feed("--listen 0.0.0.0:0").await;
    let feed = browser.gets(FEED).await;
    assert_eq!((feed.status, feed.header("content-type")), (200, "application/atom+xml; charset=utf-8"));
    assert_eq!(feed.header("set-cookie"), "", "whoever polls leaves no session behind");
    let base = format!("http://{}", server.address);
    for holds in [
        "<title>tea</title>",
        "First &amp; &lt;b&gt;best&lt;/b&gt; </content>",
        "<name>Ann &lt;A&gt;</name>",
        &format!("<link rel=\"alternate\" href=\"{base}/t/tea/3\"/>"),
        &format!("<link rel=\"self\" href=\"{base}{FEED}\"/>"),
    ] {
        assert!(feed.text.contains(holds), "{holds}: {}", feed.text);
    }
    assert!(!feed.text.contains("gone") && !feed.text.contains('\u{ffff}'));
    assert!(feed.text.find("second").unwrap() < feed.text.find("First").unwrap(), "the newest first");
    let before = ids(&feed).len();
    let published = "<published>";
    assert_eq!((before, feed.text.matches(published).count()), (3, 2), "the feed's own and two messages'");
    assert!(ids(&feed).iter().all(|id| id.starts_with("urn:uuid:")), "{:?}", ids(&feed));

    let first = ids(&feed)[2].to_owned();
    ann.edits(1, 1, "First, and better").await;
    let elsewhere = browser.gets_with(FEED, &[("host", "other.example")]).await;
    assert_eq!(ids(&elsewhere)[2], first, "an edit and another address leave it");
    let (_, entry) = elsewhere.text.split_once(&first).unwrap();
    let between = |name: &str| {
        let (_, rest) = entry.split_once(&format!("<{name}>")).unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    };
    assert!(between("updated") > between("published"), "{entry}");
}

#[tokio::test]
async fn an_unchanged_feed_is_answered_304() {
    let (_server, mut ann, browser) = with_a_feed("").await;
    let feed = browser.gets(FEED).await;
    let known = [("if-none-match", feed.header("etag"))];
    let again = browser.gets_with(FEED, &known).await;
    assert_eq!((again.status, again.text.as_str(), again.header("etag")), (304, "", feed.header("etag")));
    ann.publishes("third").await;
    let more = browser.gets_with(FEED, &known).await;
    assert_eq!((more.status, more.text.contains("third")), (200, true));
}

#[tokio::test]
async fn a_missing_topic_has_no_feed() {
    let server = start("").await;
    // A name in capitals redirects to the canonical name, whether or not the topic exists.
    for (path, status) in [
        ("/t/nowhere/feed.atom", 404),
        ("/t/!/feed.atom", 404),
        ("/t/No/feed.atom", 308),
        ("/t/no/feed.atom", 404),
    ] {
        assert_eq!(server.browser().gets(path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn the_sitemap_lists_every_topic_with_its_last_change() {
    let (server, mut ann, browser) = with_a_feed("").await;
    describes(&mut ann, "cake", "Cake", "").await;
    let map = browser.gets("/sitemap.xml").await;
    assert_eq!((map.status, map.header("content-type")), (200, "application/xml; charset=utf-8"));
    for path in ["/", "/t/tea", "/t/cake"] {
        assert!(map.text.contains(&format!("<loc>http://{}{path}</loc>", server.address)), "{}", map.text);
    }
    assert_eq!(map.text.matches("<lastmod>").count(), 2);
}

#[tokio::test]
async fn the_sitemap_is_cached_for_a_minute_in_compressed_form() {
    let (server, mut ann, browser) = with_a_feed("--listen 0.0.0.0:0").await;
    let first = browser.gets("/sitemap.xml").await;
    describes(&mut ann, "cake", "Cake", "").await;
    let again = browser.gets("/sitemap.xml").await;
    assert_eq!((again.status, &again.text), (200, &first.text), "whatever happened meanwhile");
    for (accepted, coding) in [("gzip, br", "gzip"), ("br", ""), ("gzip;q=0", "")] {
        let answer = browser.gets_with("/sitemap.xml", &[("accept-encoding", accepted)]).await;
        assert_eq!((answer.status, answer.header("content-encoding")), (200, coding), "{accepted}");
        assert_eq!(answer.header("vary"), "accept-encoding");
    }
    let elsewhere = browser.gets_with("/sitemap.xml", &[("host", "chat.example")]).await;
    assert!(elsewhere.text.contains("<loc>http://chat.example/t/tea</loc>"), "{}", elsewhere.text);
    assert!(!elsewhere.text.contains(&server.address.to_string()), "one address's file is no other's");
}

#[tokio::test]
async fn with_an_access_secret_crawlers_see_nothing() {
    let server = start("--access-secret open-sesame").await;
    for path in [FEED, "/sitemap.xml", "/t/tea", "/t/tea?before=3", "/"] {
        let answer = server.browser().gets(path).await;
        assert_eq!(answer.status, 401, "{path}");
        for secret in ["canonical", "og:title", "feed.atom", "<loc>"] {
            assert!(!answer.text.contains(secret), "{path} tells of {secret}");
        }
        let key = [("authorization", "Bearer open-sesame")];
        assert_ne!(server.browser().gets_with(path, &key).await.status, 401, "{path}");
    }
    let robots = server.browser().gets("/robots.txt").await.text;
    assert_eq!(robots, "User-agent: *\nDisallow: /\n");
}
