use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use app::protocol::Timestamp;
use axum::http::{HeaderValue, header::COOKIE};
use sea_orm::ConnectionTrait;
use testing::TestDatabase;

use super::*;
use crate::{clock::Clock, database::Database};

testing::for_each_database!(
    a_visitor_is_known_by_the_token_alone,
    a_name_is_remembered,
    granting_access_changes_the_token_and_keeps_the_person,
    granting_twice_opens_the_door_for_the_later_answer_too,
    a_socket_alone_keeps_its_session_alive,
    a_second_visit_earns_a_longer_life_once,
    only_what_has_expired_is_swept,
    a_clock_that_jumps_ahead_ends_an_hour_of_sessions_a_sweep,
    a_clock_that_was_set_right_again_has_cost_nobody_their_session,
    a_restart_goes_on_from_the_stored_time_however_the_clock_has_jumped,
    a_page_stores_no_session_and_its_visitor_is_the_same_person_from_then_on,
    a_token_that_this_chat_did_not_issue_is_no_session,
    a_token_that_was_given_up_for_access_begins_no_session_again,
);

async fn sessions(place: &TestDatabase) -> Sessions {
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    Sessions::new(database, false)
}

fn headers(token: &Token) -> HeaderMap {
    let cookie = HeaderValue::from_str(&format!("chorus_session={}", token.as_str())).unwrap();
    HeaderMap::from_iter([(COOKIE, cookie)])
}

async fn visitor(sessions: &Sessions) -> (Session, Token) {
    let token = Token::random();
    (sessions.store.create(token.hash(), new_user()).await.unwrap(), token)
}

/// Whether it is time to renew a stored session.
async fn ages(sessions: &Sessions, token: &Token) -> bool {
    match sessions.store.look_up(token).await.unwrap() {
        Looked::Stored(found) => found.ages,
        _ => panic!("the session is stored"),
    }
}

async fn a_visitor_is_known_by_the_token_alone(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (ann, token) = visitor(&sessions).await;
    assert_eq!(sessions.of(&headers(&token)).await.unwrap(), Some(ann));
    assert_eq!(sessions.of(&headers(&Token::random())).await.unwrap(), None);
    assert_eq!(sessions.of(&HeaderMap::new()).await.unwrap(), None);
}

async fn a_name_is_remembered(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (ann, token) = visitor(&sessions).await;
    sessions.rename(&ann, &Name::parse("Ann").unwrap()).await.unwrap();
    assert_eq!(sessions.of(&headers(&token)).await.unwrap().unwrap().name.as_str(), "Ann");
}

async fn granting_access_changes_the_token_and_keeps_the_person(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (ann, old) = visitor(&sessions).await;
    let new = sessions.grant(&ann, [7; 32]).await.unwrap();
    assert_eq!(sessions.of(&headers(&old)).await.unwrap(), None);
    let again = sessions.of(&headers(&new)).await.unwrap().unwrap();
    assert_eq!((again.user, again.access), (ann.user, Some([7; 32])));
}

async fn granting_twice_opens_the_door_for_the_later_answer_too(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (ann, _) = visitor(&sessions).await;
    sessions.grant(&ann, [7; 32]).await.unwrap();
    let later = sessions.grant(&ann, [7; 32]).await.unwrap();
    assert_eq!(sessions.of(&headers(&later)).await.unwrap().unwrap().access, Some([7; 32]));
}

async fn a_socket_alone_keeps_its_session_alive(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (_, token) = visitor(&sessions).await;
    sessions.of(&headers(&token)).await.unwrap();
    assert!(!ages(&sessions, &token).await);
}

async fn a_second_visit_earns_a_longer_life_once(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (_, token) = visitor(&sessions).await;
    assert!(ages(&sessions, &token).await);
    sessions.store.renew(&token.hash()).await.unwrap();
    assert!(!ages(&sessions, &token).await);
}

async fn only_what_has_expired_is_swept(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (_, kept) = visitor(&sessions).await;
    let (_, gone) = visitor(&sessions).await;
    sessions.store.expire(&gone.hash()).await.unwrap();
    assert_eq!(sessions.of(&headers(&gone)).await.unwrap(), None);
    assert_eq!(sessions.sweep().await.unwrap().swept, 1);
    assert!(sessions.of(&headers(&kept)).await.unwrap().is_some());
}

const HOUR_MS: u64 = 60 * 60 * 1_000;
/// A day in 2026.
const START_MS: u64 = 1_795_000_000_000;

