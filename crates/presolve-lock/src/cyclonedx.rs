//! A bill of materials in CycloneDX 1.6 JSON (<https://cyclonedx.org/docs/1.6/json/>): the
//! packages of both parts with package URLs, hashes, licences and dependencies.
//!
//! The file has no time and no serial number, so the same solution gives the same bytes.
//! Package URLs are written as the types `conda` and `pypi` of
//! <https://github.com/package-url/purl-spec> define them.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rattler_conda_types::RepoDataRecord;
use serde_json::{Value, json};

use super::{Lock, LockedPlatform, LockedRelease, Written, uncarriable};
use presolve_spec::PipRequirementKind;
use presolve_text::{diagnostic::Failure, secrets::without_token};

/// The reference of the environment itself.
const ROOT: &str = "environment";

/// What a package URL does not escape.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~')
    .remove(b':');

/// Writes the bill for all platforms.
///
/// # Errors
/// An input failure if the file has lines that only third-party code can resolve.
pub(super) fn write(lock: &Lock<'_>) -> Result<Written, Failure> {
    let carried = lock.platforms.iter().flat_map(|one| &one.carried);
    let why = "a component needs a version, which is known only after its build";
    uncarriable("bill of materials", why, carried.copied())?;
    let mut bill = Bill::default();
    for platform in &lock.platforms {
        bill.add(lock, platform);
    }
    let json = serde_json::to_string_pretty(&bill.json(lock));
    Ok(Written {
        text: json.expect("strings, numbers and lists") + "\n",
        notices: Vec::new(),
    })
}

/// The components by their package URLs, with what they need.
#[derive(Default)]
struct Bill {
    components: BTreeMap<String, Value>,
    needs: BTreeMap<String, BTreeSet<String>>,
    platforms: BTreeMap<String, BTreeSet<String>>,
}

impl Bill {
    fn add(&mut self, lock: &Lock<'_>, platform: &LockedPlatform<'_>) {
        let mut conda: BTreeMap<&str, String> = BTreeMap::new();
        let mut projects: BTreeMap<String, String> = BTreeMap::new();
        for locked in &platform.conda {
            let url = conda_purl(locked.record);
            conda.insert(
                locked.record.package_record.name.as_normalized(),
                url.clone(),
            );
            for project in &locked.projects {
                projects.insert(project.to_string(), url.clone());
            }
        }
        for release in &platform.pypi {
            projects.insert(release.package.name.to_string(), pypi_purl(release));
        }
        for locked in &platform.conda {
            let record = &locked.record.package_record;
            let names = record.depends.iter().map(|spec| name_of(spec));
            let needs = names.filter_map(|name| conda.get(name)).cloned();
            let component = conda_component(locked.record, locked.url.as_str());
            self.put(platform, component, needs.collect());
        }
        for release in &platform.pypi {
            let needs = platform.requires(release).into_keys();
            let needs = needs.filter_map(|name| projects.get(&name).cloned());
            self.put(platform, pypi_component(release), needs.collect());
        }
        let lines = lock.environment.conda.iter();
        let lines = lines.filter(|line| !line.added_by_pin);
        let declared =
            lines.filter_map(|line| conda.get(line.spec.name.as_exact()?.as_normalized()));
        let lines = lock.environment.pip.requirements.iter();
        let lines = lines.filter(|line| !line.added_by_pin);
        let of_pip = lines.filter_map(|line| match &line.kind {
            PipRequirementKind::Named(named) => projects.get(named.name.as_ref()),
            PipRequirementKind::Opaque { .. } => None,
        });
        let root = self.needs.entry(ROOT.to_owned()).or_default();
        root.extend(declared.chain(of_pip).cloned());
    }

    fn put(&mut self, platform: &LockedPlatform<'_>, component: Value, needs: BTreeSet<String>) {
        let url = component["purl"].as_str().unwrap_or_default().to_owned();
        let subdir = platform.resolution.subdir.to_string();
        self.platforms
            .entry(url.clone())
            .or_default()
            .insert(subdir);
        self.needs.entry(url.clone()).or_default().extend(needs);
        self.components.entry(url).or_insert(component);
    }

