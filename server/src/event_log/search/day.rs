//! Parses the days of a query, in the reader's time zone.

use app::protocol::Timestamp;
use time::{Date, Month, Time};

use super::{letter_variants, query_error::QueryError};

/// Parses UTC offsets: minutes, separated by commas. Returns `None` if one is not a number.
pub fn parse_utc_offsets(text: &str) -> Option<Vec<i16>> {
    text.split(',').filter(|offset| !offset.is_empty()).map(|offset| offset.trim().parse().ok()).collect()
}

/// Returns the start of a day in a time zone that is `utc_offset` minutes ahead of UTC.
pub(super) fn start_of_day(text: &str, utc_offset: i16) -> Result<Timestamp, QueryError> {
    let text: String = text.chars().map(|c| letter_variants::ascii_digit(c).unwrap_or(c)).collect();
    let mut parts = text.splitn(3, '-');
    let year = parts.next().and_then(|year| year.parse().ok()).filter(|year| (1970..=9999).contains(year));
    let month =
        parts.next().and_then(|month| month.parse::<u8>().ok()).and_then(|month| Month::try_from(month).ok());
    let day = parts.next().and_then(|day| day.parse().ok());
    let (Some(year), Some(month), Some(day)) = (year, month, day) else { return Err(QueryError::Day) };
    let date = Date::from_calendar_date(year, month, day).map_err(|_| QueryError::Day)?;
    let seconds = date.with_time(Time::MIDNIGHT).assume_utc().unix_timestamp() - i64::from(utc_offset) * 60;
    Ok(Timestamp(u64::try_from(seconds).unwrap_or_default() * 1_000))
}
