//! Failures of registries in the words of the clients that meet them: Docker's daemon,
//! BuildKit, containerd, podman and buildah, kaniko, ACR Tasks. Who is asked for a
//! password, who is refused, what does not exist and who cannot be reached are told apart.

use presolve::diagnose::{Log, LogVerdict, diagnose};

/// The problem, and logs that show it, each of another client or registry.
const FAILURES: &[(&str, &[&str])] = &[
    (
        "image-pull-unauthorized",
        &[
            "Step 1/4 : FROM contoso.azurecr.io/train:3\nHead \"https://contoso.azurecr.io/v2/train/manifests/3\": unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information. CorrelationId: 0c1f3f4e-0000-4000-8000-7a2f4c0a9d11",
            "#3 ERROR: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://contoso.azurecr.io/oauth2/token?scope=repository%3Abase%3Apull&service=contoso.azurecr.io: 401 Unauthorized\n------\nERROR: failed to solve: contoso.azurecr.io/base:1: failed to resolve source metadata for contoso.azurecr.io/base:1: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://contoso.azurecr.io/oauth2/token?scope=repository%3Abase%3Apull&service=contoso.azurecr.io: 401 Unauthorized",
            "STEP 1/3: FROM contoso.azurecr.io/base:1\nTrying to pull contoso.azurecr.io/base:1...\nError: creating build container: initializing source docker://contoso.azurecr.io/base:1: Requesting bearer token: invalid status code from registry 401 (Unauthorized)",
            "Error: initializing source docker://registry.example/base:1: unable to retrieve auth token: invalid username/password: unauthorized: incorrect username or password",
            "INFO[0000] Retrieving image manifest acme/secret:1\nerror building image: unable to complete operation after 0 attempts, last error: GET https://index.docker.io/v2/acme/secret/manifests/1: UNAUTHORIZED: authentication required; [map[Action:pull Class: Name:acme/secret Type:repository]]",
            "ERROR: failed to solve: acme/private:1: failed to resolve source metadata for docker.io/acme/private:1: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
            "Warning  Failed  3s  kubelet  Failed to pull image \"contoso.azurecr.io/score:2\": rpc error: code = Unknown desc = failed to pull and unpack image \"contoso.azurecr.io/score:2\": failed to resolve reference \"contoso.azurecr.io/score:2\": failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://contoso.azurecr.io/oauth2/token: 401 Unauthorized",
        ],
    ),
    (
        "image-pull-forbidden",
        &[
            "failed to pull and unpack image \"ghcr.io/acme/base:1\": failed to resolve reference \"ghcr.io/acme/base:1\": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aacme%2Fbase%3Apull&service=ghcr.io: 403 Forbidden",
            "Error response from daemon: pull access denied for 123456789012.dkr.ecr.eu-west-1.amazonaws.com/base, repository does not exist or may require 'docker login': denied: User: arn:aws:sts::123456789012:assumed-role/build/i-0 is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:123456789012:repository/base because no resource-based policy allows the ecr:BatchGetImage action",
            "error building image: GET https://europe-docker.pkg.dev/v2/acme/base/manifests/1: DENIED: Permission \"artifactregistry.repositories.downloadArtifacts\" denied on resource \"projects/acme/locations/europe/repositories/base\" (or it may not exist)",
            "Error: initializing source docker://registry.example/base:1: reading manifest 1 in registry.example/base: StatusCode: 403, \"{\\\"message\\\":\\\"forbidden\\\"}\"",
        ],
    ),
    (
        "image-not-found",
        &[
            "#2 [internal] load metadata for mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240909.1\n#2 ERROR: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240909.1: not found\n------\nERROR: failed to solve: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240909.1: failed to resolve source metadata for mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240909.1: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240909.1: not found",
            "Step 1/9 : FROM mcr.microsoft.com/azureml/base:9\nmanifest for mcr.microsoft.com/azureml/base:9 not found: manifest unknown: manifest tagged by \"9\" is not found",
            "Error: creating build container: initializing source docker://mcr.microsoft.com/azureml/base:9: reading manifest 9 in mcr.microsoft.com/azureml/base: manifest unknown: manifest tagged by \"9\" is not found",
            "error building image: GET https://contoso.azurecr.io/v2/base/manifests/2: MANIFEST_UNKNOWN: manifest tagged by \"2\" is not found; map[Tag:2]",
            "error building image: GET https://contoso.azurecr.io/v2/bsae/manifests/2: NAME_UNKNOWN: repository name not known to registry; map[Name:bsae]",
            "ERROR: failed to solve: contoso.azurecr.io/base@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08: failed to resolve source metadata for contoso.azurecr.io/base@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08: contoso.azurecr.io/base@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08: not found",
            "Error: rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/library/pyhton:3.11\": failed to resolve reference \"docker.io/library/python:3.99\": docker.io/library/python:3.99: not found",
        ],
    ),
    (
        "registry-unreachable",
        &[
            "Error response from daemon: Get \"https://mcr.microsoft.com/v2/\": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
            "ERROR: failed to solve: mcr.microsoft.com/azureml/base:1: failed to resolve source metadata for mcr.microsoft.com/azureml/base:1: failed to do request: Head \"https://mcr.microsoft.com/v2/azureml/base/manifests/1\": dial tcp: lookup mcr.microsoft.com on 168.63.129.16:53: no such host",
            "Error: creating build container: initializing source docker://quay.io/acme/base:1: pinging container registry quay.io: Get \"https://quay.io/v2/\": dial tcp 3.219.1.2:443: i/o timeout",
            "failed to copy: httpReadSeeker: failed open: failed to do request: Get \"https://registry-1.docker.io/v2/library/python/blobs/sha256:9f86d081884c\": net/http: TLS handshake timeout",
            "Step 1/2 : FROM python:3.11\nGet \"https://registry-1.docker.io/v2/\": EOF",
            "error building image: Get \"https://registry.example/v2/\": dial tcp 10.0.0.5:443: connect: connection refused",
            "ERROR: failed to solve: DeadlineExceeded: failed to fetch oauth token: Post \"https://auth.docker.io/token\": dial tcp 44.1.2.3:443: i/o timeout",
            "Error response from daemon: Get \"https://registry-1.docker.io/v2/\": proxyconnect tcp: dial tcp 10.1.0.4:3128: connect: no route to host",
        ],
    ),
    (
        "acr-unreachable",
        &[
            "failed to login, ran out of retries: failed to set docker credentials: Error response from daemon: Get \"https://contoso.azurecr.io/v2/\": denied: {\"errors\":[{\"code\":\"DENIED\",\"message\":\"client with IP '20.1.2.3' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.\"}]}",
            "ERROR: failed to solve: contoso.azurecr.io/base:1: failed to resolve source metadata for contoso.azurecr.io/base:1: failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://contoso.azurecr.io/oauth2/token: 403 Forbidden: denied: client with IP '20.1.2.3' is not allowed access, refer https://aka.ms/acr/firewall to grant access",
            "ERROR: failed to solve: contoso.azurecr.io/base:1: failed to do request: Head \"https://contoso.azurecr.io/v2/base/manifests/1\": dial tcp: lookup contoso.privatelink.azurecr.io on 127.0.0.11:53: no such host",
            "Error response from daemon: Get \"https://contoso.azurecr.io/v2/\": dial tcp 10.0.2.5:443: i/o timeout",
            "The workspace's Azure Container Registry is behind a virtual network and cannot be used to build images with ACR Tasks. Set image_build_compute of the workspace to a compute cluster.",
        ],
    ),
    (
        "image-pull-rate-limited",
        &[
            "ERROR: failed to solve: python:3.11: failed to resolve source metadata for docker.io/library/python:3.11: failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/python/manifests/sha256:9f86: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
            "Error: initializing source docker://docker.io/library/python:3.11: reading manifest 3.11 in docker.io/library/python: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
            "error building image: GET https://contoso.azurecr.io/v2/base/manifests/1: TOOMANYREQUESTS: too many requests",
        ],
    ),
    (
        "image-no-matching-manifest",
        &[
            "ERROR: failed to solve: acme/base:1: failed to resolve source metadata for docker.io/acme/base:1: no match for platform in manifest: not found",
            "Error: creating build container: choosing an image from manifest list docker://quay.io/acme/base:1: no image found in image index for architecture \"arm64\", variant \"v8\", OS \"linux\"",
            "Error response from daemon: no matching manifest for windows/amd64 10.0.19045 in the manifest list entries",
        ],
    ),
    (
        "docker-push-denied",
        &[
            "The push refers to repository [docker.io/acme/train]\n5f70bf18a086: Preparing\ndenied: requested access to the resource is denied",
            "#12 pushing layers 0.4s done\n#12 ERROR: failed to push contoso.azurecr.io/train:1: failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://contoso.azurecr.io/oauth2/token: 401 Unauthorized",
            "error pushing image: failed to push to destination contoso.azurecr.io/train:1: HEAD https://contoso.azurecr.io/v2/train/blobs/sha256:9f86: unexpected status code 403 Forbidden (HEAD responses have no body, use GET for details)",
            "Error: writing blob: initiating layer upload to /v2/train/blobs/uploads/ in contoso.azurecr.io: unauthorized: authentication required",
        ],
    ),
    (
        "docker-push-failed",
        &[
            "The push refers to repository [contoso.azurecr.io/train]\n5f70bf18a086: Pushing [====>   ]  1.2GB/9.8GB\nreceived unexpected HTTP status: 503 Service Unavailable",
            "ERROR: failed to solve: failed to push contoso.azurecr.io/train:1: failed to copy: io: read/write on closed pipe",
        ],
    ),
    (
        "registry-certificate-untrusted",
        &[
            "Error: initializing source docker://registry.corp.example/base:1: pinging container registry registry.corp.example: Get \"https://registry.corp.example/v2/\": tls: failed to verify certificate: x509: certificate signed by unknown authority",
            "Error response from daemon: Get \"https://registry.corp.example:5000/v2/\": http: server gave HTTP response to HTTPS client",
        ],
    ),
];

fn name_of(log: &str) -> String {
    match diagnose(&Log::read(log.as_bytes())).verdict {
        LogVerdict::Named(named) => named.problem.name.to_owned(),
        LogVerdict::Unknown { guess, .. } => match guess {
            Some(guess) => format!("unknown, may be {}", guess.problem.name),
            None => "unknown".to_owned(),
        },
        LogVerdict::Succeeded => "succeeded".to_owned(),
    }
}

#[test]
fn failures_of_registries_are_told_apart() {
    let mut wrong = String::new();
    for (expected, logs) in FAILURES {
        for log in *logs {
            let name = name_of(log);
            if name != *expected {
                wrong += &format!("{name}, not {expected}:\n{log}\n\n");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
