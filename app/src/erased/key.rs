use std::{
    any::Any,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// A type-erased key of a list's item.
#[derive(Clone)]
pub(super) struct Key(Arc<dyn DynKey + Send + Sync>);

/// `Eq` and `Hash` as an object-safe trait.
trait DynKey: Any {
    fn dyn_eq(&self, other: &dyn Any) -> bool;
    fn dyn_hash(&self, hasher: &mut dyn Hasher);
    fn as_any(&self) -> &dyn Any;
}

impl<K: Any + Eq + Hash> DynKey for K {
    fn dyn_eq(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }

    fn dyn_hash(&self, mut hasher: &mut dyn Hasher) {
        self.hash(&mut hasher);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Key {
    pub(super) fn new(key: impl Eq + Hash + Send + Sync + 'static) -> Self {
        Self(Arc::new(key))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.dyn_eq(other.0.as_ref().as_any())
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.dyn_hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::Key;
    use std::collections::HashSet;

    #[test]
    fn keys_are_equal_when_type_and_value_are_equal() {
        let all: HashSet<Key> = [Key::new(1u64), Key::new(1u64), Key::new(2u64), Key::new("1")].into();
        assert_eq!(all.len(), 3);
        assert!(all.contains(&Key::new(2u64)) && !all.contains(&Key::new(2u8)));
    }
}
