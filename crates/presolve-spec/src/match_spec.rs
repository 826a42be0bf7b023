//! Match specs as conda's command line and environment files contain them
//! (<https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html>).

use rattler_conda_types::{MatchSpec, ParseMatchSpecOptions, RepodataRevision, StringMatcher};

use super::{CondaPin, requirement, requirement::operators};
use presolve_parse as parse;

/// Parses a match spec with conda's semantics: `numpy=1.26` means `numpy 1.26.*`, and names
/// become lower case.
///
/// # Errors
/// The reason why it is not a match spec, in a sentence for the user.
pub fn parse(text: &str) -> Result<MatchSpec, String> {
    let text = conda_spelling(text);
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.starts_with('-') {
        // conda searches for a package `-r` with version `requirements.txt`.
        return Err("a package name cannot begin with `-`".to_owned());
    }
    let positional = text.split('[').next().unwrap_or_default();
    if positional.contains('(') {
        // `_parse_spec_str`, step 4: a remainder of `(optional)`, which was never documented.
        let instead = "write `name[version='…']`, which conda does read";
        return Err(format!("conda ignores what is in parentheses; {instead}"));
    }
    let options = ParseMatchSpecOptions::lenient().with_repodata_revision(RepodataRevision::V3);
    let mut spec = parse::conda::match_spec(&text, options).map_err(|error| error.to_string())?;
    let any_channel = |name: &str| name == "*";
    if (spec.channel.as_ref())
        .is_some_and(|channel| channel.name.as_deref().is_some_and(any_channel))
    {
        spec.channel = None;
    }
    if let Some(build) = &spec.build {
        spec.build = Some(conda_build(&build.to_string())?);
    }
    Ok(spec)
}

/// Returns the match spec that a refused text clearly means: `>=` for `=>`, a comma between
/// `>=1` and `<2`, none at the end.
pub fn intended(text: &str) -> Option<String> {
    if text.contains(['[', '#', ';']) || text.contains("://") {
        return None;
    }
    let start = text.find([' ', '<', '>', '=', '!', '~'])?;
    let (name, rest) = text.split_at(start);
    // `python=3.10+` is a lower bound.
    let bound = rest
        .strip_suffix('+')
        .map(|version| version.trim_matches(['=', ' ']));
    let rest = bound.map_or(rest.to_owned(), |version| format!(">={version}"));
    let rest = operators(rest.replace("= =", "==").trim_end_matches([',', ' ']));
    let blank = if rest.starts_with(' ') { " " } else { "" };
    let text = format!("{name}{blank}{}", requirement::with_commas(&rest)?);
    parse(&text).is_ok().then_some(text)
}

/// Rewrites a spec so that rattler's parser gives it the meaning that conda gives the
/// original (`_parse_spec_str` in conda/models/match_spec.py).
fn conda_spelling(text: &str) -> String {
    // conda cuts a spec at the first `#`, even inside quotes, and at ` if `.
    let text = text.split('#').next().unwrap_or_default();
    let text = text.split(" if ").next().unwrap_or_default().trim();
    if let (Some(open), Some(close)) = (text.find('['), text.rfind(']'))
        && open < close
        && !text[..open].contains("://")
    {
        let (bracket, outside) = (&text[open..=close], [&text[..open], &text[close + 1..]]);
        let outside = conda_operators(&outside.concat());
        // conda ignores a bracket without a key, such as pip's extras.
        return if bracket.contains('=') {
            outside + &without_stars(&with_commas(bracket))
        } else {
            outside
        };
    }
    if text.contains("://") {
        return text.to_owned();
    }
    conda_operators(text)
}

/// conda reads `>1.2.*` as `>1.2`, with a warning; rattler reads it as `>=1.2`. Only a
/// version follows `<` and `>`, so a build string keeps its star.
fn without_stars(text: &str) -> String {
    let is_end = |c: char| c.is_whitespace() || ",|=<>'\"]".contains(c);
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(operator) = rest.find(['<', '>']) {
        let after = &rest[operator + 1..];
        let version = after.trim_start_matches(['=', ' ']);
        let start = rest.len() - version.len();
        let end = version.find(is_end).unwrap_or(version.len());
        written += &rest[..start];
        written += version[..end].strip_suffix(".*").unwrap_or(&version[..end]);
        rest = &version[end..];
    }
    written + rest
}

/// conda also allows blanks between the pairs of a bracket: `[version=1 build=py_0]`.
fn with_commas(bracket: &str) -> String {
    let mut written = String::with_capacity(bracket.len());
    let (mut quote, mut depth) = (None, 0);
    for (place, c) in bracket.char_indices() {
        match (c, quote) {
            (_, Some(end)) if c == end => quote = None,
            ('\'' | '"', None) => quote = Some(c),
            ('[', None) => depth += 1,
            (']', None) => depth -= 1,
            (' ', None) if depth == 1 && starts_pair(&bracket[place..]) => {
                if !written.ends_with([',', '[', '=']) {
                    written.push(',');
                }
                continue;
            }
            _ => {}
        }
        written.push(c);
    }
    written
}

