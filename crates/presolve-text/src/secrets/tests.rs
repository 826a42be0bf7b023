use crate::secrets::*;

/// The difference from the expected mask; `None` if there is none. `⟦` and `⟧` enclose each
/// secret of `marked`.
fn wrong(marked: &str) -> Option<String> {
    let text = marked.replace(['⟦', '⟧'], "");
    let mut shown = String::new();
    let mut rest = marked;
    while let Some((before, secret)) = rest.split_once('⟦') {
        let (_, after) = secret.split_once('⟧').expect("a secret ends");
        shown += before;
        shown += "****";
        rest = after;
    }
    shown += rest;
    let in_place = redact_in_place(&text);
    assert_eq!(in_place.len(), text.len());
    assert_eq!(in_place.lines().count(), text.lines().count());
    let redacted = redact(&text);
    let again = redact(&redacted);
    if redacted == shown {
        (again != shown).then(|| format!("{shown:?} becomes {again:?}"))
    } else {
        Some(format!("{redacted:?} is not {shown:?}"))
    }
}

fn assert_masked<T: AsRef<str>>(cases: &[T]) {
    let wrong = cases.iter().filter_map(|marked| wrong(marked.as_ref()));
    let wrong = wrong.collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn assert_shown(cases: &[&str]) {
    assert_masked(cases);
}

#[test]
fn all_in_front_of_the_host_of_a_url_is_masked() {
    assert_masked(&[
        "https://⟦u:p⟧@h/simple",
        "x https://⟦tok⟧@h/s y",
        "https://⟦TOKEN:x-oauth-basic⟧@github.com/a",
        "https://⟦TOKEN:⟧@h/a",
        "https://⟦:p4ss⟧@h/a",
        "https://⟦bob:P/W⟧@host/simple",
        "https://⟦bob:P#W⟧@host/simple",
        "https://⟦bob:P?W⟧@host/simple",
        "https://⟦bob:P@W⟧@host/simple",
        "https://⟦bob:P@W/x⟧@host/simple",
        "https://⟦bob:12/34⟧@host/simple",
        "https://⟦bob:P W⟧@host/simple",
        "https://⟦bob:P'W⟧@host/simple",
        "https://⟦bob:P\"W⟧@host.io/simple",
        "https://⟦bob:P%2FW%40⟧@host/simple",
        "https://⟦tok/en⟧@host.io/simple",
        "https://bob:⟦pa/ss⟧",
        "a @ git+https://⟦u:p⟧@h.io/a.git@v1#egg=a",
        "https://${USER}:⟦p4ss⟧@h/s",
        "a://⟦p:q⟧@h b://⟦r:s⟧@h",
        "--index-url=https://⟦u:p⟧@h/simple",
        "ssh://⟦bob:p⟧@h/a",
        r#"{\"url\": \"https://⟦u:p⟧@h/\"}"#,
        "https://⟦u:${TOKEN:-p4ss}⟧@h/",
        "x?u=https%3A%2F%2F⟦u%3Ap⟧%40h%2Fx",
    ]);
}

#[test]
fn a_url_without_its_scheme_is_masked() {
    assert_masked(&[
        "⟦bob:PW⟧@host/",
        "//⟦bob:PW⟧@host/",
        "channel //⟦tok⟧@host/x",
        "`⟦bob:PW⟧@host/simple` is not",
        "- ⟦bob:P/W⟧@host/x",
        "- ⟦bob:P#W⟧@host.io/x",
        "- ⟦bob:P@W⟧@host/x",
        "--index-url ⟦bob:P W⟧@host/simple",
        "--index-url=⟦bob:PW⟧@host:8080/simple",
        "image: ⟦u:p⟧@h.io/a:1",
        "\"⟦bob:PW⟧@host/x\"",
        "PIP_INDEX_URL=⟦bob:PW⟧@host/x",
        "⟦tok3n⟧@pypi.example.com/simple",
        "⟦me@corp.com:PW⟧@host/x",
    ]);
    // Here the scheme is read as the user.
    assert!(!redact("https:/bob:PW@host/x").contains("PW"));
}

#[test]
fn ordinary_text_with_an_at_sign_is_not_touched() {
    assert_shown(&[
        "git+ssh://git@github.com/a/b",
        "git+ssh://git@github.com/a/b@main",
        "git@github.com:org/repo.git",
        "git@github.com:org/repo.git@v1",
        "ssh://deploy@host/a",
        "scp deploy@host:/a b",
        "https://${USER}:${PASS}@h/s",
        "https://$USER:$PASS@h/s",
        "https://u:${PASS}@h/s",
        "https://{{ user }}:{{ pass }}@h/s",
        "https://${{ secrets.X }}@h/s",
        "https://h.io:8080/a/b@v1.2",
        "http://artifactory:8081/npm/@scope/x",
        "https://registry.npmjs.org/@babel/core",
        "https://unpkg.com/react@18.2/umd",
        "git+https://h.io/a.git@v1#egg=a",
        "git+https://h.io/a@feature",
        "image: azureml:AzureML-sklearn-1.0@latest",
        "image: h.io/a:1@sha256:00",
        "image: ubuntu:1@sha256:00",
        "FROM python:3.12@sha256:0123456789abcdef",
        "pkg@1.0",
        "name @ https://h/a-1.0-py3-none-any.whl",
        "# ask bob@example.com or <eve@example.org>",
        "mailto:bob@example.com",
        "author:bob@example.com",
        "mail: bob@example.com",
        "pkg:pypi/numpy@1.26.4",
        "npm:chalk@5",
        r"C:\users\bob@work\env.yml",
        "conda-forge::numpy=1.26",
        "http://localhost:8080/simple",
        "http://localhost:8080/x http://localhost:80",
        "see http://[::1]:8080/a",
        "host.docker.internal:5000/a",
        "e.yml:3:7: error",
        "@decorator",
        "file:///home/me@corp.com/wheels",
    ]);
}

#[test]
fn values_of_queries_and_fragments_are_masked_but_for_public_ones() {
    assert_masked(&[
        "https://b/c?sv=1&sig=⟦abc%3D⟧&se=2024-01-01",
        "https://b/c?code=⟦a⟧&auth=⟦b⟧&pat=⟦c⟧&pwd=⟦d⟧&jwt=⟦e⟧&sas=⟦f⟧&ticket=⟦g⟧",
        "https://b/c?X-Amz-Credential=⟦abc⟧&X-Amz-Date=1&X-Amz-Signature=⟦ab⟧",
        "https://b/c?⟦8f3kd93ld02mdk39⟧",
        "https://b/c#access_token=⟦abc⟧&state=⟦x1⟧",
        "https://b/c?version=⟦8f3kd93ld02mdk39⟧",
        "b.io/c?sig=⟦abc⟧",
        "(https://b/c?sig=⟦abc⟧).",
        "https://b/c?next=⟦https%3A%2F%2Fu%3Ap%40h⟧",
    ]);
    assert_shown(&[
        "https://b/c?version=1.2&platform=linux-64&raw",
        "git+https://h.io/a.git@v1#egg=a&subdirectory=b",
        "https://h/a.whl#sha256=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "https://h/a.conda#0123456789abcdef0123456789abcdef",
        "https://docs.example/page#a-heading-of-the-page",
        "https://h/x?sig=${SIG}",
        "what? a=b",
        "*.y?ml",
    ]);
}

#[test]
fn tokens_in_paths_of_channels_are_masked() {
    assert_masked(&[
        "https://conda.anaconda.org/t/⟦ab-1⟧/x",
        "https://h/t/⟦ab_c⟧/x https://h/t/⟦ab_c⟧?raw",
        "//conda.anaconda.org/t/⟦ab-1⟧/x",
        "- conda.anaconda.org/t/⟦ab-1⟧/x",
        "https://dl.cloudsmith.io/⟦Ab12Cd34Ef56Gh78⟧/acme/x/python/simple",
    ]);
    assert_shown(&[
        "https://h/packages/py3/t/toml/toml-1.whl",
        "file:///t/x/y",
        "file:///a/t/x/y",
        "tests/t/x.yml",
        "./t/x/y",
        "https://h/t/${TOKEN}/x",
    ]);
}

#[test]
fn values_of_keys_that_are_named_like_secrets_are_masked() {
    assert_masked(&[
        r#"{"password":"⟦a\"b, c⟧","username": "u"}"#,
        "  password: ⟦a b⟧  # c\n",
        "password: ⟦a#b,c}⟧\n",
        "password: '⟦it''s⟧'\n",
        "my_password: ⟦x1⟧",
        "variables:\n  DB_PASSWORD: ⟦hunter2⟧\n  NAME: x\n",
        "environment_variables:\n  HF_TOKEN: \"⟦abc⟧\"\n",
        r#""environmentVariables": {"API_KEY": "⟦abc⟧", "A": "b"}"#,
        "ENV PIP_TOKEN=⟦abc⟧ A=b\n",
        "ENV PIP_TOKEN ⟦abc⟧\n",
        "ARG npm_config_authToken=⟦abc⟧\n",
        "docker build --build-arg GH_PAT=⟦abc⟧ .",
        "export AWS_SECRET_ACCESS_KEY=⟦abc/def+x⟧; ls",
        "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=⟦ab+c/d==⟧;EndpointSuffix=y",
        "connection_string: ⟦Server=x;Pwd=y⟧",
        "sas = \"⟦sv=1&sig=x⟧\"",
        "[pypi]\nusername = __token__\npassword = ⟦abc def⟧\n",
        "token: ⟦abc⟧",
        "secret: ⟦abc⟧",
        "key: ⟦abc⟧",
        "jwt = '⟦abc⟧'",
        "PGPASSWORD=⟦abc⟧ psql",
        "x-api-key: ⟦abc⟧",
        "password: |\n  ⟦abc⟧\n  ⟦def⟧\nname: x\n",
        "password:\n  ⟦abc⟧\nname: x\n",
        "password: ⟦abc⟧\n  ⟦def⟧\nname: x\n",
        "- name: MY_TOKEN\n  value: ⟦abc⟧\n",
        r#"{"name": "MY_TOKEN", "value": "⟦abc⟧"}"#,
        r#"bash -c "{\"token\": \"⟦abc⟧\"}""#,
        "the password: ⟦hunter2⟧ is wrong",
        "the password: ⟦swordfish⟧ is wrong",
        "# token: ⟦abc⟧",
        " # token: ⟦abc⟧",
        "+  token: ⟦abc⟧",
        "12 | token: ⟦abc⟧",
        "`password: ⟦hunter2⟧` is not a mapping",
        "--password ⟦abc⟧ x",
        "--password=⟦abc⟧ x",
        "[\"cmd\", \"--token\", \"⟦abc⟧\"]",
        "az storage --account-key ⟦abc⟧ --sas-token '⟦a b⟧'",
        "- TOKEN=⟦8abc⟧",
    ]);
}

#[test]
fn ordinary_keys_and_packages_are_not_touched() {
    assert_shown(&[
        r#""password": null, "password": """#,
        "password: ${X}",
        "password: $X",
        "token: ${{ secrets.TOKEN }}",
        "TOKEN=$(cat /run/secrets/token)",
        "- jwt=1.0",
        "- jwt==1.3.1",
        "- token=1.2.3=py310_0",
        "- tokenizers=0.15.2",
        "- keyring>=23",
        "  google-auth: '>=2.0,<3'",
        "  cookie: '*'",
        "{\"oauth-token\": \">=1.0\"}",
        "- secretstorage=3.3.3",
        "- pass=1.7.*",
        "PATH=/opt/bin PWD=/work",
        "TOKENIZERS_PARALLELISM=false",
        "MAX_TOKENS: 100",
        "token_type: bearer",
        "password_file: /run/secrets/x",
        "ssl_key_path: /x",
        "cache-key: conda-linux",
        "docker login --password-stdin",
        "unexpected token: expected a name",
        "invalid key: there is none",
        "docker build --secret id=netrc,src=x",
        "RUN --mount=type=secret,id=x,env=TOKEN a",
        "python -c 'token == 1'",
        "monkey: banana",
        "compat: true",
        "myorg/token:1.0",
        "conda create -p /opt/env",
        "mkdir -p a/b",
        "write `machine HOST login USER password PASSWORD` into `~/.netrc`",
        "author: x",
        "authors: [x]",
        "path: a",
        "bypass: x",
    ]);
}

fn tokens() -> Vec<String> {
    let letters = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA1bC3dE5f";
    let long = letters.repeat(3);
    vec![
        format!("ghp_{}", &letters[..36]),
        format!("github_pat_{letters}"),
        format!("glpat-{}", &letters[..20]),
        "AKIAQWERTYUIOPASDFGH".to_owned(),
        format!("abc8Q~{}", &letters[..34]),
        format!("{}==", &long[..86]),
        format!("pypi-AgEIcHlwaS5vcmc{long}"),
        format!("npm_{}", &letters[..36]),
        format!("hf_{}", &letters[..34]),
        "xoxb-123456789012-abcdefghij".to_owned(),
        format!("AIza{}", &letters[..35]),
        format!("sk-proj-{long}"),
        format!("sk-ant-api03-{long}"),
        format!("eyJhbGciOi{letters}.eyJzdWIi{letters}.{letters}"),
        format!("dckr_pat_{}", &letters[..27]),
        "ab-01234567-89ab-cdef-0123-456789abcdef".to_owned(),
    ]
}

#[test]
fn shapes_of_providers_are_masked() {
    for text in tokens() {
        assert_masked(&[format!("a ⟦{text}⟧ b"), format!("\"⟦{text}⟧\"")]);
    }
}

#[test]
fn no_pattern_finds_a_secret_in_a_short_word() {
    for token in tokens() {
        for end in 0..shapes::SHORTEST {
            let word = &token[..end];
            assert!(
                url::find_all(word).is_empty() && keys::find(word).is_empty(),
                "{word}"
            );
            assert!(shapes::find(word).is_empty(), "{word}");
        }
    }
}

#[test]
fn headers_and_commands_are_masked() {
    assert_masked(&[
        "Authorization: Bearer ⟦abc⟧",
        "curl -H 'Authorization: token ⟦abc⟧' x",
        "\"authorization\": \"Basic ⟦dTpw⟧\"",
        "Authorization: ⟦abc⟧",
        "Proxy-Authorization: Negotiate ⟦YII⟧",
        "with bearer ⟦aB3dE5gH7jK9mN1p⟧ x",
        "Set-Cookie: ⟦a=b; Path=/⟧",
        "docker login -u bob -p ⟦hunter⟧ h.io",
        "RUN [\"docker\", \"login\", \"-p\", \"⟦hunter⟧\"]",
        "echo ⟦hunter⟧ | docker login --password-stdin",
        "curl -u ⟦bob:hunter⟧ https://h/",
        "skopeo copy --src-creds=⟦bob:hunter⟧ a b",
        "machine h.io login bob password ⟦hunter⟧",
        "  password ⟦hunter⟧",
        "-----BEGIN RSA PRIVATE KEY-----⟦\nMIIabc\n⟧-----END RSA PRIVATE KEY-----",
    ]);
    assert_shown(&[
        "bearer authentication failed",
        "basic configuration of a machine",
        "docker run -p 8080:80 -u 1000:1000 a",
        "-----BEGIN CERTIFICATE-----\nMIIabc\n-----END CERTIFICATE-----",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "sk-learn is not scikit-learn",
        "a ghp_ token",
    ]);
}

#[test]
fn credentials_are_left_out_of_urls() {
    for (given, bare, channel) in [
        ("https://u:p@h/c", "https://h/c", "https://h/c"),
        ("https://token@h/c", "https://h/c", "https://h/c"),
        (
            "https://h/x/t/ab-1/acme/noarch",
            "https://h/x/t/ab-1/acme/noarch",
            "https://h/x/acme/noarch",
        ),
        (
            "https://h/t/ab_c.d/acme",
            "https://h/t/ab_c.d/acme",
            "https://h/acme",
        ),
        (
            "https://h/packages/source/t/toml/a",
            "https://h/packages/source/t/toml/a",
            "https://h/packages/source/t/toml/a",
        ),
        ("file:///t/x/y", "file:///t/x/y", "file:///t/x/y"),
        (
            "https://h/c?sp=r&sig=a%3D",
            "https://h/c?sp=r",
            "https://h/c?sp=r",
        ),
        ("https://h/c?token=a#f", "https://h/c#f", "https://h/c#f"),
        ("https://h/c?ticket=a", "https://h/c", "https://h/c"),
        ("https://h/c#access_token=a", "https://h/c", "https://h/c"),
    ] {
        let url = ::url::Url::parse(given).expect("a URL");
        assert_eq!(without_credentials(&url).as_str(), bare);
        assert_eq!(without_token(&url).as_str(), channel);
    }
}

#[test]
fn logins_are_left_out_of_texts() {
    for (given, bare) in [
        (
            "--index-url https://u:p@h/simple",
            "--index-url https://h/simple",
        ),
        ("https://tok@h/c", "https://h/c"),
        ("https://u:p:q@h/c::numpy=1", "https://h/c::numpy=1"),
        (
            "a @ git+https://u:p@h/a.git@v1",
            "a @ git+https://h/a.git@v1",
        ),
        ("git+ssh://git@h/a", "git+ssh://git@h/a"),
        ("https://u:${PASS}@h/s", "https://u:${PASS}@h/s"),
        ("https://h/t/ab-1/x", "https://h/t/ab-1/x"),
        ("https://h/x?token=a@b", "https://h/x?token=a@b"),
        ("a://p:q@h b://r:s@h", "a://h b://h"),
        ("numpy>=1", "numpy>=1"),
    ] {
        assert_eq!(without_logins(given), bare);
    }
}

#[test]
fn parameters_that_are_not_public_are_left_out_of_texts() {
    for (given, bare) in [
        (
            "--index-url https://h/x?ticket=abc",
            "--index-url https://h/x",
        ),
        (
            "a @ https://u:p@h/a.whl?sp=r&sig=x",
            "a @ https://h/a.whl?sp=r",
        ),
        ("https://h/x?sig=x&sp=r#egg=a b", "https://h/x?sp=r#egg=a b"),
        ("https://h/x?sig=${SIG}", "https://h/x?sig=${SIG}"),
        ("a @ https://h/a.whl#sha256=00", "a @ https://h/a.whl"),
        ("--hash=sha256:00 token=x", "--hash=sha256:00 token=x"),
    ] {
        assert_eq!(without_secrets(given), bare, "{given}");
    }
}

#[test]
fn a_login_that_a_parser_takes_for_a_path_is_known() {
    for text in [
        "bob:PW@host/",
        "//bob:PW@host/",
        "https://bob:P/W@host/",
        "https://bob:P#W@host/",
        "https://bob:P?W@host/",
        "https://bob:P W@host/",
        "tok3n@pypi.example.com/simple",
    ] {
        assert!(is_login_without_url(text), "{text}");
    }
    for text in [
        "conda-forge",
        "https://u:p@h/simple",
        "https://u:p%2Fq@h/simple",
        "./channel",
        "../a@b/c",
        "/a/b@c",
        "file:///a@b/c",
        "file:///home/me@corp.com/wheels",
        r"C:\a@b",
        "git@github.com:a/b",
        "https://h/a@b",
        "https://${USER}:${PASS}@h/",
    ] {
        assert!(!is_login_without_url(text), "{text}");
    }
}

#[test]
fn what_certainly_is_a_secret_of_a_url_is_found() {
    for (text, secrets) in [
        ("https://u:p4ss@h/x", vec!["p4ss"]),
        ("https://tok@h/x?x=1", vec!["tok"]),
        ("https://h/t/ab/x?code=c&x=1", vec!["ab", "c"]),
        ("https://h/?page=1#top", vec![]),
    ] {
        let found = find(text).into_iter().map(|secret| &text[secret]);
        assert_eq!(found.collect::<Vec<_>>(), secrets, "{text}");
    }
}

#[test]
fn long_texts_take_time_that_grows_with_their_length() {
    let start = std::time::Instant::now();
    for unit in [
        "https://",
        "a:b@",
        "password: ",
        "://a:b",
        "@",
        "?a=",
        "/t/",
        "name: TOKEN value: ",
        "key",
        "-----BEGIN PRIVATE KEY-----",
        "a:b c@d/ ",
        "login -p ",
        "\"token\":\"",
    ] {
        redact(&unit.repeat(200_000 / unit.len()));
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
