"""Sign-in and requests: sections 2 and 3."""

import http.client
import json
import time
import urllib.parse

from . import decisions

BINARY = "application/vnd.tangrat.sync"
LINES = "application/json"
FORM = "application/x-www-form-urlencoded"
GRANT = "urn:ietf:params:oauth:grant-type:"


class Trouble(Exception):
    """What a person is told: a stable code and words."""

    def __init__(self, code, message=""):
        super().__init__(message or code)
        self.code = code


class NoAnswer(Trouble):
    """The outcome of the request is unknown: repeat the same."""


class Session:
    """One server and the tokens for it. `saved` is called before new tokens are used."""

    def __init__(self, server, tokens=None, saved=lambda: None):
        self.server = server
        self.tokens = tokens or {}
        self.saved = saved
        self.requests = {}
        self.bytes_up = self.bytes_down = 0
        # So many answers are lost on the way back, after the server has done what was asked.
        self.lose = 0

    # Requests

    def send(self, path, body, headers):
        """One request: status, headers and body. Redirects are never followed."""
        address = urllib.parse.urlsplit(self.server)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        if address.scheme != "https" and address.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise Trouble("client.not_https", "Without TLS only this machine may be spoken to.")
        connection = kind(address.hostname, address.port, timeout=60)
        self.requests[path] = self.requests.get(path, 0) + 1
        self.bytes_up += len(body)
        try:
            connection.request("POST", address.path.rstrip("/") + path, body, headers)
            answer = connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException) as problem:
            raise NoAnswer("client.no_answer", str(problem)) from problem
        finally:
            connection.close()
        self.bytes_down += len(data)
        if self.lose:
            self.lose -= 1
            raise NoAnswer("client.no_answer", "the answer was lost")
        return answer.status, answer.headers, data

    def form(self, path, **members):
        """A form of OAuth and its answer; an answer with `error` too, where the standard has it."""
        body = urllib.parse.urlencode(members).encode()
        status, _, data = self.send(
            path, body, {"Content-Type": FORM})
        answer = json.loads(data)
        if status == 200 or status == 400 and isinstance(answer.get("error"), str):
            return answer
        raise self.refused(status, data, decisions.of_status(status))

    @staticmethod
    def refused(status, data, do="stop"):
        """The trouble that an answer other than 200 stands for."""
        try:
            error = json.loads(data)["error"]
            code, message = error["code"], error["message"]
        except (ValueError, KeyError, TypeError):
            code, message = "client.status", "status %d" % status
        if do == "signed_out":
            return Trouble("client.signed_out", "The rights of this device have ended.")
        return NoAnswer(code, message) if do == "again" else Trouble(code, message)

    def exchange(self, path, body, form, answered=None):
        """A request of a device: the answer's body. Refreshes the tokens once on 401.

        `answered` is the form of the answer, where that is another one.
        """
        is_refreshed = False
        while True:
            status, headers, data = self.send(
                path, body,
                {"Authorization": "Bearer " + self.tokens.get("access_token", ""),
                 "Content-Type": form})
            if status == 200:
                break
            do = decisions.of_status(status, is_refreshed=is_refreshed)
            if do != "refresh":
                raise self.refused(status, data, do)
            if not self.refresh():
                raise self.refused(status, data, "signed_out")
            is_refreshed = True
        type = headers.get("Content-Type", form if form == BINARY else "").split(";")[0]
        if type != (answered or form):
            raise NoAnswer("client.media_type", "the answer is " + type)
        return data

    def replace(self, old, after):
        """What the server has of an old name behind a mutation; the old name's rights end."""
        body = urllib.parse.urlencode({"device": old, "after": after}).encode()
        data = self.exchange("/v1/devices/replace", body, FORM, LINES)
        try:
            return json.loads(data)
        except ValueError as problem:
            raise NoAnswer("client.answer", str(problem)) from problem

    # Sign-in

    def begin(self, name, device_id=None):
        """Asks for a code that an operator confirms."""
        members = {"client_id": "interop", "device_name": name}
        if device_id:
            members["device_id"] = device_id
        answer = self.form("/v1/oauth/device_authorization", **members)
        if "error" in answer:
            raise Trouble("oauth." + answer["error"])
        return answer

    def complete(self, begun):
        """Waits until the code is confirmed; gives the answer with the tokens, not kept yet."""
        interval = begun["interval"]
        while True:
            answer = self.form(
                "/v1/oauth/token", grant_type=GRANT + "device_code",
                device_code=begun["device_code"])
            if answer.get("error") == "slow_down":
                interval += 5
            elif answer.get("error") != "authorization_pending":
                break
            time.sleep(interval)
        if "error" in answer:
            raise Trouble("oauth." + answer["error"])
        return answer

    def refresh(self):
        if "refresh_token" not in self.tokens:
            return False
        answer = self.form(
            "/v1/oauth/token", grant_type="refresh_token",
            refresh_token=self.tokens["refresh_token"])
        if "error" in answer:
            return False
        self.keep(answer)
        return True

    def keep(self, answer):
        self.tokens = {
            name: answer[name] for name in ("access_token", "device_id", "refresh_token")}
        self.saved()

    def revoke(self):
        self.form("/v1/oauth/revoke", token=self.tokens["access_token"])
