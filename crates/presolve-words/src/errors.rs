//! The errors of the solver, the indexes and the channels in words, with the next step.

use crate::codes;
use presolve_config::index::option_url;
use presolve_packages::error::{FetchError, IndexError};
use presolve_registry::{
    conda::error::{ChannelError, MappingError, SubdirError, VirtualPackageError},
    network::SetupError,
    pypi::osv::DatabaseError,
};
use presolve_resolve::ResolveError;
use presolve_solve::SolveError;
use presolve_spec::EnvironmentFile;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Level, Location},
    secrets,
};

/// Returns the failure for an error that ends the run.
pub fn failure(error: ResolveError) -> Failure {
    match error {
        ResolveError::Failure(failure) => failure,
        ResolveError::NoPlatform => Failure::input(no_platform(&error)),
        ResolveError::PinnedPlatform(ref pinned) => Failure::input(
            no_platform(&error).at(pinned.location.clone(), "written by an earlier `pin`"),
        ),
        ResolveError::Setup(error) => Failure::input(setup(&error)),
        ResolveError::VirtualPackage(error) => Failure::input(virtual_package(&error)),
        ResolveError::Channel(error) => channel(error),
        ResolveError::Mapping(error) => mapping(&error),
        ResolveError::Advisories(error) => advisories(&error),
        ResolveError::Solve(error) => solve(error),
    }
}

/// Returns the failure for an error on an environment file. An error of an index is at the
/// line that names the index, if a line does.
pub fn failure_in(error: ResolveError, environment: &EnvironmentFile) -> Failure {
    let line = match &error {
        ResolveError::Solve(SolveError::Index(error)) => index_line(error, environment),
        _ => None,
    };
    let mut failure = failure(error);
    for diagnostic in &mut failure.diagnostics {
        if diagnostic.labels.is_empty() {
            *diagnostic = named_at(diagnostic.clone(), line.clone());
        }
    }
    failure
}

/// The option whose URL a failed request begins with; the longest of several. URLs in errors
/// are redacted, so the URLs of the options are compared in the same form.
fn index_line(error: &IndexError, environment: &EnvironmentFile) -> Option<Location> {
    let failed = error.url()?;
    let options = &environment.pip.options;
    let named = options.index_url.iter().chain(&options.extra_index_urls);
    let named = named.chain(&options.find_links).filter_map(|option| {
        let url = secrets::redact_url(&option_url(option)?);
        let url = url.trim_end_matches('/').to_owned();
        let rest = failed.strip_prefix(&*url)?;
        let is_below = rest.is_empty() || rest.starts_with(['/', '?', '#']);
        is_below.then(|| (url.len(), option.location.clone()))
    });
    let nearest = named.max_by_key(|(length, _)| *length);
    nearest.map(|(_, location)| location)
}

/// Returns warnings for errors that left out results but did not end the run.
pub fn warnings(errors: &[ResolveError]) -> Vec<Diagnostic> {
    let mut warnings: Vec<Diagnostic> = Vec::new();
    for mut diagnostic in errors
        .iter()
        .flat_map(|error| failure(error.clone()).diagnostics)
    {
        diagnostic.level = Level::Warning;
        if !warnings.contains(&diagnostic) {
            warnings.push(diagnostic);
        }
    }
    warnings
}

/// Returns the failure for an error of the solver.
fn solve(error: SolveError) -> Failure {
    let message = error.to_string();
    match error {
        SolveError::Deadline { waiting_for } => Failure::undecided(deadline(&waiting_for)),
        SolveError::Index(error) => index(error),
        SolveError::MatchSpec { .. } => Failure::input(Diagnostic::error(
            presolve_spec::codes::INVALID_MATCH_SPEC,
            message,
        )),
        SolveError::Requirement { .. } => {
            Failure::input(Diagnostic::error("invalid-requirement", message))
        }
        SolveError::DuplicateRecord { .. } => Failure::input(
            Diagnostic::error("broken-channel", message)
                .help("report it to the channel's owner, or remove the channel"),
        ),
        SolveError::Internal(_) => Failure::undecided(
            Diagnostic::error("internal-error", message)
                .help("this is a bug in presolve: please report it with the file"),
        ),
    }
}

fn deadline(waiting_for: &[String]) -> Diagnostic {
    let mut diagnostic = Diagnostic::error("time-limit", "no answer within the time limit")
        .help("raise it with --timeout, or pin more of the lines");
    let hosts = waiting_for.iter();
    diagnostic
        .notes
        .extend(hosts.map(|host| format!("`{host}` had not responded")));
    diagnostic
}

