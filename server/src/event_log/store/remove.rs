//! Removes a topic while no server uses the database.

use app::protocol::{TopicName, TopicSummary};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
    sea_query::Expr,
};

use super::{directory::summary, search::index};
use crate::{
    database::Database,
    event_log::entity::{store, topic},
    random::random_hex,
};

/// The tables whose rows belong to a topic, beside the search index; events come last, because the others refer to them.
const TABLES: [&str; 7] =
    ["mention", "reaction", "search_fill", "member", "participant", "topic_mute", "event"];

/// Removes a topic in one transaction; returns whether it existed.
///
/// A client that knew the topic must not resume in a new topic of that name. New topics get the store's epoch, so this changes
/// the store's epoch; existing topics keep theirs.
pub(in crate::event_log) async fn remove_topic(database: &Database, name: &TopicName) -> Result<bool, DbErr> {
    let transaction = database.begin().await?;
    let by_name = topic::Entity::find().filter(topic::Column::Name.eq(name.as_str()));
    let Some(id) =
        by_name.select_only().column(topic::Column::Id).into_tuple::<i64>().one(&transaction).await?
    else {
        return Ok(false);
    };
    index::remove_topic(&transaction, id).await?;
    let backend = transaction.get_database_backend();
    for table in TABLES {
        let delete = format!("DELETE FROM {table} WHERE topic_id = $1");
        transaction.execute_raw(Statement::from_sql_and_values(backend, delete, [id.into()])).await?;
    }
    topic::Entity::delete_by_id(id).exec(&transaction).await?;
    let epoch = Expr::value(random_hex::<8>());
    store::Entity::update_many().col_expr(store::Column::Epoch, epoch).exec(&transaction).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Returns all topics, in the order of their names.
pub(in crate::event_log) async fn list_topics(database: &Database) -> Result<Vec<TopicSummary>, DbErr> {
    let rows = topic::Entity::find().order_by_asc(topic::Column::Name).all(database.read()).await?;
    Ok(rows.into_iter().filter_map(summary).collect())
}
