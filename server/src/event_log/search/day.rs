//! Days in a query, and where the reader's days begin.

use app::protocol::Timestamp;
use time::{Date, Month, Time};

use super::{forms, query::QueryError};

/// The offsets of an address: minutes with commas between them.
pub fn offsets_of(text: &str) -> Option<Vec<i16>> {
    text.split(',').filter(|offset| !offset.is_empty()).map(|offset| offset.trim().parse().ok()).collect()
}

/// When a day begins where clocks are so many minutes ahead of UTC.
pub(super) fn day(text: &str, offset: i16) -> Result<Timestamp, QueryError> {
    let text: String = text.chars().map(|c| forms::digit(c).unwrap_or(c)).collect();
    let mut parts = text.splitn(3, '-');
    let year = parts.next().and_then(|year| year.parse().ok()).filter(|year| (1970..=9999).contains(year));
    let month =
        parts.next().and_then(|month| month.parse::<u8>().ok()).and_then(|month| Month::try_from(month).ok());
    let day = parts.next().and_then(|day| day.parse().ok());
    let (Some(year), Some(month), Some(day)) = (year, month, day) else { return Err(QueryError::Day) };
    let date = Date::from_calendar_date(year, month, day).map_err(|_| QueryError::Day)?;
    let seconds = date.with_time(Time::MIDNIGHT).assume_utc().unix_timestamp() - i64::from(offset) * 60;
    Ok(Timestamp(u64::try_from(seconds).unwrap_or_default() * 1_000))
}
