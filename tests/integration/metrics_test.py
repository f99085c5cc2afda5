"""What monitoring reads of the real program: strictly in Prometheus' format, as docs/metrics.md says, and nobody's secrets."""
import http.client
import json
import re
import subprocess
import unittest
from pathlib import Path

from browser import post
from phone import Phone
from ringfence import PROGRAM, Ringfence, until

ROOT = Path(__file__).resolve().parents[2]
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SERIES_MAX = 1_200


def setUpModule():
    global SERVED
    SERVED = Ringfence()
    SERVED.__enter__()


def tearDownModule():
    SERVED.__exit__(None, None, None)


def ask(path, method="GET", host=None, body=None):
    web = http.client.HTTPConnection("127.0.0.1", SERVED.metrics_port, timeout=10)
    web.request(method, path, body, {"Host": host} if host else {})
    answer = web.getresponse()
    text = answer.read().decode()
    web.close()
    return answer.status, answer.headers, text


def read_labels(text):
    """`a="b",c="d"` as a dictionary; escapes are those of the format and no others."""
    out, rest = {}, text
    while rest:
        one = re.match(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=[a-zA-Z_])|$)', rest)
        assert one, f"no label: {rest}"
        assert one[1] not in out, f"twice: {one[1]}"
        out[one[1]] = one[2]
        rest = rest[one.end():]
    return out


def read(text):
    """Families of an exposition, strictly: {name: (type, {labels: value})}. A histogram's parts are checked and become
    its labels without `le`, with the count as value."""
    assert text.endswith("\n"), "the last line has no end"
    families, current, helped, seen = {}, None, set(), set()
    for line in text[:-1].split("\n"):
        if help_line := re.fullmatch(rf"# HELP ({NAME}) ((?:[^\\\n]|\\[\\n])+)", line):
            assert help_line[1] not in helped, f"HELP twice: {line}"
            helped.add(help_line[1])
            current = None
            continue
        if type_line := re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge|histogram)", line):
            assert type_line[1] in helped and type_line[1] not in families, line
            current = type_line[1]
            families[current] = (type_line[2], {})
            continue
        sample = re.fullmatch(rf"({NAME})(?:\{{(.*)\}})? (-?[0-9.]+(?:e[+-]?\d+)?|[+-]Inf|NaN)", line)
        assert sample, f"no line of the format: {line!r}"
        assert current, f"no TYPE before: {line}"
        kind, series = families[current]
        labels = read_labels(sample[2] or "")
        key = (sample[1], *sorted(labels.items()))
        assert key not in seen, f"twice: {line}"
        seen.add(key)
        if kind != "histogram":
            assert sample[1] == current and "le" not in labels, line
            series[tuple(sorted(labels.items()))] = float(sample[3])
            continue
        part = sample[1].removeprefix(current)
        assert part in ("_bucket", "_sum", "_count") and ("le" in labels) == (part == "_bucket"), line
        bound = labels.pop("le", None)
        parts = series.setdefault(tuple(sorted(labels.items())), {"buckets": []})
        if part == "_bucket":
            parts["buckets"].append((float(bound.replace("+Inf", "inf")), float(sample[3])))
        else:
            parts[part] = float(sample[3])
    for name, (kind, series) in families.items():
        assert series, f"{name} has no series"
        if kind != "histogram":
            continue
        for labels, parts in series.items():
            bounds, counts = zip(*parts["buckets"])
            assert list(bounds) == sorted(set(bounds)) and bounds[-1] == float("inf"), name
            assert list(counts) == sorted(counts) and counts[-1] == parts["_count"], name
            assert parts["_sum"] >= 0, name
            series[labels] = parts["_count"]
    return families


def scrape():
    status, headers, text = ask("/metrics")
    assert status == 200, text
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return read(text)


def value(name, **labels):
    return scrape()[name][1][tuple(sorted(labels.items()))]


def documented():
    """{name: (type, labels)} of the tables in docs/metrics.md."""
    rows = re.findall(r"^\| `(ringfence_\w+)` \| (\w+) \| ([^|]*) \|", (ROOT / "docs/metrics.md").read_text(), re.M)
    assert len(rows) == len({row[0] for row in rows}), "a name stands there twice"
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def queried(expression):
    """Names of an expression, of histograms without the suffix of their part."""
    names = set(re.findall(r"\bringfence_\w+", expression))
    histograms = {name for name, (kind, _) in documented().items() if kind == "histogram"}
    return {re.sub(r"_(bucket|sum|count)$", "", n) if re.sub(r"_(bucket|sum|count)$", "", n) in histograms else n
            for n in names}


