use std::{
    future::poll_fn,
    sync::atomic::{AtomicUsize, Ordering},
};

use app::protocol::{Timestamp, TopicName};
use axum::http::HeaderMap;
use futures::FutureExt;
use sea_orm::ConnectionTrait;
use testing::TestDatabase;

use super::*;
use crate::{
    rights::{Act, Audience, Changed, Permission, Policy, Role, Standing},
    session::{OpenSession, OwnerCode, Session, SessionChange},
};

testing::for_each_database!(
    owners_give_roles_and_moderators_ban_people_below_them,
    a_moderator_who_is_banned_changes_nothing,
    the_last_owner_cannot_step_down,
    a_ban_reaches_open_connections_and_the_next_request,
    a_ban_by_another_node_reaches_open_connections,
    a_person_who_is_changed_twice_by_another_node_stays_banned,
    a_node_that_is_far_behind_reads_the_rights_of_everybody_connected,
    a_node_that_is_far_behind_lifts_bans_of_people_who_have_gone,
    restricted_topics_and_the_policy_are_read,
    a_policy_is_changed_by_owners_and_known_to_all_nodes,
    a_code_makes_one_owner,
    each_change_is_in_the_audit_log_which_nobody_edits,
    a_network_above_the_limit_is_not_banned,
);

const FOR_EVER: Timestamp = Timestamp(253_402_300_799_999);
const OWNER: UserId = UserId(uuid::Uuid::from_u128(1));
const MODERATOR: UserId = UserId(uuid::Uuid::from_u128(2));
const GUEST: UserId = UserId(uuid::Uuid::from_u128(3));

/// One of several nodes on a database.
struct Node {
    moderation: Moderation,
    rights: Rights,
    sessions: Sessions,
}

async fn open(place: &TestDatabase) -> Database {
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    database
}

impl Node {
    async fn start(database: &Database) -> Self {
        let rights = Rights::everyone();
        let sessions = Sessions::new(database.clone(), false);
        let moderation =
            Moderation::open(database.clone(), rights.clone(), sessions.clone(), Fence::default());
        let moderation = moderation.await.unwrap();
        Self { moderation, rights, sessions }
    }

    /// Returns the new standing, or the reason why it is not changed.
    async fn changes(&self, actor: UserId, user: UserId, standing: Standing) -> Result<Standing, String> {
        let reason = "spam".to_owned();
        let changed = self.moderation.change_person(actor, user, standing, reason).await;
        changed.map(|person| person.standing()).map_err(|error| error.to_string())
    }

    async fn has_owner_and_moderator(&self) {
        self.moderation.make_owner(OWNER, code(1)).await.unwrap();
        self.changes(OWNER, MODERATOR, standing(Role::Moderator)).await.unwrap();
    }

    async fn connects(&self) -> (Session, OpenSession) {
        let (session, _) = self.sessions.find_or_create(&HeaderMap::new()).await.unwrap();
        let open = self.sessions.open(&session);
        (session, open)
    }
}

fn code(n: u8) -> OwnerCode {
    OwnerCode { hash: [n; 32], expires_at: FOR_EVER }
}

fn standing(role: Role) -> Standing {
    Standing { role, banned_until: None, muted_until: None }
}

fn banned(role: Role) -> Standing {
    Standing { banned_until: Some(FOR_EVER), ..standing(role) }
}

fn change(open: &OpenSession) -> Option<SessionChange> {
    poll_fn(|cx| open.poll_change(cx)).now_or_never()
}

async fn executes(database: &Database, statements: &[&str]) {
    for sql in statements {
        database.write().execute_unprepared(sql).await.unwrap();
    }
}

async fn owners_give_roles_and_moderators_ban_people_below_them(place: TestDatabase) {
    let node = Node::start(&open(&place).await).await;
    node.has_owner_and_moderator().await;
    let forbidden = Err("you may not do that here".to_owned());
    assert_eq!(node.changes(MODERATOR, GUEST, banned(Role::Guest)).await, Ok(banned(Role::Guest)));
    assert_eq!(node.changes(MODERATOR, GUEST, standing(Role::Guest)).await, Ok(standing(Role::Guest)));
    assert_eq!(node.changes(MODERATOR, GUEST, standing(Role::Member)).await, forbidden, "a role");
    assert_eq!(node.changes(MODERATOR, OWNER, banned(Role::Owner)).await, forbidden, "a higher role");
    assert_eq!(node.changes(MODERATOR, MODERATOR, banned(Role::Moderator)).await, forbidden, "oneself");
    assert_eq!(node.changes(GUEST, MODERATOR, banned(Role::Moderator)).await, forbidden);
    assert_eq!(node.changes(OWNER, GUEST, standing(Role::Moderator)).await, Ok(standing(Role::Moderator)));
    assert_eq!(node.changes(MODERATOR, GUEST, banned(Role::Moderator)).await, forbidden, "the same role");
    let stored = node.moderation.person(GUEST).await.unwrap().standing();
    assert_eq!(stored, standing(Role::Moderator), "a refusal changes nothing");
}

