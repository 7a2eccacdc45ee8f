use futures::{FutureExt, future::poll_fn};

use super::*;

fn session(key: u8, called: &str) -> Session {
    let user = UserId::fresh();
    let person = Person::guest(user);
    let read_at = ReadAt::now();
    Session { user, name: name(called), access: None, person, read_at, key: [key; 32] }
}

fn name(name: &str) -> Name {
    Name::parse(name).unwrap()
}

fn change(open: &OpenSession) -> Option<SessionChange> {
    poll_fn(|cx| open.poll_change(cx)).now_or_never()
}

#[test]
fn each_connection_of_a_session_is_notified_of_a_change_once() {
    let sessions = OpenSessions::default();
    let ann = session(1, "Ann");
    let (one, two, other) = (sessions.open(&ann), sessions.open(&ann), sessions.open(&session(2, "Bob")));
    sessions.rename(&[1; 32], &name("Anne"));
    for open in [&one, &two] {
        assert_eq!(change(open), Some(SessionChange::Renamed(name("Anne"))));
        assert_eq!(change(open), None);
    }
    sessions.rename(&[1; 32], &name("Anne"));
    assert_eq!((change(&one), change(&other)), (None, None));
    sessions.end(&[1; 32]);
    assert_eq!((change(&one), two.ended().now_or_never()), (Some(SessionChange::Ended), Some(())));
    assert_eq!(other.ended().now_or_never(), None);
}

#[test]
fn what_is_stored_ends_and_renames_sessions_and_an_older_name_does_not() {
    let sessions = OpenSessions::default();
    let (ann, bob) = (sessions.open(&session(1, "Ann")), sessions.open(&session(2, "Bob")));
    let stored = HashMap::from([([1; 32], name("Anne"))]);
    let renames = sessions.renames();
    sessions.count_rename();
    sessions.compare(&[[1; 32]], &stored, renames);
    assert_eq!(change(&ann), None, "it may be the name before the rename");
    sessions.compare(&sessions.keys(None), &stored, sessions.renames());
    assert_eq!(change(&ann), Some(SessionChange::Renamed(name("Anne"))));
    assert_eq!(change(&bob), Some(SessionChange::Ended));
}

#[test]
fn sessions_are_checked_in_turn() {
    let sessions = OpenSessions::default();
    let _open: Vec<_> = (0..7).map(|key| sessions.open(&session(key, "Ann"))).collect();
    let next = |min, turns| -> Vec<u8> { sessions.next_keys(min, turns).iter().map(|key| key[0]).collect() };
    assert_eq!(next(1, 3), [0, 1, 2]);
    assert_eq!(next(1, 3), [3, 4, 5]);
    assert_eq!(next(1, 3), [6]);
    assert_eq!(next(5, 3), [0, 1, 2, 3, 4]);
    sessions.0.connections.lock().by_key.retain(|key, _| key[0] < 4);
    assert_eq!(next(5, 3), [0_u8; 0], "those after the last one have gone");
    assert_eq!(next(5, 3), [0, 1, 2, 3]);
}

#[test]
fn connections_without_a_session_are_ended_with_all_others_if_they_are_watched() {
    let sessions = OpenSessions::default();
    assert!(sessions.open_stranger().is_none());
    sessions.watch_strangers();
    let ann = sessions.open(&session(1, "Ann"));
    let (stranger, left) = (sessions.open_stranger().unwrap(), sessions.open_stranger().unwrap());
    drop(left);
    assert_eq!((sessions.keys(None).len(), sessions.0.connections.lock().strangers.len()), (1, 1));
    assert_eq!(change(&stranger), None);
    sessions.end_all();
    assert_eq!((change(&ann), change(&stranger)), (Some(SessionChange::Ended), Some(SessionChange::Ended)));
    drop(stranger);
    assert!(sessions.0.connections.lock().strangers.is_empty());
}

fn banned(user: UserId) -> Person {
    Person::stored(user, None, Some(i64::MAX), None)
}

#[test]
fn a_ban_reaches_all_connections_of_its_person_and_nobody_else() {
    let sessions = OpenSessions::default();
    let ann = session(1, "Ann");
    let on_phone = Session { key: [2; 32], ..ann.clone() };
    let on_page = Session { key: [3; 32], ..ann.clone() };
    let open = [&ann, &on_phone].map(|session| sessions.open(session));
    let issued = sessions.open_issued(&on_page);
    let bob = sessions.open(&session(4, "Bob"));
    let moderator = Person::stored(ann.user, Some(2), None, None);
    sessions.set_person(ann.user, &moderator);
    assert_eq!((change(&open[0]), open[0].person()), (None, moderator), "only the rights change");
    sessions.set_person(ann.user, &banned(ann.user));
    for open in &open {
        assert_eq!(change(open), Some(SessionChange::Banned));
    }
    assert_eq!(issued.ended().now_or_never(), Some(()));
    assert_eq!((change(&bob), bob.ended().now_or_never()), (None, None));
}

#[test]
fn a_connection_has_the_rights_that_changed_after_its_session_was_read() {
    let sessions = OpenSessions::default();
    let ann = session(1, "Ann");
    sessions.set_person(ann.user, &banned(ann.user));
    assert_eq!(sessions.open(&ann).person(), banned(ann.user));
    assert_eq!(sessions.open_issued(&ann).ended().now_or_never(), Some(()));
    let read_later = ReadAt(Instant::now() + CHANGES_KEPT);
    let later = Session { read_at: read_later, ..ann.clone() };
    assert_eq!(sessions.open(&later).person(), ann.person, "another node has lifted the ban");
    sessions.set_person(ann.user, &Person::guest(ann.user));
    assert_eq!(sessions.open(&ann).person(), Person::guest(ann.user));
}

#[test]
fn people_with_several_connections_are_counted_once() {
    let sessions = OpenSessions::default();
    let ann = session(1, "Ann");
    sessions.watch_strangers();
    let _open = [sessions.open(&ann), sessions.open(&ann), sessions.open_issued(&ann)];
    let stranger = sessions.open_stranger();
    assert_eq!(sessions.people(), [ann.user], "and strangers are nobody");
    sessions.set_person(NOBODY, &banned(NOBODY));
    assert_eq!(stranger.map(|open| open.person()), Some(Person::stranger()));
}

#[test]
fn a_closed_connection_leaves_nothing() {
    let sessions = OpenSessions::default();
    let ann = session(1, "Ann");
    let (one, two) = (sessions.open(&ann), sessions.open(&ann));
    drop(one);
    assert_eq!((sessions.keys(None).len(), sessions.keys(Some(ann.user)).len()), (1, 1));
    drop(two);
    assert!(sessions.keys(None).is_empty() && sessions.keys(Some(ann.user)).is_empty());
}

#[test]
fn a_person_has_the_keys_of_all_their_open_sessions_and_no_others() {
    let sessions = OpenSessions::default();
    let (ann, bob) = (session(0, "Ann"), session(1, "Bob"));
    let on_phone = Session { key: [u8::MAX; 32], ..ann.clone() };
    let _open = [&ann, &bob, &on_phone, &on_phone].map(|session| sessions.open(session));
    assert_eq!(sessions.keys(Some(ann.user)), [ann.key, on_phone.key]);
    assert_eq!(sessions.keys(Some(bob.user)), [bob.key]);
    assert!(sessions.keys(Some(UserId::fresh())).is_empty());
}