fn starts_pair(text: &str) -> bool {
    let text = text.trim_start();
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
    end.is_some_and(|end| end > 0 && text[end..].trim_start().starts_with('='))
}

/// conda reads `x===1` as `x=1`, `x=1.` as `x=1`, and ignores a single operator at the
/// end.
fn conda_operators(text: &str) -> String {
    let text = text.replace("===", "=");
    let text = text.trim();
    let is_fuzzy = !text.contains(['<', '>', '!', '~', ',', '|']) && !text.contains("==");
    let text = match text.strip_suffix('.') {
        Some(version) if is_fuzzy && text.contains('=') => version,
        _ => text,
    };
    let text = &without_stars(text);
    match text.strip_suffix(['=', '<', '>', '!', '~', ' ']) {
        Some(name) if !name.contains(['=', '<', '>', '!', '~', ' ']) => name.to_owned(),
        _ => text.to_owned(),
    }
}

/// Reads a build string as conda does: blanks and a `=` before it are not part of it. An
/// operator in it means that the version was not understood.
fn conda_build(build: &str) -> Result<StringMatcher, String> {
    let build = build.trim_start_matches(['=', ' ']).trim_end();
    if !build.starts_with('^') && build.contains(['=', ',', '|', '<', '>', '~']) {
        return Err(format!(
            "`{build}` is not a build string; join versions with `,` or `|`"
        ));
    }
    parse::conda::build(build).map_err(|_| format!("`{build}` is not a build string"))
}

/// Reads `name=version=build` or `name==version` as a pin, with an optional `channel::` before
/// it and an optional hash in brackets after it. The version must be exact, and a build string
/// complete.
pub fn parse_pin(text: &str) -> Option<CondaPin> {
    let (channel, bare) = match text.rsplit_once("::") {
        Some((channel, bare)) => (Some(channel.trim().to_owned()), bare),
        None => (None, text),
    };
    let (bare, hash) = match bare.strip_suffix(']') {
        Some(bracketed) => {
            let (bare, hash) = bracketed.split_once('[')?;
            (bare, Some(exact_hash(hash)?))
        }
        None => (bare, None),
    };
    let mut parts = bare.split('=');
    let (name, version, build) = match (parts.next()?, parts.next()?, parts.next()?) {
        (name, "", version) => (name, version, None),
        (name, version, build) => (name, version, Some(build)),
    };
    let exact = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '!'))
    };
    let mut written = [Some(name), Some(version), build].into_iter().flatten();
    (parts.next().is_none() && written.all(exact)).then(|| CondaPin {
        name: name.to_ascii_lowercase(),
        version: version.to_owned(),
        build: build.map(str::to_owned),
        channel,
        hash,
    })
}

