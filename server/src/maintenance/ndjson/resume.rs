//! The part of an export that an interrupted command has left in a file.

use std::{
    fs::File,
    io::{BufRead, BufReader},
};

use anyhow::{Context, bail, ensure};

use super::line::{Line, LineCounts};
use crate::config::EventPosition;

/// Cuts off half a line, which a killed process may have left, and counts the lines before it.
///
/// Errors: the file ends with another event than the one at `after`, so events would be missing or doubled; it is complete.
pub(super) fn take_up(file: &File, after: &EventPosition) -> anyhow::Result<LineCounts> {
    let mut lines = BufReader::new(file);
    let mut counts = LineCounts::default();
    let mut whole = 0;
    let mut last = None;
    let mut text = Vec::new();
    while lines.read_until(b'\n', &mut text)? > 0 && text.ends_with(b"\n") {
        whole += text.len() as u64;
        let line: Line = serde_json::from_slice(&text).context("the file is no export")?;
        counts.add(&line);
        last = position_of(line)?.or(last);
        text.clear();
    }
    let (topic, seq) =
        last.context("the file has no topic yet; remove it, and export again without --after")?;
    ensure!(
        (topic.as_str(), seq) == (after.topic.as_str(), after.seq),
        "the file ends after {topic}:{seq}, not after {}:{}",
        after.topic,
        after.seq
    );
    file.set_len(whole)?;
    Ok(counts)
}

/// The topic and the `seq` after which a line ends.
fn position_of(line: Line) -> anyhow::Result<Option<(String, i64)>> {
    match line {
        Line::Header { .. } => Ok(None),
        Line::Topic(topic) => Ok(Some((topic.topic, 0))),
        Line::Event(event) => Ok(Some((event.topic, event.seq))),
        Line::End { .. } => bail!("the file is a complete export; give another name"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};

    use tempfile::TempDir;

    use super::*;

    const HEADER: &str = "{\"type\":\"header\",\"format\":1,\"epoch\":\"a\"}\n";
    const TOPIC: &str = "{\"type\":\"topic\",\"topic\":\"lobby\",\"epoch\":\"a\",\"created_at\":1}\n";

    #[test]
    fn half_a_line_is_cut_off_and_another_position_is_refused() {
        let folder = TempDir::new().unwrap();
        let place = folder.path().join("export");
        let takes_up = |text: &str, after: &str| {
            fs::write(&place, text).unwrap();
            let file = OpenOptions::new().read(true).append(true).open(&place).unwrap();
            take_up(&file, &after.parse().unwrap()).map_err(|error| format!("{error:#}"))
        };
        let begun = [HEADER, TOPIC].concat();
        let counts = takes_up(&format!("{begun}{{\"type\":\"ev"), "lobby:0").unwrap();
        assert_eq!(counts, LineCounts { topics: 1, events: 0 });
        assert_eq!(fs::read_to_string(&place).unwrap(), begun);
        for (text, after, with) in [
            (begun.clone(), "lobby:1", "ends after lobby:0"),
            (begun.clone(), "tea:0", "ends after lobby:0"),
            (HEADER.to_owned(), "lobby:0", "no topic yet"),
            (format!("{begun}{{\"type\":\"end\"}}\n"), "lobby:0", "complete export"),
            ("text\n".to_owned(), "lobby:0", "no export"),
        ] {
            let error = takes_up(&text, after).unwrap_err();
            assert!(error.contains(with), "{text}: {error}");
            assert_eq!(fs::read_to_string(&place).unwrap(), text);
        }
    }
}
