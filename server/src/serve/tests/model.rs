//! The model test: see `chat::model`.

use super::*;
use crate::chat::model::{ServerParts, check_histories};

#[tokio::test]
async fn under_all_faults_the_log_and_its_clients_agree_with_the_model() {
    check_histories(build_router).await;
}

fn build_router(parts: ServerParts) -> Router {
    let ServerParts { settings, sessions, access, origins, connections, chat } = parts;
    let state = AppState::new(settings, sessions, access, origins, connections, chat, PageCache::new(0));
    router(state, AllowedHosts::new(None, &[], true))
}
