//! What is nearest to a version or build that does not exist.

use presolve_solve::conflict::Nearest;

/// The maximum number of builds that are listed.
const BUILDS_SHOWN: usize = 3;

/// Returns the nearest alternatives, in a sentence without a full stop.
pub fn nearest(nearest: &Nearest) -> String {
    match nearest {
        Nearest::Builds {
            version,
            builds,
            required,
        } => {
            let shown: Vec<&str> = builds
                .iter()
                .take(BUILDS_SHOWN)
                .map(String::as_str)
                .collect();
            let mut shown = shown.join(", ");
            let more = builds.len().saturating_sub(BUILDS_SHOWN);
            if more > 0 {
                shown += &format!(" and {more} more");
            }
            let version = version.as_ref().map(|version| format!("version {version}"));
            let version = version.unwrap_or_else(|| "this version".to_owned());
            format!("{version} is available as build {shown}, not as `{required}`")
        }
        Nearest::Series { version } => format!(
            "`=={version}` matches that version only; `={version}` matches every {version}.*"
        ),
        Nearest::Public { local } => format!(
            "`{local}` is a local version, which PyPI never has: add the index that has it with --extra-index-url, or drop `{local}`"
        ),
        Nearest::Versions(versions) => {
            let verb = if versions.len() == 1 { "is" } else { "are" };
            let versions = versions.join(" and ");
            format!("this version does not exist; the nearest {verb} {versions}")
        }
        Nearest::Virtual { name, present, .. } => format!("the target has `{name}={present}`"),
        Nearest::Available { package, versions } => format!("available: {package} {versions}"),
    }
}
