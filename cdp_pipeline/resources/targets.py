"""Where deliveries go: a folder, an object store or SFTP server, or a webhook; each file is sent once it is whole.

What belongs here: sending the files of a prepared delivery, and remembering beside them how far it got, so that a
delivery that broke off goes on where it was. What does not: what the files hold.
A file that was not acknowledged is sent again with the same bytes and the same idempotency key.
"""

import base64
import hashlib
import hmac
import json
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from requests.exceptions import ChunkedEncodingError, ConnectionError, RequestException, Timeout

from cdp_pipeline.config.destinations import Destination, Folder, Remote, Webhook
from cdp_pipeline.resources.manifests import MANIFEST
from cdp_pipeline.settings import MissingSecret, secret

PROGRESS = "progress"
UNREACHABLE = (Timeout, ConnectionError, ChunkedEncodingError)
ENCODED = "whsec_"
LONGEST_WAIT = 300
"""Seconds between two attempts, whatever the answer asks for."""


class DeliveryFailed(Exception):
    """A partner did not take a delivery; the message says why, without a value of a person."""


def acknowledged(folder: Path) -> int:
    """How many files of the delivery in this folder its partner has taken."""
    path = folder / PROGRESS
    told = path.read_text() if path.exists() else ""
    return int(told) if told.isdecimal() else 0  # what a power cut left empty is sent again


def send(destination: Destination, delivery_id: str, folder: Path, files: Sequence[tuple[Path, str]]) -> None:
    """Send what was not acknowledged of the files (path, action), in their order; raises DeliveryFailed."""
    target = destination.target
    done = acknowledged(folder)
    try:
        match target:
            case Webhook():
                hook = _Hook(target, delivery_id, len(files))
                for number, (path, action) in enumerate(files[done:], start=done + 1):
                    hook.post(path, action, number)
                    _acknowledge(folder, number)
            case Remote():
                place = _Place(target, delivery_id)
                for number, (path, _) in enumerate(files[done:], start=done + 1):
                    place.put(path)
                    _acknowledge(folder, number)
                place.put(folder / MANIFEST)  # last: whoever waits for it finds the delivery whole
            case Folder():
                pass
    except MissingSecret as missing:
        raise DeliveryFailed(str(missing)) from None


def _acknowledge(folder: Path, number: int) -> None:
    partial = folder / f".{PROGRESS}.partial"
    partial.write_text(str(number))
    partial.replace(folder / PROGRESS)


class _Hook:
    """Posts batches as Standard Webhooks has it: id, timestamp of the sending and signature in the headers.

    A batch keeps its id however often it is sent; a secret that begins with `whsec_` is Base64, as there.
    """

    def __init__(self, target: Webhook, delivery_id: str, batches: int) -> None:
        self._target, self._delivery_id, self._batches = target, delivery_id, batches
        given = secret(target.secret)
        try:
            self._secret = base64.b64decode(given[len(ENCODED) :]) if given.startswith(ENCODED) else given.encode()
        except ValueError:
            raise DeliveryFailed(f"the secret in {target.secret} begins with {ENCODED} and is no Base64") from None
        from dlt.sources.helpers.requests import Client  # no driver is loaded where nothing is sent

        self._client = Client(
            raise_for_status=False,
            request_max_attempts=target.attempts,
            request_backoff_factor=target.seconds_between,
            request_max_retry_delay=LONGEST_WAIT,
            exceptions=UNREACHABLE,
        )

    def post(self, path: Path, action: str, number: int) -> None:
        """Send the documents of a file as one batch; raises DeliveryFailed where they are not taken."""
        head = {"delivery": self._delivery_id, "batch": number, "batches": self._batches, "action": action}
        with path.open("rb") as lines:
            members = b",".join(line.rstrip(b"\n") for line in lines)
        body = json.dumps(head)[:-1].encode() + b', "members": [' + members + b"]}"
        identity = f"{self._delivery_id}/{number}-{hashlib.sha256(body).hexdigest()[:16]}"
        try:
            answer = self._client.post(
                self._target.url, data=body, headers=self._headers(identity, body), allow_redirects=False
            )
        except RequestException as error:
            raise DeliveryFailed(
                f"batch {number} of {self._batches}: the server can't be reached ({type(error).__name__})"
            ) from None
        if not 200 <= answer.status_code < 300:
            raise DeliveryFailed(f"batch {number} of {self._batches}: the server answered {answer.status_code}")

    def _headers(self, identity: str, body: bytes) -> dict[str, str]:
        moment = str(int(time.time()))
        signed = hmac.new(self._secret, f"{identity}.{moment}.".encode() + body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json",
            "Idempotency-Key": identity,
            "Webhook-Id": identity,
            "Webhook-Timestamp": moment,
            "Webhook-Signature": f"v1,{base64.b64encode(signed).decode()}",
        }


class _Place:
    """A folder of an object store or SFTP server; a file has its name once all of it is there."""

    def __init__(self, target: Remote, delivery_id: str) -> None:
        from cdp_pipeline.resources.filesystems import open_filesystem

        with _refusals("the server"):
            self._client = open_filesystem(target, target.url)
        parts = urlsplit(target.url)
        root = f"{parts.netloc}{parts.path}" if parts.scheme == "s3" else parts.path
        self._folder = f"{root.rstrip('/')}/{delivery_id}"
        self._is_atomic = parts.scheme == "s3"

    def put(self, path: Path) -> None:
        """Copy a file; raises DeliveryFailed."""
        final, partial = f"{self._folder}/{path.name}", f"{self._folder}/.{path.name}.partial"
        with _refusals(path.name):
            if self._is_atomic:
                self._client.put_file(str(path), final)
                return
            self._client.makedirs(self._folder, exist_ok=True)
            self._client.put_file(str(path), partial)
            self._client.mv(partial, final)


@contextmanager
def _refusals(what: str) -> Iterator[None]:
    try:
        yield
    except MissingSecret:
        raise
    except Exception as error:  # noqa: BLE001 - each file system raises its own; messages may hold credentials
        raise DeliveryFailed(f"{what}: the file system refused ({type(error).__name__})") from None


def put_in_place(pending: Path, final: Path) -> None:
    """The delivery's folder under its final name, in one step."""
    (pending / PROGRESS).unlink(missing_ok=True)
    final.parent.mkdir(parents=True, exist_ok=True)
    pending.rename(final)


def discard(folder: Path) -> None:
    """A delivery that is not to be sent goes."""
    shutil.rmtree(folder, ignore_errors=True)
