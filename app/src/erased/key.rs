use std::{
    any::Any,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// What tells one of many things from the others, whatever its type.
#[derive(Clone)]
pub(super) struct Key(Arc<dyn Told + Send + Sync>);

trait Told: Any {
    fn is(&self, other: &dyn Any) -> bool;
    fn feed(&self, hasher: &mut dyn Hasher);
    fn any(&self) -> &dyn Any;
}

impl<K: Any + Eq + Hash> Told for K {
    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }

    fn feed(&self, mut hasher: &mut dyn Hasher) {
        self.hash(&mut hasher);
    }

    fn any(&self) -> &dyn Any {
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
        self.0.is(other.0.as_ref().any())
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.feed(state);
    }
}

#[cfg(test)]
mod tests {
    use super::Key;
    use std::collections::HashSet;

    #[test]
    fn keys_are_the_same_when_what_they_hold_is() {
        let all: HashSet<Key> = [Key::new(1u64), Key::new(1u64), Key::new(2u64), Key::new("1")].into();
        assert_eq!(all.len(), 3);
        assert!(all.contains(&Key::new(2u64)) && !all.contains(&Key::new(2u8)));
    }
}
