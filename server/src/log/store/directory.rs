//! Which topics there are.

use app::protocol::{About, Summary, Timestamp, TopicName};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, LikeExpr},
};

use super::Store;
use crate::log::{entity::topic, search::fold::fold_text};

/// Of a query, this many characters count: more words find nothing that these do not.
const QUERY_CHARS: usize = 200;
/// Escapes what LIKE would take for more than itself.
const ESCAPE: char = '!';

/// So many topics are folded anew at once.
const REFOLDED: u64 = 1_000;

impl Store {
    /// Topics whose name, title or description hold all words of a query, the most recently used first; and whether there
    /// are more.
    pub(in crate::log) async fn topics(
        &self,
        query: &str,
        skip: u64,
        limit: u64,
    ) -> Result<(Vec<Summary>, bool), DbErr> {
        let ordered = matching(query)
            .order_by_desc(topic::Column::ActiveAt)
            .order_by_desc(topic::Column::Id)
            .offset(skip.min(i64::MAX as u64));
        self.directory_page(ordered, limit).await
    }

    /// The same topics in the order of their names, after a name. A name never changes, so pages that follow each other neither
    /// repeat a topic nor leave one out, while the order of use changes between two pages.
    pub(in crate::log) async fn topics_after(
        &self,
        query: &str,
        after: &str,
        limit: u64,
    ) -> Result<(Vec<Summary>, bool), DbErr> {
        let later = matching(query).filter(topic::Column::Name.gt(after));
        self.directory_page(later.order_by_asc(topic::Column::Name), limit).await
    }

    async fn directory_page(
        &self,
        topics: Select<topic::Entity>,
        limit: u64,
    ) -> Result<(Vec<Summary>, bool), DbErr> {
        let rows = topics.limit(limit + 1).all(self.database.read()).await?;
        let more = rows.len() as u64 > limit;
        Ok((rows.into_iter().take(limit as usize).filter_map(summary).collect(), more))
    }

    /// One topic.
    pub(in crate::log) async fn summary(&self, name: &TopicName) -> Result<Option<Summary>, DbErr> {
        Ok(self.topic(name).await?.and_then(summary))
    }

    /// Folds anew what an older version folded otherwise, of the next topics after an id. Says the last of them; none when
    /// there are no more.
    pub(in crate::log) async fn refold(&self, after: i64) -> Result<Option<i64>, DbErr> {
        let next = topic::Entity::find().filter(topic::Column::Id.gt(after)).order_by_asc(topic::Column::Id);
        let rows = next.limit(REFOLDED).all(self.database.read()).await?;
        let last = rows.last().map(|row| row.id);
        for row in rows {
            let folded = found_by(&row.name, &row.title, &row.description);
            if folded != row.folded {
                self.fold_as(row, folded).await?;
            }
        }
        Ok(last)
    }

    /// Whoever describes it meanwhile folds it themselves.
    async fn fold_as(&self, row: topic::Model, folded: String) -> Result<(), DbErr> {
        let update = topic::Entity::update_many()
            .col_expr(topic::Column::Folded, Expr::value(folded))
            .filter(topic::Column::Id.eq(row.id))
            .filter(topic::Column::Title.eq(row.title))
            .filter(topic::Column::Description.eq(row.description));
        update.exec(self.database.write()).await.map(drop)
    }
}

fn matching(query: &str) -> Select<topic::Entity> {
    let query: String = query.chars().take(QUERY_CHARS).collect();
    fold_text(&query).split_whitespace().fold(topic::Entity::find(), |topics, word| {
        topics.filter(topic::Column::Folded.like(LikeExpr::new(pattern(word)).escape(ESCAPE)))
    })
}

/// What a topic is found by.
pub(in crate::log::store) fn found_by(name: &str, title: &str, description: &str) -> String {
    fold_text(&[name, title, description].join(" "))
}

/// A word anywhere.
fn pattern(word: &str) -> String {
    let letter = |c: char| {
        let escape = matches!(c, '%' | '_' | ESCAPE).then_some(ESCAPE);
        escape.into_iter().chain([c])
    };
    format!("%{}%", word.chars().flat_map(letter).collect::<String>())
}

/// Names and titles were parsed before they were stored; rules may have become stricter since.
pub(super) fn summary(row: topic::Model) -> Option<Summary> {
    Some(Summary {
        topic: row.name.parse().ok()?,
        about: About::parse(&row.title, &row.description).unwrap_or_default(),
        head: row.head as u64,
        messages: row.messages as u64,
        at: Timestamp(row.active_at as u64),
        here: 0,
    })
}
