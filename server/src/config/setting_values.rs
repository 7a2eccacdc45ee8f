//! The values of all settings as text, to find out which of them have changed.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt::{Debug, Formatter},
};

use clap::{Arg, ArgMatches};

/// Values by the names of settings, defaults included.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SettingValues(BTreeMap<String, Vec<OsString>>);

/// A setting's name, and its id in clap.
pub(super) type SettingKey = (String, String);

impl SettingValues {
    pub(super) fn key(setting: &Arg) -> Option<SettingKey> {
        Some((setting.get_long()?.to_owned(), setting.get_id().as_str().to_owned()))
    }

    pub(super) fn of(matches: &ArgMatches, settings: &[SettingKey]) -> Self {
        let value = |(name, id): &SettingKey| {
            let values = matches.try_get_raw(id).ok().flatten();
            (name.clone(), values.into_iter().flatten().map(OsString::from).collect())
        };
        Self(settings.iter().map(value).collect())
    }

    /// Returns the names of the settings that have another value in `new`, in order.
    pub fn changed(&self, new: &Self) -> Vec<String> {
        let is_changed = |name: &&String| self.0.get(*name) != new.0.get(*name);
        new.0.keys().filter(is_changed).cloned().collect()
    }

    /// Takes over the value that a setting has in `new`.
    pub(crate) fn update(&mut self, name: &str, new: &Self) {
        if let Some(value) = new.0.get(name) {
            self.0.insert(name.to_owned(), value.clone());
        }
    }
}

// Some values are secret.
impl Debug for SettingValues {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
