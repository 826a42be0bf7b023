//! The ways in which a server can break, and the names that `docs/faults.md` gives them.

/// What goes wrong with a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing listens on the port.
    Refused,
    /// The host name has no address.
    UnknownHost,
    /// The server closes the connection without an answer.
    Closed,
    /// The server resets the connection.
    Reset(Moment),
    /// The server stops sending and keeps the connection open.
    Stall(Moment),
    /// One byte of the body per second.
    Drip,
    /// Half of the body, then the connection is closed.
    Cut(Framing),
    /// The body is followed by spaces without end.
    Endless,
    /// This status with a short text.
    Status(u16),
    /// Status 429 with this `Retry-After`.
    TooMany(&'static str),
    /// A redirect.
    Redirect(To),
    /// The right body under this `Content-Type`.
    Type(&'static str),
    /// The login page of a proxy, with status 200.
    Portal,
    /// Status 200 and no body.
    Empty,
    /// The body of another file of the same kind.
    Altered,
    /// A false `Content-Length`.
    Length(Lie),
    /// Ranges of a file that is said to have 2^60 bytes.
    RangeTotal,
    /// A header line that HTTP does not allow.
    BadHeader,
    /// Bytes that are not HTTP.
    NotHttp,
    /// `Content-Encoding: gzip`, and four gigabytes of zeros inside.
    GzipBomb,
}

/// When a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    BeforeHeaders,
    InHeaders,
    InBody,
}

/// How a body is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length,
    Chunked,
    UntilClosed,
}

/// Where a redirect leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// To the same URL.
    Itself,
    /// To a server on another port that has the right answer.
    OtherHost,
    /// To `file:///etc/passwd`.
    File,
    /// To a URL without a path; a home page is there.
    NoPath,
}

/// How a `Content-Length` is false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lie {
    Longer,
    Shorter,
    Negative,
    Huge,
}

/// All faults by name.
pub(super) const FAULTS: &[(&str, Fault)] = &[
    ("refused", Fault::Refused),
    ("unknown host", Fault::UnknownHost),
    ("closed without an answer", Fault::Closed),
    (
        "reset before the headers",
        Fault::Reset(Moment::BeforeHeaders),
    ),
    ("reset in the headers", Fault::Reset(Moment::InHeaders)),
    ("reset in the body", Fault::Reset(Moment::InBody)),
    (
        "stalled before the headers",
        Fault::Stall(Moment::BeforeHeaders),
    ),
    ("stalled in the headers", Fault::Stall(Moment::InHeaders)),
    ("stalled in the body", Fault::Stall(Moment::InBody)),
    ("a byte per second", Fault::Drip),
    ("cut, with Content-Length", Fault::Cut(Framing::Length)),
    ("cut, chunked", Fault::Cut(Framing::Chunked)),
    (
        "cut, without Content-Length",
        Fault::Cut(Framing::UntilClosed),
    ),
    ("endless", Fault::Endless),
    ("200 without a body", Fault::Empty),
    ("204", Fault::Status(204)),
    ("206 to a request without a range", Fault::Status(206)),
    ("304 without a cache", Fault::Status(304)),
    ("401", Fault::Status(401)),
    ("403", Fault::Status(403)),
    ("404", Fault::Status(404)),
    ("410", Fault::Status(410)),
    ("429, Retry-After: 1", Fault::TooMany("1")),
    ("429, Retry-After: 100000", Fault::TooMany("100000")),
    ("500", Fault::Status(500)),
    ("502", Fault::Status(502)),
    ("503", Fault::Status(503)),
    ("redirect loop", Fault::Redirect(To::Itself)),
    ("redirect to another host", Fault::Redirect(To::OtherHost)),
    ("redirect to file:", Fault::Redirect(To::File)),
    (
        "redirect to a URL without a path",
        Fault::Redirect(To::NoPath),
    ),
    ("as text/plain", Fault::Type("text/plain")),
    ("as text/html", Fault::Type("text/html")),
    ("portal page", Fault::Portal),
    ("another file's content", Fault::Altered),
    ("Content-Length too long", Fault::Length(Lie::Longer)),
    ("Content-Length too short", Fault::Length(Lie::Shorter)),
    ("Content-Length negative", Fault::Length(Lie::Negative)),
    ("Content-Length 2^62", Fault::Length(Lie::Huge)),
    ("Content-Range of 2^60 bytes", Fault::RangeTotal),
    ("bytes that no header may have", Fault::BadHeader),
    ("not HTTP", Fault::NotHttp),
    ("gzip bomb", Fault::GzipBomb),
];

impl Fault {
    /// The fault that the docs call this.
    pub(super) fn named(name: &str) -> Option<Self> {
        let known = FAULTS.iter().find(|(known, _)| *known == name);
        known.map(|(_, fault)| *fault)
    }

    /// Whether a time limit ends it: the tests shorten that.
    pub(super) fn waits(self) -> bool {
        matches!(self, Fault::Stall(_) | Fault::Drip)
    }

    /// Whether gigabytes are sent or decoded until presolve gives up.
    pub(super) fn is_large(self) -> bool {
        matches!(self, Fault::Endless | Fault::GzipBomb)
    }
}
