"""What the API acknowledged is there: after a kill at any moment, on a full disk, and when it is asked again."""
import contextlib
import http.client
import json
import random
import signal
import subprocess
import threading
import time
import unittest

from browser import trusting
from ringfence import PROGRAM, Ringfence, until

KILLS = 4
WRITERS = 3
SEED = random.randrange(1 << 32)


def token(server, user="root-admin"):
    return server.json("token", "add", f"test-{random.randrange(1 << 32)}", "--user", user, "--scope", "*")["token"]


class Caller:
    """Somebody with a token, on one connection after the other; raises OSError or HTTPException when it breaks."""

    def __init__(self, server, secret):
        self.secret = secret
        self.web = http.client.HTTPSConnection(server.address, server.web_port, timeout=15, context=trusting(server))

    def send(self, verb, target, body=None, key=None):
        headers = {"Authorization": "Bearer " + self.secret}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key:
            headers["Idempotency-Key"] = key
        self.web.request(verb, target, None if body is None else json.dumps(body), headers)
        answer = self.web.getresponse()
        text = answer.read()
        return answer.status, dict(answer.headers), json.loads(text) if text else None

    def add(self, number, key=None):
        while True:
            status, headers, body = self.send("POST", "/api/v1/extensions", {"number": number}, key)
            if status != 429:
                return status, headers, body
            time.sleep(int(headers["Retry-After"]))


class Durable(unittest.TestCase):
    def server(self, **more):
        server = Ringfence(**more)
        server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        server.cli("user", "add", "root-admin", "--class", "system", "--role", "system")
        return server

    def caller(self, server, secret):
        caller = Caller(server, secret)
        self.addCleanup(caller.web.close)
        return caller

    def numbers(self, server):
        return {row["number"]: row for row in server.json("extension", "list")["extensions"]}


class Kill(Durable):
    def write(self, server, secret, first, told, asked):
        """Adds extensions until the server is gone; `told` gets what was acknowledged, `asked` all that was tried."""
        caller = Caller(server, secret)
        with contextlib.closing(caller.web), contextlib.suppress(OSError, http.client.HTTPException):
            for number in range(first, first + 10_000):
                asked.append(str(number))
                status, _, body = caller.add(str(number), f"key-{number}")
                if status == 201:
                    told[str(number)] = body

    def test_what_was_acknowledged_is_there_after_a_kill_at_any_moment(self):
        chance = random.Random(SEED)
        server = self.server()
        secrets = [token(server) for _ in range(WRITERS)]
        told, asked = {}, []
        for turn in range(KILLS):
            before = len(told)
            writers = [threading.Thread(target=self.write, args=(
                server, secrets[i], 100_000 * (turn + 1) + 10_000 * i, told, asked)) for i in range(WRITERS)]
            for each in writers:
                each.start()
            wanted = before + chance.randrange(1, 25)
            self.assertTrue(until(lambda: len(told) >= wanted, 60), f"seed {SEED}: nobody is answered")
            server.stop(signal.SIGKILL)
            for each in writers:
                each.join()
            server.start()
            there = self.numbers(server)
            self.assertEqual(set(told) - set(there), set(), f"seed {SEED}: acknowledged and lost")
            self.assertEqual(set(there) - set(asked), set(), f"seed {SEED}: nobody asked for these")
        self.assertGreaterEqual(len(told), KILLS)
        # What they were told is what counts: names are as they were, and whoever asks again makes nothing anew.
        caller = self.caller(server, secrets[0])
        for number in chance.sample(sorted(told), min(20, len(told))):
            self.assertEqual(self.numbers(server)[number]["auth_name"], told[number]["auth_name"])
            status, _, body = caller.add(number, f"key-{number}")
            self.assertEqual(status, 409, body)
        self.assertEqual(set(self.numbers(server)), set(there))
        self.assertEqual(server.cli("audit-log", "verify", check=False).returncode, 0)

    def test_whoever_asks_again_with_his_key_gets_the_same_answer_and_nothing_is_done_twice(self):
        server = self.server()
        caller = self.caller(server, token(server))
        status, _, first = caller.add("2001", "once")
        self.assertEqual(status, 201)
        again = caller.add("2001", "once")
        self.assertEqual((again[0], again[2], again[1]["Idempotency-Replayed"]), (201, first, "true"))
        self.assertEqual(caller.add("2002", "once")[0], 422)
        self.assertEqual(set(self.numbers(server)), {"2001"})


class FullDisk(Durable):
    def test_a_full_disk_refuses_and_loses_nothing_that_was_acknowledged(self):
        server = Ringfence()
        self.addCleanup(server.__exit__, None, None, None)
        folder = server.data / "small"
        folder.mkdir(mode=0o700)
        mount = ["mount", "-t", "tmpfs", "-o", "size=6m,mode=0700", "tmpfs", folder]
        if subprocess.run(mount, capture_output=True).returncode:
            self.skipTest("nothing can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=True)
        config = server.data / "ringfence.toml"
        config.write_text(config.read_text().replace(f'data_dir = "{server.data}"', f'data_dir = "{folder}"'))
        server.data, outside = folder, server.data
        server.command = lambda *words: [PROGRAM, "--config", str(config), *words]
        server.start()
        try:
            server.cli("user", "add", "root-admin", "--class", "system", "--role", "system")
            callers = [self.caller(server, token(server)) for _ in range(WRITERS)]
            told = {}

            def add(number):
                status, _, body = callers[number % WRITERS].add(str(number))
                if status == 201:
                    told[str(number)] = body
                return status, body

            self.assertEqual(add(3000)[0], 201)
            filler = folder / "filler"
            with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
                while file.write(b"\0" * 4096):
                    pass
            refused = None
            for number in range(3001, 3400):
                status, body = add(number)
                if status != 201:
                    refused = status, body
                    break
            self.assertIsNotNone(refused, "the disk was never full")
            self.assertIn(refused[0], (500, 503), refused)
            self.assertLessEqual(set(told), set(self.numbers(server)), "what was acknowledged is readable meanwhile")
            filler.unlink()
            self.assertTrue(until(lambda: add(4000)[0] == 201, 20), "there is room again, and nothing is written")
            server.stop(signal.SIGKILL)
            server.start()
            there = self.numbers(server)
            self.assertEqual(set(told) - set(there), set(), "acknowledged and lost")
            self.assertNotIn(str(number), set(there) - set(told), "refused and done all the same")
            self.assertEqual(server.cli("audit-log", "verify", check=False).returncode, 0)
        finally:
            server.stop()
            server.data = outside


if __name__ == "__main__":
    unittest.main(verbosity=2)
