//! The directory of topics.

use app::protocol::{About, Timestamp, TopicName, TopicSummary, topic_words};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, LikeExpr},
};

use super::Store;
use crate::event_log::{TopicsCursor, TopicsPage, entity::topic, search::tokenizer::fold_text};

/// The characters of a query that count; the rest is ignored. Further words can only narrow the result.
const MAX_QUERY_CHARS: usize = 200;
/// Escapes the wildcards of LIKE.
const LIKE_ESCAPE: char = '!';
/// The number of topics that one call of [`Store::refold_topics`] reads.
const REFOLD_CHUNK: u64 = 1_000;

impl Store {
    /// Returns topics whose name, title or description hold all words of a query, the most recently used first; and whether
    /// there are more.
    pub(in crate::event_log) async fn topics(
        &self,
        query: &str,
        skip: u64,
        limit: u64,
    ) -> Result<(Vec<TopicSummary>, bool), DbErr> {
        let ordered = by_last_use(query).offset(skip.min(i64::MAX as u64));
        let (rows, more) = self.directory_rows(ordered, limit).await?;
        Ok((rows.into_iter().filter_map(summary).collect(), more))
    }

    /// Returns the `limit` most recently used of these topics.
    pub(in crate::event_log) async fn topics_in(
        &self,
        names: &[TopicName],
        limit: u64,
    ) -> Result<Vec<TopicSummary>, DbErr> {
        let named = by_last_use("").filter(topic::Column::Name.is_in(names.iter().map(TopicName::as_str)));
        let (rows, _) = self.directory_rows(named, limit).await?;
        Ok(rows.into_iter().filter_map(summary).collect())
    }

    /// Returns the same topics page by page: no page repeats a topic or leaves one out, whatever is written meanwhile.
    pub(in crate::event_log) async fn topics_page(
        &self,
        query: &str,
        cursor: Option<TopicsCursor>,
        limit: u64,
    ) -> Result<TopicsPage, DbErr> {
        let Some(TopicsCursor { shown, after }) = cursor else {
            return self.first_topics(query, limit).await;
        };
        let rest = matching(query)
            .filter(topic::Column::Name.gt(after))
            .filter(topic::Column::Id.is_not_in(shown.iter().copied()))
            .order_by_asc(topic::Column::Name);
        let (rows, more) = self.directory_rows(rest, limit).await?;
        let after = rows.last().filter(|_| more).map(|row| row.name.clone());
        let next = after.map(|after| TopicsCursor { shown, after });
        Ok(TopicsPage { topics: rows.into_iter().filter_map(summary).collect(), next })
    }

    async fn first_topics(&self, query: &str, limit: u64) -> Result<TopicsPage, DbErr> {
        let (rows, more) = self.directory_rows(by_last_use(query), limit).await?;
        let shown = rows.iter().map(|row| row.id).collect();
        let next = more.then(|| TopicsCursor { shown, after: String::new() });
        Ok(TopicsPage { topics: rows.into_iter().filter_map(summary).collect(), next })
    }

    /// Returns at most `limit` rows, and whether there are more.
    async fn directory_rows(
        &self,
        topics: Select<topic::Entity>,
        limit: u64,
    ) -> Result<(Vec<topic::Model>, bool), DbErr> {
        let mut rows = topics.limit(limit + 1).all(self.database.read()).await?;
        let more = rows.len() as u64 > limit;
        rows.truncate(limit as usize);
        Ok((rows, more))
    }

    pub(in crate::event_log) async fn summary(
        &self,
        name: &TopicName,
    ) -> Result<Option<TopicSummary>, DbErr> {
        Ok(self.topic(name).await?.and_then(summary))
    }

    /// Recomputes the searchable text of the next topics after an id where an older version folded it differently. Returns the
    /// last id, or `None` when there are no more topics.
    pub(in crate::event_log) async fn refold_topics(&self, after: i64) -> Result<Option<i64>, DbErr> {
        let next = topic::Entity::find().filter(topic::Column::Id.gt(after)).order_by_asc(topic::Column::Id);
        let rows = next.limit(REFOLD_CHUNK).all(self.database.read()).await?;
        let last = rows.last().map(|row| row.id);
        for row in rows {
            let folded = searchable_text(&row.name, &row.title, &row.description);
            if folded != row.folded {
                self.update_folded(row, folded).await?;
            }
        }
        Ok(last)
    }

    /// Stores the folded text, unless the topic was described anew meanwhile: that has stored the text, too.
    async fn update_folded(&self, row: topic::Model, folded: String) -> Result<(), DbErr> {
        let update = topic::Entity::update_many()
            .col_expr(topic::Column::Folded, Expr::value(folded))
            .filter(topic::Column::Id.eq(row.id))
            .filter(topic::Column::Title.eq(row.title))
            .filter(topic::Column::Description.eq(row.description));
        update.exec(self.database.write()).await.map(drop)
    }
}

/// Selects matching topics, the most recently used first.
fn by_last_use(query: &str) -> Select<topic::Entity> {
    matching(query).order_by_desc(topic::Column::ActiveAt).order_by_desc(topic::Column::Id)
}

fn matching(query: &str) -> Select<topic::Entity> {
    let query: String = query.chars().take(MAX_QUERY_CHARS).collect();
    topic_words(&fold_text(&query)).fold(topic::Entity::find(), |topics, word| {
        topics.filter(topic::Column::Folded.like(LikeExpr::new(like_pattern(word)).escape(LIKE_ESCAPE)))
    })
}

/// Returns the folded text that a directory search looks in.
pub(in crate::event_log::store) fn searchable_text(name: &str, title: &str, description: &str) -> String {
    fold_text(&[name, title, description].join(" "))
}

/// Returns a LIKE pattern that finds the word anywhere.
fn like_pattern(word: &str) -> String {
    let letter = |c: char| {
        let escape = matches!(c, '%' | '_' | LIKE_ESCAPE).then_some(LIKE_ESCAPE);
        escape.into_iter().chain([c])
    };
    format!("%{}%", word.chars().flat_map(letter).collect::<String>())
}

/// Names and titles were parsed before they were stored, but the rules may have become stricter since. Returns `None` for a
/// name that is no longer valid.
pub(super) fn summary(row: topic::Model) -> Option<TopicSummary> {
    Some(TopicSummary {
        topic: row.name.parse().ok()?,
        about: About::parse(&row.title, &row.description).unwrap_or_default(),
        head: row.head as u64,
        messages: row.messages as u64,
        at: Timestamp(row.active_at as u64),
        here: 0,
    })
}
