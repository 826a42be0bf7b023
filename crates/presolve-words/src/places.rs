//! Short descriptions of several lines of a file.

use std::sync::Arc;

use presolve_explain::{Explanation, first_word};
use presolve_solve::{Declared, DeclaredKind};
use presolve_text::source::SourceFile;

/// The maximum number of ranges that are listed; otherwise only the first and the last
/// line.
const RANGES_SHOWN: usize = 12;

/// Returns the positions of lines: "line 7", "lines 4, 7 to 9 and 12", "line 3 of
/// requirements.txt", "between lines 9 and 535"; `None` if they are in no file.
pub fn of(explanation: &Explanation, lines: &[usize]) -> Option<String> {
    let mut files: Vec<(&Arc<SourceFile>, Vec<usize>)> = Vec::new();
    for &line in lines {
        let Some(place) = &explanation.places[line] else {
            continue;
        };
        let number = place.line_column().0;
        let mut known = files.iter_mut();
        match known.find(|(file, _)| Arc::ptr_eq(file, &place.file)) {
            Some((_, numbers)) => numbers.push(number),
            None => files.push((&place.file, vec![number])),
        }
    }
    let told = files.into_iter().map(|(file, mut numbers)| {
        numbers.sort_unstable();
        numbers.dedup();
        let told = told(&numbers);
        if Arc::ptr_eq(file, &explanation.file) {
            told
        } else {
            format!("{told} of {}", file.path().display())
        }
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// Returns where a requirement comes from that has no line in a file.
pub fn outside_files(declared: &Declared) -> &'static str {
    match declared.names("python") {
        true => "set by `--python-version` or presolve.toml",
        false => "added by conda for the pip list",
    }
}

/// Returns sorted line numbers in words.
fn told(numbers: &[usize]) -> String {
    match (&ranges(numbers)[..], numbers) {
        ([line], [_]) => format!("line {line}"),
        (ranges, [first, .., last]) if ranges.len() > RANGES_SHOWN => {
            format!("between lines {first} and {last}")
        }
        (ranges, _) => format!("lines {}", listed(ranges)),
    }
}

/// Returns numbers as ranges: `4`, `7 to 9`.
fn ranges(numbers: &[usize]) -> Vec<String> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let words = ranges
        .into_iter()
        .flat_map(|(first, last)| match last - first {
            0 => vec![first.to_string()],
            1 => vec![first.to_string(), last.to_string()],
            _ => vec![format!("{first} to {last}")],
        });
    words.collect()
}

/// Joins words: "a, b and c".
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// Names lines that change together: "the 5 `azureml-*` lines", "`dask` and `distributed`".
pub fn named_together(lines: &[&Declared]) -> String {
    let mut words = lines.iter().map(|line| first_word(line));
    if let Some(first) = words.next().flatten()
        && words.all(|word| word == Some(first))
    {
        return format!("the {} `{first}-*` lines", lines.len());
    }
    let names = lines.iter().filter_map(|line| match &line.kind {
        DeclaredKind::Conda(spec) => Some(format!("`{}`", spec.name)),
        DeclaredKind::Pip(requirement) => Some(format!("`{}`", requirement.name)),
        _ => None,
    });
    listed(&names.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_ranges() {
        assert_eq!(told(&[7]), "line 7");
        assert_eq!(told(&[4, 7, 8, 9, 12]), "lines 4, 7 to 9 and 12");
        assert_eq!(told(&[4, 5]), "lines 4 and 5");
    }

    #[test]
    fn many_scattered_lines_are_told_by_their_bounds() {
        let odd = |last: usize| -> Vec<usize> { (1..=last).step_by(2).collect() };
        assert_eq!(
            told(&odd(23)),
            "lines 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21 and 23"
        );
        assert_eq!(told(&odd(25)), "between lines 1 and 25");
    }
}
