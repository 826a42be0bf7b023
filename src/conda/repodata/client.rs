//! The gateway takes clients of a fork of `reqwest-middleware`; this hands its
//! requests on to presolve's one client, so that retries, credentials and
//! `--offline` hold for repodata too.

use gateway_middleware as gateway;
use reqwest::{Request, Response};
use reqwest_middleware::ClientWithMiddleware;

struct HandOn(ClientWithMiddleware);

#[async_trait::async_trait]
impl gateway::Middleware for HandOn {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut http::Extensions,
        _: gateway::Next<'_>,
    ) -> gateway::Result<Response> {
        let answer = self.0.execute_with_extensions(request, extensions).await;
        answer.map_err(|error| match error {
            reqwest_middleware::Error::Reqwest(error) => gateway::Error::Reqwest(error),
            reqwest_middleware::Error::Middleware(error) => gateway::Error::Middleware(error),
        })
    }
}

pub(super) fn for_gateway(client: ClientWithMiddleware) -> gateway::ClientWithMiddleware {
    // The inner client never sends anything: the one middleware answers.
    gateway::ClientBuilder::new(reqwest::Client::new())
        .with(HandOn(client))
        .build()
}
