//! Servers on loopback that speak HTTP/1.1 by hand, so that they can break in any way.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    runtime::Runtime,
    task::JoinHandle,
};

use super::{
    break_it,
    fault::Fault,
    site::{Addresses, HOSTS, Host, Resource, Site},
};

/// A request, as far as it matters.
#[derive(Debug)]
pub(super) struct Request {
    pub method: String,
    pub path: String,
    if_none_match: Option<String>,
    range: Option<String>,
}

/// A response before it is written.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A fault and the requests that it is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Armed {
    pub fault: Fault,
    pub is_target: fn(Host, &str) -> bool,
    /// How many requests are broken; all if none is said.
    pub left: Option<usize>,
}

/// What the servers of a cell do at the moment.
#[derive(Debug, Default)]
struct Mood {
    site: Site,
    armed: Option<Armed>,
    /// How long each answer takes.
    pause: Duration,
    /// Whether responses may be used for an hour without asking again.
    fresh: bool,
}

/// The servers of one cell.
pub(super) struct Servers {
    pub addresses: Addresses,
    sockets: Vec<Option<TcpSocket>>,
    mood: Arc<Mutex<Mood>>,
    tasks: Vec<JoinHandle<()>>,
}

/// A runtime for the servers of all cells.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all();
        builder.build().expect("a runtime")
    })
}

impl Servers {
    /// Servers that have ports. Until [`Servers::start`] connections are refused, and
    /// nobody else can take the ports.
    pub(super) fn bind() -> Self {
        let _guard = runtime().enter();
        let mut sockets = Vec::new();
        let addresses = HOSTS.map(|_| {
            let socket = TcpSocket::new_v4().expect("a socket");
            let any = SocketAddr::from(([127, 0, 0, 1], 0));
            socket.bind(any).expect("a port");
            let address = socket.local_addr().expect("an address");
            sockets.push(Some(socket));
            format!("http://{address}")
        });
        Self {
            addresses: Addresses(addresses),
            sockets,
            mood: Arc::default(),
            tasks: Vec::new(),
        }
    }

    fn mood(&self) -> MutexGuard<'_, Mood> {
        self.mood.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves the site; the hosts of `refused` stay closed.
    pub(super) fn start(&mut self, site: Site, armed: Option<Armed>, refused: &[Host]) {
        {
            let mut mood = self.mood();
            mood.site = site;
            mood.armed = armed;
        }
        for (host, socket) in HOSTS.into_iter().zip(&mut self.sockets) {
            if refused.contains(&host) {
                continue;
            }
            if let Some(socket) = socket.take() {
                let _guard = runtime().enter();
                let listener = socket.listen(1024).expect("listens");
                let (mood, addresses) = (self.mood.clone(), self.addresses.clone());
                let task = runtime().spawn(accept(listener, host, mood, addresses));
                self.tasks.push(task);
            }
        }
    }

    /// Lets each answer take this long.
    pub(super) fn slow_down(&self, pause: Duration) {
        self.mood().pause = pause;
    }

    /// Lets responses be fresh for an hour, where they otherwise are to be revalidated.
    pub(super) fn make_fresh(&self, fresh: bool) {
        self.mood().fresh = fresh;
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn accept(listener: TcpListener, host: Host, mood: Arc<Mutex<Mood>>, at: Addresses) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (mood, at) = (mood.clone(), at.clone());
        // An error is a client that has gone.
        connections.spawn(async move { drop(serve(stream, host, mood, at).await) });
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(
    mut stream: TcpStream,
    host: Host,
    mood: Arc<Mutex<Mood>>,
    at: Addresses,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut unread = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut unread).await? {
        let (reply, fault, pause) = {
            let mut mood = mood.lock().unwrap_or_else(PoisonError::into_inner);
            let (host, path) = owner(host, &request.path);
            let fault = host.and_then(|host| mood.fault_for(host, &request));
            let host = host.unwrap_or_else(|| mirrored(&request.path));
            let reply = reply(&mood, host, path, &request, fault.is_some());
            (reply, fault, mood.pause)
        };
        tokio::time::sleep(pause).await;
        match fault {
            Some(fault) => return break_it::play(fault, reply, &request, &at, &mut stream).await,
            None => write(&mut stream, &reply, &request).await?,
        }
    }
    Ok(())
}

impl Mood {
    fn fault_for(&mut self, host: Host, request: &Request) -> Option<Fault> {
        let armed = self.armed.as_mut()?;
        if !(armed.is_target)(host, &request.path) {
            return None;
        }
        match &mut armed.left {
            None => Some(armed.fault),
            // A HEAD request must not use up what is meant for the body.
            Some(0) => None,
            Some(_) if request.method == "HEAD" => None,
            Some(left) => {
                *left -= 1;
                Some(armed.fault)
            }
        }
    }
}

/// Every server has a healthy copy of all others in `/at/HOST/`. The host is none there.
fn owner(host: Host, path: &str) -> (Option<Host>, &str) {
    match path.strip_prefix("/at/") {
        Some(rest) => (None, rest.find('/').map_or("/", |slash| &rest[slash..])),
        None => (Some(host), path),
    }
}

/// The path of a healthy copy of what a host has.
pub(super) fn mirror(host: Host) -> String {
    format!("/at/{}", host as usize)
}

fn mirrored(path: &str) -> Host {
    let host = HOSTS.into_iter().find(|host| {
        let prefix = mirror(*host);
        path.strip_prefix(&prefix)
            .is_some_and(|rest| rest.starts_with('/'))
    });
    host.unwrap_or(Host::Channel)
}

async fn read_request(stream: &mut TcpStream, unread: &mut Vec<u8>) -> io::Result<Option<Request>> {
    let mut buffer = [0; 4096];
    loop {
        let end = unread.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&unread[..end]).into_owned();
            unread.drain(..end + 4);
            return Ok(parse(&head));
        }
        match stream.read(&mut buffer).await? {
            0 => return Ok(None),
            count => unread.extend_from_slice(&buffer[..count]),
        }
    }
}

