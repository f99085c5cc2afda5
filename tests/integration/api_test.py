"""The HTTP API of the real program, held against its contract; and whoever attacks it."""
import base64
import gzip
import http.client
import json
import os
import random
import re
import select
import socket
import ssl
import time
import unittest
import warnings

from browser import connect, fetch, frame, get, post, read_head, trusting
from contract import Contract, parsed
from login_test import GOOD, OTHER, Browser, totp
from phone import Phone
from ringfence import Ringfence, until

CONTRACT = Contract()
DECK = "prefix,rate_per_min,increments\n44,0.01,60/60\n49,0.02,60/60\n"
ROLES = ("system", "operation", "site", "dealer", "administrator", "supervisor", "operator", "employee",
         "human-resources", "accounting")


def setUpModule():
    global SERVED, ADMIN
    SERVED = Ringfence()
    SERVED.__enter__()
    SERVED.cli("user", "add", "root-admin", "--class", "system", "--role", "system")
    ADMIN = Caller(SERVED, token("root-admin", "*"))


def tearDownModule():
    ADMIN.close()
    SERVED.__exit__(None, None, None)


def token(user, scope, name="test", server=None):
    return (server or SERVED).json("token", "add", name, "--user", user, "--scope", scope)["token"]


class Caller:
    """Somebody with a token, on one connection after the other. Who is told to wait waits."""

    def __init__(self, server, secret=None):
        self.secret = secret
        self.web = http.client.HTTPSConnection(server.address, server.web_port, timeout=60, context=trusting(server))

    def send(self, verb, target, body=None, **headers):
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        if self.secret:
            headers["Authorization"] = "Bearer " + self.secret
        if body is not None:
            headers["Content-Type"] = "application/json"
        # A connection that was closed while nothing was asked for is no longer one.
        if self.web.sock is not None and select.select([self.web.sock], [], [], 0)[0]:
            self.web.close()
        self.web.request(verb, target, json.dumps(body) if body is not None else None, headers)
        answer = self.web.getresponse()
        text = answer.read()
        if answer.status == 429:
            time.sleep(int(answer.headers["Retry-After"]))
            return self.send(verb, target, body, **headers)
        return answer.status, {k.lower(): v for k, v in answer.headers.items()}, parsed(text)

    def ask(self, operation, arguments=None, **headers):
        operation = CONTRACT.by_name[operation]
        target, body = operation.request(arguments or {})
        return self.send(operation.verb, target, body, **headers)

    def close(self):
        self.web.close()


