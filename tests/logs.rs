//! Names the problems of real logs, where they are at hand, and holds the names against
//! those that a person gave them.

use std::{collections::BTreeMap, path::Path};

use presolve::diagnose::{Confidence, Log, LogVerdict, diagnose};

/// At least this part must be named as the person did.
const RIGHT: f64 = 0.95;

/// The name that a person gave a log, and the log without what says so.
fn read(path: &Path) -> Option<(String, Vec<u8>)> {
    let text = std::fs::read(path).ok()?;
    let mut lines = text.splitn(3, |&byte| byte == b'\n');
    lines.next()?;
    let expected = String::from_utf8_lossy(lines.next()?);
    let expected = expected.trim().strip_prefix("# expect: ")?.to_owned();
    Some((expected, lines.next()?.to_vec()))
}

#[test]
fn real_logs_are_named_as_a_person_names_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/logs");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is absent", folder.display());
        return;
    };
    let (mut right, mut all, mut confidently_wrong) = (0, 0, 0);
    let mut table = BTreeMap::new();
    for path in files.flatten().map(|file| file.path()) {
        let Some((expected, log)) = read(&path) else {
            continue;
        };
        all += 1;
        let diagnosis = diagnose(&Log::read(&log));
        let (name, confidence) = match &diagnosis.verdict {
            LogVerdict::Named(named) => (named.problem.name, named.confidence),
            LogVerdict::Unknown { .. } => ("unknown", Confidence::Low),
            LogVerdict::Succeeded => ("succeeded", Confidence::Low),
        };
        let is_right = name == expected;
        right += u32::from(is_right);
        confidently_wrong += u32::from(!is_right && confidence == Confidence::High);
        let mark = if is_right { "" } else { "  <-- not" };
        let file = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        table.insert(
            file,
            format!(
                "{name} ({confidence:?}){mark}{}",
                if is_right {
                    String::new()
                } else {
                    format!(" {expected}")
                }
            ),
        );
    }
    for (file, row) in table {
        println!("{file:30} {row}");
    }
    println!("{right} of {all} right, {confidently_wrong} confidently wrong");
    assert_eq!(confidently_wrong, 0);
    assert!(f64::from(right) >= RIGHT * f64::from(all));
}