async fn a_moderator_who_is_banned_changes_nothing(place: TestDatabase) {
    let node = Node::start(&open(&place).await).await;
    node.has_owner_and_moderator().await;
    node.changes(OWNER, MODERATOR, banned(Role::Moderator)).await.unwrap();
    let refused = node.changes(MODERATOR, GUEST, banned(Role::Guest)).await;
    assert_eq!(refused, Err("you are banned from this chat".to_owned()));
}

async fn the_last_owner_cannot_step_down(place: TestDatabase) {
    let node = Node::start(&open(&place).await).await;
    node.has_owner_and_moderator().await;
    let refused = node.changes(OWNER, OWNER, standing(Role::Member)).await.unwrap_err();
    assert!(refused.contains("needs an owner"), "{refused}");
    node.changes(OWNER, GUEST, banned(Role::Owner)).await.unwrap();
    assert!(node.changes(OWNER, OWNER, standing(Role::Member)).await.is_err(), "the other one is banned");
    node.changes(OWNER, MODERATOR, standing(Role::Owner)).await.unwrap();
    assert_eq!(node.changes(OWNER, OWNER, standing(Role::Member)).await, Ok(standing(Role::Member)));
    assert!(node.changes(MODERATOR, MODERATOR, standing(Role::Guest)).await.is_err());
}

async fn a_ban_reaches_open_connections_and_the_next_request(place: TestDatabase) {
    let node = Node::start(&open(&place).await).await;
    node.has_owner_and_moderator().await;
    let (ann, ann_open) = node.connects().await;
    let (_, bob_open) = node.connects().await;
    node.changes(MODERATOR, ann.user, banned(Role::Guest)).await.unwrap();
    assert_eq!((change(&ann_open), change(&bob_open)), (Some(SessionChange::Banned), None));
    let lobby: TopicName = "lobby".parse().unwrap();
    let read = |person: &Person| node.rights.decision_for_test(person, Permission::Read, &lobby);
    assert!(read(&ann_open.person()).is_err() && read(&bob_open.person()).is_ok());
    node.changes(MODERATOR, ann.user, standing(Role::Guest)).await.unwrap();
    assert!(read(&ann_open.person()).is_ok());
}

async fn a_ban_by_another_node_reaches_open_connections(place: TestDatabase) {
    let database = open(&place).await;
    let here = Node::start(&database).await;
    let there = Node::start(&database).await;
    let (ann, ann_open) = here.connects().await;
    let (_, bob_open) = here.connects().await;
    there.has_owner_and_moderator().await;
    there.changes(MODERATOR, ann.user, banned(Role::Guest)).await.unwrap();
    assert_eq!(change(&ann_open), None, "it is not known here yet");
    here.moderation.refresh().await.unwrap();
    assert_eq!((change(&ann_open), change(&bob_open)), (Some(SessionChange::Banned), None));
    assert_eq!(*here.moderation.version.lock().await, *there.moderation.version.lock().await);
}

async fn a_person_who_is_changed_twice_by_another_node_stays_banned(place: TestDatabase) {
    let database = open(&place).await;
    let here = Node::start(&database).await;
    let there = Node::start(&database).await;
    let (ann, open) = here.connects().await;
    there.has_owner_and_moderator().await;
    there.changes(MODERATOR, ann.user, standing(Role::Guest)).await.unwrap();
    there.changes(MODERATOR, ann.user, banned(Role::Guest)).await.unwrap();
    here.moderation.refresh().await.unwrap();
    assert_eq!(
        (change(&open), here.moderation.fence.people()),
        (Some(SessionChange::Banned), vec![ann.user])
    );
    assert_eq!(open.person().standing(), banned(Role::Guest));
}