/// Sessions in a store whose clock a test sets.
async fn sessions_at(place: &TestDatabase, now: &Arc<AtomicU64>) -> Sessions {
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    // The log makes the one row of the store at a start.
    let row = "INSERT INTO store (id, epoch) VALUES (1, 'x') ON CONFLICT DO NOTHING";
    database.write().execute_unprepared(row).await.unwrap();
    let now = Arc::clone(now);
    let clock = Clock::new(move || Timestamp(now.load(Ordering::Relaxed)));
    let sessions = Sessions { store: store::Store::new(database, clock), cookie: SessionCookie::new(false) };
    sessions.start_clock().await.unwrap();
    sessions
}

async fn is_known(sessions: &Sessions, token: &Token) -> bool {
    sessions.of(&headers(token)).await.unwrap().is_some()
}

async fn a_clock_that_jumps_ahead_ends_an_hour_of_sessions_a_sweep(place: TestDatabase) {
    let now = Arc::new(AtomicU64::new(START_MS));
    let sessions = sessions_at(&place, &now).await;
    let (_, kept) = visitor(&sessions).await;
    sessions.store.renew(&kept.hash()).await.unwrap();
    let (_, first_visit) = visitor(&sessions).await;
    now.fetch_add(2 * LIFE_MS, Ordering::Relaxed);
    for hour in 1..24 {
        let behind_ms = 2 * LIFE_MS - hour * HOUR_MS;
        assert_eq!(sessions.sweep().await.unwrap(), Sweep { swept: 0, behind_ms });
    }
    assert_eq!(sessions.sweep().await.unwrap().swept, 1, "a day of a first visit is over");
    assert!(!is_known(&sessions, &first_visit).await);
    let new = Token::random();
    sessions.store.create(new.hash(), new_user()).await.unwrap();
    assert!(is_known(&sessions, &kept).await && is_known(&sessions, &new).await);
}

async fn a_clock_that_was_set_right_again_has_cost_nobody_their_session(place: TestDatabase) {
    let now = Arc::new(AtomicU64::new(START_MS));
    let sessions = sessions_at(&place, &now).await;
    let (_, old) = visitor(&sessions).await;
    sessions.store.renew(&old.hash()).await.unwrap();
    now.store(START_MS + 10 * LIFE_MS, Ordering::Relaxed);
    sessions.sweep().await.unwrap();
    let (_, made_ahead) = visitor(&sessions).await;
    now.store(0, Ordering::Relaxed);
    sessions.sweep().await.unwrap();
    let (_, made_in_1970) = visitor(&sessions).await;
    now.store(START_MS + 2 * HOUR_MS, Ordering::Relaxed);
    assert_eq!(sessions.sweep().await.unwrap(), Sweep { swept: 0, behind_ms: 0 });
    for token in [&old, &made_ahead, &made_in_1970] {
        assert!(is_known(&sessions, token).await);
    }
}

async fn a_restart_goes_on_from_the_stored_time_however_the_clock_has_jumped(place: TestDatabase) {
    let now = Arc::new(AtomicU64::new(START_MS));
    let sessions = sessions_at(&place, &now).await;
    let (_, token) = visitor(&sessions).await;
    sessions.store.renew(&token.hash()).await.unwrap();
    drop(sessions);
    now.fetch_add(2 * LIFE_MS, Ordering::Relaxed);
    let again = sessions_at(&place, &now).await;
    assert_eq!(again.start_clock().await.unwrap(), 2 * LIFE_MS, "how far it is ahead");
    assert!(is_known(&again, &token).await);
    assert_eq!(again.sweep().await.unwrap().swept, 0);
    assert!(is_known(&again, &token).await);
}

/// A visitor of a page, and the headers that the browser sends from then on.
async fn greeted(sessions: &Sessions, headers: &HeaderMap) -> (Session, HeaderMap) {
    let (session, cookie) = sessions.greet(headers).await.unwrap();
    let cookie = cookie.expect("a new token");
    let cookie = HeaderValue::from_str(cookie.split(';').next().unwrap()).unwrap();
    (session, HeaderMap::from_iter([(COOKIE, cookie)]))
}

async fn stored(sessions: &Sessions, headers: &HeaderMap) -> bool {
    let token = sessions.cookie.tokens(headers).remove(0).token;
    matches!(sessions.store.look_up(&token).await.unwrap(), Looked::Stored(_))
}