    fn json(self, lock: &Lock<'_>) -> Value {
        let Self {
            components,
            needs,
            platforms,
        } = self;
        let components = components.into_iter().map(|(url, mut component)| {
            let subdirs = platforms.get(&url).into_iter().flatten();
            let properties = subdirs.map(|subdir| property(subdir));
            component["properties"] = properties.collect();
            component
        });
        let needs = needs.into_iter().map(|(url, needs)| {
            json!({ "ref": url, "dependsOn": needs.into_iter().collect::<Vec<_>>() })
        });
        let subdirs = lock.platforms.iter();
        let subdirs = subdirs.map(|platform| property(&platform.resolution.subdir.to_string()));
        json!({
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {
                "tools": { "components": [{
                    "type": "application",
                    "name": "presolve",
                    "version": env!("CARGO_PKG_VERSION"),
                }] },
                "component": {
                    "type": "application",
                    "bom-ref": ROOT,
                    "name": name(lock),
                },
                "properties": subdirs.collect::<Vec<_>>(),
            },
            "components": components.collect::<Vec<_>>(),
            "dependencies": needs.collect::<Vec<_>>(),
        })
    }
}

/// Returns the package name of a match spec in a record.
fn name_of(spec: &str) -> &str {
    let end = spec.find([' ', '=', '<', '>', '!', '~', '[']);
    &spec[..end.unwrap_or(spec.len())]
}

fn property(subdir: &str) -> Value {
    json!({ "name": "presolve:platform", "value": subdir })
}

/// Returns the name of the environment, or that of its file.
fn name(lock: &Lock<'_>) -> String {
    let name = lock.environment.name.as_ref();
    let path = lock.environment.source.path();
    let stem = || path.file_stem().unwrap_or_default().to_string_lossy();
    name.map_or_else(|| stem().into_owned(), |name| name.value.clone())
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// `pkg:conda/NAME@VERSION?build=…&channel=…&subdir=…&type=…`; the qualifiers are sorted.
fn conda_purl(record: &RepoDataRecord) -> String {
    let package = &record.package_record;
    let kind = match record.identifier.to_string().ends_with(".conda") {
        true => "conda",
        false => "tar.bz2",
    };
    format!(
        "pkg:conda/{}@{}?build={}&channel={}&subdir={}&type={kind}",
        escaped(package.name.as_normalized()),
        escaped(&package.version.as_str()),
        escaped(package.build.as_str()),
        escaped(&channel(record)),
        escaped(&package.subdir),
    )
}

/// Returns the channel without credentials: its name if it is on a usual host.
fn channel(record: &RepoDataRecord) -> String {
    let mut url = without_token(&record.url);
    if let Ok(mut segments) = url.path_segments_mut() {
        // The file and the subdir.
        segments.pop().pop();
    }
    let is_usual = matches!(
        url.host_str(),
        Some("conda.anaconda.org" | "repo.anaconda.com")
    );
    match is_usual {
        true => url.path().trim_matches('/').to_owned(),
        false => url.as_str().trim_end_matches('/').to_owned(),
    }
}

fn pypi_purl(release: &LockedRelease<'_>) -> String {
    format!(
        "pkg:pypi/{}@{}?file_name={}",
        escaped(release.package.name.as_ref()),
        escaped(&release.package.version.to_string()),
        escaped(&release.package.distribution.filename),
    )
}

fn conda_component(record: &RepoDataRecord, url: &str) -> Value {
    let package = &record.package_record;
    let mut hashes = Vec::new();
    hashes.extend(
        package
            .sha256
            .map(|hash| hash_of("SHA-256", &hex::encode(hash))),
    );
    hashes.extend(package.md5.map(|hash| hash_of("MD5", &hex::encode(hash))));
    let purl = conda_purl(record);
    let mut component = json!({
        "type": "library",
        "bom-ref": purl,
        "name": package.name.as_normalized(),
        "version": package.version.as_str(),
        "purl": purl,
        "hashes": hashes,
        "externalReferences": [{ "type": "distribution", "url": url }],
    });
    if let Some(license) = package.license.as_deref().filter(|text| !text.is_empty()) {
        // Most records have an SPDX expression, others free text, which is only valid as a name.
        component["licenses"] = json!([{ "license": { "name": license } }]);
    }
    component
}

fn pypi_component(release: &LockedRelease<'_>) -> Value {
    let purl = pypi_purl(release);
    let hashes = release.sha256.iter();
    let hashes: Vec<Value> = hashes.map(|hash| hash_of("SHA-256", hash)).collect();
    json!({
        "type": "library",
        "bom-ref": purl,
        "name": release.package.name.as_ref(),
        "version": release.package.version.to_string(),
        "purl": purl,
        "hashes": hashes,
        "externalReferences": [{ "type": "distribution", "url": release.url.as_str() }],
    })
}

fn hash_of(algorithm: &str, content: &str) -> Value {
    json!({ "alg": algorithm, "content": content })
}
