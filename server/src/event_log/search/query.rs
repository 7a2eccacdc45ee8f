//! Parses search queries. No database ever interprets the typed text as its own query syntax.

use app::protocol::{QueryFilter, QueryPart, Timestamp, TopicName, split_query};

use super::{
    day::start_of_day,
    query_error::{MAX_QUERY_BYTES, MAX_QUERY_WORDS, MAX_UTC_OFFSET_MINUTES, QueryError},
    symbols::symbols,
    tokenizer::{WordToken, tokenize},
};

/// A parsed search query. A message must match all of its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedQuery {
    /// Words and phrases of the text.
    pub(in crate::event_log) terms: Vec<Term>,
    /// Words of the author's name.
    pub(in crate::event_log) author: Vec<String>,
    pub topic: Option<TopicName>,
    /// The earliest time.
    pub(in crate::event_log) from: Option<Timestamp>,
    /// The time before which the message was published.
    pub(in crate::event_log) until: Option<Timestamp>,
}

/// Adjacent words: a phrase, or a single word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::event_log) struct Term {
    pub(in crate::event_log) words: Vec<String>,
    /// The last word may be the prefix of a longer one.
    pub(in crate::event_log) is_prefix: bool,
}

impl Term {
    /// The last word of a query is a prefix, because the reader may still be typing it. A single letter is not: it would match
    /// too much.
    fn new(words: Vec<WordToken>, is_open_end: bool) -> Self {
        let words: Vec<String> = words.into_iter().map(|word| word.text).collect();
        let is_prefix = is_open_end && words.last().is_some_and(|word| word.len() > 1);
        Self { words, is_prefix }
    }
}

impl std::str::FromStr for ParsedQuery {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::parse_at(text, &[])
    }
}

impl ParsedQuery {
    /// Parses a query. `utc_offsets` are minutes east of UTC at the reader, one for each day in the query; the last one is used
    /// for the remaining days.
    pub(super) fn parse_at(text: &str, utc_offsets: &[i16]) -> Result<Self, QueryError> {
        let text = text.trim();
        if text.len() > MAX_QUERY_BYTES {
            return Err(QueryError::TooLong);
        }
        if utc_offsets.iter().any(|minutes| minutes.unsigned_abs() > MAX_UTC_OFFSET_MINUTES) {
            return Err(QueryError::Offset);
        }
        let last = utc_offsets.last().copied().unwrap_or_default();
        let mut offsets = utc_offsets.iter().copied().chain(std::iter::repeat(last));
        let mut query = Self::default();
        for part in split_query(text) {
            query.add(&part, || offsets.next().unwrap_or(last))?;
        }
        if query.terms.is_empty() && query.author.is_empty() {
            return Err(QueryError::Blank);
        }
        let words: usize = query.terms.iter().map(|term| term.words.len()).sum();
        if words + query.author.len() > MAX_QUERY_WORDS {
            return Err(QueryError::TooMany);
        }
        Ok(query)
    }

    fn add(&mut self, part: &QueryPart, utc_offset: impl FnOnce() -> i16) -> Result<(), QueryError> {
        match part.filter {
            Some(QueryFilter::From) => self.author.extend(tokenize(part.text).map(|word| word.text)),
            Some(QueryFilter::In) => self.add_topic(TopicName::from_user_input(part.text)?)?,
            Some(QueryFilter::Before) => {
                let day = start_of_day(part.text, utc_offset())?;
                self.until = Some(self.until.map_or(day, |until| until.min(day)));
            }
            Some(QueryFilter::After) => {
                self.from = self.from.max(Some(start_of_day(part.text, utc_offset())?))
            }
            None => {
                let words: Vec<WordToken> = tokenize(part.text).collect();
                let symbols = symbols(part.text, &words);
                // A query for C++ alone does not ask for the word C.
                if !words.iter().all(|word| symbols.iter().any(|symbol| symbol.contains(word))) {
                    self.terms.push(Term::new(words, part.is_open_end));
                }
                self.terms
                    .extend(symbols.into_iter().map(|symbol| Term::new(vec![symbol], part.is_open_end)));
            }
        }
        Ok(())
    }

