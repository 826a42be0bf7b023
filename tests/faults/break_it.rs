//! Each fault as bytes on the wire.

use std::{io, sync::OnceLock, time::Duration};

use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{
    bombs,
    fault::{Fault, Framing, Lie, Moment, To},
    server::{Reply, Request, head, header, mirror, write_last},
    site::{Addresses, HOSTS, Host},
};

/// A login page as company proxies and hotels put it in place of any answer.
pub(super) const PORTAL: &[u8] =
    b"<!DOCTYPE html>\n<html><head><title>Login required</title></head>\
    <body><h1>Network access</h1><form action=\"https://proxy.example/login\" method=\"post\">\
    <input name=\"user\"><input name=\"password\" type=\"password\"><button>Log in</button></form>\
    <a href=\"https://proxy.example/help.html\">Help</a></body></html>\n";

/// Longer than any test runs.
const FOR_EVER: Duration = Duration::from_secs(3600);

/// Answers a request with a fault; `reply` is the healthy answer.
pub(super) async fn play(
    fault: Fault,
    reply: Reply,
    request: &Request,
    at: &Addresses,
    stream: &mut TcpStream,
) -> io::Result<()> {
    match fault {
        // These come before a connection.
        Fault::Refused | Fault::UnknownHost => unreachable!("there is no connection"),
        Fault::Closed => stream.shutdown().await,
        Fault::Reset(moment) => {
            send_until(moment, &reply, stream).await?;
            // What was sent is to arrive before the reset does.
            tokio::time::sleep(Duration::from_millis(50)).await;
            stream.set_zero_linger()
        }
        Fault::Stall(moment) => {
            send_until(moment, &reply, stream).await?;
            tokio::time::sleep(FOR_EVER).await;
            Ok(())
        }
        Fault::Drip => drip(&reply, stream).await,
        Fault::Cut(framing) => cut(framing, &reply, request, stream).await,
        Fault::Endless => endless(&reply, stream).await,
        Fault::Length(lie) => false_length(lie, &reply, stream).await,
        Fault::BadHeader => {
            let head = head(reply.status, &reply.headers);
            let head = head.replacen("\r\n", "\r\nX-\0Bad\x7f header\x01: \0\r\n", 1);
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&reply.body).await
        }
        Fault::NotHttp => {
            stream
                .write_all(b"SSH-2.0-OpenSSH_9.6\r\n\r\n\0\xff\xfe")
                .await?;
            stream.write_all(&reply.body).await?;
            stream.shutdown().await
        }
        _ => write_last(stream, &replaced(fault, reply, request, at), request).await,
    }
}

/// The answer of faults that are whole answers.
fn replaced(fault: Fault, reply: Reply, request: &Request, at: &Addresses) -> Reply {
    let text = |status, body: &[u8]| Reply {
        status,
        headers: vec![header("Content-Type", "text/html")],
        body: body.to_vec(),
    };
    match fault {
        Fault::Status(206) => Reply {
            status: 206,
            ..reply
        },
        Fault::Status(204 | 304) => {
            let Fault::Status(status) = fault else {
                unreachable!("matched above")
            };
            Reply {
                status,
                body: Vec::new(),
                ..reply
            }
        }
        Fault::Status(status) => text(status, b"<html><body>An error</body></html>"),
        Fault::TooMany(after) => {
            let mut reply = text(429, b"Too many requests");
            reply.headers.push(header("Retry-After", after));
            reply
        }
        Fault::Redirect(to) => {
            let mut reply = text(302, b"Elsewhere");
            reply
                .headers
                .push(header("Location", &target(to, request, at)));
            reply
        }
        Fault::Type(content_type) => with_header(reply, "Content-Type", content_type),
        Fault::Portal => Reply {
            body: PORTAL.to_vec(),
            status: 200,
            ..with_header(reply, "Content-Type", "text/html; charset=utf-8")
        },
        Fault::Empty => Reply {
            status: 200,
            body: Vec::new(),
            ..reply
        },
        Fault::Altered => altered(reply),
        Fault::RangeTotal => {
            let last = reply.body.len().saturating_sub(1);
            let text = format!("bytes 0-{last}/{}", 1u64 << 60);
            Reply {
                status: 206,
                ..with_header(reply, "Content-Range", &text)
            }
        }
        Fault::GzipBomb => {
            static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
            let bomb = BOMB.get_or_init(|| bombs::gzip(b"{", 4));
            Reply {
                body: bomb.clone(),
                status: 200,
                ..with_header(reply, "Content-Encoding", "gzip")
            }
        }
        _ => unreachable!("{fault:?} is written by hand"),
    }
}

