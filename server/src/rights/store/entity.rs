//! The tables of rights. Their numbers are those of `migrations/src/m0019_rights.rs` and `m0021_networks.rs`.

/// Role, ban and mute of a person who has one of them.
pub(crate) mod person {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "person")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) user: Uuid,
        pub(crate) role: i16,
        /// Milliseconds since 1970.
        pub(crate) banned_until: Option<i64>,
        /// Milliseconds since 1970.
        pub(crate) muted_until: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The policy of the house: at most one row.
pub(crate) mod policy {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "policy")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: i32,
        pub(crate) readers: i16,
        pub(crate) writers: i16,
        pub(crate) makers: i16,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The newest changes, one for each version.
pub(crate) mod rights_change {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rights_change")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) version: i64,
        /// Empty if the policy or a topic changed.
        pub(crate) user: Option<Uuid>,
        /// Milliseconds since 1970.
        pub(crate) at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Codes that were used.
pub(crate) mod one_time {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "one_time")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) hash: Vec<u8>,
        pub(crate) used_by: Uuid,
        /// Milliseconds since 1970.
        pub(crate) expires_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Each change of a standing or of the policy.
pub(crate) mod audit {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        /// Milliseconds since 1970.
        pub(crate) at: i64,
        pub(crate) act: i16,
        /// Empty for an owner by a code.
        pub(crate) actor: Option<Uuid>,
        pub(crate) user: Uuid,
        /// JSON of the standing, the policy, or the ban of a network.
        #[sea_orm(column_type = "Text")]
        pub(crate) standing: String,
        #[sea_orm(column_type = "Text")]
        pub(crate) reason: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The networks that are banned.
pub(crate) mod network_ban {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "network_ban")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub(crate) network: String,
        /// Milliseconds since 1970.
        pub(crate) banned_until: i64,
        #[sea_orm(column_type = "Text")]
        pub(crate) reason: String,
        pub(crate) actor: Uuid,
        /// Milliseconds since 1970.
        pub(crate) at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The people of private topics.
pub(crate) mod participant {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "participant")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) topic_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) user: Uuid,
        pub(crate) role: i16,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// People who are muted in a topic.
pub(crate) mod topic_mute {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "topic_mute")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) topic_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) user: Uuid,
        /// Milliseconds since 1970.
        pub(crate) until: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
