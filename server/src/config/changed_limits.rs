//! The limits that an operator has changed.

use clap::{CommandFactory, FromArgMatches};
use serde_json::Value;

use super::{Cli, Limits};

impl Limits {
    /// Returns each limit that differs from its default as `name=value`, in the order of their names.
    pub(crate) fn changed(&self) -> Vec<String> {
        let (Some(Value::Object(own)), Some(Value::Object(default))) = (json(self), defaults()) else {
            return Vec::new();
        };
        let changed = own.into_iter().filter(|(name, value)| default.get(name) != Some(value));
        changed.map(|(name, value)| format!("{}={value}", name.replace('_', "-"))).collect()
    }
}

fn json(limits: &Limits) -> Option<Value> {
    serde_json::to_value(limits).ok()
}

/// Parses an empty command line, without the environment.
fn defaults() -> Option<Value> {
    let command = Cli::command().mut_args(|arg| arg.env(None::<&str>));
    let matches = command.try_get_matches_from(["chorus"]).ok()?;
    json(&Cli::from_arg_matches(&matches).ok()?.settings.limits)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn only_limits_that_differ_are_named() {
        let changed =
            |line: &str| Cli::try_parse_from(line.split_whitespace()).unwrap().settings.limits.changed();
        assert!(changed("chorus").is_empty());
        assert_eq!(
            changed("chorus --max-topics 50 --body-bytes 16384 --min-free-disk 0"),
            ["max-topics=50", "min-free-disk=0"]
        );
    }
}