fn exact_hash(text: &str) -> Option<String> {
    let (key, digest) = text.split_once('=')?;
    let length = match key {
        "md5" => 32,
        "sha256" => 64,
        _ => return None,
    };
    let is_digest = digest.len() == length && digest.chars().all(|c| c.is_ascii_hexdigit());
    is_digest.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the name, version, build, channel and subdir of a spec.
    fn read(text: &str) -> String {
        match parse(text) {
            Ok(spec) => {
                let version = spec.version.map(|version| version.to_string());
                let build = spec.build.map(|build| build.to_string());
                let channel = spec.channel.and_then(|channel| channel.name.clone());
                [
                    channel
                        .zip(spec.subdir)
                        .map(|(name, subdir)| format!("{name}/{subdir}::")),
                    Some(spec.name.to_string()),
                    version.map(|version| format!(" {version}")),
                    build.map(|build| format!(" [{build}]")),
                ]
                .into_iter()
                .flatten()
                .collect()
            }
            Err(error) => format!("! {error}"),
        }
    }

    #[test]
    fn every_form_means_what_conda_takes_it_for() {
        for (text, meaning) in [
            ("Pillow", "pillow"),
            ("torchy >=1.12 *cuda11.*", "torchy >=1.12 [*cuda11.*]"),
            ("torchy>=1.12=*cuda11.*", "torchy >=1.12 [*cuda11.*]"),
            ("x >1.2.* h0_0", "x >1.2 [h0_0]"),
            ("x[version='>1.2.*,<1.2.5.*']", "x >1.2,<1.2.5"),
            ("x >=1.2.*,!=1.3.*|2.*", "x >=1.2,!=1.3.*|2.*"),
            ("numpy=1.26", "numpy 1.26.*"),
            ("numpy =1.26", "numpy 1.26.*"),
            ("python = 3.8", "python 3.8.*"),
            ("python 3.8", "python ==3.8"),
            ("python==3.8", "python ==3.8"),
            ("python==3.8.*", "python 3.8.*"),
            ("python=3.8*", "python 3.8.*"),
            ("python===3.8", "python 3.8.*"),
            ("python=", "python"),
            ("numpy >=1.2, <2 ", "numpy >=1.2,<2"),
            ("numpy~=1.26", "numpy ~=1.26"),
            ("x=1.0|2.0", "x 1.0.*|==2.0"),
            ("x=0.52.*,>=0.0.0a0", "x 0.52.*,>=0.0.0a0"),
            ("numpy=1.26=py310*", "numpy ==1.26 [py310*]"),
            ("numpy=1.26 = py310_0", "numpy ==1.26 [py310_0]"),
            ("numpy 1.26 *_0", "numpy ==1.26 [*_0]"),
            ("x=*=cuda*", "x * [cuda*]"),
            ("x264=1!157.2=h7b_0", "x264 ==1!157.2 [h7b_0]"),
            ("conda-forge/linux-64::x=1", "conda-forge/linux-64::x 1.*"),
            ("x[version='>=1',build=py*]", "x >=1 [py*]"),
            ("x[build=py*] 1.0", "x ==1.0 [py*]"),
            ("x[extra]==1.0", "x ==1.0"),
            ("x[version='>=1' build=py*]", "x >=1 [py*]"),
            ("x[ version = '>=1', build = 'py*' ]", "x >=1 [py*]"),
            ("x[build='^(a|b)_[0-9]$']", "x [^(a|b)_[0-9]$]"),
            (r#"x >=1[when="python[version='>=3']"]"#, "x >=1"),
            ("*/noarch::x >1.2.*,<2.*", "x >1.2,<2"),
            ("x=1.2.", "x 1.2.*"),
            ("x==1.0 # why", "x ==1.0"),
        ] {
            assert_eq!(read(text), meaning, "{text}");
        }
        for text in [
            "",
            "-r requirements.txt",
            "x>=3.8 <3.9",
            "x>=3.6,",
            "x=>1",
            "*",
            "{{ x }}",
            "x;b",
            "x >=1,(<2|3)",
            "x 1.*.0",
            "x==",
            "x>=",
            "x=1.0=py_0=0",
            "x[version=1][build=a]",
            "x[md5=0]",
            "x[nothing=1]",
        ] {
            assert!(read(text).starts_with("! "), "{text}: {}", read(text));
        }
    }

    #[test]
    fn what_was_meant_is_said_where_it_is_plain() {
        for (text, meant) in [
            ("x=>1", "x>=1"),
            ("x =< 1", "x <=1"),
            ("x>=3.8 <3.9", "x>=3.8,<3.9"),
            ("x >=3.6, ", "x >=3.6"),
            ("x = = 3.6", "x ==3.6"),
            ("x=3.6+", "x>=3.6"),
            ("x 3.6+", "x>=3.6"),
        ] {
            assert_eq!(intended(text).as_deref(), Some(meant), "{text}");
            assert!(parse(text).is_err(), "{text}");
        }
        for text in [
            "x==",
            "x 1 py_0 more",
            "x >=1 py_0 <2",
            "x;b",
            "x >=1,(<2|3)",
            "{{ x }}",
            "-r a.txt",
            "x",
        ] {
            assert!(intended(text).is_none_or(|meant| meant == text), "{text}");
        }
    }

    #[test]
    fn only_an_exact_version_is_a_pin() {
        let pin = parse_pin("conda-forge::X=1.0=py_0").expect("is a pin");
        assert_eq!(
            (&*pin.name, &*pin.version, pin.build.as_deref()),
            ("x", "1.0", Some("py_0"))
        );
        let pin = parse_pin("x==1.0").expect("is a pin");
        assert_eq!((&*pin.version, pin.build), ("1.0", None));
        for text in [
            "x=1.0",
            "x==1.*",
            "x==1.0=py_0",
            "x=1.0=py*",
            "x=1.0|2=py",
            "x[build=a]",
            "x=1.0=py_0[license=MIT]",
            "x=1.0=py_0[md5=0]",
        ] {
            assert_eq!(parse_pin(text), None, "{text}");
        }
        let hash = format!("md5={}", "0f".repeat(16));
        let pin = parse_pin(&format!("two::x=1.0=py_0[{hash}]")).expect("is a pin");
        assert_eq!(
            (pin.channel.as_deref(), pin.hash),
            (Some("two"), Some(hash))
        );
    }
}
