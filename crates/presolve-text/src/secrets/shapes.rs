//! Formats of provider tokens, and the commands and headers that contain a secret, as one
//! table. Each row is a fact that its source publishes.
//!
//! The patterns are looser than those of secret scanners, which must avoid false positives in
//! a whole repository. A log can truncate a token, and an unnecessary mask costs little.
//! Classes are ASCII: nearly every run compiles all patterns, and Unicode's letters take fifty
//! times as long.
//! Names of rules are those of gitleaks
//! (<https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml>) and of
//! detect-secrets (<https://github.com/Yelp/detect-secrets/tree/master/detect_secrets/plugins>).

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use crate::secrets::{is_random, pattern};

/// Pattern of a kind of secret.
struct Shape {
    /// The capture group `secret` is the secret; without that group, the whole match is.
    pattern: &'static str,
    /// Whether the secret must look random, because ordinary words also match the pattern.
    must_be_random: bool,
}

const fn shape(pattern: &'static str) -> Shape {
    Shape {
        pattern,
        must_be_random: false,
    }
}

const fn random(pattern: &'static str) -> Shape {
    Shape {
        pattern,
        must_be_random: true,
    }
}

const SHAPES: &[Shape] = &[
    // https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
    shape(r"\bgh[pousr]_[0-9A-Za-z]{10,}|\bgithub_pat_[[:word:]]{10,}"),
    // https://docs.gitlab.com/security/tokens/#token-prefixes
    shape(
        r"\bgl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[0-9A-Za-z_.-]{10,}|\bGR1348941[[:word:]-]{10,}",
    ),
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    shape(r"\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}\b"),
    shape(r"\bABSK[A-Za-z0-9+/]{40,}={0,2}|\bbedrock-api-key-[A-Za-z0-9+/=]{10,}"),
    // gitleaks: azure-ad-client-secret.
    shape(r"[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{20,}"),
    // The key of a storage account is 512 bits in base64 and ends in `==`:
    // https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage
    shape(r"[A-Za-z0-9+/]{86}=="),
    // Keys that contain a marker of Azure:
    // https://learn.microsoft.com/purview/sit-defn-azure-storage-account-key-generic
    shape(
        r"\b[A-Za-z0-9+/]{30,}(?:\+ASt|AzFu|AzSe|\+ABa|\+AMC|ACDb|AIoT|APIM|\+ACR|AZEG|AAzC)[A-Za-z0-9+/]{4,}={0,2}",
    ),
    // A personal access token of Azure DevOps:
    // https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate
    shape(r"\b[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{18}AZDO[A-Za-z0-9]{4}\b"),
    // https://pypi.org/help/#apitoken; macaroons begin with `AgE`.
    shape(r"\bpypi-AgE[[:word:]-]{8,}"),
    // https://docs.npmjs.com/about-access-tokens
    shape(r"\bnpm_[A-Za-z0-9]{16,}"),
    // https://huggingface.co/docs/hub/security-tokens
    shape(r"\b(?:hf|api_org)_[A-Za-z0-9]{16,}"),
    // https://docs.slack.dev/authentication/tokens
    shape(r"\bxox[abeoprs](?:\.xox[bp])?-[0-9A-Za-z-]{8,}|\bxapp-[0-9]-[0-9A-Za-z-]{8,}"),
    shape(r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[A-Za-z0-9+/]{10,})"),
    // https://cloud.google.com/docs/authentication/api-keys; client secrets begin with
    // `GOCSPX-`, access tokens with `ya29.`.
    shape(r"\bAIza[[:word:]-]{20,}|\bGOCSPX-[[:word:]-]{10,}|\bya29\.[[:word:]-]{10,}"),
    // https://platform.openai.com/docs/api-reference/authentication and
    // https://docs.anthropic.com/en/api/admin-api
    shape(r"\bsk-(?:proj|svcacct|admin|ant|or)-[[:word:]-]{12,}|\bsk-[A-Za-z0-9]{20,}"),
    // https://docs.stripe.com/keys
    shape(r"\b(?:sk|rk|whsec)_(?:test_|live_|prod_)?[A-Za-z0-9]{16,}"),
    // JSON web tokens (RFC 7519): base64url of `{"`, three parts.
    shape(r"\bey[JI][A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)*"),
    shape(r"\bZXlK[A-Za-z0-9+/]{24,}={0,2}"),
    // https://anaconda.org/docs (tokens of anaconda.org), https://prefix.dev (`pfx_`),
    // https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens
    shape(r"\b(?P<secret>[a-z]{2}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b"),
    shape(r"\bpfx_[A-Za-z0-9]{10,}|\bpfxs_[A-Za-z0-9]{10,}"),
    shape(r"\bAKCp[A-Za-z0-9]{20,}|\bcmVmd[A-Za-z0-9]{20,}"),
    // https://help.cloudsmith.io/docs/entitlements: the token is the first folder.
    shape(r"\bdl\.cloudsmith\.io/(?P<secret>[A-Za-z0-9]{12,})/"),
    // https://docs.docker.com/security/access-tokens/
    shape(r"\bdckr_(?:pat|oat)_[[:word:]-]{8,}"),
    // https://developer.hashicorp.com/vault/docs/concepts/tokens
    shape(r"\bhv[sbr]\.[[:word:]-]{10,}|\b[A-Za-z0-9]{14}\.atlasv1\.[[:word:]=-]{20,}"),
    // https://docs.databricks.com/aws/en/dev-tools/auth/pat
    shape(r"\bdapi[0-9a-f]{16,}(?:-[0-9])?"),
    // https://docs.digitalocean.com/reference/api/create-personal-access-token/
    shape(r"\bdo[opr]_v1_[0-9a-f]{16,}"),
    // gitleaks: sendgrid, twilio, doppler, dynatrace, linear, planetscale, postman, pulumi,
    // rubygems, sentry, shopify, square, grafana, nuget, age, 1password, atlassian.
    shape(
        r"\bSG\.[[:word:]-]{16,}(?:\.[[:word:]-]+)?|\bSK[0-9a-f]{32}\b|\bdp\.[a-z]{2,3}\.[A-Za-z0-9]{20,}",
    ),
    shape(r"\bdt0[a-z][0-9]{2}\.[A-Z0-9]{10,}\.[A-Z0-9]{10,}|\blin_(?:api|oauth)_[A-Za-z0-9]{20,}"),
    shape(
        r"\bpscale_(?:tkn|oauth|pw)_[[:word:]=.-]{16,}|\bPMAK-[0-9a-f]{16,}-[0-9a-f]{16,}|\bpul-[0-9a-f]{20,}",
    ),
    shape(
        r"\brubygems_[0-9a-f]{20,}|\bsntry[su]_[[:word:]+/=-]{16,}|\bshp(?:at|ca|pa|ss)_[0-9A-Fa-f]{16,}",
    ),
    shape(
        r"\bsq0(?:atp|csp)-[[:word:]-]{16,}|\bgl(?:c|sa)_[A-Za-z0-9+/_]{20,}={0,2}|\boy2[a-z0-9]{43}\b",
    ),
    shape(
        r"\bAGE-SECRET-KEY-1[A-Z0-9]{20,}|\bops_ey[A-Za-z0-9+/]{20,}={0,2}|\bATATT3[[:word:]=-]{20,}",
    ),
    shape(r"\bNRAK-[A-Z0-9]{20,}|\brdme_[a-z0-9]{30,}|\bLTAI[A-Za-z0-9]{12,}"),
    // PEM (RFC 7468), complete or truncated; in JSON the line breaks are written `\n`.
    shape(
        r"-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----(?P<secret>[A-Za-z0-9+/=\s\\:,]+)",
    ),
    // A single line of PEM, as it appears in a log.
    random(r"(?m)^[ \t]*(?P<secret>[A-Za-z0-9+/]{60,}={0,2})[ \t]*$"),
    // HTTP headers (RFC 9110, 11.6; RFC 6265), for any authentication scheme.
    shape(
        r#"(?i)\bauthorization\\?["']?[ \t]*[:=][ \t]*\\?["']?(?:[A-Za-z][[:word:]-]*[ \t]+)?(?P<secret>[^\s"'`\\][^"'`\r\n\\]*)"#,
    ),
    shape(
        r#"(?i)\b(?:set-)?cookie\\?["']?[ \t]*[:=][ \t]*\\?["']?(?P<secret>[^\s"'`\\][^"'`\r\n\\]*)"#,
    ),
    random(r"(?i)\b(?:bearer|basic|token)[ \t]+(?P<secret>[A-Za-z0-9._~+/-]{8,}=*)"),
    // A line of a netrc file
    // (https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html).
    shape(
        r"(?i)\b(?:machine|login|default)[ \t]+(?:\S+[ \t]+)?(?:(?:login|account)[ \t]+\S+[ \t]+)*(?:password|account)[ \t]+(?P<secret>[^\s`]+)",
    ),
    shape(r"(?m)^[ \t]*password[ \t]+(?P<secret>\S+)[ \t]*$"),
    // `docker login -p`, and the same option of podman, az, helm and twine; also as a JSON
    // list.
    shape(
        r#"(?i)\b(?:login|twine|sshpass|mysql|mysqldump|psql)\b[^\n;|&]*?[\s"']-p(?:[ \t"',=]+|\b)(?P<secret>[^\s"',]+)"#,
    ),
    shape(r#"(?i)\bsshpass[ \t]+-p[ \t]*["']?(?P<secret>[^\s"']+)"#),
    // A user with a password: `curl -u`, `wget`, `skopeo --creds`.
    shape(
        r#"(?i)\b(?:curl|wget|https?|skopeo|buildah|podman|oras|crane)\b[^\n;|&]*?[\s"'](?:-u|--user|--proxy-user|--(?:src-|dest-)?creds|-U)(?:[ \t"',=]+)(?P<secret>[^\s"',:/@]*:[^\s"',/@][^\s"',]*)"#,
    ),
    // Text that is piped to an option that reads a password.
    shape(
        r#"(?i)\b(?:echo|printf)[ \t]+(?:-[[:word:]]+[ \t]+)*["']?(?P<secret>[^\s"'|]+)["']?[ \t]*\|[^\n]*(?:--password-stdin|--token-stdin|--with-token|passwd|sudo[ \t]+-S)"#,
    ),
];

/// Each token of [`SHAPES`] that is a single word has at least this many bytes.
pub(super) const SHORTEST: usize = 12;

static COMPILED: LazyLock<Vec<(Regex, bool)>> = LazyLock::new(|| {
    let shapes = SHAPES.iter();
    let compiled = shapes.map(|shape| (pattern(shape.pattern), shape.must_be_random));
    compiled.collect()
});

/// Ranges, in no order, of texts that match a pattern.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (regex, must_be_random) in &*COMPILED {
        // A search without groups is several times faster, and most texts match nothing.
        if !regex.is_match(text) {
            continue;
        }
        for captures in regex.captures_iter(text) {
            let secret = captures.name("secret").or_else(|| captures.get(0));
            let secret = secret.filter(|secret| {
                // Placeholder in help texts.
                secret.as_str() != "PASSWORD"
                    && (!must_be_random || is_random(secret.as_str()) && !is_hex(secret.as_str()))
            });
            found.extend(secret.map(|secret| secret.range()));
        }
    }
    found
}

/// Whether a text may be a hash, which looks random but is public.
fn is_hex(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_hexdigit())
}
