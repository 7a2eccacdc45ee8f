//! One component a file, typed by domain; none fetches, none speaks JSON.

mod blocks;
mod composer;
mod draft_state;
mod edit_form;
mod hole_row;
mod link_state;
mod log;
mod message_actions;
mod message_row;
mod moment;
mod notice_row;
mod pending_row;
mod reaction_list;

pub(crate) use composer::Composer;
use edit_form::EditForm;
use hole_row::HoleRow;
pub(crate) use link_state::LinkState;
pub(crate) use log::Log;
use message_actions::MessageActions;
use message_row::MessageRow;
use moment::Moment;
use notice_row::NoticeRow;
use pending_row::PendingRow;
use reaction_list::ReactionList;
