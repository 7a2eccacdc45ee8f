use super::Choice;

pub(crate) fn chosen(_: Choice) -> String {
    String::new()
}

pub(crate) fn choose(_: Choice, _: &str) {}

pub(crate) fn apply_cookies() {}
