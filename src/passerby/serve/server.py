"""The application served by uvicorn until Ctrl-C, its streams ended first."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import uvicorn
from fastapi import FastAPI

from passerby.errors import InputError

FILES: Final = 20_000
CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: forward secrecy and authenticated encryption alone."""


class Server(uvicorn.Server):
    """uvicorn's server; a signal ends it, and nothing more: it is not raised again afterwards."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Let SIGINT and SIGTERM end the server while it runs."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {s: signal.signal(s, self.handle_exit) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        _room_for_screens()
        await super().startup(sockets)
        if self.started and self._ready is not None:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then everything."""
        app = self.config.app
        if isinstance(app, FastAPI):
            # endless answers would keep the server waiting
            for junction in app.state.service.junctions.values():
                junction.hub.close()
        await super().shutdown(sockets)


def _room_for_screens() -> None:
    """Let this process have as many files open as it may: each screen is one."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0: any. InputError where the address is taken or not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as e:
        sock.close()
        raise InputError(f"{host} port {port}: cannot be listened on: {e.strerror or e}; name another --port") from e
    sock.listen(2048)
    sock.set_inheritable(True)
    return sock


def _protocol() -> type[asyncio.Protocol] | Literal["h11"]:
    if sys.platform == "win32":
        return "h11"
    from passerby.serve.prompt import PromptProtocol

    return PromptProtocol


def server(
    app: FastAPI,
    *,
    certificate: Path | None = None,
    key: Path | None = None,
    trusted_proxies: str = "127.0.0.1,::1",
    ready: Callable[[], None] | None = None,
) -> Server:
    """A server for the application: run([socket]) serves until SIGINT or SIGTERM, or until `should_exit` is set.

    trusted_proxies: whose X-Forwarded-For and -Proto are believed. ready: called once it answers.
    """
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=trusted_proxies,
        backlog=2048,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        ssl_ciphers=CIPHERS,
        ws="none",
        http=_protocol(),
    )
    if certificate is not None:
        config.load()
        assert config.ssl is not None
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return Server(config, ready)