class Walk(unittest.TestCase):
    """Every operation of the contract, one after the other, as somebody would who sets up a system."""

    def good(self, operation, arguments=None, **headers):
        status, _, body = ADMIN.ask(operation, arguments, **headers)
        wanted, schema = CONTRACT.by_name[operation].good()
        self.assertEqual(status, wanted, f"{operation}: {body}")
        self.assertEqual(CONTRACT.faults(body, schema), [], operation)
        self.walked.add(operation)
        return body

    def refused(self, wanted, operation, arguments=None):
        status, headers, body = ADMIN.ask(operation, arguments)
        self.assertEqual(status, wanted, f"{operation}: {body}")
        self.assertEqual(headers["content-type"], "application/problem+json")
        self.assertEqual(CONTRACT.faults(body, {"$ref": "#/components/schemas/Problem"}), [])
        self.assertTrue(body["detail"])
        self.walked.add(operation)
        return body

    def test_every_operation_answers_as_the_contract_says_and_leaves_its_lines(self):
        self.walked = set()
        self.extensions()
        self.calls_out()
        self.guard()
        self.people()
        self.events()
        self.system()
        left = {each.name for each in CONTRACT.commands} - self.walked
        self.assertEqual(left, {"reload", "stop"}, "these have a test of their own")
        told = self.audit_lines()
        silent = {each.name for each in CONTRACT.commands if each.changes} - left - {m.split()[0] for m in told}
        self.assertEqual(silent, set(), "every change is written down with who asked for it")

    def audit_lines(self):
        """What was asked by our token, whole: the list is cut into parts, each with a link to the next."""
        out, target = [], "/api/v1/audit-log?kind=command&limit=50"
        while target:
            status, headers, body = ADMIN.send("GET", target)
            self.assertEqual(status, 200)
            out += [e["action"] for e in body["entries"] if re.fullmatch(r"user root-admin, token \d+", e["actor"])]
            target = re.sub(r"^<(.*)>; rel=\"next\"$", r"\1", headers.get("link", ""))
        return out

    def extensions(self):
        made = self.good("extension.add", {"number": "1001", "name": "Ann", "registrations": 2})
        for number in ("1002", "1003"):
            self.good("extension.add", {"number": number})
        self.good("extension.list", {"limit": 2})
        self.good("extension.show", {"number": "1001"})
        self.good("extension.set", {"number": "1001", "calls": 5, "remote": True})
        phone = Phone(SERVED, "1001", made["auth_name"], made["password"])
        self.addCleanup(phone.close)
        self.assertEqual(phone.register(), 200)
        self.good("registration.list")
        self.assertEqual(len(self.good("registration.list", {"number": "1001"})["registrations"]), 1)
        self.good("trace.extension", {"number": "1001"})
        self.good("trace.source", {"address": "127.0.0.1", "numbers": True})
        self.good("trace.log", {"extension": "1001", "limit": 5})
        self.good("trace.export", {"extension": "1001", "format": "pcap"})
        self.good("trace.export", {"source": "127.0.0.0/8"})
        self.refused(404, "trace.call", {"id": "nobodys"})
        self.good("registration.remove", {"number": "1001"})
        self.good("extension.reset-password", {"number": "1001"})
        self.good("extension.unlink", {"number": "1001"})
        link = self.good("extension.link", {"number": "1001"})["link"]
        self.assertEqual(post(SERVED, "/api/v1/phone/link", {"token": link.split("#")[1]})[0], 200)
        device = self.good("extension.devices", {"number": "1001"})["devices"][0]
        self.good("extension.device.remove", {"number": "1001", "name": device["auth_name"]})
        self.good("pattern.list")
        self.good("pattern.show", {"number": "1001"})
        self.good("extension.remove", {"number": "1003"})

    def calls_out(self):
        self.good("telephony.set", {"home": "DE", "area_code": "30", "time_zone": "Europe/Berlin"})
        self.good("telephony.show")
        self.good("deck.import", {"name": "cheap", "text": DECK})
        self.good("number-list.import", {"name": "fraud", "text": "+447700900123\n"})
        add = {"schedule": {"name": "office", "hours": "mon-fri 08:00-18:00"}, "department": {"name": "sales"},
               "trunk": {"name": "provider", "kind": "registers", "uri": "sip:provider.example;transport=tls",
                         "user": "us", "deck": "cheap"},
               "pin-list": {"name": "abroad"}, "calling-role": {"name": "travel", "abroad": "FR,GB"}, "route": {"name": "all", "patterns": "+.", "trunks": "provider"},
               "ring-group": {"name": "desk", "number": "600", "members": "1001,1002"},
               "inbound": {"name": "reception", "called": "+4930123.", "extension": "1001"}}
        for kind, arguments in add.items():
            self.good(f"{kind}.add", arguments)
        self.good("trunk.password", {"name": "provider", "password": "pass of theirs"})
        self.good("limit.set", {"name": "extension.1001", "day": "5.00", "prepaid": True})
        sets = {"schedule": {"zone": "Europe/Berlin"}, "department": {"description": "2nd floor"},
                "trunk": {"priority": 2}, "pin-list": {"tries": 3}, "calling-role": {"reach": "international"},
                "route": {"strip": 1},
                "ring-group": {"order": "in_turn"}, "inbound": {"callers": "+49."},
                "number-list": {"description": "ours"}, "deck": {"description": "of 2026"}}
        names = {kind: arguments["name"] for kind, arguments in add.items()} | {"number-list": "fraud", "deck": "cheap"}
        for kind, arguments in sets.items():
            self.good(f"{kind}.set", {"name": names[kind], **arguments})
        for kind, name in {**names, "limit": "extension.1001"}.items():
            self.good(f"{kind}.list")
            self.good(f"{kind}.show", {"name": name})
        self.good("route.move", {"name": "all"})
        self.good("inbound.move", {"name": "reception"})
        self.good("pin.add", {"name": "abroad", "account": "project-7"})
        self.good("pin.list", {"name": "abroad"})
        self.good("pin.remove", {"name": "abroad", "account": "project-7"})
        self.good("country.deny", {"countries": "CU,KP"})
        self.good("country.allow", {"countries": "CU", "of": "system"})
        self.good("country.list", {"of": "extension.1001"})
        self.refused(422, "country.deny", {"countries": "CU", "of": "extension.1001"})
        self.good("route.test", {"from": "1001", "to": "0044 20 7946 0000"})
        tried = self.good("inbound.test", {"trunk": "provider", "to": "+493012345", "from": "+442079460000"})
        self.assertEqual((tried["action"], tried["passed_over"][0]["route"]), ("refuse", "reception"))
        self.assertEqual(self.good("inbound.test", {"trunk": "provider", "to": "+493012345", "from": "+49401"})["route"],
                         "reception")
        self.refused(404, "inbound.test", {"trunk": "nobodys", "to": "+493012345"})
        self.good("emergency.test", {"from": "1001", "number": "112"})
        self.good("reach")
        self.good("exposure")
        self.good("spend.list")
        self.good("credit.add", {"whom": "1001", "amount": "20"})
        self.refused(409, "credit.add", {"whom": "1002", "amount": "20"})
        text = self.good("policy.export")["text"]
        self.good("policy.plan", {"text": text})
        self.good("policy.apply", {"text": text})
        self.one_call()
        self.refused(404, "cdr.show", {"id": "nobodys"})
        self.refused(404, "call.hangup", {"id": "nobody"})
        for kind in ("inbound", "ring-group", "route", "trunk", "pin-list", "calling-role", "department", "schedule",
                     "limit", "number-list", "deck"):
            self.good(f"{kind}.remove", {"name": names.get(kind, "extension.1001")})

    def one_call(self):
        """What tells of calls, while there is one and when it is over."""
        desk, other = (Phone(SERVED, number, *SERVED.add(number)) for number in ("1011", "1012"))
        for phone in (desk, other):
            self.addCleanup(phone.close)
            self.assertEqual(phone.register(), 200)
        desk.invite("1012")
        invite = other.hear("INVITE")
        other.take(invite)
        other.reply(invite, "200 OK", other.sdp())
        desk.established(desk.hear("SIP/2.0 200"))
        other.hear("ACK")
        call, = self.good("call.list")["calls"]
        self.assertTrue(self.good("trace.call", {"id": call["id"]}))
        self.good("call.hangup", {"id": call["id"]})
        for phone in (desk, other):
            phone.reply(phone.hear("BYE"), "200 OK")
        self.assertTrue(until(lambda: self.good("call.list")["calls"] == []))
        record = self.good("cdr.list", {"number": "1012"})["cdrs"][0]
        self.assertEqual(self.good("cdr.show", {"id": record["id"]})["dialled"], "1012")

    def guard(self):
        there = {"address": "198.51.100.7"}
        for name in ("bans", "access", "country.list", "export", "rules", "agents", "decoys", "stats"):
            self.good(f"guard.{name}")
        for name in ("explain", "geo", "test"):
            self.good(f"guard.{name}", there)
        self.good("guard.allow", {"block": "198.51.100.0/24", "note": "office"})
        self.good("guard.block", {"block": "203.0.113.0/24", "minutes": 5})
        self.good("guard.remove", {"block": "203.0.113.0/24"})
        self.good("guard.release", {"block": "198.51.100.7"})
        self.good("guard.import", {"text": "192.0.2.0/24\n", "blocklist": True})
        self.good("guard.country.deny", {"countries": "FR"})
        self.good("guard.country.remove", {"countries": "FR"})
        self.good("guard.country.allow", {"countries": "DE", "force": True})
        self.good("guard.country.remove", {"countries": "DE"})
        self.good("guard.rule.set", {"name": "options-sweep", "then": "watch"})
        self.assertEqual(self.good("guard.rule.show", {"name": "options-sweep"})["by_command"], ["then"])
        self.good("guard.rule.remove", {"name": "options-sweep"})

    def people(self):
        self.good("tenant.add", {"name": "acme", "domains": "pbx.acme.example", "extensions": 3, "day": "9.00"})
        self.good("tenant.list")
        self.good("tenant.show", {"name": "acme"})
        self.assertEqual(self.good("tenant.set", {"name": "acme", "dealer": "south", "calls": 2})["calls"], "2")
        self.good("dealer.set", {"name": "south", "tenants": 2, "extensions": 50, "calls": 20, "day": "100"})
        self.good("dealer.list")
        self.assertEqual(self.good("dealer.show", {"name": "south"})["tenants_now"], 1)
        self.good("dealer.remove", {"name": "south"})
        self.good("tenant.remove", {"name": "acme"})
        self.good("user.add", {"name": "bob", "display": "Bob", "class": "tenant", "role": "operator"})
        self.good("user.list")
        self.good("user.show", {"name": "bob"})
        self.good("user.set", {"name": "bob", "email": "bob@example.com"})
        self.assertEqual(self.good("user.set", {"name": "bob", "extension": "1002"})["extension"], "1002")
        self.assertEqual(self.refused(422, "user.set", {"name": "bob", "extension": "1009"})["field"], "extension")
        self.refused(409, "user.add", {"name": "ben", "extension": "1002"})
        self.good("user.reset", {"name": "bob"})
        self.refused(403, "user.first")
        self.good("role.copy", {"name": "night", "from": "operator"})
        self.good("role.set", {"name": "night", "deny": "call.write"})
        self.good("role.list")
        self.good("role.show", {"name": "night"})
        self.good("role.remove", {"name": "night"})
        self.good("permission.list")
        made = self.good("token.add", {"name": "board", "user": "bob", "scope": "call.read"})
        self.good("token.list")
        self.good("token.remove", {"id": made["id"]})
        self.good("session.list")
        self.refused(404, "session.remove", {"id": "999999"})
        link = SERVED.json("user", "add", "dora")["link"].split("#")[1]
        browser = Browser(SERVED)
        self.assertEqual(browser.post("/account/first", {"link": link, "password": GOOD})[0], 200)
        session, = self.good("session.list", {"user": "dora"})["sessions"]
        self.good("session.remove", {"id": session["id"]})
        self.assertEqual(browser.get("/account")[0], 401)
        self.good("sign-in.add", {"name": "corporate", "kind": "oidc", "url": "https://login.example.com",
                                  "client": "ringfence", "roles": "staff=employee", "people_of": "default"})
        self.good("sign-in.list")
        self.good("sign-in.show", {"name": "corporate"})
        self.good("sign-in.set", {"name": "corporate", "enabled": False})
        self.good("sign-in.secret", {"name": "corporate", "secret": "of ours there"})
        self.good("sign-in.ca", {"name": "corporate", "text": ""})
        self.good("sign-in.remove", {"name": "corporate"})
        self.good("login.held")
        self.good("login.release", {"address": "198.51.100.9"})
        self.good("user.remove", {"name": "bob"})

    def events(self):
        self.good("event.kinds")
        first = self.good("event.list", {"limit": 1})["events"][0]["id"]
        self.good("event.show", {"id": str(first)})
        self.good("event.acknowledge", {"id": str(first)})
        self.good("event.acknowledge-all", {"upto": first})
        self.good("event.export", {"format": "csv"})
        self.refused(404, "event.test", {"contact": "nobody"})
        self.good("mail.set", {"server": "mail.example.com", "user": "pbx", "password": "geheim-7",
                               "from": "pbx@example.com"})
        self.good("mail.ca", {})
        self.assertNotIn("geheim-7", json.dumps(self.good("mail.show")))
        self.assertEqual(self.good("certificate.show")["source"], "own authority")
        self.refused(409, "certificate.renew")
        self.assertIn("BEGIN CERTIFICATE", self.good("certificate.authority")["text"])
        self.refused(422, "certificate.install", {"text": "nothing"})
        self.refused(404, "certificate.remove")
        self.good("event-contact.add", {"name": "chat", "way": "webhook", "target": "https://hooks.example.com/"})
        self.good("event-contact.set", {"name": "chat", "quiet": "22:00-06:00", "digest": 30, "enabled": False})
        self.refused(422, "event-contact.set", {"name": "chat", "target": "http://hooks.example.com/"})
        self.good("event-contact.ca", {"name": "chat"})
        self.assertNotIn("secret", self.good("event-contact.show", {"name": "chat"}))
        self.good("event-contact.secret", {"name": "chat"})
        self.good("event-contact.list")
        self.good("event-route.add", {"name": "attacks", "contact": "chat", "events": "guard.*"})
        self.good("event-route.set", {"name": "attacks", "level": "notice"})
        self.good("event-route.show", {"name": "attacks"})
        self.good("event-route.list")
        self.good("event-route.remove", {"name": "attacks"})
        self.good("event-template.set", {"name": "trunk.down", "language": "de", "subject": "{subject}",
                                         "text": "{text}"})
        self.good("event-template.show", {"name": "trunk.down", "language": "de"})
        self.good("event-template.list")
        self.good("event-template.remove", {"name": "trunk.down", "language": "de"})
        self.good("event-contact.remove", {"name": "chat"})

    def system(self):
        for name in ("status", "ports", "media.list", "firewall.show", "audit-log.list", "audit-log.export"):
            self.good(name)
        self.good("audit-log.verify", {})
        self.good("audit-log.note", {"note": "looked at by a test"})
        self.refused(403, "firewall.apply")
        self.good("setting.list")
        self.good("setting.set", {"name": "login.idle_s", "value": "1700"})
        ADMIN.close()  # as after a reload, the doors that it came by are shut soon
        self.assertEqual(self.good("setting.show", {"name": "login.idle_s"})["source"], "command")
        self.good("setting.remove", {"name": "login.idle_s"})
        ADMIN.close()
        self.refused(404, "setting.show", {"name": "server.data_dir"})


