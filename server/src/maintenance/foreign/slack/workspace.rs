//! The people and channels of a workspace.

use std::collections::HashMap;

use app::protocol::Name;
use serde::de::IgnoredAny;

use super::{
    CHANNELS_FILE,
    format::{Profile, SlackChannel, User},
};
use crate::maintenance::foreign::{
    events::ForeignPerson,
    folder::ExportFolder,
    id::id_of,
    report::{DIRECT_CONVERSATIONS, PRIVATE_CHANNELS, Report},
    text::person_name,
};

const PRIVATE_FILE: &str = "groups.json";
const DIRECT_FILES: [&str; 2] = ["dms.json", "mpims.json"];
/// That of an export of an organisation has another name.
const USERS_FILES: [&str; 2] = ["users.json", "org_users.json"];

pub(super) struct Workspace {
    /// The public channels.
    pub(super) channels: Vec<SlackChannel>,
    people: HashMap<String, ForeignPerson>,
}

impl Workspace {
    pub(super) fn read(export: &ExportFolder, report: &mut Report) -> anyhow::Result<Self> {
        let (private, channels): (Vec<_>, Vec<SlackChannel>) = export
            .read::<Vec<SlackChannel>>(CHANNELS_FILE)?
            .into_iter()
            .partition(|channel| channel.is_private);
        let others = export.read_if_there::<Vec<IgnoredAny>>(PRIVATE_FILE)?;
        report.note_many(PRIVATE_CHANNELS, private.len() + others.len());
        for file in DIRECT_FILES {
            let conversations = export.read_if_there::<Vec<IgnoredAny>>(file)?;
            report.note_many(DIRECT_CONVERSATIONS, conversations.len());
        }
        let mut people = HashMap::new();
        for file in USERS_FILES {
            let users = export.read_if_there::<Vec<User>>(file)?;
            people.extend(users.iter().map(|user| (user.id.clone(), known_person(user, report))));
        }
        Ok(Self { channels, people })
    }

    /// Returns the person with an id, also one of another workspace.
    pub(super) fn person(&self, id: &str, profile: Option<&Profile>, report: &mut Report) -> ForeignPerson {
        let name = |profile: &Profile| profile_name(profile).unwrap_or_default().to_owned();
        let known = self.people.get(id).cloned();
        known.unwrap_or_else(|| person(id, &profile.map(name).unwrap_or_default(), report))
    }

    pub(super) fn known_person(&self, id: &str) -> Option<&ForeignPerson> {
        self.people.get(id)
    }

    pub(super) fn channel_name(&self, id: &str) -> Option<&str> {
        self.channels.iter().find(|channel| channel.id == id).map(|channel| channel.name.as_str())
    }

    /// The author of a topic's first event.
    pub(super) fn slack(&self) -> ForeignPerson {
        ForeignPerson {
            user: id_of("slack"),
            name: Name::parse("Slack").unwrap_or_else(|_| Name::anonymous()),
        }
    }
}

fn known_person(user: &User, report: &mut Report) -> ForeignPerson {
    let of_profile = user.profile.as_ref().and_then(profile_name);
    let name = of_profile.or_else(|| filled(&user.real_name)).or_else(|| filled(&user.name));
    person(&user.id, name.unwrap_or_default(), report)
}

fn person(id: &str, name: &str, report: &mut Report) -> ForeignPerson {
    ForeignPerson { user: id_of(&format!("slack:user:{id}")), name: person_name(name, id, report) }
}

/// The name that Slack shows.
fn profile_name(profile: &Profile) -> Option<&str> {
    filled(&profile.display_name).or_else(|| filled(&profile.real_name)).or_else(|| filled(&profile.name))
}

fn filled(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
impl Workspace {
    /// One channel, `tea`, and one person, Ann Lee.
    pub(super) fn example() -> Self {
        let folder = tempfile::TempDir::new().unwrap();
        let file = |name: &str| folder.path().join(name);
        std::fs::write(file(CHANNELS_FILE), r#"[{"id":"C1","name":"tea"}]"#).unwrap();
        std::fs::write(file("users.json"), r#"[{"id":"U1","name":"ann","real_name":"Ann Lee"}]"#).unwrap();
        Self::read(&ExportFolder::open(folder.path()), &mut Report::default()).unwrap()
    }
}
