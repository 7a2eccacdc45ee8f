//! Moves the keyboard focus: among the messages of the log, among the links and buttons of a message, and among the
//! regions of the page. The log is one stop of the Tab key: its messages are reached by other keys.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod elements;
#[cfg(not(feature = "hydrate"))]
mod ssr;
#[cfg(feature = "hydrate")]
mod topic_keys;

#[cfg(feature = "hydrate")]
pub(crate) use browser::{
    focus_composer, focus_entered, focus_message, focused_message, is_in_log, leave_gap, leave_status_line,
    open_menu, pointer_down, step_control, step_message, step_region, tab,
};
#[cfg(feature = "hydrate")]
pub(crate) use elements::is_rtl;
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::{
    focus_composer, focus_entered, focus_message, focused_message, is_in_log, is_rtl, leave_gap,
    leave_status_line, open_menu, pointer_down, press_topic_key, step_control, step_message, step_region,
    tab,
};
#[cfg(feature = "hydrate")]
pub(crate) use topic_keys::press_topic_key;

/// The id of the composer's field.
pub(crate) const FIELD_ID: &str = "message";