class Self(unittest.TestCase):
    """The operations that need no permission: about oneself, and those of strangers, asked by a browser."""

    # What they need is not here, so they may be refused; tests of their own have it: virtual keys (login_test, Passkeys),
    # a mail server (login_test, MailCodes), a provider (sign_in_test).
    LACKING = {"account.passkeys.add", "account.passkeys.remove", "account.passkeys.question", "session.passkey",
               "session.passkey.question", "account.factor.email", "account.factor.email.confirm",
               "session.second-factor.email", "session.leave", "session.return"}

    def setUp(self):
        self.walked, self.browser = set(), Browser(SERVED)

    def ask(self, operation, **body):
        operation = CONTRACT.by_name[operation]
        path = operation.path
        if operation.verb == "POST":
            took = self.browser.took(post(SERVED, path, body, *self.browser.lines()))
        else:
            took = self.browser.took(get(SERVED, path, *self.browser.lines(), method=operation.verb))
        self.walked.add(operation.name)
        wanted, schema = operation.good()
        if took[0] != wanted and operation.name in self.LACKING:
            self.assertIn(took[0] // 100, (4, 5), operation.name)
            schema = {"$ref": "#/components/schemas/Problem"}
        else:
            self.assertEqual(took[0], wanted, f"{operation.name}: {took[1]}")
        if schema is not None:
            self.assertEqual(CONTRACT.faults(took[1], schema), [], operation.name)
        return took[1]

    def told(self, actor):
        """How many lines the audit log has of somebody."""
        status, _, body = ADMIN.ask("audit-log.list", {"actor": actor, "limit": 1000})
        self.assertEqual(status, 200)
        return len(body["entries"])

    def changes(self, operation, actor="user clara", **body):
        before = self.told(actor)
        out = self.ask(operation, **body)
        self.assertGreater(self.told(actor), before, f"{operation} leaves a line")
        return out

    def test_every_operation_without_a_permission_answers_as_the_contract_says_and_leaves_its_lines(self):
        SERVED.add("4401")
        link = SERVED.json("user", "add", "clara", "--extension", "4401")["link"].split("#")[1]
        for name in ("health", "phone.config", "session.providers"):
            self.ask(name)
        self.ask("account.first.look", link=link)
        self.ask("account.password.check", password=GOOD, name="clara")
        self.changes("account.first", link=link, password=GOOD)
        self.changes("session.end")
        self.changes("session.begin", name="clara", password=GOOD)
        for name in ("account.show", "account.extension", "account.passkeys", "account.sessions"):
            self.ask(name)
        self.phones()
        self.changes("account.password", old=GOOD, new=OTHER)
        self.changes("account.sessions.end", id="others")
        secret = self.ask("account.factor.begin")["secret"]
        self.changes("account.factor.confirm", code=totp(secret, -1))
        self.ask("account.factor.email")
        self.ask("account.factor.email.confirm", code="00000000")
        self.ask("account.passkeys.question", password=OTHER)
        self.ask("account.passkeys.add", name="key", client_data="AA", authenticator_data="AA", public_key="AA")
        self.ask("account.passkeys.remove", id="AA")
        self.ask("session.end")
        self.assertEqual(self.ask("session.begin", name="clara", password=OTHER)["step"], "second_factor")
        self.ask("session.second-factor.email")
        self.changes("session.second-factor", code=totp(secret))
        self.changes("account.factor.remove", password=OTHER, code=totp(secret, 1))
        self.ask("session.passkey.question")
        self.ask("session.passkey", id="AA", client_data="AA", authenticator_data="AA", signature="AA")
        self.ask("session.leave", provider="nobody")
        self.ask("session.return", state="nothing")
        left = {each.name for each in CONTRACT.operations if not each.permission} - self.walked
        self.assertEqual(left, {"live"}, "no answer but a WebSocket: see Live")

    def phones(self):
        link = self.changes("account.extension.link", password=GOOD)["link"].split("#")[1]
        made = self.changes("phone.link", "one-time link", token=link)
        self.changes("phone.sign-out", f"device {made['auth_name']}", auth_name=made["auth_name"],
                     password=made["password"])
        self.changes("account.extension.password", password=GOOD)


class Permissions(unittest.TestCase):
    def outcome(self, caller, operation):
        """What comes of an operation that is asked with a field that it does not have: 422 for whoever may ask."""
        target, body = operation.request({"no_such_field": "x"})
        return caller.send(operation.verb, target, body)

    def test_nobody_is_let_in_without_saying_who_he_is(self):
        stranger = Caller(SERVED)
        self.addCleanup(stranger.close)
        # Not so many that the guard takes him for a scanner: one of each kind.
        for name in ("extension.list", "extension.show", "extension.set", "extension.remove", "trunk.password",
                     "guard.block", "cdr.list", "account.show", "user.add", "audit-log.export", "policy.apply", "stop"):
            operation = CONTRACT.by_name[name]
            target, body = operation.request({})
            status, headers, _ = stranger.send(operation.verb, target, body)
            self.assertEqual((status, headers["www-authenticate"]), (401, "Bearer"), name)
        bad = Caller(SERVED, "A" * 43)
        self.addCleanup(bad.close)
        self.assertEqual(bad.ask("extension.list")[0], 401)

    def test_every_permission_is_asked_of_every_role_and_unknown_fields_are_refused(self):
        for role in ROLES:
            kind = "system" if role in ("system", "operation", "site") else "dealer" if role == "dealer" else "tenant"
            more = ("--dealer", "north") if kind == "dealer" else ()
            SERVED.cli("user", "add", f"a-{role}", "--class", kind, "--role", role, *more)
            allowed = set(SERVED.json("role", "show", role)["permissions"])
            if not allowed:
                with self.assertRaisesRegex(AssertionError, "has no call.read"):
                    token(f"a-{role}", "call.read")
                continue
            caller = Caller(SERVED, token(f"a-{role}", " ".join(allowed)))
            for operation in CONTRACT.commands:
                status, _, body = self.outcome(caller, operation)
                self.assertEqual(status, 422 if operation.permission in allowed else 403,
                                 f"{role} {operation.name}: {body}")
                if status == 422:
                    self.assertEqual(body["field"], "no_such_field", operation.name)
            caller.close()

    def test_a_token_is_good_for_its_scope_alone(self):
        for scope in ("cdr.read", "extension.write", "guard.write", "system.write", "audit.read"):
            caller = Caller(SERVED, token("root-admin", scope))
            for operation in CONTRACT.commands:
                status = self.outcome(caller, operation)[0]
                self.assertEqual(status, 422 if operation.permission == scope else 403, f"{scope} {operation.name}")
            self.assertIn(caller.send("GET", "/api/v1/account")[0], (401, 403), "never for the account itself")
            caller.close()


    def test_a_policy_file_opens_the_guard_for_nobody_who_may_not_change_it(self):
        address = "203.0.113.77"
        SERVED.cli("guard", "block", address, "--note", "told by the police")
        self.addCleanup(SERVED.cli, "guard", "remove", address)
        caller = Caller(SERVED, token("root-admin", "policy.read policy.write"))
        self.addCleanup(caller.close)
        status, _, body = caller.ask("policy.export")
        self.assertEqual(status, 200)
        self.assertNotIn(address, body["text"], "who may not read the guard reads nothing of it here either")
        door = {"text": "[guard]\naccess = [\"allow 203.0.113.0/24\"]\n"}
        for name in ("policy.plan", "policy.apply"):
            self.assertEqual(caller.ask(name, door)[0], 403, name)
        self.assertEqual(caller.ask("policy.apply", {"text": body["text"], "remove": True})[0], 200)
        listed = [row["block"] for row in SERVED.json("guard", "access")["access"]]
        self.assertIn(address, " ".join(listed), "a file without [guard] leaves it alone, whatever goes besides")
        entitled = Caller(SERVED, token("root-admin", "policy.read policy.write guard.read guard.write"))
        self.addCleanup(entitled.close)
        whole = entitled.ask("policy.export")[2]["text"]
        self.assertIn(f"block {address}/32 # told by the police", whole)
        self.assertEqual(entitled.ask("policy.plan", {"text": whole})[2]["changes"], [])

    def test_a_policy_file_leads_events_elsewhere_for_nobody_who_may_not_change_them(self):
        SERVED.cli("event-contact", "add", "watch", "--way", "email", "--target", "watch@example.com")
        self.addCleanup(SERVED.cli, "event-contact", "remove", "watch")
        contact = {"text": '[event-contact.watch]\nway = "email"\ntarget = "attacker@example.com"\n'}
        mail = {"text": '[mail]\nserver = "attacker.example"\nfrom = "pbx@attacker.example"\n'}
        before = SERVED.json("mail", "show")
        for scope, open_to in (("", ()), (" event.read", ()), (" system.read", ()),
                               (" event.read event.write", (contact,)), (" system.read system.write", (mail,))):
            caller = Caller(SERVED, token("root-admin", "policy.read policy.write" + scope))
            self.addCleanup(caller.close)
            status, _, body = caller.ask("policy.export")
            self.assertEqual(status, 200)
            self.assertEqual("watch@example.com" in body["text"], "event.read" in scope, scope)
            for text in (contact, mail):
                self.assertEqual(caller.ask("policy.plan", text)[0], 200 if text in open_to else 403, scope)
                if text not in open_to:
                    self.assertEqual(caller.ask("policy.apply", text)[0], 403, scope)
            if not scope:
                self.assertEqual(caller.ask("policy.apply", {"text": body["text"], "remove": True})[0], 200)
        self.assertEqual(SERVED.json("event-contact", "show", "watch")["target"], "watch@example.com")
        self.assertEqual(SERVED.json("mail", "show"), before)


class Manners(unittest.TestCase):
    """What HTTP adds to commands."""

    def tag(self, number):
        return ADMIN.ask("extension.show", {"number": number})[1]["etag"]

    def test_nobody_writes_over_what_somebody_else_changed(self):
        ADMIN.ask("extension.add", {"number": "2001"})
        tag = self.tag("2001")
        self.assertEqual(ADMIN.ask("extension.show", {"number": "2001"}, If_None_Match=tag)[0], 304)
        change = {"number": "2001", "name": "first"}
        self.assertEqual(ADMIN.ask("extension.set", change, If_Match=tag)[0], 200)
        status, _, body = ADMIN.ask("extension.set", {"number": "2001", "name": "second"}, If_Match=tag)
        self.assertEqual((status, body["title"]), (412, "Precondition Failed"))
        self.assertEqual(ADMIN.ask("extension.remove", {"number": "2001"}, If_Match=tag)[0], 412)
        self.assertEqual(ADMIN.ask("extension.show", {"number": "2001"})[2]["name"], "first")
        self.assertEqual(ADMIN.ask("extension.remove", {"number": "2001"}, If_Match=self.tag("2001"))[0], 200)
        self.assertEqual(ADMIN.ask("extension.set", change, If_Match=tag)[0], 412, "it is gone")

    def test_what_is_asked_again_under_its_key_is_done_once(self):
        key = base64.urlsafe_b64encode(os.urandom(12)).decode().strip("=")
        first = ADMIN.ask("extension.add", {"number": "2002"}, Idempotency_Key=key)
        again = ADMIN.ask("extension.add", {"number": "2002"}, Idempotency_Key=key)
        self.assertEqual((first[0], first[2]), (201, again[2]), "the same password, not another one")
        self.assertEqual(first[1]["location"], "/api/v1/extensions/2002")
        self.assertEqual((again[0], again[1]["idempotency-replayed"], again[1]["location"]),
                         (201, "true", "/api/v1/extensions/2002"))
        self.assertEqual(ADMIN.ask("extension.add", {"number": "2003"}, Idempotency_Key=key)[0], 422)
        self.assertEqual(ADMIN.ask("extension.show", {"number": "2003"})[0], 404)
        self.assertEqual(ADMIN.ask("extension.add", {"number": "2002"})[0], 409)
        self.assertEqual(ADMIN.ask("extension.set", {"number": "2002", "name": "x"}, Idempotency_Key=key)[0], 400)

    def test_long_lists_come_in_parts(self):
        for number in range(2100, 2105):
            ADMIN.ask("extension.add", {"number": str(number)})
        seen, target = [], "/api/v1/extensions?limit=2"
        while target:
            status, headers, body = ADMIN.send("GET", target)
            self.assertEqual(status, 200)
            self.assertLessEqual(len(body["extensions"]), 2)
            seen += [row["number"] for row in body["extensions"]]
            target = re.sub(r"^<(.*)>; rel=\"next\"$", r"\1", headers.get("link", ""))
        self.assertEqual(int(headers["total-count"]), len(seen))
        self.assertEqual(seen, [row["number"] for row in SERVED.json("extension", "list")["extensions"]])

    def test_an_error_says_which_field_and_what_to_do(self):
        status, headers, body = ADMIN.ask("extension.add", {"number": "2200", "calls": 5000})
        self.assertEqual((status, headers["content-type"]), (422, "application/problem+json"))
        self.assertEqual((body["field"], body["code"], body["title"]), ("calls", "invalid", "Unprocessable Content"))
        self.assertIn("1 to 1000", body["remedy"])
        for arguments, field in (({"number": "12a4"}, "number"), ({"number": "2200", "reach": "moon"}, "reach"),
                                 ({"number": "2200", "permitted": "300.1.1.1"}, "permitted"),
                                 ({"number": "2200", "password": "Xy7-q"}, "password"), ({}, "number")):
            self.assertEqual(ADMIN.ask("extension.add", arguments)[2].get("field"), field, arguments)
        self.assertNotIn("Xy7-q", str(ADMIN.ask("extension.add", {"number": "2200", "password": "Xy7-q"})[2]))

    def test_the_same_answer_as_the_command_line(self):
        SERVED.add("2300")
        self.assertEqual(ADMIN.ask("extension.show", {"number": "2300"})[2], SERVED.json("extension", "show", "2300"))
        self.assertEqual(ADMIN.ask("guard.rules")[2], SERVED.json("guard", "rules"))
        self.assertEqual(ADMIN.ask("policy.export")[2], SERVED.json("policy", "export"))


class Attacks(unittest.TestCase):
    def raw(self, request):
        head = f"Host: {SERVED.address}:{SERVED.web_port}\r\nAuthorization: Bearer {ADMIN.secret}\r\n"
        return fetch(SERVED, request.replace("HTTP/1.1\r\n", "HTTP/1.1\r\n" + head, 1))

    def test_paths_lead_nowhere_else(self):
        for value in ("%2e%2e", "..", "%2e", "a%2fb", "%2F", "%5c", "%00", "%0d%0aX:y", "%c0%af", "%e0%80%af",
                      "%ed%a0%80", "%ff", "%", "%zz", "a" * 300):
            self.assertEqual(ADMIN.send("GET", "/api/v1/extensions/" + value)[0], 400, value)
        for path in ("/api/v1/extensions/../status", "/api/v1//status", "/api/v1/./status", "/api/v1/status/",
                     "/api/v1/%73tatus", "/API/v1/status", "/api/v2/status"):
            self.assertEqual(ADMIN.send("GET", path)[0], 404, path)

    def test_no_request_hides_within_another(self):
        body = '{"number":"3001"}'
        typed = "Content-Type: application/json\r\n"
        hidden = "DELETE /api/v1/extensions/1001 HTTP/1.1\r\nHost: x\r\n\r\n"
        for lines, wanted in ((f"{typed}Content-Length: {len(body)}\r\nTransfer-Encoding: chunked\r\n", 400),
                              (f"{typed}Transfer-Encoding: chunked\r\n", 411),
                              (f"{typed}Content-Length: {len(body)}\r\nContent-Length: 3\r\n", 400),
                              (f"{typed}Content-Length: +{len(body)}\r\n", 400),
                              (f"{typed}Content-Length: 0x11\r\n", 400),
                              (f"{typed}Content-Length : {len(body)}\r\n", 400),
                              (f"{typed}", 411)):
            self.assertEqual(self.raw(f"POST /api/v1/extensions HTTP/1.1\r\n{lines}\r\n{body}{hidden}")[0], wanted, lines)
        self.assertEqual(self.raw(f"GET /api/v1/status HTTP/1.1\r\nContent-Length: {len(hidden)}\r\n\r\n{hidden}")[0], 400)
        self.assertEqual(ADMIN.ask("extension.show", {"number": "3001"})[0], 404)

    def test_headers_say_nothing_about_what_is_to_be_done(self):
        ADMIN.ask("extension.add", {"number": "3002"})
        for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            self.assertEqual(ADMIN.send("GET", "/api/v1/extensions/3002", **{name: "DELETE"})[0], 200)
        self.assertEqual(ADMIN.send("POST", "/api/v1/extensions/3002?_method=DELETE", {})[0], 405)
        self.assertEqual(ADMIN.ask("extension.show", {"number": "3002"})[0], 200)
        status, headers, _ = ADMIN.send("GET", "/api/v1/status", Origin="https://evil.example")
        self.assertEqual(status, 403)
        self.assertFalse([name for name in headers if name.startswith("access-control")], "no CORS")

    def test_bodies_are_one_object_that_says_everything_once(self):
        def body(text, announced=None):
            return self.raw(f"POST /api/v1/extensions HTTP/1.1\r\nContent-Type: application/json\r\n"
                            f"Content-Length: {announced or len(text.encode())}\r\n\r\n{text}")[0]
        self.assertEqual(body('{"number":"3003","number":"3004"}'), 400)
        self.assertEqual(body('{"number":' + "[" * 30_000 + "]" * 30_000 + "}"), 400)
        self.assertEqual(body('{"number":{"a":"3003"}}'), 422)
        self.assertEqual(body('{"number":3003}'), 422)
        self.assertEqual(body('{"number":null}'), 422)
        self.assertEqual(body("[]"), 400)
        # Refused by what it says of itself, before it comes.
        self.assertEqual(body('{"number":"3003","name":"', announced=70_000), 413)
        self.assertEqual(body('{"number":"3003","__proto__":"x"}'), 422)
        self.assertEqual(body('{"number":"3003","id":"7","tenant":"1"}'), 422, "nobody sets what is not his to set")
        self.assertEqual(ADMIN.ask("extension.show", {"number": "3003"})[0], 404)

    def test_nothing_that_is_compressed_is_unpacked(self):
        bomb = gzip.compress(b'{"number":"3006","name":"' + b"x" * 5_000_000 + b'"}')
        for coding in ("gzip", "deflate", "br"):
            headers = {"Authorization": "Bearer " + ADMIN.secret, "Content-Type": "application/json"}
            ADMIN.web.request("POST", "/api/v1/extensions", bomb, headers | {"Content-Encoding": coding})
            answer = ADMIN.web.getresponse()
            self.assertIn(b"detail", answer.read())
            self.assertEqual(answer.status, 400, coding)
        self.assertEqual(ADMIN.ask("extension.show", {"number": "3006"})[0], 404)

    def test_no_page_of_others_is_let_in_by_asking_before(self):
        for origin in ("https://evil.example", "null"):
            for verb in ("OPTIONS", "POST"):
                head = f"Origin: {origin}\r\nAccess-Control-Request-Method: POST\r\n"
                head += "Content-Length: 0\r\n"
                status, headers, _ = self.raw(f"{verb} /api/v1/extensions HTTP/1.1\r\n{head}\r\n")
                self.assertIn(status, (403, 501), (verb, origin))
                self.assertNotIn("access-control", str(headers).lower())

    def test_no_value_becomes_a_header(self):
        for value in ("30\r\nSet-Cookie: a=b", "30\nX: y", "30\0"):
            status, headers, _ = ADMIN.ask("extension.add", {"number": value})
            self.assertEqual(status, 422, value)
            self.assertNotIn("set-cookie", headers)
            self.assertNotIn("x", headers)
        status, headers, _ = ADMIN.send("GET", "/api/v1/extensions?limit=1%0d%0aX:%20y")
        self.assertEqual((status, "x" in headers), (400, False))

    def test_no_broken_json_gets_past_its_reader(self):
        chance, good = random.Random(7), '{"password":"Quiet-River-Lantern-77","name":"ann","class":"tenant"}'
        for _ in range(400):
            text = bytearray(good.encode())
            for _ in range(chance.randrange(1, 6)):
                at = chance.randrange(len(text))
                text[at:at + chance.randrange(3)] = chance.choice(
                    (b"", b"{", b"[", b'"', b"\\u0000", b"\\ud800", b"\xff", b"1e999", b"\0", b":", b",", b"-"))
            headers = {"Content-Type": "application/json"}
            ADMIN.web.request("POST", "/api/v1/account/password/check", bytes(text), headers)
            answer = ADMIN.web.getresponse()
            body = answer.read()
            self.assertLess(answer.status, 500, text)
            json.loads(body)
        self.assertEqual(ADMIN.send("GET", "/api/v1/status")[0], 200)

    def test_old_versions_of_tls_are_not_spoken(self):
        for version, wanted in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True),
                                (ssl.TLSVersion.TLSv1_3, True)):
            context = trusting(SERVED)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version = context.maximum_version = version
            with socket.create_connection((SERVED.address, SERVED.web_port), 10) as plain:
                try:
                    with context.wrap_socket(plain, server_hostname=SERVED.address) as speaks:
                        self.assertTrue(wanted, speaks.version())
                except (ssl.SSLError, ConnectionError):
                    self.assertFalse(wanted, version)

    def test_secrets_are_neither_in_the_log_nor_in_the_audit_log(self):
        password = "Quiet-River-Lantern-77"
        self.assertEqual(ADMIN.ask("extension.add", {"number": "3005", "password": password})[0], 201)
        said = SERVED.log.read_text() + SERVED.cli("audit-log", "export").stdout
        self.assertIn("3005", said)
        for secret in (password, ADMIN.secret):
            self.assertNotIn(secret, said)