/// Returns the failure for an error of an index.
fn index(error: IndexError) -> Failure {
    Failure::undecided(match error {
        IndexError::Deadline { waiting_for } => deadline(&waiting_for),
        IndexError::Fetch(error) => fetch(&error),
        IndexError::Unreadable { .. } => Diagnostic::error("unreadable-index", error.to_string())
            .help("check that the URL is a simple index or a page of links"),
    })
}

fn fetch(error: &FetchError) -> Diagnostic {
    let (name, help) = match error {
        FetchError::Offline(_) => (
            "offline-miss",
            "run once without `--offline` to fill the cache",
        ),
        FetchError::Denied { .. } => (
            "access-denied",
            "give credentials in `~/.netrc`, with `rattler auth login`, or in the index's URL (`https://user:token@host/`), for example through `PIP_INDEX_URL` or `PIP_EXTRA_INDEX_URL`",
        ),
        FetchError::Status { .. } | FetchError::Network { .. } => (
            "index-unreachable",
            "check the network, `HTTPS_PROXY` and `NO_PROXY`, and the index's URL, or use the cache with `--offline`",
        ),
        FetchError::TooLarge { .. } => (
            "response-too-large",
            "check that the URL is the URL of a package index",
        ),
        FetchError::Unwritable { .. } => (
            "unwritable-temporary-file",
            "free some space in the folder for temporary files, or set another one with `TMPDIR`",
        ),
        FetchError::WrongHash { .. } => (
            "hash-mismatch",
            "try again; if the hash stays wrong, a proxy or the index changes the file: report it to their operator",
        ),
        FetchError::Unreadable { .. } => (
            "unreadable-index",
            "check that the URL is a simple index or a page of links, and that no proxy or login page responds instead",
        ),
    };
    let diagnostic = Diagnostic::error(name, error.to_string()).help(help);
    match error {
        FetchError::WrongHash {
            expected, found, ..
        } => diagnostic.note(format!("expected sha256 {expected}, found {found}")),
        _ => diagnostic,
    }
}

/// Returns the failure for an error of a channel, at the line that names the channel.
pub fn channel(error: ChannelError) -> Failure {
    let message = error.to_string();
    match error {
        ChannelError::LoginWithoutUrl { location, .. } => Failure::input(named_at(
            Diagnostic::error(codes::INVALID_CHANNEL, message).help(secrets::HOW_TO_WRITE),
            location,
        )),
        ChannelError::Malformed { location, .. } => Failure::input(named_at(
            Diagnostic::error(codes::INVALID_CHANNEL, message)
                .help("write a name such as `conda-forge`, a URL, or a path such as `./channel`"),
            location,
        )),
        ChannelError::Subdir {
            name,
            address,
            location,
            error,
        } => {
            let mut failure = subdir(&error, &name);
            for diagnostic in &mut failure.diagnostics {
                let noted = diagnostic.clone().note(format!("the address is {address}"));
                *diagnostic = named_at(noted, location.clone());
            }
            failure
        }
        ChannelError::Archive(_) => Failure::undecided(
            Diagnostic::error("unreadable-package", message)
                .help("check the URL of the package and the network"),
        ),
    }
}

fn named_at(diagnostic: Diagnostic, location: Option<Location>) -> Diagnostic {
    match location {
        Some(location) => diagnostic.at(location, "named here"),
        None => diagnostic,
    }
}

fn subdir(error: &SubdirError, name: &str) -> Failure {
    let subject = format!("channel `{name}`");
    match error {
        SubdirError::Fetch(error) => fetch_subdir(error, &subject, name),
        SubdirError::Missing(subdir) => {
            Failure::input(not_a_channel(&subject, subdir.as_str(), name))
        }
        SubdirError::Local(reason) => {
            Failure::input(unreadable(&subject, reason).help(
                "check that the folder is a conda channel: `conda index` writes its repodata",
            ))
        }
        SubdirError::Invalid(reason) => Failure::undecided(
            unreadable(&subject, reason).help("report it to the channel's owner"),
        ),
        SubdirError::Shard {
            name: package,
            reason,
        } => Failure::undecided(
            unreadable(&format!("package `{package}` of {subject}"), reason)
                .help("try again; if the error persists, report it to the channel's owner"),
        ),
        SubdirError::ShardNotCached(package) => Failure::undecided(not_cached(
            &format!("package `{package}` of {subject}"),
            name,
        )),
        SubdirError::Damaged => Failure::undecided(
            unreadable(&subject, "its cached file is damaged").help("run the command again"),
        ),
    }
}

