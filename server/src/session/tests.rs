use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use app::protocol::Timestamp;
use axum::http::{HeaderName, HeaderValue, header::COOKIE};
use futures::FutureExt;
use sea_orm::ConnectionTrait;
use testing::TestDatabase;

use super::*;
use crate::{clock::Clock, database::Database};

testing::for_each_database!(
    a_session_is_found_by_its_token_only,
    a_session_has_the_rights_of_its_person,
    a_session_that_is_stored_again_has_the_rights_of_its_person,
    a_session_from_before_rights_is_that_of_a_guest,
    a_name_is_remembered,
    granting_access_changes_the_token_and_keeps_the_person,
    granting_twice_gives_access_to_the_later_response_too,
    reading_alone_keeps_a_session_alive,
    a_second_visit_renews_a_session_once,
    only_expired_sessions_are_swept,
    a_session_with_an_open_connection_does_not_expire,
    a_session_that_was_ended_does_not_come_back,
    after_the_clock_jumps_ahead_each_sweep_advances_by_an_hour,
    a_lifetime_begins_by_the_system_clock_where_that_is_ahead,
    a_clock_that_is_corrected_has_ended_no_session,
    a_restart_continues_from_the_stored_time_after_the_clock_has_jumped,
    a_page_stores_no_session_and_its_visitor_remains_the_same_person,
    a_token_that_this_chat_did_not_issue_is_no_session,
    a_token_that_was_replaced_on_access_creates_no_session_again,
);

async fn sessions(place: &TestDatabase) -> Sessions {
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    Sessions::new(database, false)
}

#[tokio::test]
async fn without_the_database_only_some_failures_are_logged() {
    let sessions = sessions(&testing::sqlite()).await;
    tokio::time::pause();
    let logged = (0..1_000).filter(|_| sessions.may_log()).count();
    assert_eq!(logged, LOGGED_FAILURES_PER_MINUTE as usize);
    tokio::time::advance(std::time::Duration::from_secs(60)).await;
    assert!(sessions.may_log());
}

fn headers(token: &SessionToken) -> HeaderMap {
    let cookie = HeaderValue::from_str(&format!("chorus_session={}", token.as_str())).unwrap();
    HeaderMap::from_iter([(COOKIE, cookie)])
}

async fn create(sessions: &Sessions) -> (Session, SessionToken) {
    let token = SessionToken::random();
    (sessions.store.create(token.hash(), new_user()).await.unwrap(), token)
}

async fn needs_renewal(sessions: &Sessions, token: &SessionToken) -> bool {
    match sessions.store.look_up(token).await.unwrap() {
        SessionLookup::Stored(stored) => stored.needs_renewal,
        _ => panic!("the session is stored"),
    }
}

async fn a_session_is_found_by_its_token_only(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (ann, token) = create(&sessions).await;
    assert_eq!(sessions.find(&headers(&token)).await.unwrap(), Some(ann));
    assert_eq!(sessions.find(&headers(&SessionToken::random())).await.unwrap(), None);
    assert_eq!(sessions.find(&HeaderMap::new()).await.unwrap(), None);
}

async fn a_session_has_the_rights_of_its_person(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (ann, token) = create(&sessions).await;
    assert_eq!(sessions.find(&headers(&token)).await.unwrap().unwrap().person, Person::guest(ann.user));
    let row = "INSERT INTO person (\"user\", role, banned_until) SELECT \"user\", 2, 9 FROM session";
    sessions.store.database.write().execute_unprepared(row).await.unwrap();
    let found = sessions.find(&headers(&token)).await.unwrap().unwrap();
    assert_eq!(found.person, Person::stored(ann.user, Some(2), Some(9), None));
}

async fn a_session_that_is_stored_again_has_the_rights_of_its_person(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (_, token) = sessions.store.issue().await.unwrap();
    let stores = async || sessions.find_and_store(&headers(&token)).await.unwrap().unwrap().0;
    let ann = stores().await;
    assert_eq!(ann.person, Person::guest(ann.user));
    let ban = "INSERT INTO person (\"user\", role, banned_until) SELECT \"user\", 0, 9 FROM session";
    for sql in [ban, "DELETE FROM session"] {
        sessions.store.database.write().execute_unprepared(sql).await.unwrap();
    }
    assert_eq!(stores().await.person, Person::stored(ann.user, Some(0), Some(9), None));
}

