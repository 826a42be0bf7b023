//! The notice about packages that a cut-off for dates cannot exclude.

use crate::codes;
use presolve_resolve::Resolution;
use presolve_solve::{Solution, date};
use presolve_text::diagnostic::Diagnostic;

/// The maximum number of packages that the notice names.
const SHOWN: usize = 20;

/// Returns the notice about the packages of a solution without a date; `None` without such
/// packages, or without a cut-off.
pub(super) fn of(resolution: &Resolution, solution: &Solution) -> Option<Diagnostic> {
    if !resolution.has_cut_off {
        return None;
    }
    let records = solution
        .conda
        .iter()
        .filter(|record| date(record).is_none());
    let records = records.map(|record| {
        let package = &record.package_record;
        let (name, version) = (package.name.as_normalized(), &package.version);
        format!("{name} {version} (conda)")
    });
    // Files of link pages and URLs are an explicit choice of the user.
    let releases = solution.pypi.iter().filter(|release| {
        release.distribution.index.is_some() && release.distribution.upload_time.is_none()
    });
    let releases = releases.map(|release| format!("{} {} (PyPI)", release.name, release.version));
    let undated: Vec<String> = records.chain(releases).collect();
    let packages = match undated.len() {
        0 => return None,
        1 => "1 package has no date".to_owned(),
        count => format!("{count} packages have no date"),
    };
    let message = format!("{packages}, so `--exclude-newer` cannot exclude what is newer");
    let notice = Diagnostic::warning(codes::UNDATED_PACKAGE, message)
        .note("the declared lines have no solution without packages that have no date")
        .note(shown(&undated))
        .help("pin them, or use a channel and an index that publish dates");
    Some(notice)
}

fn shown(undated: &[String]) -> String {
    let named = undated[..undated.len().min(SHOWN)].join(", ");
    match undated.len().checked_sub(SHOWN) {
        None | Some(0) => named,
        Some(more) => format!("{named}, and {more} more"),
    }
}