fn fetch_subdir(error: &FetchError, subject: &str, name: &str) -> Failure {
    match error {
        FetchError::Offline(_) => {
            Failure::undecided(not_cached(&format!("the repodata of {subject}"), name))
        }
        FetchError::Denied { status, .. } => {
            let what = match status.as_u16() {
                401 => "asks for credentials (401)",
                _ => "denies access (403)",
            };
            let diagnostic = Diagnostic::error("channel-refused", format!("{subject} {what}"))
                .help("give the credentials in ~/.netrc, or log in with `rattler auth login`");
            Failure::input(diagnostic)
        }
        FetchError::Status { .. } | FetchError::Network { .. } => {
            let message = format!("cannot reach {subject}: {error}");
            let diagnostic = Diagnostic::error("unreachable-channel", message).help(
                "check the network and the proxy settings, or use the cache with `--offline`",
            );
            Failure::undecided(diagnostic)
        }
        FetchError::TooLarge { .. }
        | FetchError::Unwritable { .. }
        | FetchError::WrongHash { .. }
        | FetchError::Unreadable { .. } => {
            Failure::undecided(unreadable(subject, &error.to_string()).help(
                "check the URL of the channel, and that no proxy or login page responds instead",
            ))
        }
    }
}

fn unreadable(subject: &str, reason: &str) -> Diagnostic {
    let message = format!("cannot read the repodata of {subject}: {reason}");
    Diagnostic::error("unreadable-channel", message)
}

fn not_cached(what: &str, channel: &str) -> Diagnostic {
    Diagnostic::error("not-cached", format!("{what} is not in the cache")).help(format!(
        "run once without `--offline` where `{channel}` can be reached"
    ))
}

fn not_a_channel(subject: &str, subdir: &str, name: &str) -> Diagnostic {
    let message = format!("{subject} does not exist: there is no {subdir}/repodata.json");
    Diagnostic::error(codes::UNKNOWN_CHANNEL, message).help(if name.contains("://") {
        "check the spelling of the URL; it must be the URL of the folder that contains `noarch`"
    } else {
        "check the spelling of the name, and `channel-alias` if it is not a public channel"
    })
}

fn mapping(error: &MappingError) -> Failure {
    let message = error.to_string();
    match error {
        MappingError::Unusable { .. } => {
            Failure::input(Diagnostic::error("unusable-mapping", message).help(
                "it must be a JSON object from conda names to PyPI names, lists of them, or null",
            ))
        }
        MappingError::Unreachable { .. } => Failure::undecided(
            Diagnostic::error("unreachable-mapping", message)
                .help("check the network and the URL, or use a local copy with `--mapping`"),
        ),
    }
}

fn advisories(error: &DatabaseError) -> Failure {
    let message = error.to_string();
    match error {
        DatabaseError::Unusable { .. } => {
            Failure::input(Diagnostic::error("unusable-advisories", message).help(
                "use OSV's download for PyPI, or JSON files in its format (https://ossf.github.io/osv-schema/)",
            ))
        }
        DatabaseError::Unreachable { .. } => Failure::undecided(
            Diagnostic::error("unreachable-advisories", message)
                .help("check the network and the URL, or use a local copy with `--advisories`"),
        ),
    }
}

fn virtual_package(error: &VirtualPackageError) -> Diagnostic {
    let message = error.to_string();
    match error {
        VirtualPackageError::Invalid { .. } => {
            Diagnostic::error("invalid-virtual-package", message)
                .help("write it as `__cuda=12.4`, or `__cuda=none` to solve without it")
        }
        VirtualPackageError::Undetected(_) => {
            Diagnostic::error("undetected-virtual-packages", message).help(
                "set the platform with `--platform` and its packages with `--virtual-package`",
            )
        }
    }
}

fn setup(error: &SetupError) -> Diagnostic {
    let diagnostic = Diagnostic::error("network-setup", error.to_string());
    match error {
        SetupError::NotATime { .. } => diagnostic.help("give a number of seconds, such as 30"),
        SetupError::Unusable { .. } => diagnostic,
    }
}

fn no_platform(error: &ResolveError) -> Diagnostic {
    Diagnostic::error("unknown-platform", error.to_string())
        .help("set one with --platform, such as linux-64")
}