async fn a_session_from_before_rights_is_that_of_a_guest(place: TestDatabase) {
    let earlier = sessions(&place).await;
    let (ann, token) = create(&earlier).await;
    let database = earlier.store.database.clone();
    let has_rights = async || {
        let migrations = database.migrations().await.unwrap();
        migrations.iter().any(|(name, is_applied)| name == "m0019_rights" && *is_applied)
    };
    while has_rights().await {
        database.migrate_down().await.unwrap();
    }
    let later = sessions(&place).await;
    assert_eq!(later.find(&headers(&token)).await.unwrap(), Some(ann));
}

async fn a_name_is_remembered(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (ann, token) = create(&sessions).await;
    sessions.rename(&ann, &Name::parse("Ann").unwrap()).await.unwrap();
    assert_eq!(sessions.find(&headers(&token)).await.unwrap().unwrap().name.as_str(), "Ann");
}

async fn granting_access_changes_the_token_and_keeps_the_person(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (ann, old) = create(&sessions).await;
    let new = sessions.grant(&ann, [7; 32]).await.unwrap();
    assert_eq!(sessions.find(&headers(&old)).await.unwrap(), None);
    let again = sessions.find(&headers(&new)).await.unwrap().unwrap();
    assert_eq!((again.user, again.access), (ann.user, Some([7; 32])));
}

async fn granting_twice_gives_access_to_the_later_response_too(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (ann, _) = create(&sessions).await;
    sessions.grant(&ann, [7; 32]).await.unwrap();
    let later = sessions.grant(&ann, [7; 32]).await.unwrap();
    assert_eq!(sessions.find(&headers(&later)).await.unwrap().unwrap().access, Some([7; 32]));
}

async fn reading_alone_keeps_a_session_alive(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (_, token) = create(&sessions).await;
    sessions.find(&headers(&token)).await.unwrap();
    assert!(!needs_renewal(&sessions, &token).await);
}

async fn a_second_visit_renews_a_session_once(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (_, token) = create(&sessions).await;
    assert!(needs_renewal(&sessions, &token).await);
    sessions.store.renew(&token.hash()).await.unwrap();
    assert!(!needs_renewal(&sessions, &token).await);
}

async fn only_expired_sessions_are_swept(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (_, kept) = create(&sessions).await;
    let (_, gone) = create(&sessions).await;
    sessions.store.expire(&gone.hash()).await.unwrap();
    assert_eq!(sessions.find(&headers(&gone)).await.unwrap(), None);
    assert_eq!(sessions.sweep().await.unwrap().swept, 1);
    assert!(sessions.find(&headers(&kept)).await.unwrap().is_some());
}

async fn a_session_with_an_open_connection_does_not_expire(place: TestDatabase) {
    let now = Arc::new(AtomicU64::new(START_MS));
    let sessions = sessions_at(&place, &now).await;
    let ((ann, ann_token), (bob, bob_token)) = (create(&sessions).await, create(&sessions).await);
    let ended = sessions.open(&ann);
    let open = sessions.open(&bob);
    sessions.store.expire(&ann_token.hash()).await.unwrap();
    for _ in 0..3 * FIRST_LIFETIME_MS / HOUR_MS {
        now.fetch_add(HOUR_MS, Ordering::Relaxed);
        sessions.sweep().await.unwrap();
    }
    assert!(is_valid(&sessions, &bob_token).await && !is_valid(&sessions, &ann_token).await);
    assert_eq!(ended.ended().now_or_never(), Some(()), "the sweep tells its connections");
    assert_eq!(open.ended().now_or_never(), None);
}