class Exposition(unittest.TestCase):
    def test_every_name_is_documented_with_its_type_and_labels_and_the_other_way_round(self):
        found = {name: (kind, {key for labels in series for key, _ in labels})
                 for name, (kind, series) in scrape().items()}
        self.assertEqual(found, documented())

    def test_names_follow_the_conventions_of_prometheus(self):
        for name, (kind, series) in scrape().items():
            self.assertRegex(name, r"^ringfence_[a-z][a-z0-9_]*[a-z0-9]$")
            self.assertEqual(name.endswith("_total"), kind == "counter", name)
            self.assertIsNone(re.search(r"_(ms|us|milliseconds|minutes|hours|kb|mb|percent)(_|$)", name),
                              f"base units: {name}")
            if kind == "histogram":
                self.assertTrue(name.endswith("_seconds"), name)
            if kind == "counter":
                self.assertTrue(all(each >= 0 for each in series.values()), name)

    def test_the_dashboard_and_the_alarms_ask_for_what_there_is(self):
        known = documented()
        board = json.loads((ROOT / "dashboards/ringfence.json").read_text())
        charts = [panel for panel in board["panels"] if panel["type"] != "row"]
        self.assertEqual(len({panel["id"] for panel in board["panels"]}), len(board["panels"]))
        rows = {panel["title"] for panel in board["panels"] if panel["type"] == "row"}
        self.assertLessEqual({"Health", "Calls", "Attacks", "Spend", "Registrations"}, rows)
        expressions = [target["expr"] for panel in charts for target in panel["targets"]]
        alarms = (ROOT / "docs/metrics.md").read_text().split("## What to be woken for")[1].strip().split("\n")
        self.assertGreater(len(alarms), 3)
        for expression in [*expressions, *alarms, board["templating"]["list"][1]["query"]]:
            names = queried(expression)
            self.assertTrue(names, f"asks for nothing: {expression}")
            for name in names:
                self.assertIn(name, known, expression)
            allowed = {"instance", "le"}.union(*(known[name][1] for name in names))
            used = set(re.findall(r'(\w+)(?:=~|!=|!~|=)"', expression))
            used |= {word for group in re.findall(r"by \(([^)]*)\)", expression) for word in re.split(r"[ ,]+", group)}
            self.assertLessEqual(used, allowed, expression)
            if any(known[name][0] == "counter" for name in names):
                self.assertRegex(expression, r"\b(rate|increase)\(", "a counter alone says nothing")


class Reading(unittest.TestCase):
    def test_numbers_follow_what_happens_and_no_label_tells_of_whom(self):
        name, password = SERVED.add("47110815", "--name", "Annegret")
        before = {key: value(key) for key in ("ringfence_auth_failures_total", "ringfence_sign_ins_failed_total")}
        phone = Phone(SERVED, "47110815", name, password)
        self.addCleanup(phone.close)
        self.assertEqual(phone.register(), 200)
        guesser = Phone(SERVED, "47110815", name, "not-the-password")
        self.addCleanup(guesser.close)
        self.assertNotEqual(guesser.register(), 200)
        phone.invite("3098765432")
        self.assertIn("SIP/2.0 404", phone.hear("SIP/2.0 404"))
        status = post(SERVED, "/api/v1/session", {"name": "mallory77", "password": "guessed-it-wrong"})[0]
        self.assertEqual(status, 403)
        self.assertEqual(value("ringfence_registrations"), 1)
        self.assertEqual(value("ringfence_auth_failures_total"), before["ringfence_auth_failures_total"] + 1)
        self.assertEqual(value("ringfence_sign_ins_failed_total"), before["ringfence_sign_ins_failed_total"] + 1)
        self.assertGreaterEqual(value("ringfence_http_requests_total", kind="account", status="4xx"), 1)
        self.assertGreaterEqual(value("ringfence_http_request_duration_seconds", kind="account"), 1)
        self.assertGreaterEqual(value("ringfence_store_write_duration_seconds"), 1)
        self.assertTrue(until(lambda: value("ringfence_calls_ended_total", result="unknown number") == 1))
        self.assertEqual(value("ringfence_reports_total", reason="unknown_number"), 1)
        text = ask("/metrics")[2]
        for word in ("47110815", "Annegret", name, password, "3098765432", "mallory77", "guessed-it-wrong", "127.0.0"):
            self.assertNotIn(word, text)

    def test_strangers_cannot_add_series(self):
        shape = {name: len(series) for name, (_, series) in scrape().items()}
        self.assertLess(sum(shape.values()), SERIES_MAX)
        for i in range(40):
            post(SERVED, f"/api/v1/nothing-{i}", {"name": f"stranger-{i}"})
            Phone(SERVED, f"{9000 + i}", f"stranger-{i}", "x").close()
        stranger = Phone(SERVED, "9999", "stranger", "x")
        self.addCleanup(stranger.close)
        stranger.register()
        self.assertEqual({name: len(series) for name, (_, series) in scrape().items()}, shape)

    def test_who_may_ask_is_whoever_sits_at_this_host_and_no_page_in_its_browser(self):
        self.assertEqual(ask("/metrics", host="pbx.example.com")[0], 421)
        self.assertEqual(ask("/metrics", host="localhost")[0], 200)
        self.assertEqual(ask("/metrics", method="DELETE")[0], 405)
        self.assertEqual(ask("/metrics/../seal.key")[0], 404)
        config = SERVED.data / "other.toml"
        config.write_text(f'[server]\ndata_dir = "{SERVED.data}"\n[metrics]\naddress = "0.0.0.0"\n')
        done = subprocess.run([PROGRAM, "--config", str(config), "serve"], capture_output=True, text=True, timeout=30)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("write 127.0.0.1 or ::1", done.stdout + done.stderr)

    def test_health_says_what_is_wrong_and_nothing_else(self):
        status, headers, text = ask("/live")
        self.assertEqual((status, text, headers["Cache-Control"]), (200, "alive\n", "no-store"))
        self.assertEqual(ask("/ready")[::2], (200, "ready\n"))
        self.assertEqual(ask("/")[::2], (404, "/metrics /live /ready\n"))
        self.assertNotIn("Server", headers)


if __name__ == "__main__":
    unittest.main(verbosity=2)
