pub(crate) fn watch(_: impl Fn(u64) + 'static) {}
