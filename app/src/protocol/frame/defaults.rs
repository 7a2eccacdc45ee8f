//! Defaults of fields that may be left out.

/// Messages, topics or hits in a reply, or on a page of the site, unless the request names another number.
pub const DEFAULT_PAGE_SIZE: u32 = 30;

pub(super) fn default_limit() -> u32 {
    DEFAULT_PAGE_SIZE
}

pub(super) fn default_tail() -> u32 {
    DEFAULT_PAGE_SIZE
}

// The signature is serde's: it passes fields by reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
pub(super) fn is_default_tail(tail: &u32) -> bool {
    *tail == DEFAULT_PAGE_SIZE
}

pub(super) fn default_true() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)]
pub(super) fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[allow(clippy::trivially_copy_pass_by_ref)]
pub(super) fn is_true(value: &bool) -> bool {
    *value
}