async fn a_node_that_is_far_behind_reads_the_rights_of_everybody_connected(place: TestDatabase) {
    let database = open(&place).await;
    let here = Node::start(&database).await;
    let there = Node::start(&database).await;
    let (ann, open) = here.connects().await;
    there.has_owner_and_moderator().await;
    there.changes(MODERATOR, ann.user, banned(Role::Guest)).await.unwrap();
    executes(&database, &["DELETE FROM rights_change"]).await;
    here.moderation.refresh().await.unwrap();
    assert_eq!(change(&open), Some(SessionChange::Banned));
}

async fn a_node_that_is_far_behind_lifts_bans_of_people_who_have_gone(place: TestDatabase) {
    let database = open(&place).await;
    let here = Node::start(&database).await;
    let there = Node::start(&database).await;
    here.has_owner_and_moderator().await;
    here.changes(MODERATOR, GUEST, banned(Role::Guest)).await.unwrap();
    assert_eq!(here.moderation.fence.people(), [GUEST]);
    there.changes(MODERATOR, GUEST, standing(Role::Guest)).await.unwrap();
    executes(&database, &["DELETE FROM rights_change"]).await;
    here.moderation.refresh().await.unwrap();
    assert!(here.moderation.fence.people().is_empty());
}

async fn restricted_topics_and_the_policy_are_read(place: TestDatabase) {
    let database = open(&place).await;
    let node = Node::start(&database).await;
    let columns = "name, epoch, head, created_at, visibility, state";
    let topics = format!(
        "INSERT INTO topic ({columns}) VALUES ('club', 'e', 0, 0, 1, 0), ('den', 'e', 0, 0, 2, 0), \
         ('old', 'e', 0, 0, 0, 2), ('tea', 'e', 0, 0, 0, 0)"
    );
    let host = if database.is_shared() { "gen_random_uuid()" } else { "randomblob(16)" };
    let hosts = format!(
        "INSERT INTO participant (topic_id, \"user\", role) SELECT id, {host}, 1 FROM topic WHERE name = 'den'"
    );
    executes(&database, &[&topics, &hosts, "INSERT INTO rights (id, version) VALUES (1, 1)"]).await;
    node.moderation.refresh().await.unwrap();
    let guest = Person::guest(GUEST);
    let decide = |permission, topic: &str| {
        let topic = topic.parse().unwrap();
        node.rights.decision_for_test(&guest, permission, &topic).map_err(|denied| denied.to_string())
    };
    let closed = Err("the topic is closed for this".to_owned());
    let sign_in = Err("sign in first: this is for people with an account".to_owned());
    assert_eq!(decide(Permission::Read, "club"), sign_in);
    assert_eq!(decide(Permission::Read, "den"), Err("there is no such topic".to_owned()));
    assert_eq!((decide(Permission::Read, "old"), decide(Permission::Publish, "old")), (Ok(()), closed));
    assert_eq!(decide(Permission::Publish, "tea"), Ok(()));
    executes(
        &database,
        &[
            "INSERT INTO policy (id, readers, writers, makers) VALUES (1, 1, 0, 0)",
            "UPDATE rights SET version = 2",
        ],
    )
    .await;
    node.moderation.refresh().await.unwrap();
    assert_eq!(decide(Permission::Read, "tea"), sign_in);
    let later = Node::start(&database).await;
    let tea = "tea".parse().unwrap();
    assert!(later.rights.decision_for_test(&guest, Permission::Read, &tea).is_err(), "also at the start");
}