async fn a_page_stores_no_session_and_its_visitor_is_the_same_person_from_then_on(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (ann, headers) = greeted(&sessions, &HeaderMap::new()).await;
    assert_eq!(sessions.greet(&headers).await.unwrap(), (ann.clone(), None));
    assert_eq!(sessions.of(&headers).await.unwrap(), Some(ann.clone()));
    assert!(!stored(&sessions, &headers).await);
    // Another server on the same database, and two requests at once.
    let other = Sessions::new(Database::open(place.url()).await.unwrap(), false);
    let (first, second) = tokio::join!(other.known(&headers), sessions.known(&headers));
    assert_eq!([first, second].map(|known| known.unwrap().unwrap().0), [ann.clone(), ann.clone()]);
    assert!(stored(&sessions, &headers).await);
    assert_eq!(sessions.welcome(&headers).await.unwrap().0, ann);
}

async fn a_token_that_this_chat_did_not_issue_is_no_session(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let key = key::load(&sessions.store.database).await.unwrap();
    let now = crate::clock::now().0;
    let issued = |key, at| headers(&Token::issued(key, at));
    assert!(sessions.known(&issued(&key, now - FIRST_LIFE_MS / 2)).await.unwrap().is_some());
    for made_up in [issued(&[7; 32], now), issued(&key, now - FIRST_LIFE_MS), issued(&key, now + DAY_MS)] {
        assert_eq!(sessions.of(&made_up).await.unwrap(), None);
        assert_eq!(sessions.known(&made_up).await.unwrap(), None);
        greeted(&sessions, &made_up).await;
    }
    let other_spelling = Token::issued(&key, now).as_str().to_uppercase();
    assert_eq!(sessions.of(&headers(&Token::parse(&other_spelling).unwrap())).await.unwrap(), None);
    for at in 0..64 {
        let mut text = Token::issued(&key, now).as_str().to_owned();
        let digit = if text[at..].starts_with('0') { "1" } else { "0" };
        text.replace_range(at..=at, digit);
        assert_eq!(sessions.of(&headers(&Token::parse(&text).unwrap())).await.unwrap(), None, "{at}");
    }
}

async fn a_token_that_was_given_up_for_access_begins_no_session_again(place: TestDatabase) {
    let sessions = sessions(&place).await;
    let (_, planted) = greeted(&sessions, &HeaderMap::new()).await;
    let (ann, _) = sessions.welcome(&planted).await.unwrap();
    sessions.grant(&ann, [7; 32]).await.unwrap();
    sessions.sweep().await.unwrap();
    assert_eq!(sessions.of(&planted).await.unwrap(), None);
    assert_ne!(sessions.welcome(&planted).await.unwrap().0.user, ann.user);
}

#[test]
fn a_cookie_is_out_of_reach_for_scripts_and_other_sites() {
    let set = |secure| SessionCookie::new(secure).of_instance("a1").set(&Token::random());
    let cookie = set(true);
    for attribute in
        ["__Host-chorus_session_", "HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=2592000"]
    {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!set(false).contains("Secure") && !set(false).contains("__Host-"));
}

fn given(cookie: &SessionCookie, header: &str) -> Vec<(char, bool)> {
    let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(header).unwrap())]);
    let first = |given: &Given| given.token.as_str().chars().next().unwrap();
    cookie.tokens(&headers).iter().map(|given| (first(given), given.is_current)).collect()
}

#[test]
fn the_current_cookie_comes_first_then_older_ones_and_not_too_many() {
    let cookie = SessionCookie::new(true).of_instance("a1");
    let current = cookie.set(&Token::random());
    let current = current.split('=').next().unwrap();
    let token = |digit: &str| digit.repeat(64);
    let header = format!(
        "chorus_session_0badcafe={}; lang=de; chorus_session={}; {current}={}; chorus_session_x=short",
        token("3"),
        token("2"),
        token("1")
    );
    assert_eq!(given(&cookie, &header), [('1', true), ('2', false), ('3', false)]);
    let many: String = (0..9).map(|n| format!("chorus_session_{n}={}; ", token("f"))).collect();
    assert_eq!(given(&cookie, &many), [('f', false); 3]);
}

#[test]
fn only_whole_tokens_are_tokens() {
    assert!(Token::parse(&"a1".repeat(32)).is_some());
    for text in ["", "abc", &"g".repeat(64), &"a".repeat(65)] {
        assert!(Token::parse(text).is_none(), "{text}");
    }
}
