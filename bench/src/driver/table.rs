//! Formats Markdown tables and numbers.

/// A table under construction.
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Creates a table with these columns. The first is aligned to the left, the others to the right.
    pub fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|&cell| cell.to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Returns the table as Markdown.
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule: Vec<_> =
            (0..self.head.len()).map(|at| if at == 0 { "---" } else { "---:" }.to_owned()).collect();
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        line(&self.head) + &line(&rule) + &rows
    }
}

/// Formats a figure, or a dash for `None`.
pub fn cell(value: Option<f64>, write: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| "–".to_owned(), write)
}

/// Formats with three significant digits and a suffix: 6.61 M, 218 k, 5301, 66.0.
pub fn short(value: f64) -> String {
    match value {
        _ if value >= 999_500.0 => format!("{} M", digits(value / 1e6)),
        _ if value >= 10_000.0 => format!("{:.0} k", value / 1e3),
        _ => digits(value),
    }
}

/// Formats with three significant digits.
pub fn digits(value: f64) -> String {
    let places = match value.abs() {
        big if big >= 99.95 => 0,
        middle if middle >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.places$}")
}

/// Milliseconds.
pub fn ms(value: f64) -> String {
    format!("{} ms", digits(value))
}

/// Formats a whole number in groups of three digits.
pub fn whole(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_significant_digits() {
        assert_eq!(
            [6.614e6, 999_600.0, 218_400.0, 5_301.0, 66.04, 5.367].map(short),
            ["6.61 M", "1.00 M", "218 k", "5301", "66.0", "5.37"]
        );
        assert_eq!([12.0, 123.0, 1_234.0, 1_234_567.0].map(whole), ["12", "123", "1,234", "1,234,567"]);
        assert_eq!(cell(None, ms), "–");
    }

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new(&["server", "A"]);
        table.row(vec!["Bun".into(), "5.6".into()]);
        assert_eq!(table.markdown(), "| server | A |\n| --- | ---: |\n| Bun | 5.6 |\n");
    }
}
