//! What somebody types to find something: parsed here, so that no database ever reads it as its own language.

use app::protocol::{ErrorCode, Timestamp, TopicName, TopicNameError};

use super::{
    day::day,
    fold::{self, Word},
    parts::{Part, parts},
    signs,
};

/// The longest query, in bytes.
const LONGEST: usize = 512;
/// The farthest that any clock is from UTC, and an hour more, in minutes.
const FARTHEST: u16 = 900;
/// The most words in one, those of phrases and names included.
const MOST: usize = 16;

/// What to look for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// All of these.
    pub(in crate::event_log) terms: Vec<Term>,
    /// Words of the author's name.
    pub(in crate::event_log) author: Vec<String>,
    /// In which topic.
    pub topic: Option<TopicName>,
    /// From then on.
    pub(in crate::event_log) from: Option<Timestamp>,
    /// Before then.
    pub(in crate::event_log) until: Option<Timestamp>,
}

/// Words that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::event_log) struct Term {
    pub(in crate::event_log) words: Vec<String>,
    /// The last of them may be the beginning of a longer one.
    pub(in crate::event_log) open: bool,
}

impl Term {
    /// The word that is being typed is the last one, and one letter says too little.
    fn new(words: Vec<Word>, last: bool) -> Self {
        let words: Vec<String> = words.into_iter().map(|word| word.text).collect();
        let open = last && words.last().is_some_and(|word| word.len() > 1);
        Self { words, open }
    }
}

/// Why nothing can be looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// No word in it.
    #[error("there is no word to look for: give one, or from:NAME")]
    Blank,
    /// Longer than any question.
    #[error("that is too long to look for: at most {LONGEST} bytes")]
    TooLong,
    /// Too many words.
    #[error("those are too many words: at most {MOST}")]
    TooMany,
    /// A day that is none.
    #[error("before: and after: take a day such as 2026-01-31")]
    Day,
    /// No offset that anybody's clock has.
    #[error("offsets are minutes east of UTC, from -{FARTHEST} to {FARTHEST}")]
    Offset,
    /// No topic's name.
    #[error("in: takes the name of a topic: {0}")]
    Topic(#[from] TopicNameError),
    /// No place where an answer ended.
    #[error("`after` takes what an answer before gave as `more`")]
    Cursor,
}

impl QueryError {
    /// The wire's word for it.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Blank => ErrorCode::Blank,
            Self::TooLong => ErrorCode::TooLarge,
            Self::TooMany | Self::Day | Self::Offset | Self::Topic(_) | Self::Cursor => ErrorCode::BadRequest,
        }
    }
}

impl std::str::FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::parse_at(text, &[])
    }
}

impl Query {
    /// A query of a reader whose days begin so many minutes east of UTC: one for each day, and the last for the others.
    pub(super) fn parse_at(text: &str, offsets: &[i16]) -> Result<Self, QueryError> {
        if text.len() > LONGEST {
            return Err(QueryError::TooLong);
        }
        if offsets.iter().any(|minutes| minutes.unsigned_abs() > FARTHEST) {
            return Err(QueryError::Offset);
        }
        let last = offsets.last().copied().unwrap_or_default();
        let mut offsets = offsets.iter().copied().chain(std::iter::repeat(last));
        let mut query = Self::default();
        for part in parts(text) {
            query.take(&part, || offsets.next().unwrap_or(last))?;
        }
        if query.terms.is_empty() && query.author.is_empty() {
            return Err(QueryError::Blank);
        }
        let words: usize = query.terms.iter().map(|term| term.words.len()).sum();
        if words + query.author.len() > MOST {
            return Err(QueryError::TooMany);
        }
        Ok(query)
    }

