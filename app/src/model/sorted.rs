//! Small maps and sets as sorted vectors, because each use of `BTreeMap` or `BTreeSet` adds 6 kB to the WebAssembly of the
//! page, and each type of keys and values of a `HashMap` code of its own. New keys are mostly the greatest, so inserting rarely
//! moves other entries.

/// A map that is sorted by its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SortedMap<K, V>(Vec<(K, V)>);

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    fn find(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(key))
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.find(key).ok().map(|at| &self.0[at].1)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.find(key).ok().map(|at| &mut self.0[at].1)
    }

    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.find(key).is_ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    // The model itself needs none.
    #[cfg(any(test, feature = "hydrate", feature = "ssr"))]
    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    /// Returns the value that the key had before.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.find(key).ok().map(|at| self.0.remove(at).1)
    }

    pub(crate) fn retain(&mut self, mut keeps: impl FnMut(&K) -> bool) {
        self.0.retain(|(key, _)| keeps(key));
    }

    /// Removes the entry with the least key.
    pub(crate) fn pop_first(&mut self) -> Option<(K, V)> {
        (!self.is_empty()).then(|| self.0.remove(0))
    }
}

#[cfg(test)]
impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

/// A set of numbers, for instance of `seq`s.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SortedSet(SortedMap<u64, ()>);

impl SortedSet {
    pub(crate) fn insert(&mut self, number: u64) {
        self.0.insert(number, ());
    }

    pub(crate) fn remove(&mut self, number: u64) {
        self.0.remove(&number);
    }

    pub(crate) fn contains(&self, number: u64) -> bool {
        self.0.contains_key(&number)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.0.0.clear();
    }

    pub(crate) fn extend(&mut self, numbers: impl IntoIterator<Item = u64>) {
        numbers.into_iter().for_each(|number| self.insert(number));
    }

    /// Removes all numbers up to this one.
    pub(crate) fn remove_up_to(&mut self, last: u64) {
        self.0.retain(|number| *number > last);
    }

    #[cfg(test)]
    pub(crate) fn to_vec(&self) -> Vec<u64> {
        self.0.0.iter().map(|(number, ())| *number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_has_the_last_value_of_each_key_in_their_order() {
        let mut map: SortedMap<_, _> = [(3, 'c'), (1, 'a'), (2, 'x'), (2, 'b')].into_iter().collect();
        assert_eq!(String::from_iter(map.values()), "abc");
        assert_eq!(map.keys().collect::<Vec<_>>(), [&1, &2, &3]);
        assert_eq!((map.get(&2), map.get(&4), map.contains_key(&3)), (Some(&'b'), None, true));
        assert_eq!((map.insert(2, 'B'), map.remove(&1), map.remove(&1)), (Some('b'), Some('a'), None));
        *map.get_mut(&3).unwrap() = 'C';
        map.retain(|key| *key > 2);
        assert_eq!((map.pop_first(), map.pop_first()), (Some((3, 'C')), None));
    }

    #[test]
    fn a_set_has_each_number_once() {
        let mut set = SortedSet::default();
        set.extend([5, 2, 9, 2]);
        set.remove(9);
        set.insert(7);
        assert_eq!((set.to_vec(), set.contains(7), set.contains(9)), (vec![2, 5, 7], true, false));
        set.remove_up_to(5);
        assert_eq!(set.to_vec(), [7]);
        set.clear();
        assert!(set.is_empty());
    }
}
