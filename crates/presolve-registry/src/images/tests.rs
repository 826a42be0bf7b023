use super::*;

fn place(reference: &str) -> Place {
    Place::of(&Image::parse(reference)).expect("a URL")
}

#[test]
fn the_registry_of_a_name_is_asked() {
    let digest = "0".repeat(64);
    for (reference, url) in [
        (
            "python",
            "https://registry-1.docker.io/v2/library/python/manifests/latest",
        ),
        (
            "docker.io/python:3.11",
            "https://registry-1.docker.io/v2/library/python/manifests/3.11",
        ),
        ("a/b:1", "https://registry-1.docker.io/v2/a/b/manifests/1"),
        (
            "mcr.microsoft.com/azureml/x:1",
            "https://mcr.microsoft.com/v2/azureml/x/manifests/1",
        ),
        (
            "h.example:8443/x:1",
            "https://h.example:8443/v2/x/manifests/1",
        ),
        ("10.0.0.1/x:1", "https://10.0.0.1/v2/x/manifests/1"),
        (
            "localhost:5000/x:1",
            "http://localhost:5000/v2/x/manifests/1",
        ),
        ("127.1:5000/x:1", "http://127.0.0.1:5000/v2/x/manifests/1"),
        (
            "localhost.evil.example/x:1",
            "https://localhost.evil.example/v2/x/manifests/1",
        ),
    ] {
        assert_eq!(place(reference).manifest.as_str(), url, "{reference}");
    }
    let both = place(&format!("a/b:1@sha256:{digest}"));
    assert!(both.manifest.path().ends_with(&digest));
}

#[test]
fn a_challenge_is_parsed() {
    let challenge = |realm: &str, service: Option<&str>| {
        Some(Challenge::parse(&format!(
            "Bearer realm=\"{realm}\"{}",
            service
                .map(|one| format!(",service=\"{one}\""))
                .unwrap_or_default()
        )))
        .flatten()
    };
    let docker = "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",scope=\"repository:a/b:pull\"";
    assert_eq!(
        Challenge::parse(docker),
        challenge("https://auth.docker.io/token", Some("registry.docker.io"))
    );
    let loose = "bearer service=x , realm=\"https://h/t\\\"\"";
    let url = Challenge::parse(loose).map(|one| one.url(&place("h/x:1")).is_ok());
    assert_eq!(
        url,
        Some(false),
        "`h` is no registry, but a part of the name"
    );
    for other in [
        "Basic realm=\"x\"",
        "Bearer",
        "Bearer service=\"x\"",
        "Bearer realm=\"x",
        "",
    ] {
        assert_eq!(Challenge::parse(other), None, "{other}");
    }
}

/// A stranger may have chosen the registry, which names the place of its tokens.
#[test]
fn tokens_come_from_the_site_of_the_registry() {
    let url = |reference: &str, realm: &str| {
        let challenge = Challenge::parse(&format!("Bearer realm=\"{realm}\",service=\"s\""));
        challenge.expect("one").url(&place(reference))
    };
    for (reference, realm) in [
        ("python", "https://auth.docker.io/token"),
        ("registry.gitlab.com/a/b:1", "https://gitlab.com/jwt/auth"),
        (
            "acme.azurecr.io/a:1",
            "https://acme.azurecr.io/oauth2/token",
        ),
        ("localhost:5000/a:1", "http://localhost:5001/token"),
        ("10.0.0.1/a:1", "https://10.0.0.1/token"),
    ] {
        let url = url(reference, realm).expect("allowed");
        assert!(url.as_str().starts_with(realm), "{url}");
        assert!(
            url.query().is_some_and(|query| query.contains("%3Apull")),
            "{url}"
        );
    }
    for (reference, realm) in [
        ("python", "http://auth.docker.io/token"),
        ("evil.example/a:1", "https://metadata.google.internal/token"),
        ("evil.example/a:1", "http://169.254.169.254/latest"),
        ("evil.example/a:1", "http://localhost:8080/token"),
        ("evil.example/a:1", "https://user:pw@evil.example/token"),
        ("evil.example/a:1", "file:///etc/passwd"),
        ("evil.example/a:1", "not a URL"),
        ("10.0.0.1/a:1", "https://20.0.0.1/token"),
        ("localhost:5000/a:1", "http://10.0.0.1/token"),
    ] {
        assert!(url(reference, realm).is_err(), "{reference} {realm}");
    }
}

#[test]
fn a_token_is_read() {
    let known = |text: &str| challenge::token(text.as_bytes());
    assert_eq!(
        known("{\"token\":\"t\",\"expires_in\":1}").as_deref(),
        Some("t")
    );
    assert_eq!(
        known("{\"token\":\"\",\"access_token\":\"t\"}").as_deref(),
        Some("t")
    );
    for other in ["{}", "[]", "", "<html>", "{\"token\":1}"] {
        assert_eq!(known(other), None, "{other}");
    }
}