    fn take(&mut self, part: &Part, offset: impl FnOnce() -> i16) -> Result<(), QueryError> {
        match part.key {
            Some("from") => self.author.extend(fold::words(part.text).map(|word| word.text)),
            Some("in") => self.topic = Some(TopicName::from_user_input(part.text)?),
            Some("before") => self.until = Some(day(part.text, offset())?),
            Some("after") => self.from = Some(day(part.text, offset())?),
            _ => {
                let words: Vec<Word> = fold::words(part.text).collect();
                let signs = signs::signs(part.text, &words);
                // C++ alone asks for no C.
                if !words.iter().all(|word| signs.iter().any(|sign| sign.holds(word))) {
                    self.terms.push(Term::new(words, part.last));
                }
                self.terms.extend(signs.into_iter().map(|sign| Term::new(vec![sign], part.last)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        text.parse().unwrap()
    }

    /// Each term's words; a star where it is open.
    fn terms(text: &str) -> Vec<String> {
        let show = |term: Term| term.words.join(" ") + if term.open { "*" } else { "" };
        query(text).terms.into_iter().map(show).collect()
    }

    #[test]
    fn all_words_count_and_the_last_is_open() {
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
    }

    #[test]
    fn what_narrows_it_is_told_apart() {
        let asked = query("hi from:\"Ann Lee\" IN:#Lobby after:2026-01-31 before:2026-02-01");
        assert_eq!(asked.author, ["ann", "lee"]);
        assert_eq!(asked.topic, Some("lobby".parse().unwrap()));
        assert_eq!(asked.from, Some(Timestamp(1_769_817_600_000)));
        assert_eq!(asked.until, Some(Timestamp(1_769_904_000_000)));
        assert_eq!(asked.terms.len(), 1);
        let at = |offsets: &[i16]| {
            let asked = Query::parse_at("hi after:2026-01-31 before:۲۰۲۶-۰۲-۰۱", offsets).unwrap();
            [asked.from, asked.until].map(|at| at.unwrap().0)
        };
        const HOUR: u64 = 3_600_000;
        assert_eq!(at(&[]), [1_769_817_600_000, 1_769_904_000_000]);
        assert_eq!(at(&[60]), [1_769_817_600_000 - HOUR, 1_769_904_000_000 - HOUR]);
        assert_eq!(at(&[-120, 60]), [1_769_817_600_000 + 2 * HOUR, 1_769_904_000_000 - HOUR]);
        assert_eq!(Query::parse_at("hi", &[901]), Err(QueryError::Offset));
        assert_eq!(Query::parse_at("hi", &[i16::MIN]), Err(QueryError::Offset));
        assert!(query("from:ann").terms.is_empty());
        assert_eq!(terms("re: from: x:y"), ["re", "from", "x y"]);
    }

    #[test]
    fn syntax_of_databases_means_nothing() {
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
    fn what_cannot_be_looked_for_is_refused_by_its_fault() {
        use QueryError::{Blank, Day, TooLong, TooMany};
        for text in ["", "  \n", "!!! ...", "\"\"", "#", "in:lobby", "before:2026-01-01", "from:!"] {
            assert_eq!(text.parse::<Query>(), Err(Blank), "{text}");
        }
        assert_eq!("a ".repeat(17).parse::<Query>(), Err(TooMany));
        assert!("a ".repeat(16).parse::<Query>().is_ok());
        // The words of a phrase count, however it is written.
        for (begin, word, end) in
            [("\"", "a ", "\""), ("", "a.", ""), ("", "你", ""), ("from:\"", "a ", "\"")]
        {
            let asked = |words| format!("{begin}{}{end}", word.repeat(words)).parse::<Query>();
            assert!(asked(16).is_ok(), "{word}");
            assert_eq!(asked(17), Err(TooMany), "{word}");
        }
        assert_eq!("a".repeat(513).parse::<Query>(), Err(TooLong));
        for day in
            ["x", "2026", "2026-13-01", "2026-02-29", "-1-1-1", "2026-1-1-1", "99999-01-01", "1969-01-01"]
        {
            assert_eq!(format!("a before:{day}").parse::<Query>(), Err(Day), "{day}");
        }
        assert!(matches!("a in:No_Such!Name".parse::<Query>(), Err(QueryError::Topic(_))));
    }
}
