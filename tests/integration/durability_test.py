"""What the API acknowledged is there: after a kill at any moment, on a full disk, and when it is asked again under its
key, before a crash or after."""
import contextlib
import http.client
import json
import random
import signal
import sqlite3
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
            status, headers, body = caller.add(number, f"key-{number}")
            self.assertEqual((status, body), (201, told[number]), f"seed {SEED}: the answer outlives the process")
            self.assertEqual(headers["Idempotency-Replayed"], "true")
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


class Credit(Durable):
    """What adds up may not be done twice, whenever the server dies."""

    def setUp(self):
        self.ringfence = self.server()
        self.ringfence.cli("extension", "add", "1001")
        self.ringfence.cli("limit", "set", "extension.1001", "--prepaid")
        self.secret = token(self.ringfence)

    def give(self, key, amount="1.00"):
        caller = Caller(self.ringfence, self.secret)
        with contextlib.closing(caller.web):
            return caller.send("POST", "/api/v1/spending/extension.1001/credit", {"amount": amount}, key)

    def credit(self):
        for row in self.ringfence.json("spend", "list")["accounts"]:
            if row["level"] == "extension":
                return float(row["credit"] or 0)
        return 0.0

    def restart(self):
        self.ringfence.stop(signal.SIGKILL)
        self.ringfence.start()

    def test_what_was_given_and_acknowledged_before_a_kill_is_not_given_again(self):
        status, _, first = self.give("once")
        self.assertEqual((status, first["left"]), (201, "1.00"))
        self.restart()
        status, headers, again = self.give("once")
        self.assertEqual((status, again, headers["Idempotency-Replayed"]), (201, first, "true"))
        self.assertEqual(self.give("once", "2.00")[0], 422)
        self.assertEqual(self.credit(), 1)

    def test_what_was_given_and_not_answered_before_a_kill_is_not_given_again_and_says_what_to_look_at(self):
        self.assertEqual(self.give("once")[0], 201)
        self.ringfence.stop(signal.SIGKILL)
        # What a kill between the change and its answer leaves on disk.
        with contextlib.closing(sqlite3.connect(self.ringfence.data / "ringfence.db")) as database:
            self.assertEqual(database.execute("UPDATE kept_answers SET answer = ''").rowcount, 1)
            database.commit()
        self.ringfence.start()
        status, headers, body = self.give("once")
        self.assertEqual((status, headers["Content-Type"], body["code"]), (409, "application/problem+json", "conflict"))
        self.assertIn("nobody knows whether it was done", body["detail"])
        self.assertIn("/api/v1/audit-log", body["remedy"])
        self.assertEqual(self.credit(), 1)
        self.assertEqual(self.give("another")[0], 201)
        self.assertEqual(self.credit(), 2)

    def test_nothing_is_given_twice_whenever_the_server_is_killed(self):
        chance = random.Random(SEED)
        outcomes = {}
        for turn in range(KILLS):
            acknowledged = threading.Semaphore(0)

            def give_on():
                with contextlib.suppress(OSError, http.client.HTTPException):
                    for i in range(10_000):
                        key = f"{turn}-{i}"
                        outcomes[key] = None
                        outcomes[key] = self.give(key)[0]
                        acknowledged.release()

            giver = threading.Thread(target=give_on)
            giver.start()
            for _ in range(chance.randrange(1, 15)):
                self.assertTrue(acknowledged.acquire(timeout=60), f"seed {SEED}: nobody is answered")
            self.restart()
            giver.join()
        first = dict(outcomes)
        for key in first:
            while (status := self.give(key)[0]) == 429:
                time.sleep(1)
            self.assertIn(status, (201,) if first[key] == 201 else (201, 409), f"seed {SEED}: {key}")
            outcomes[key] = status
        given = sum(status == 201 for status in outcomes.values())
        unknown = len(outcomes) - given
        self.assertLessEqual(unknown, KILLS)
        self.assertGreaterEqual(self.credit(), given, f"seed {SEED}")
        self.assertLessEqual(self.credit(), given + unknown, f"seed {SEED}")

    def test_a_stolen_database_shows_neither_keys_nor_what_was_asked_or_answered(self):
        caller = self.caller(self.ringfence, self.secret)
        status, _, body = caller.send("POST", "/api/v1/extensions",
                                      {"number": "2001", "name": "Wintergreen"}, "a-telling-key")
        self.assertEqual(status, 201, body)
        self.ringfence.stop()
        with contextlib.closing(sqlite3.connect(self.ringfence.data / "ringfence.db")) as database:
            rows = repr(database.execute("SELECT * FROM kept_answers").fetchall())
        self.assertIn("1:", rows)
        for word in ("a-telling-key", "Wintergreen", body["password"], body["auth_name"]):
            self.assertNotIn(word, rows)


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
