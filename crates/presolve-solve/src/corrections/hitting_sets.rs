//! Sets of lines that have a line of every conflict.

/// Returns the sets of at most `size` lines that have a line of every core and no unnecessary
/// line.
pub(super) fn hitting_sets(
    cores: &[Vec<usize>],
    can_change: &dyn Fn(usize) -> bool,
    size: usize,
) -> Vec<Vec<usize>> {
    let mut sets: Vec<Vec<usize>> = Vec::new();
    let mut open: Vec<Vec<usize>> = vec![Vec::new()];
    while let Some(set) = open.pop() {
        let hit = |core: &&Vec<usize>| core.iter().any(|line| set.contains(line));
        match cores.iter().find(|core| !hit(core)) {
            None => {
                let mut set = set;
                set.sort_unstable();
                if is_minimal(&set, cores) && !sets.contains(&set) {
                    sets.push(set);
                }
            }
            Some(core) if set.len() < size => {
                // The last line is checked first.
                let lines = core.iter().rev().filter(|&&line| can_change(line));
                open.extend(lines.map(|&line| [&set[..], &[line]].concat()));
            }
            Some(_) => {}
        }
    }
    sets
}

fn is_minimal(set: &[usize], cores: &[Vec<usize>]) -> bool {
    set.iter().all(|line| {
        cores.iter().any(|core| {
            let mut hits = core.iter().filter(|other| set.contains(other));
            hits.next() == Some(line) && hits.next().is_none()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hitting_set_has_a_line_of_every_core_and_none_too_many() {
        let cores = [vec![0, 1], vec![1, 2], vec![3]];
        let sets = |size| hitting_sets(&cores, &|_| true, size);
        assert!(sets(1).is_empty());
        assert_eq!(sets(2), [[1, 3]]);
        assert_eq!(sets(3), [vec![0, 2, 3], vec![1, 3]]);
        assert_eq!(hitting_sets(&cores, &|line| line != 1, 3), [[0, 2, 3]]);
        assert!(hitting_sets(&cores, &|line| line != 3, 3).is_empty());
    }
}
