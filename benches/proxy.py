"""A caching proxy of a package index, so that every program of a benchmark gets the same
answers at the speed of this machine, as a site's own mirror would give them.

It serves the simple API (PEP 503, PEP 691) below `/simple/` and the files below `/files/`.
Pages have an ETag and are fresh for ten minutes, as those of PyPI are. What it has fetched
once it keeps in a folder. It counts the requests.
"""

import hashlib
import http.server
import json
import pathlib
import re
import threading
import urllib.error
import urllib.request

SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
# https://docs.pypi.org/api/index-api/: what PyPI sends with its pages.
PAGE_HEADERS = {"Cache-Control": "max-age=600, public"}
FILE_HEADERS = {"Cache-Control": "max-age=365000000, immutable, public"}
# Headers of an answer that a program needs to read a part of a file.
KEPT = ("Content-Type", "Content-Range", "Accept-Ranges")


class Proxy:
    """Answers of an index, kept in a folder."""

    def __init__(self, index, folder):
        self.index = index.rstrip("/")
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.requests = 0
        self.lock = threading.Lock()
        handler = type("Handler", (Handler,), {"proxy": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path, method, wanted_range):
        """Status, headers and body of a request."""
        if path.startswith("/simple/"):
            status, headers, body = self.kept("GET", f"{self.index}/{path[8:]}", {"Accept": SIMPLE_JSON})
            if status != 200:
                return status, {}, b""
            return 200, {"Content-Type": SIMPLE_JSON, **PAGE_HEADERS}, self.with_own_links(body)
        if path.startswith("/files/"):
            scheme, _, rest = path[7:].partition("/")
            asked = {"Range": wanted_range} if wanted_range else {}
            status, headers, body = self.kept(method, f"{scheme}://{rest}", asked)
            return status, {**headers, **FILE_HEADERS}, body
        return 404, {}, b""

    def with_own_links(self, body):
        page = json.loads(body)
        for file in page["files"]:
            file["url"] = re.sub(r"^(https?)://", rf"{self.url}/files/\1/", file["url"])
        return json.dumps(page).encode()

    def kept(self, method, url, headers):
        """An answer from the folder, or from the index the first time."""
        key = json.dumps([method, url, headers], sort_keys=True)
        path = self.folder / hashlib.sha256(key.encode()).hexdigest()
        if path.exists():
            head, _, body = path.read_bytes().partition(b"\n")
            status, kept = json.loads(head)
            return status, kept, body
        request = urllib.request.Request(url, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                status, found, body = response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            status, found, body = error.code, error.headers, b""
            if status not in (404, 410, 416):
                return status, {}, b""
        kept = {name: found[name] for name in KEPT if found.get(name)}
        if method == "HEAD" and found.get("Content-Length"):
            kept["Content-Length"] = found["Content-Length"]
        part = path.with_suffix(f".{threading.get_ident()}")
        part.write_bytes(json.dumps([status, kept]).encode() + b"\n" + body)
        part.replace(path)
        return status, kept, body


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers the requests of the programs."""

    protocol_version = "HTTP/1.1"
    # Otherwise each answer waits for the acknowledgement of its headers.
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.serve()

    def do_HEAD(self):
        self.serve()

    def serve(self):
        with self.proxy.lock:
            self.proxy.requests += 1
        try:
            status, headers, body = self.proxy.answer(self.path, self.command, self.headers.get("Range"))
        except OSError as error:
            status, headers, body = 502, {}, str(error).encode()
        if status == 200:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            if self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers and status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)