fn parse(head: &str) -> Option<Request> {
    let (first, headers) = head.split_once("\r\n").unwrap_or((head, ""));
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let header = |name: &str| {
        let mut lines = headers.lines().filter_map(|line| line.split_once(':'));
        let line = lines.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(line.1.trim().to_owned())
    };
    Some(Request {
        method,
        path,
        if_none_match: header("if-none-match"),
        range: header("range"),
    })
}

/// The healthy answer. A broken one is the answer to an unconditional request for the
/// whole: the fault replaces it.
fn reply(mood: &Mood, host: Host, path: &str, request: &Request, is_broken: bool) -> Reply {
    let Some(resource) = mood.site.get(&(host, path.to_owned())) else {
        return Reply {
            status: 404,
            headers: vec![header("Content-Type", "text/plain")],
            body: b"There is no such file.\n".to_vec(),
        };
    };
    let hash = hex::encode(Sha256::digest(&resource.body));
    let etag = format!("\"{}\"", &hash[..16]);
    let age = if mood.fresh {
        "max-age=3600"
    } else {
        "no-cache"
    };
    let mut headers = vec![header("ETag", &etag), header("Cache-Control", age)];
    if request.if_none_match.as_deref() == Some(etag.as_str()) && !is_broken {
        return Reply {
            status: 304,
            headers,
            body: Vec::new(),
        };
    }
    headers.push(header("Content-Type", resource.content_type));
    if resource.takes_ranges {
        headers.push(header("Accept-Ranges", "bytes"));
        if let Some(range) = request
            .range
            .as_deref()
            .and_then(|text| range(text, resource))
        {
            let total = resource.body.len();
            let text = format!("bytes {}-{}/{total}", range.start, range.end - 1);
            headers.push(header("Content-Range", &text));
            return Reply {
                status: 206,
                headers,
                body: resource.body[range].to_vec(),
            };
        }
    }
    Reply {
        status: 200,
        headers,
        body: resource.body.clone(),
    }
}

pub(super) fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn range(text: &str, resource: &Resource) -> Option<std::ops::Range<usize>> {
    let total = resource.body.len();
    let (start, end) = text.strip_prefix("bytes=")?.split_once('-')?;
    let range = match (start, end) {
        ("", suffix) => total.saturating_sub(suffix.parse().ok()?)..total,
        (start, "") => start.parse().ok()?..total,
        (start, end) => {
            start.parse().ok()?..end.parse::<usize>().ok()?.saturating_add(1).min(total)
        }
    };
    (range.start < range.end).then_some(range)
}

/// The head of a response with these headers.
pub(super) fn head(status: u16, headers: &[(String, String)]) -> String {
    let lines = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"));
    let reason = http::StatusCode::from_u16(status).ok();
    let reason = reason.and_then(|status| status.canonical_reason());
    format!(
        "HTTP/1.1 {status} {}\r\n{}\r\n",
        reason.unwrap_or("Unknown"),
        lines.collect::<String>()
    )
}

async fn write(stream: &mut TcpStream, reply: &Reply, request: &Request) -> io::Result<()> {
    let mut headers = reply.headers.clone();
    // RFC 9110, 8.6: none with 204, and not that of an empty body with 304.
    if !matches!(reply.status, 204 | 304) {
        headers.push(header("Content-Length", &reply.body.len().to_string()));
    }
    let mut bytes = head(reply.status, &headers).into_bytes();
    if request.method != "HEAD" {
        bytes.extend_from_slice(&reply.body);
    }
    stream.write_all(&bytes).await
}

/// Writes an answer after which the connection is closed.
pub(super) async fn write_last(
    stream: &mut TcpStream,
    reply: &Reply,
    request: &Request,
) -> io::Result<()> {
    let mut last = reply.clone();
    last.headers.push(header("Connection", "close"));
    write(stream, &last, request).await?;
    stream.shutdown().await
}