async fn a_session_that_was_ended_does_not_come_back(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let changed: Arc<Mutex<Vec<_>>> = Arc::default();
    let recorder = Arc::clone(&changed);
    sessions.on_change(move |user| recorder.lock().push(user));
    let row = "INSERT INTO store (id, epoch) VALUES (1, 'x') ON CONFLICT DO NOTHING";
    sessions.store.database.write().execute_unprepared(row).await.unwrap();
    let (_, token) = sessions.store.issue().await.unwrap();
    let (ann, _) = sessions.find_and_store(&headers(&token)).await.unwrap().unwrap();
    let open = sessions.open(&ann);
    sessions.end(&ann).await.unwrap();
    assert_eq!((open.ended().now_or_never(), changed.lock().clone()), (Some(()), vec![Some(ann.user)]));
    assert_eq!(sessions.find_and_store(&headers(&token)).await.unwrap(), None);
    sessions.check_open(None).await.unwrap();
    assert_eq!(sessions.find(&headers(&token)).await.unwrap(), None);
}

const HOUR_MS: u64 = 60 * 60 * 1_000;
/// A day in 2026.
const START_MS: u64 = 1_795_000_000_000;

/// Sessions whose clock is set by the test.
async fn sessions_at(place: &TestDatabase, now: &Arc<AtomicU64>) -> Sessions {
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    // Usually the event log creates this row at a start.
    let row = "INSERT INTO store (id, epoch) VALUES (1, 'x') ON CONFLICT DO NOTHING";
    database.write().execute_unprepared(row).await.unwrap();
    let now = Arc::clone(now);
    let clock = Clock::new(move || Timestamp(now.load(Ordering::Relaxed)));
    let store = store::SessionStore::new(database.clone(), clock);
    let sessions = Sessions { store, ..Sessions::new(database, false) };
    sessions.start_clock().await.unwrap();
    sessions
}

async fn is_valid(sessions: &Sessions, token: &SessionToken) -> bool {
    sessions.find(&headers(token)).await.unwrap().is_some()
}

async fn after_the_clock_jumps_ahead_each_sweep_advances_by_an_hour(place: TestDatabase) {
    let now = Arc::new(AtomicU64::new(START_MS));
    let sessions = sessions_at(&place, &now).await;
    let (_, kept) = create(&sessions).await;
    sessions.store.renew(&kept.hash()).await.unwrap();
    let (_, first_visit) = create(&sessions).await;
    now.fetch_add(2 * LIFETIME_MS, Ordering::Relaxed);
    for hour in 1..24 {
        let behind_ms = 2 * LIFETIME_MS - hour * HOUR_MS;
        assert_eq!(sessions.sweep().await.unwrap(), SweepReport { swept: 0, behind_ms });
    }
    assert_eq!(sessions.sweep().await.unwrap().swept, 1, "the lifetime of a first visit is over");
    assert!(!is_valid(&sessions, &first_visit).await);
    let new = SessionToken::random();
    sessions.store.create(new.hash(), new_user()).await.unwrap();
    assert!(is_valid(&sessions, &kept).await && is_valid(&sessions, &new).await);
}

async fn a_lifetime_begins_by_the_system_clock_where_that_is_ahead(place: TestDatabase) {
    let now = Arc::new(AtomicU64::new(START_MS));
    let sessions = sessions_at(&place, &now).await;
    sessions.sweep().await.unwrap();
    now.fetch_add(2 * DAY_MS, Ordering::Relaxed);
    let (_, token) = create(&sessions).await;
    for _ in 0..48 {
        assert_eq!(sessions.sweep().await.unwrap().swept, 0);
    }
    assert!(is_valid(&sessions, &token).await, "it is new, although the sweeps have caught up with two days");
}

async fn a_clock_that_is_corrected_has_ended_no_session(place: TestDatabase) {
    let now = Arc::new(AtomicU64::new(START_MS));
    let sessions = sessions_at(&place, &now).await;
    let (_, old) = create(&sessions).await;
    sessions.store.renew(&old.hash()).await.unwrap();
    now.store(START_MS + 10 * LIFETIME_MS, Ordering::Relaxed);
    sessions.sweep().await.unwrap();
    let (_, made_ahead) = create(&sessions).await;
    now.store(0, Ordering::Relaxed);
    sessions.sweep().await.unwrap();
    let (_, made_in_1970) = create(&sessions).await;
    now.store(START_MS + 2 * HOUR_MS, Ordering::Relaxed);
    assert_eq!(sessions.sweep().await.unwrap(), SweepReport { swept: 0, behind_ms: 0 });
    for token in [&old, &made_ahead, &made_in_1970] {
        assert!(is_valid(&sessions, token).await);
    }
}