async fn a_policy_is_changed_by_owners_and_known_to_all_nodes(place: TestDatabase) {
    let database = open(&place).await;
    let here = Node::start(&database).await;
    let there = Node::start(&database).await;
    there.has_owner_and_moderator().await;
    let rechecks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&rechecks);
    here.moderation.on_restriction(move || {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    here.moderation.refresh().await.unwrap();
    assert_eq!(rechecks.load(Ordering::Relaxed), 0, "everybody may read everything");
    let policy = Policy { readers: Audience::Members, ..Policy::default() };
    let refused = there.moderation.change_policy(MODERATOR, policy, "calm".to_owned()).await;
    assert!(matches!(refused, Err(ChangeError::Denied(_))));
    assert_eq!(there.moderation.policy().await.unwrap(), Policy::default());
    let tea: TopicName = "tea".parse().unwrap();
    let reads =
        |node: &Node| node.rights.decision_for_test(&Person::guest(GUEST), Permission::Read, &tea).is_ok();
    there.moderation.change_policy(OWNER, policy, "calm".to_owned()).await.unwrap();
    assert_eq!((reads(&there), reads(&here)), (false, true), "it is not known here yet");
    here.moderation.refresh().await.unwrap();
    assert_eq!((reads(&here), rechecks.load(Ordering::Relaxed)), (false, 1));
    assert_eq!(here.moderation.policy().await.unwrap(), policy);
    let entry = there.moderation.audit(None, 1).await.unwrap().remove(0);
    assert_eq!((entry.act, entry.actor), (Act::Policy, Some(OWNER)));
    assert_eq!((entry.changed, entry.reason.as_str()), (Changed::Policy(policy), "calm"));
    here.moderation.change_policy(OWNER, Policy::default(), "open".to_owned()).await.unwrap();
    assert!(reads(&here));
    there.moderation.refresh().await.unwrap();
    assert!(reads(&there));
}

async fn a_code_makes_one_owner(place: TestDatabase) {
    let node = Node::start(&open(&place).await).await;
    let (ann, ann_open) = node.connects().await;
    node.moderation.make_owner(ann.user, code(1)).await.unwrap();
    assert_eq!(ann_open.person().standing(), standing(Role::Owner), "the open connection has the role");
    let again = node.moderation.make_owner(GUEST, code(1)).await;
    assert!(matches!(again, Err(ChangeError::UsedCode)));
    node.moderation.make_owner(GUEST, code(2)).await.unwrap();
}

async fn each_change_is_in_the_audit_log_which_nobody_edits(place: TestDatabase) {
    let database = open(&place).await;
    let node = Node::start(&database).await;
    node.has_owner_and_moderator().await;
    node.changes(MODERATOR, GUEST, banned(Role::Guest)).await.unwrap();
    node.changes(MODERATOR, OWNER, banned(Role::Owner)).await.unwrap_err();
    let entries = node.moderation.audit(None, 9).await.unwrap();
    let shown: Vec<_> =
        entries.iter().map(|entry| (entry.act, entry.actor, entry.user, entry.changed)).collect();
    let expected = [
        (Act::Standing, Some(MODERATOR), GUEST, Changed::Standing(banned(Role::Guest))),
        (Act::Standing, Some(OWNER), MODERATOR, Changed::Standing(standing(Role::Moderator))),
        (Act::OwnerCode, None, OWNER, Changed::Standing(standing(Role::Owner))),
    ];
    assert_eq!(shown, expected, "the newest first, and no refused change");
    assert_eq!((entries[0].reason.as_str(), entries[2].reason.as_str()), ("spam", ""));
    let page = node.moderation.audit(Some(entries[0].id), 1).await.unwrap();
    assert_eq!(page, [entries[1].clone()]);
    let truncate = database.is_shared().then_some("TRUNCATE audit");
    for sql in ["UPDATE audit SET reason = 'none'", "DELETE FROM audit"].into_iter().chain(truncate) {
        let refused = database.write().execute_unprepared(sql).await.unwrap_err().to_string();
        assert!(refused.contains("the audit log cannot be changed"), "{refused}");
    }
    assert_eq!(node.moderation.audit(None, 9).await.unwrap(), entries);
}

async fn a_network_above_the_limit_is_not_banned(place: TestDatabase) {
    let database = open(&place).await;
    let node = Node::start(&database).await;
    node.has_owner_and_moderator().await;
    let somebody = if database.is_shared() { "gen_random_uuid()" } else { "randomblob(16)" };
    let thousand = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)";
    let bans = format!(
        "INSERT INTO network_ban (network, banned_until, reason, actor, at) {thousand} \
         SELECT '10.0.' || (i / 256) || '.' || (i % 256), 253402300799999, '', {somebody}, 0 FROM n"
    );
    executes(&database, &[&bans]).await;
    let network = "203.0.113.7".parse().unwrap();
    let refused = node.moderation.ban_network(MODERATOR, network, FOR_EVER, String::new()).await;
    assert!(matches!(refused, Err(ChangeError::TooManyNetworks)));
    assert!(!node.rights.is_network_banned(network));
    executes(&database, &["UPDATE network_ban SET banned_until = 1 WHERE network = '10.0.0.1'"]).await;
    node.moderation.ban_network(MODERATOR, network, FOR_EVER, String::new()).await.unwrap();
    assert!(node.rights.is_network_banned(network), "one was over");
}
