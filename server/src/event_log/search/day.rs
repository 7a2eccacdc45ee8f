//! The days of a query, in the reader's time zone.

use app::protocol::{SearchDay, Timestamp};
use time::{Date, Month, Time};

use super::query_error::QueryError;

/// Parses UTC offsets: minutes, separated by commas. Returns `None` if one is not a number.
pub fn parse_utc_offsets(text: &str) -> Option<Vec<i16>> {
    if text.trim().is_empty() {
        return Some(Vec::new());
    }
    text.split(',').map(|offset| offset.trim().parse().ok()).collect()
}

/// Returns the start of a day in a time zone that is `utc_offset` minutes ahead of UTC.
pub(super) fn start_of_day(text: &str, utc_offset: i16) -> Result<Timestamp, QueryError> {
    let SearchDay { year, month, day } = SearchDay::parse(text).ok_or(QueryError::Day)?;
    let month = Month::try_from(month).map_err(|_| QueryError::Day)?;
    let date = Date::from_calendar_date(year.into(), month, day).map_err(|_| QueryError::Day)?;
    let seconds = date.with_time(Time::MIDNIGHT).assume_utc().unix_timestamp() - i64::from(utc_offset) * 60;
    Ok(Timestamp(u64::try_from(seconds).unwrap_or_default() * 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_of_a_day_begins_in_the_readers_time_zone() {
        for row in include_str!("../../../../app/tests/cases/days.tsv").lines().skip(1) {
            let (input, right) = row.split_once('\t').unwrap();
            let text: String = serde_json::from_str(input).unwrap();
            let begins = |offset| start_of_day(&text, offset).map(Timestamp::to_rfc3339);
            match begins(0) {
                Ok(at) => assert_eq!(at, format!("{right}T00:00:00.000Z"), "{input}"),
                Err(_) => assert!(right.starts_with("refused"), "{input}"),
            }
        }
    }

    #[test]
    fn a_day_begins_earlier_in_the_east() {
        for (day, offset, at) in [
            ("2026-01-31", 840, "2026-01-30T10:00:00.000Z"),
            ("2026-01-31", -720, "2026-01-31T12:00:00.000Z"),
            ("2026-01-31", 345, "2026-01-30T18:15:00.000Z"),
            ("9999-12-31", -900, "9999-12-31T15:00:00.000Z"),
            ("1970-01-01", 840, "1970-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(start_of_day(day, offset).unwrap().to_rfc3339(), at, "{day} {offset}");
        }
    }

    #[test]
    fn offsets_are_numbers_between_commas() {
        for (text, offsets) in [
            ("", Some(vec![])),
            (" ", Some(vec![])),
            ("60, -120", Some(vec![60, -120])),
            ("+60", Some(vec![60])),
            ("60,,120", None),
            (",60", None),
            ("60,", None),
            ("1.5", None),
            ("32768", None),
            ("６０", None),
            ("60\0", None),
        ] {
            assert_eq!(parse_utc_offsets(text), offsets, "{text:?}");
        }
    }
}