async fn a_restart_continues_from_the_stored_time_after_the_clock_has_jumped(place: TestDatabase) {
    let now = Arc::new(AtomicU64::new(START_MS));
    let sessions = sessions_at(&place, &now).await;
    let (_, token) = create(&sessions).await;
    sessions.store.renew(&token.hash()).await.unwrap();
    drop(sessions);
    now.fetch_add(2 * LIFETIME_MS, Ordering::Relaxed);
    let again = sessions_at(&place, &now).await;
    assert_eq!(again.start_clock().await.unwrap(), 2 * LIFETIME_MS, "how far the clock is ahead");
    assert!(is_valid(&again, &token).await);
    assert_eq!(again.sweep().await.unwrap().swept, 0);
    assert!(is_valid(&again, &token).await);
}

/// The session of a new visitor of a page, and the headers that the browser sends from then on.
async fn visit_page(sessions: &Sessions, headers: &HeaderMap) -> (Session, HeaderMap) {
    let (session, cookie) = sessions.find_or_issue(headers).await.unwrap();
    let cookie = cookie.expect("a new token");
    let cookie = HeaderValue::from_str(cookie.split(';').next().unwrap()).unwrap();
    (session, HeaderMap::from_iter([(COOKIE, cookie)]))
}

async fn is_stored(sessions: &Sessions, headers: &HeaderMap) -> bool {
    let token = sessions.cookie.tokens(headers).remove(0).token;
    matches!(sessions.store.look_up(&token).await.unwrap(), SessionLookup::Stored(_))
}

async fn a_page_stores_no_session_and_its_visitor_remains_the_same_person(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (ann, headers) = visit_page(&sessions, &HeaderMap::new()).await;
    assert_eq!(sessions.find_or_issue(&headers).await.unwrap(), (ann.clone(), None));
    assert_eq!(sessions.find(&headers).await.unwrap(), Some(ann.clone()));
    assert!(!is_stored(&sessions, &headers).await);
    // Two requests at the same time, on two servers with the same database.
    let other = Sessions::new(Database::open(place.url()).await.unwrap(), false);
    let (first, second) = tokio::join!(other.find_and_store(&headers), sessions.find_and_store(&headers));
    assert_eq!([first, second].map(|found| found.unwrap().unwrap().0), [ann.clone(), ann.clone()]);
    assert!(is_stored(&sessions, &headers).await);
    assert_eq!(sessions.find_or_create(&headers).await.unwrap().0, ann);
}

async fn a_token_that_this_chat_did_not_issue_is_no_session(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let key = key::load(&sessions.store.database).await.unwrap();
    let now = crate::clock::now().0;
    let signed = |key, at| headers(&SessionToken::issue(key, at));
    assert!(sessions.find_and_store(&signed(&key, now - FIRST_LIFETIME_MS / 2)).await.unwrap().is_some());
    for made_up in [signed(&[7; 32], now), signed(&key, now - FIRST_LIFETIME_MS), signed(&key, now + DAY_MS)]
    {
        assert_eq!(sessions.find(&made_up).await.unwrap(), None);
        assert_eq!(sessions.find_and_store(&made_up).await.unwrap(), None);
        visit_page(&sessions, &made_up).await;
    }
    let other_spelling = SessionToken::issue(&key, now).as_str().to_uppercase();
    assert_eq!(sessions.find(&headers(&SessionToken::parse(&other_spelling).unwrap())).await.unwrap(), None);
    for at in 0..64 {
        let mut text = SessionToken::issue(&key, now).as_str().to_owned();
        let digit = if text[at..].starts_with('0') { "1" } else { "0" };
        text.replace_range(at..=at, digit);
        assert_eq!(
            sessions.find(&headers(&SessionToken::parse(&text).unwrap())).await.unwrap(),
            None,
            "{at}"
        );
    }
}

