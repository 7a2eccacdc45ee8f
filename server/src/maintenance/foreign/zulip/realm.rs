//! The people and channels of an organisation.

use std::collections::HashMap;

use anyhow::Context;
use app::protocol::Name;

use super::{
    REALM_FILE,
    format::{ReactionRow, RealmFile, RecipientRow, StreamRow, UserRow, milliseconds},
};
use crate::maintenance::foreign::{
    events::ForeignPerson,
    folder::ExportFolder,
    id::id_of,
    report::{PRIVATE_CHANNELS, Report},
    text::person_name,
};

/// The kind of recipient that is a channel.
const CHANNEL: i64 = 2;

pub(super) struct ZulipChannel {
    pub(super) name: String,
    pub(super) description: String,
}

/// The place of a message.
pub(super) enum Recipient<'a> {
    Public(&'a ZulipChannel),
    Private,
    People,
}

pub(super) struct Realm {
    /// Tells the ids of organisations apart.
    prefix: String,
    people: HashMap<i64, ForeignPerson>,
    people_by_name: HashMap<String, i64>,
    /// The public channels.
    channels: HashMap<i64, ZulipChannel>,
    /// The channel of each recipient that is one.
    recipients: HashMap<i64, i64>,
    reactions: HashMap<i64, Vec<ReactionRow>>,
}

impl Realm {
    pub(super) fn read(export: &ExportFolder, report: &mut Report) -> anyhow::Result<Self> {
        let file: RealmFile = export.read(REALM_FILE)?;
        let row = file.zerver_realm.first().with_context(|| format!("{REALM_FILE}: no zerver_realm"))?;
        // Servers of one organisation each have equal names and ids, so the time tells them apart.
        let created = milliseconds(row.date_created).unwrap_or_default();
        let prefix = format!("zulip:{}:{}:{created}", row.string_id, row.id);
        let users = [
            file.zerver_userprofile,
            file.zerver_userprofile_crossrealm,
            file.zerver_userprofile_mirrordummy,
        ];
        let people: HashMap<i64, ForeignPerson> =
            users.iter().flatten().map(|user| (user.id, person(&prefix, user, report))).collect();
        let mut realm = Self {
            prefix,
            people_by_name: people.iter().map(|(id, person)| (person.name.to_string(), *id)).collect(),
            people,
            channels: public_channels(file.zerver_stream, report),
            recipients: file.zerver_recipient.iter().filter_map(channel_of).collect(),
            reactions: HashMap::new(),
        };
        realm.add_reactions(file.zerver_reaction);
        Ok(realm)
    }

    pub(super) fn add_reactions(&mut self, rows: Vec<ReactionRow>) {
        for row in rows {
            self.reactions.entry(row.message).or_default().push(row);
        }
    }

    pub(super) fn reactions(&self, message: i64) -> &[ReactionRow] {
        self.reactions.get(&message).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn recipient(&self, id: i64) -> Recipient<'_> {
        let Some(channel) = self.recipients.get(&id) else { return Recipient::People };
        self.channels.get(channel).map_or(Recipient::Private, Recipient::Public)
    }

    pub(super) fn known_person(&self, id: i64) -> Option<&ForeignPerson> {
        self.people.get(&id)
    }

    /// Returns the person with an id, also one that the export lacks.
    pub(super) fn person(&self, id: i64, report: &mut Report) -> ForeignPerson {
        let missing = || UserRow { id, full_name: String::new(), email: String::new() };
        self.people.get(&id).cloned().unwrap_or_else(|| person(&self.prefix, &missing(), report))
    }

    /// Returns the person with a name, as mentions have it.
    pub(super) fn person_named(&self, name: &str) -> Option<&ForeignPerson> {
        self.known_person(*self.people_by_name.get(name)?)
    }

    /// Returns a name that nothing in another organisation has.
    pub(super) fn key(&self, key: &str) -> String {
        format!("{}:{key}", self.prefix)
    }

    /// The author of a topic's first event.
    pub(super) fn zulip(&self) -> ForeignPerson {
        let name = Name::parse("Zulip").unwrap_or_else(|_| Name::anonymous());
        ForeignPerson { user: id_of(&self.key("zulip")), name }
    }
}

/// A program of Zulip itself has an address only.
fn person(prefix: &str, user: &UserRow, report: &mut Report) -> ForeignPerson {
    let address = user.email.split('@').next().unwrap_or_default();
    let name = if user.full_name.trim().is_empty() { address } else { user.full_name.as_str() };
    let name = person_name(name, &format!("user {}", user.id), report);
    ForeignPerson { user: id_of(&format!("{prefix}:user:{}", user.id)), name }
}

fn public_channels(rows: Vec<StreamRow>, report: &mut Report) -> HashMap<i64, ZulipChannel> {
    let (private, public): (Vec<StreamRow>, Vec<StreamRow>) =
        rows.into_iter().partition(|row| row.invite_only.unwrap_or_default());
    report.note_many(PRIVATE_CHANNELS, private.len());
    let channel = |row: StreamRow| {
        let description = row.description.unwrap_or_default();
        (row.id, ZulipChannel { name: row.name, description })
    };
    public.into_iter().map(channel).collect()
}

fn channel_of(row: &RecipientRow) -> Option<(i64, i64)> {
    (row.kind == CHANNEL).then_some((row.id, row.type_id))
}

#[cfg(test)]
impl Realm {
    /// The people Ann Lee (11) and Bob (12), and reactions to the message 1.
    pub(super) fn example() -> Self {
        let folder = tempfile::TempDir::new().unwrap();
        let realm = serde_json::json!({
            "zerver_realm": [{ "id": 1 }],
            "zerver_userprofile": [{ "id": 11, "full_name": "Ann Lee" }, { "id": 12, "full_name": "Bob" }],
            "zerver_reaction": [
                { "message": 1, "user_profile": 11, "emoji_name": "tada", "emoji_code": "1f389", "reaction_type": "unicode_emoji" },
                { "message": 1, "user_profile": 12, "emoji_name": "tada", "emoji_code": "7", "reaction_type": "realm_emoji" },
            ],
        });
        std::fs::write(folder.path().join(REALM_FILE), realm.to_string()).unwrap();
        Self::read(&ExportFolder::open(folder.path()), &mut Report::default()).unwrap()
    }
}