fn with_header(mut reply: Reply, name: &str, value: &str) -> Reply {
    reply.headers.retain(|(known, _)| known != name);
    reply.headers.push(header(name, value));
    reply
}

/// What differs from the answer and is as long: an older release, where a version is in it.
fn altered(mut reply: Reply) -> Reply {
    let middle = reply.body.len() / 2;
    let text = String::from_utf8(reply.body.clone());
    match text {
        Ok(text) if text.contains("1.2.0") => reply.body = text.replace("1.2.0", "1.2.1").into(),
        _ => {
            if let Some(byte) = reply.body.get_mut(middle) {
                *byte ^= 0x55;
            }
        }
    }
    reply
}

fn target(to: To, request: &Request, at: &Addresses) -> String {
    match to {
        To::Itself => request.path.clone(),
        To::File => "file:///etc/passwd".to_owned(),
        To::NoPath => at.of(Host::Mapping).to_owned(),
        To::OtherHost => {
            let host = owner_of(&request.path);
            let other = match host {
                Host::Mapping => Host::Files,
                _ => Host::Mapping,
            };
            format!("{}{}{}", at.of(other), mirror(host), request.path)
        }
    }
}

/// The paths of the hosts do not overlap.
fn owner_of(path: &str) -> Host {
    let prefixes = ["/chan/", "/shards/", "/simple/", "/files/", "/mapping.json"];
    let known = prefixes.iter().position(|prefix| path.starts_with(prefix));
    known.map_or(Host::Index, |position| HOSTS[position])
}

fn head_with_length(reply: &Reply, length: &str) -> String {
    let mut headers = reply.headers.clone();
    headers.push(header("Content-Length", length));
    head(reply.status, &headers)
}

async fn send_until(moment: Moment, reply: &Reply, stream: &mut TcpStream) -> io::Result<()> {
    let head = head_with_length(reply, &reply.body.len().to_string());
    match moment {
        Moment::BeforeHeaders => Ok(()),
        Moment::InHeaders => stream.write_all(&head.as_bytes()[..head.len() / 2]).await,
        Moment::InBody => {
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(half(reply)).await
        }
    }
}

fn half(reply: &Reply) -> &[u8] {
    &reply.body[..reply.body.len() / 2]
}

async fn drip(reply: &Reply, stream: &mut TcpStream) -> io::Result<()> {
    let head = head_with_length(reply, &reply.body.len().to_string());
    stream.write_all(head.as_bytes()).await?;
    for byte in &reply.body {
        stream.write_all(&[*byte]).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

async fn cut(
    framing: Framing,
    reply: &Reply,
    request: &Request,
    stream: &mut TcpStream,
) -> io::Result<()> {
    let mut headers = reply.headers.clone();
    headers.push(match framing {
        Framing::Length => header("Content-Length", &reply.body.len().to_string()),
        Framing::Chunked => header("Transfer-Encoding", "chunked"),
        Framing::UntilClosed => header("Connection", "close"),
    });
    stream
        .write_all(head(reply.status, &headers).as_bytes())
        .await?;
    if request.method == "HEAD" {
        return stream.shutdown().await;
    }
    if framing == Framing::Chunked {
        let size = format!("{:x}\r\n", half(reply).len());
        stream.write_all(size.as_bytes()).await?;
        stream.write_all(half(reply)).await?;
        // The chunk is complete; the last one, of size 0, does not come.
        stream.write_all(b"\r\n").await?;
    } else {
        stream.write_all(half(reply)).await?;
    }
    stream.shutdown().await
}

async fn endless(reply: &Reply, stream: &mut TcpStream) -> io::Result<()> {
    stream
        .write_all(head(reply.status, &reply.headers).as_bytes())
        .await?;
    stream.write_all(&reply.body).await?;
    let spaces = vec![b' '; 256 * 1024];
    loop {
        stream.write_all(&spaces).await?;
    }
}

async fn false_length(lie: Lie, reply: &Reply, stream: &mut TcpStream) -> io::Result<()> {
    let length = match lie {
        Lie::Longer => (reply.body.len() + 1000).to_string(),
        Lie::Shorter => (reply.body.len() / 2).to_string(),
        Lie::Negative => "-1".to_owned(),
        Lie::Huge => (1u64 << 62).to_string(),
    };
    let head = head_with_length(reply, &length);
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&reply.body).await?;
    stream.shutdown().await
}