class Live(unittest.TestCase):
    def listen(self, target="/api/v1/live", secret=None, *headers):
        stream = connect(SERVED, SERVED.web_port)
        self.addCleanup(stream.close)
        lines = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                 "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode(), *headers]
        if secret:
            lines.append("Authorization: Bearer " + secret)
        text = "".join(line + "\r\n" for line in lines)
        stream.sendall(f"GET {target} HTTP/1.1\r\nHost: {SERVED.address}:{SERVED.web_port}\r\n{text}\r\n".encode())
        return read_head(stream)[0], stream

    def text(self, stream):
        def exactly(size):
            out = b""
            while len(out) < size:
                more = stream.recv(size - len(out))
                if not more:
                    raise ConnectionError("closed")
                out += more
            return out
        first, size = exactly(2)
        if size == 126:
            size = int.from_bytes(exactly(2), "big")
        payload = exactly(size)
        return json.loads(payload) if first & 15 == 1 else (first & 15, int.from_bytes(payload[:2], "big"))

    def until(self, stream, topic, what):
        while True:
            said = self.text(stream)
            if isinstance(said, dict) and (said["topic"], said["what"]) == (topic, what):
                return said

    def test_what_happens_is_told_while_it_happens(self):
        status, stream = self.listen(secret=ADMIN.secret)
        self.assertEqual(status, 101)
        self.assertEqual(set(self.text(stream)["topics"]), {"calls", "registrations", "bans", "spend", "events"})
        name, password = SERVED.add("4001")
        desk = Phone(SERVED, "4001", name, password)
        other_name, other_password = SERVED.add("4002")
        other = Phone(SERVED, "4002", other_name, other_password)
        for phone in (desk, other):
            self.addCleanup(phone.close)
            self.assertEqual(phone.register(), 200)
        self.assertIn("4001", self.until(stream, "registrations", "registered")["subject"])
        desk.invite("4002")
        invite = other.hear("INVITE")
        other.take(invite)
        other.reply(invite, "200 OK", other.sdp())
        desk.established(desk.hear("SIP/2.0 200"))
        other.hear("ACK")
        answered = self.until(stream, "calls", "call_answered")
        call = answered["call"]
        self.assertNotIn("remote", answered)
        self.assertEqual([each["id"] for each in ADMIN.ask("call.list")[2]["calls"]], [call])
        self.running_calls_tell_no_money(call)
        self.assertEqual(ADMIN.ask("call.hangup", {"id": call})[0], 200)
        for phone in (desk, other):
            phone.reply(phone.hear("BYE"), "200 OK")
        ended = self.until(stream, "calls", "call_ended")
        self.assertEqual((ended["call"], ended["dialled"], ended["result"]), (call, "4002", "answered"))
        self.assertFalse({"record", "cost", "account"} & set(ended), "whoever hears of calls reads no records")

    def test_a_wrong_password_of_a_phone_is_told_as_an_event(self):
        status, stream = self.listen("/api/v1/live?topics=events", ADMIN.secret)
        self.assertEqual((status, self.text(stream)["topics"]), (101, ["events"]))
        name, _ = SERVED.add("4005")
        phone = Phone(SERVED, "4005", name, "Quiet-River-Lantern-77")
        self.addCleanup(phone.close)
        self.assertEqual(phone.register(), 401)
        told = self.until(stream, "events", "auth_failed")
        self.assertEqual((told["level"], told["subject"], told["detail"]), ("notice", name, "wrong password"))
        self.assertNotIn("Quiet-River-Lantern-77", json.dumps(told))

    def running_calls_tell_no_money(self, call):
        """To whoever sees that there are calls and does not read their records."""
        seen = {}
        for scope in ("call.read", "call.read,cdr.read"):
            caller = Caller(SERVED, token("root-admin", scope))
            self.addCleanup(caller.close)
            status, _, body = caller.ask("call.list")
            self.assertEqual(status, 200)
            seen[scope], = body["calls"]
        told, record = seen["call.read"], seen["call.read,cdr.read"]
        self.assertEqual((told["id"], told["dialled"], told["state"]), (call, "4002", "talking"))
        self.assertEqual({told[key] for key in ("price", "currency", "reserved", "cost", "payer", "account",
                                                "caller_address")}, {""})
        self.assertEqual(set(told), set(record))
        self.assertTrue(record["caller_address"].startswith("127."), record)

    def test_each_topic_needs_its_permission_and_ends_with_it(self):
        made = SERVED.json("token", "add", "board", "--user", "root-admin", "--scope", "call.read,registration.read")
        status, stream = self.listen(secret=made["token"])
        self.assertEqual((status, self.text(stream)["topics"]), (101, ["calls", "registrations"]))
        self.assertEqual(self.listen("/api/v1/live?topics=bans", made["token"])[0], 403)
        self.assertEqual(self.listen("/api/v1/live?topics=moon", made["token"])[0], 422)
        self.assertEqual(self.listen(secret=token("root-admin", "deck.read"))[0], 403)
        SERVED.cli("token", "remove", made["id"])
        name, password = SERVED.add("4003")
        phone = Phone(SERVED, "4003", name, password)
        self.addCleanup(phone.close)
        self.assertEqual(phone.register(), 200)
        self.assertEqual(self.text(stream), (8, 1008), "it hears no more than it may")

    def test_pages_of_others_and_strangers_hear_nothing(self):
        self.assertEqual(self.listen()[0], 401)
        self.assertEqual(self.listen("/api/v1/live", ADMIN.secret, "Origin: https://evil.example")[0], 403)
        self.assertEqual(self.listen("/api/v1/live", None, "Cookie: __Host-session=" + "A" * 43)[0], 401)
        status, stream = self.listen(secret=ADMIN.secret)
        self.assertEqual(status, 101)
        self.text(stream)
        stream.sendall(frame(1, b"tell me more"))
        self.assertEqual(self.text(stream), (8, 1003))


class Ends(unittest.TestCase):
    def test_the_system_reads_its_configuration_anew_and_stops(self):
        server = self.enterContext(Ringfence())
        server.cli("user", "add", "chief", "--class", "system", "--role", "system")
        chief = Caller(server, token("chief", "*", server=server))
        self.addCleanup(chief.close)
        status, _, body = chief.ask("reload")
        self.assertEqual(status, 200, body)
        self.assertTrue(until(lambda: Caller(server, chief.secret).ask("status")[0] == 200))
        again = Caller(server, chief.secret)
        self.addCleanup(again.close)
        self.assertEqual(again.ask("stop")[0], 200)
        server.process.wait(timeout=60)
        self.assertEqual(server.process.returncode, 0)
        self.assertIn("user chief, token 1", server.cli("audit-log", "export").stdout)


if __name__ == "__main__":
    unittest.main()