async fn a_token_that_was_replaced_on_access_creates_no_session_again(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (_, planted) = visit_page(&sessions, &HeaderMap::new()).await;
    let (ann, _) = sessions.find_or_create(&planted).await.unwrap();
    sessions.grant(&ann, [7; 32]).await.unwrap();
    sessions.sweep().await.unwrap();
    assert_eq!(sessions.find(&planted).await.unwrap(), None);
    assert_ne!(sessions.find_or_create(&planted).await.unwrap().0.user, ann.user);
}

#[test]
fn a_cookie_is_hidden_from_scripts_and_other_sites() {
    let set = |secure| {
        SessionCookie::new(secure).for_instance("a1").set_cookie(&SessionToken::random(), &HeaderMap::new())
    };
    let cookie = set(true);
    for attribute in
        ["__Host-chorus_session_", "HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=2592000"]
    {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!set(false).contains("Secure") && !set(false).contains("__Host-"));
}

#[test]
fn a_cookie_is_secure_where_a_proxy_reports_https() {
    let cookie = SessionCookie::new(false);
    let set = |proto| {
        let headers = HeaderMap::from_iter([(HeaderName::from_static("x-forwarded-proto"), proto)]);
        cookie.set_cookie(&SessionToken::random(), &headers)
    };
    let secure = set(HeaderValue::from_static("https"));
    assert!(secure.starts_with("__Host-chorus_session=") && secure.contains("Secure"), "{secure}");
    assert!(!set(HeaderValue::from_static("http")).contains("Secure"));
}

fn tokens_in(cookie: &SessionCookie, header: &str) -> Vec<(char, bool)> {
    let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(header).unwrap())]);
    let first = |found: &CookieToken| found.token.as_str().chars().next().unwrap();
    cookie.tokens(&headers).iter().map(|found| (first(found), found.is_current)).collect()
}

#[test]
fn the_current_cookie_comes_first_and_a_few_older_ones_follow() {
    let cookie = SessionCookie::new(true).for_instance("a1");
    let current = cookie.set_cookie(&SessionToken::random(), &HeaderMap::new());
    let current = current.split('=').next().unwrap();
    let token = |digit: &str| digit.repeat(64);
    let header = format!(
        "chorus_session_0badcafe={}; lang=de; chorus_session={}; {current}={}; chorus_session_x=short",
        token("3"),
        token("2"),
        token("1")
    );
    assert_eq!(tokens_in(&cookie, &header), [('1', true), ('2', false), ('3', false)]);
    let many: String = (0..9).map(|n| format!("chorus_session_{n}={}; ", token("f"))).collect();
    assert_eq!(tokens_in(&cookie, &many), [('f', false); 3]);
}

#[test]
fn a_token_is_64_hexadecimal_digits() {
    assert!(SessionToken::parse(&"a1".repeat(32)).is_some());
    for text in ["", "abc", &"g".repeat(64), &"a".repeat(65)] {
        assert!(SessionToken::parse(text).is_none(), "{text}");
    }
}

#[test]
fn the_cookie_of_a_server_below_a_path_is_for_that_path_only() {
    let base = BasePath::parse("/chat").unwrap();
    let token = SessionToken::random();
    for (secure, prefix) in [(true, "__Secure-"), (false, "")] {
        let root = SessionCookie::new(secure).for_instance("a1");
        let below = root.below(&base);
        let set = below.set_cookie(&token, &HeaderMap::new());
        assert!(set.contains("Path=/chat/;") && set.contains("Secure") == secure, "{set}");
        let (named, _) = set.split_once('=').unwrap();
        assert!(named.starts_with(&format!("{prefix}chorus_session_")) && named.ends_with("_chat"), "{set}");
        // A browser that has both keeps its session: the one with the current name comes first.
        let other = root.set_cookie(&SessionToken::random(), &HeaderMap::new());
        let both = format!("{}; {}", pair_of(&other), pair_of(&set));
        let headers = HeaderMap::from_iter([(COOKIE, both.parse().unwrap())]);
        let tokens = below.tokens(&headers);
        assert_eq!(tokens.len(), 2);
        assert!(tokens[0].is_current && tokens[0].token.as_str() == token.as_str());
    }
}

/// Returns the name and the value of a `Set-Cookie` header.
fn pair_of(set: &str) -> &str {
    set.split(';').next().unwrap()
}