    /// A message is in one topic only, so two topics are a mistake.
    fn add_topic(&mut self, topic: TopicName) -> Result<(), QueryError> {
        match self.topic.replace(topic) {
            Some(other) if self.topic.as_ref() != Some(&other) => Err(QueryError::TwoTopics),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> ParsedQuery {
        text.parse().unwrap()
    }

    /// The words of each term, with a star behind a prefix.
    fn terms(text: &str) -> Vec<String> {
        let show = |term: Term| term.words.join(" ") + if term.is_prefix { "*" } else { "" };
        query(text).terms.into_iter().map(show).collect()
    }

    #[test]
    fn all_words_count_and_the_last_is_a_prefix() {
        assert_eq!(terms("Hello wor"), ["hello", "wor*"]);
        assert_eq!(terms("\"Hello World\" x"), ["hello world", "x"]);
        assert_eq!(terms("\"a b\""), ["a b"]);
        assert_eq!(terms("“a b” „c d“ «e f»"), ["a b", "c d", "e f"]);
        assert_eq!(terms("a \"b c"), ["a", "b c"]);
        assert_eq!(terms("a \"b cd"), ["a", "b cd*"]);
        assert_eq!(terms("don't x.example"), ["don t", "x example*"]);
        assert_eq!(terms("你好 ÉTÉ"), ["你 好", "ete*"]);
        assert_eq!(terms("C++ \"C# code\" .NET"), ["c＋＋", "c code", "c＃", "．net*"]);
        assert_eq!(terms("party🎉 👍🏽"), ["party", "🎉", "👍*"]);
        assert_eq!(terms(":tada: :smi"), ["🎉", "smi*"]);
    }

    #[test]
    fn filters_are_recognised() {
        let parsed = query("hi from:\"Ann Lee\" IN:#Lobby after:2026-01-31 before:2026-02-01");
        assert_eq!(parsed.author, ["ann", "lee"]);
        assert_eq!(parsed.topic, Some("lobby".parse().unwrap()));
        assert_eq!(parsed.from, Some(Timestamp(1_769_817_600_000)));
        assert_eq!(parsed.until, Some(Timestamp(1_769_904_000_000)));
        assert_eq!(parsed.terms.len(), 1);
        let at = |offsets: &[i16]| {
            let parsed = ParsedQuery::parse_at("hi after:2026-01-31 before:۲۰۲۶-۰۲-۰۱", offsets).unwrap();
            [parsed.from, parsed.until].map(|at| at.unwrap().0)
        };
        const HOUR: u64 = 3_600_000;
        assert_eq!(at(&[]), [1_769_817_600_000, 1_769_904_000_000]);
        assert_eq!(at(&[60]), [1_769_817_600_000 - HOUR, 1_769_904_000_000 - HOUR]);
        assert_eq!(at(&[-120, 60]), [1_769_817_600_000 + 2 * HOUR, 1_769_904_000_000 - HOUR]);
        assert_eq!(ParsedQuery::parse_at("hi", &[901]), Err(QueryError::Offset));
        assert_eq!(ParsedQuery::parse_at("hi", &[i16::MIN]), Err(QueryError::Offset));
        assert!(query("from:ann").terms.is_empty());
        assert_eq!(terms("re: from: x:y"), ["re", "from", "x y"]);
    }

    /// The words of each term, and the filters, in one line.
    fn shown(text: &str) -> String {
        let parsed = match text.parse::<ParsedQuery>() {
            Ok(parsed) => parsed,
            Err(QueryError::Topic(_)) => return "refused: Topic".to_owned(),
            Err(error) => return format!("refused: {error:?}"),
        };
        let mut parts: Vec<String> = terms(text).iter().map(|term| format!("[{term}]")).collect();
        let day = |at: Timestamp| at.to_rfc3339().chars().take(10).collect::<String>();
        parts.extend((!parsed.author.is_empty()).then(|| format!("from {}", parsed.author.join(" "))));
        parts.extend(parsed.topic.map(|topic| format!("in {topic}")));
        parts.extend(parsed.from.map(|at| format!("after {}", day(at))));
        parts.extend(parsed.until.map(|at| format!("before {}", day(at))));
        parts.join(" ")
    }

    #[test]
    fn each_case_of_a_query_is_parsed_or_refused() {
        for row in include_str!("../../../../app/tests/cases/queries.tsv").lines().skip(1) {
            let (input, right) = row.split_once('\t').unwrap();
            let query: String = serde_json::from_str(input).unwrap();
            assert_eq!(shown(&query), right, "{input}");
        }
        // Spaces around a query do not count, and those in it do.
        assert_eq!(shown(&format!("{0}tea{0}", " ".repeat(10_000))), "[tea*]");
        assert_eq!(shown(&" ".repeat(10_000)), "refused: Blank");
        assert_eq!(shown(&format!("a{}b", " ".repeat(10_000))), "refused: TooLong");
        assert_eq!(shown(&"\"".repeat(512)), "refused: Blank");
        assert_eq!(shown(&":".repeat(512)), "refused: Blank");
        assert_eq!(shown(&"\u{301}".repeat(256)), "refused: Blank");
    }

    #[test]
    fn the_query_syntax_of_databases_has_no_meaning() {
        for text in
            ["a\" OR b", "a AND NOT b*", "a:b {c} ^d", "a' & !b | (c <-> d):*", "a\\b\\", "NEAR(a b)", "a;--"]
        {
            for term in query(text).terms {
                assert!(
                    term.words.iter().all(|word| word.chars().all(char::is_alphanumeric)),
                    "{text}: {term:?}"
                );
            }
        }
    }

    #[test]
    fn invalid_queries_are_refused_with_the_reason() {
        use QueryError::{Blank, Day, TooLong, TooMany};
        for text in ["", "  \n", "!!! ...", "\"\"", "#", "in:lobby", "before:2026-01-01", "from:!"] {
            assert_eq!(text.parse::<ParsedQuery>(), Err(Blank), "{text}");
        }
        assert_eq!("a ".repeat(17).parse::<ParsedQuery>(), Err(TooMany));
        assert!("a ".repeat(16).parse::<ParsedQuery>().is_ok());
        // The words of a phrase count, however it is written.
        for (begin, word, end) in
            [("\"", "a ", "\""), ("", "a.", ""), ("", "你", ""), ("from:\"", "a ", "\"")]
        {
            let parsed = |words| format!("{begin}{}{end}", word.repeat(words)).parse::<ParsedQuery>();
            assert!(parsed(16).is_ok(), "{word}");
            assert_eq!(parsed(17), Err(TooMany), "{word}");
        }
        assert_eq!("a".repeat(513).parse::<ParsedQuery>(), Err(TooLong));
        for day in
            ["x", "2026", "2026-13-01", "2026-02-29", "-1-1-1", "2026-1-1-1", "99999-01-01", "1969-01-01"]
        {
            assert_eq!(format!("a before:{day}").parse::<ParsedQuery>(), Err(Day), "{day}");
        }
        assert!(matches!("a in:No_Such!Name".parse::<ParsedQuery>(), Err(QueryError::Topic(_))));
    }
}
