//! A checksum of a table's rows, which is the same for equal rows in either kind of database.

use std::fmt::{Display, Formatter, Result as FmtResult};

use sea_orm::{DbErr, Value};
use sha2::{Digest, Sha256};

use super::table::Table;
use crate::database::Database;

const PAGE_ROWS: usize = 1_000;

/// The number of rows and the sum of their hashes, which does not depend on their order: databases sort texts differently.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Checksum {
    pub(super) rows: u64,
    sum: u128,
}

impl Checksum {
    /// Reads all rows of a table.
    pub(super) async fn of(database: &Database, table: &Table) -> Result<Self, DbErr> {
        let mut checksum = Self::default();
        let mut after = None;
        loop {
            let rows = table.read(database, after.as_deref(), PAGE_ROWS).await?;
            let Some(last) = rows.last() else { return Ok(checksum) };
            after = Some(table.key_of(last));
            rows.iter().for_each(|row| checksum.add(row));
        }
    }

    fn add(&mut self, row: &[Value]) {
        let mut hasher = Sha256::new();
        for value in row {
            let bytes = bytes_of(value);
            // The length keeps two neighbouring texts from being cut elsewhere; that of a missing value is of no other.
            hasher.update(bytes.as_ref().map_or(u64::MAX, |bytes| bytes.len() as u64).to_le_bytes());
            hasher.update(bytes.unwrap_or_default());
        }
        let hash: [u8; 32] = hasher.finalize().into();
        let half = hash.first_chunk::<16>().copied().unwrap_or_default();
        self.rows += 1;
        self.sum = self.sum.wrapping_add(u128::from_le_bytes(half));
    }
}

impl Display for Checksum {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> FmtResult {
        write!(formatter, "{} rows, checksum {:032x}", self.rows, self.sum)
    }
}

/// Returns `None` for a missing value.
fn bytes_of(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Bool(value) => value.map(|value| vec![u8::from(value)]),
        Value::SmallInt(value) => value.map(|value| value.to_le_bytes().to_vec()),
        Value::Int(value) => value.map(|value| value.to_le_bytes().to_vec()),
        Value::BigInt(value) => value.map(|value| value.to_le_bytes().to_vec()),
        Value::String(value) => value.as_ref().map(|value| value.as_bytes().to_vec()),
        Value::Bytes(value) => value.as_ref().map(|value| value.to_vec()),
        Value::Uuid(value) => value.as_ref().map(|value| value.as_bytes().to_vec()),
        // No column has another type.
        other => Some(format!("{other:?}").into_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Row;
    use super::*;

    fn sum(rows: &[Row]) -> Checksum {
        let mut checksum = Checksum::default();
        rows.iter().for_each(|row| checksum.add(row));
        checksum
    }

    #[test]
    fn the_order_of_rows_does_not_matter_and_every_value_does() {
        let one: Row = vec![1_i64.into(), "ab".into(), "c".into()];
        let two: Row = vec![2_i64.into(), "ab".into(), "c".into()];
        assert_eq!(sum(&[one.clone(), two.clone()]), sum(&[two.clone(), one.clone()]));
        let others: [Row; 3] = [
            vec![1_i64.into(), "a".into(), "bc".into()],
            vec![1_i64.into(), "ab".into(), "".into()],
            vec![1_i64.into(), "ab".into(), None::<String>.into()],
        ];
        for other in others.into_iter().chain([two]) {
            assert_ne!(sum(std::slice::from_ref(&one)), sum(&[other]));
        }
        assert_ne!(sum(std::slice::from_ref(&one)), sum(&[one.clone(), one]));
    }
}
