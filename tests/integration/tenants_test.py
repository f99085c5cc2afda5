"""Tenants that share the real program, side by side: whoever is of one of them meets nothing of the other."""
import json
import socket
import unittest

from api_test import Caller, token
from browser import connect, post, read_head
from contract import Contract
from login_test import GOOD, Browser
from phone import Phone
from ringfence import Ringfence, until

CONTRACT = Contract()
ROLE = "administrator"  # all that a tenant's role can allow
SECRET = "bsecret"  # stands in whatever has a name in the other tenant


def of_tenant(operation):
    return any(p["name"] == "tenant" for p in operation.places("query"))


class Two(unittest.TestCase):
    """Two tenants with a dealer each, and everything that a tenant can have in both; `b` has names with SECRET in them,
    and numbers that `a` has not, besides 1001, which both have."""

    @classmethod
    def setUpClass(cls):
        cls.server = Ringfence(media="silence_s = 3600")
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        for tenant, dealer in (("acme", "north"), ("umbrella", "south")):
            cls.server.cli("tenant", "add", tenant, "--dealer", dealer, "--domains", f"pbx.{tenant}.example")
        cls.server.cli("user", "add", "root-admin", "--class", "system", "--role", "system")
        cls.root = cls.caller("root-admin")
        cls.accounts = {(tenant, number): cls.server.add(number, "--tenant", tenant)
                        for tenant, numbers in (("acme", ("1001", "1002")), ("umbrella", ("1001", "770177", "770288")))
                        for number in numbers}
        for tenant, dealer in (("acme", "north"), ("umbrella", "south")):
            cls.server.cli("user", "add", f"admin@{tenant}", "--tenant", tenant, "--role", ROLE)
            cls.server.cli("user", "add", f"dealer-{dealer}", "--class", "dealer", "--dealer", dealer, "--role",
                           "dealer")
        cls.a, cls.b = cls.caller("admin@acme"), cls.caller("admin@umbrella")
        cls.north, cls.south = cls.caller("dealer-north"), cls.caller("dealer-south")
        cls.furnish()

    @classmethod
    def caller(cls, user):
        caller = Caller(cls.server, token(user, "*", server=cls.server) if user == "root-admin" else cls.token_of(user))
        cls.addClassCleanup(caller.close)
        return caller

    @classmethod
    def token_of(cls, user):
        return token(user, " ".join(cls.server.json("user", "show", user)["permissions"]), server=cls.server)

    @classmethod
    def furnish(cls):
        """What umbrella has, all kinds of it."""
        def put(operation, arguments):
            status, _, body = cls.root.ask(operation, {**arguments, "tenant": "umbrella"})
            assert status < 300, (operation, body)
            return body

        put("telephony.set", {"home": "DE", "area_code": "30"})
        put("deck.import", {"name": f"deck-{SECRET}", "text": "prefix,rate_per_min\n44,0.01\n49,0.02\n"})
        put("number-list.import", {"name": f"list-{SECRET}", "text": "+447700900123\n"})
        put("schedule.add", {"name": f"hours-{SECRET}", "hours": "mon-fri 08:00-18:00"})
        put("department.add", {"name": f"dep-{SECRET}"})
        put("trunk.add", {"name": f"trunk-{SECRET}", "kind": "registers", "uri": "sip:provider.example;transport=tls",
                          "user": "us", "deck": f"deck-{SECRET}", "enabled": False})
        put("pin-list.add", {"name": f"pins-{SECRET}"})
        put("pin.add", {"name": f"pins-{SECRET}", "account": f"acc-{SECRET}"})
        put("calling-role.add", {"name": f"rights-{SECRET}", "reach": "national"})
        put("country.deny", {"countries": "CU", "of": f"department.dep-{SECRET}"})
        put("route.add", {"name": f"route-{SECRET}", "patterns": "+.", "trunks": f"trunk-{SECRET}"})
        put("ring-group.add", {"name": f"group-{SECRET}", "number": "760099", "members": "770177,770288"})
        put("inbound.add", {"name": f"in-{SECRET}", "called": "+4930123.", "extension": "770177"})
        put("limit.set", {"name": "extension.770177", "day": "773.31", "prepaid": True})
        put("credit.add", {"whom": "extension.770177", "amount": "77"})
        put("user.add", {"name": f"{SECRET}@umbrella", "role": "employee"})
        cls.foreign_token = put("token.add", {"name": f"token-{SECRET}", "user": "admin@umbrella",
                                              "scope": "call.read"})["id"]
        put("extension.set", {"number": "770177", "name": f"name-{SECRET}", "department": f"dep-{SECRET}"})
        opened = put("extension.link", {"number": "770288"})["link"].split("#")[1]
        assert post(cls.server, "/api/v1/phone/link", {"token": opened})[0] == 200
        [device] = cls.root.ask("extension.devices", {"number": "770288", "tenant": "umbrella"})[2]["devices"]
        cls.foreign_device = device["auth_name"]
        cls.signed_in(f"signed-{SECRET}", "umbrella")
        [session] = cls.root.ask("session.list", {"tenant": "umbrella"})[2]["sessions"]
        cls.foreign_session = session["id"]
        put("extension.link", {"number": "770288"})

    @classmethod
    def signed_in(cls, name, tenant):
        """The browser of a new user there, who has signed in."""
        made = cls.server.json("user", "add", f"{name}@{tenant}", "--tenant", tenant, "--role", "employee")
        browser = Browser(cls.server)
        status, body = browser.post("/account/first", {"link": made["link"].split("#")[1], "password": GOOD})
        assert status == 200, body
        return browser

    def phone(self, tenant, number):
        phone = Phone(self.server, number, *self.accounts[tenant, number])
        self.addCleanup(phone.close)
        return phone

    def state_of(self, tenant):
        """All that can be listed of a tenant, as root sees it; without what the moment changes by itself."""
        out = {}
        for operation in CONTRACT.commands:
            if not operation.name.endswith(".list") or not of_tenant(operation) or operation.name == "pin.list":
                continue
            status, _, out[operation.name] = self.root.ask(operation.name, {"tenant": tenant})
            self.assertEqual(status, 200, operation.name)
        out["registration.list"] = [(r["number"], r["contact"]) for r in out["registration.list"]["registrations"]]
        for token in out["token.list"]["tokens"]:
            # Written down some time after it was shown.
            del token["used"], token["used_ms"]
        out["call.list"] = [call["id"] for call in out["call.list"]["calls"]]
        out["dealer"] = self.root.ask("dealer.show", {"name": "south"})[2]
        status, _, out["policy"] = self.root.ask("policy.export", {"tenant": tenant})
        self.assertEqual(status, 200)
        return {name: json.dumps(said, sort_keys=True) for name, said in out.items()}


class Isolation(Two):
    #: Every name by which something of umbrella can be called, by the parameter that takes it.
    def names(self, operation):
        group = operation.name.rpartition(".")[0]
        kinds = {"deck": "deck", "number-list": "list", "schedule": "hours", "department": "dep", "trunk": "trunk",
                 "pin-list": "pins", "pin": "pins", "route": "route", "ring-group": "group", "inbound": "in",
                 "calling-role": "rights"}
        if group in kinds:
            return [{"name": f"{kinds[group]}-{SECRET}"}]
        if group == "limit":
            return [{"name": "extension.770177"}, {"name": f"department.dep-{SECRET}"},
                    {"name": f"trunk.trunk-{SECRET}"}]
        if group == "credit":
            return [{"whom": whom} for whom in ("extension.770177", f"department.dep-{SECRET}",
                                                f"trunk.trunk-{SECRET}", "tenant", "system")]
        if group == "country":
            return [{"of": f"department.dep-{SECRET}"}]
        if group == "user":
            return [{"name": f"{SECRET}@umbrella"}, {"name": "admin@umbrella"}]
        if group == "tenant":
            return [{"name": "umbrella"}, {"name": "default"}]
        if group == "dealer":
            return [{"name": "south"}]
        if group == "token" and operation.name != "token.add":
            return [{"id": str(self.foreign_token)}, {"user": "admin@umbrella"}]
        if group == "token":
            return [{"user": "admin@umbrella"}]
        if group == "session":
            return [{"user": f"signed-{SECRET}@umbrella"}, {"id": str(self.foreign_session)}]
        if group == "extension.device":
            return [{"number": "770288", "name": self.foreign_device}]
        if group == "call":
            return [{"id": self.foreign_call}]
        return [{"number": "770177"}, {"number": "770288"}]

    def arguments(self, operation, named):
        """A request as whoever knows that name would make it: what else it takes is filled in."""
        fill = {"from": "770177", "to": "770288", "number": "770177", "account": f"acc-{SECRET}", "amount": "1",
                "user": "admin@umbrella", "scope": "call.read", "id": self.foreign_call, "name": f"x-{SECRET}",
                "text": "+1\n",
                "kind": "registers", "hours": "mon 08:00-09:00", "password": "Very-Long-Pass-9", "role": "employee",
                "patterns": "+.", "trunk": f"trunk-{SECRET}", "trunks": f"trunk-{SECRET}", "members": "770177",
                "extension": "770177",
                "called": "+4930123.", "day": "1.00", "enabled": False, "display": "x",
                "countries": "CU", "before": f"route-{SECRET}", "contact": "x", "department": f"dep-{SECRET}"}
        body = operation.body() or {}
        takes = list(body.get("properties", {}))
        takes += [p["name"] for p in operation.places("path") + operation.places("query")]
        out = {}
        wanted = set(body.get("required", [])) | {p["name"] for p in operation.places("path")} | {
            p["name"] for p in operation.places("query") if p.get("required")}
        for name in takes:
            if name in named:
                out[name] = named[name]
            elif name in wanted:
                out[name] = fill.get(name, "1")
        if operation.name.endswith(".set") and not set(out) - set(named):
            one = next((n for n in ("display", "enabled", "day", "description", "dealer", "tries", "home", "title")
                        if n in takes), None)
            if one:
                out[one] = fill.get(one, 3 if one == "tries" else "DE")
        return out

    def live_call(self):
        """Two phones of umbrella talk; the id of their call."""
        caller, callee = self.phone("umbrella", "770177"), self.phone("umbrella", "770288")
        self.assertEqual((caller.register(), callee.register()), (200, 200))
        caller.invite("770288")
        invite = callee.hear("INVITE ")
        callee.reply(invite, "200 OK", callee.sdp())
        callee.hear("ACK ")
        caller.established(caller.hear("SIP/2.0 200"))
        return self.root.ask("call.list", {"tenant": "umbrella"})[2]["calls"][0]["id"]

    def test_nobody_of_a_tenant_or_a_dealer_finds_reads_or_changes_anything_of_another(self):
        self.foreign_call = self.live_call()
        for who, more in ((self.a, {}), (self.a, {"tenant": "acme"}), (self.a, {"tenant": "umbrella"}),
                          (self.north, {"tenant": "acme"}), (self.north, {"tenant": "umbrella"}), (self.north, {})):
            before = self.state_of("umbrella")
            for operation in CONTRACT.commands:
                for named in self.names(operation):
                    self.attack(who, operation, named, more)
            self.assertEqual(self.state_of("umbrella"), before, more)
        self.assertTrue(self.root.ask("call.list", {"tenant": "umbrella"})[2]["calls"], "the call goes on")

    def test_nobody_ends_the_session_of_another_by_its_id_neither_here_nor_in_another_tenant(self):
        neighbour = self.signed_in("neighbour", "acme")
        own = neighbour.get("/account/sessions")[1]["sessions"]
        self.assertEqual(len(own), 1, "nobody sees another's")
        somebody = self.signed_in("somebody", "acme")
        mine = somebody.get("/account/sessions")[1]["sessions"][0]["id"]
        for theirs in (self.foreign_session, mine):
            refused = neighbour.post("/account/sessions/end", {"id": theirs})
            self.assertEqual(refused[0], 404)
            self.assertEqual(refused, neighbour.post("/account/sessions/end", {"id": "999999"}), "as if it were not")
        self.assertEqual(somebody.get("/account")[0], 200)
        there = [each["id"] for each in self.root.ask("session.list", {"tenant": "umbrella"})[2]["sessions"]]
        self.assertEqual(there, [self.foreign_session])

    def test_a_tenants_policy_file_says_nothing_of_the_guard(self):
        self.server.cli("guard", "block", "203.0.113.77")
        for who in (self.a, self.north):
            status, _, body = who.ask("policy.export", {"tenant": "acme"})
            self.assertIn(status, (200, 403), body)
            self.assertNotIn("203.0.113.77", json.dumps(body))
            for name in ("policy.plan", "policy.apply"):
                door = {"text": '[guard]\naccess = ["allow 203.0.113.0/24 force"]\n', "tenant": "acme", "force": True}
                door = {key: value for key, value in door.items() if key != "force" or name == "policy.apply"}
                self.assertEqual(who.ask(name, door)[0], 403, name)
        for text in ("[guard]\n", '[event-contact.x]\nway = "email"\ntarget = "x@example.com"\n', "[mail]\n"):
            for who in (self.a, self.north, self.root):
                status, _, body = who.ask("policy.apply", {"text": text, "tenant": "acme"})
                self.assertEqual(status, 403, "not even root makes what is the system's a tenant's")
        self.assertIn("203.0.113.77", self.server.cli("guard", "export", "-").stdout)

    def attack(self, who, operation, named, more):
        arguments = self.arguments(operation, named)
        sent = json.dumps(arguments)
        if of_tenant(operation):
            arguments |= more
        status, headers, body = who.ask(operation.name, arguments)
        where = f"{operation.name} {arguments} {status} {body}"
        # What is told must not hold more of the other than what was sent.
        told = json.dumps([body, headers.get("location", "")])
        for word in (SECRET, "770177", "770288", "760099", "773.31", "+4930123", self.foreign_call, self.foreign_device,
                     "south"):
            if word not in sent:
                self.assertNotIn(word, told, where)
        self.assertNotIn("pbx.umbrella", told, where)
        if status == 403:
            # Nothing is refused because of whose it is: the same is refused of one's own.
            self.assertTrue("permission" in told or "machine" in told or "system's" in told, where)
        if more.get("tenant") == "umbrella" and of_tenant(operation):
            self.assertIn(status, (403, 404, 422), where)
        if status < 300 and operation.changes:
            self.undo(who, operation, arguments)

    def undo(self, who, operation, arguments):
        """What was made in the own tenant by that goes again: each request meets the same."""
        group = operation.name.rpartition(".")[0]
        if operation.name.endswith((".add", ".set", ".import")) and f"{group}.remove" in CONTRACT.by_name:
            key = next(n for n in ("number", "name", "id") if n in arguments)
            who.ask(f"{group}.remove", {key: arguments[key], **({"tenant": arguments["tenant"]}
                                                               if "tenant" in arguments else {})})

    def test_what_is_not_there_and_what_is_anothers_is_answered_alike(self):
        for operation, theirs, nobodys in (
                ("extension.show", {"number": "770177"}, {"number": "770399"}),
                ("extension.remove", {"number": "770177"}, {"number": "770399"}),
                ("user.show", {"name": f"{SECRET}@umbrella"}, {"name": "nobody@umbrella"}),
                ("user.reset", {"name": "admin@umbrella"}, {"name": "nobody@umbrella"}),
                ("user.add", {"name": "admin@umbrella"}, {"name": "nobody@umbrella"}),
                ("department.show", {"name": f"dep-{SECRET}"}, {"name": "dep-nobodys"}),
                ("tenant.show", {"name": "umbrella"}, {"name": "nobodys"}),
                ("extension.list", {"tenant": "umbrella"}, {"tenant": "nobodys"}),
                ("token.remove", {"id": str(self.foreign_token)}, {"id": "9999999"})):
            for who in (self.a, self.north):
                extra = {} if who is self.a or "tenant" in theirs or operation == "tenant.show" else {"tenant": "acme"}
                answers = []
                for arguments in (theirs, nobodys):
                    status, _, body = who.ask(operation, {**arguments, **extra})
                    text = json.dumps(body)
                    for value in arguments.values():
                        text = text.replace(value, "*")
                    answers.append((status, text))
                self.assertEqual(answers[0], answers[1], operation)
                self.assertIn(answers[0][0], (404, 422), operation)

    def test_lists_are_of_the_own_tenant_whoever_asks(self):
        numbers = lambda who, **more: sorted(r["number"] for r in who.ask("extension.list", more)[2]["extensions"])
        self.assertEqual(numbers(self.a), ["1001", "1002"])
        self.assertEqual(numbers(self.b), ["1001", "770177", "770288"])
        self.assertEqual(numbers(self.root), [], "the default tenant")
        self.assertEqual(numbers(self.root, tenant="umbrella"), ["1001", "770177", "770288"])
        self.assertEqual(numbers(self.north, tenant="acme"), ["1001", "1002"])
        names = lambda who: [t["name"] for t in who.ask("tenant.list")[2]["tenants"]]
        self.assertEqual([names(who) for who in (self.a, self.b, self.north, self.south)],
                         [["acme"], ["umbrella"], ["acme"], ["umbrella"]])
        self.assertEqual(names(self.root), ["default", "acme", "umbrella"])
        status, _, body = self.north.ask("extension.list")
        self.assertEqual((status, body["field"]), (422, "tenant"))
        self.assertNotIn("system", [each["level"] for each in self.a.ask("spend.list")[2]["accounts"]])

    def test_people_of_a_tenant_make_people_of_it_alone(self):
        self.assertEqual(self.a.ask("user.add", {"name": "eva@acme", "role": "employee"})[0], 201)
        self.assertEqual(self.root.ask("user.show", {"name": "eva@acme"})[2]["tenant"], "acme")
        for arguments in ({"name": "eve", "role": "employee"}, {"name": "eve@umbrella"}, {"name": "eve@default"}):
            self.assertEqual(self.a.ask("user.add", arguments)[0], 422, arguments)
        for arguments in ({"name": "eve@acme", "class": "system", "role": "system"},
                          {"name": "eve", "class": "dealer", "dealer": "south", "role": "employee"}):
            self.assertEqual(self.a.ask("user.add", arguments)[0], 403, arguments)
        for who, arguments in ((self.a, {"extension": "770177"}), (self.root, {"extension": "770177"}),
                               (self.north, {"extension": "770177", "tenant": "acme"})):
            status, _, body = who.ask("user.set", {"name": "eva@acme", **arguments})
            self.assertEqual((status, body["field"]), (422, "extension"), "there is no such one in acme")
        self.assertEqual(self.a.ask("user.set", {"name": "eva@acme", "extension": "1001"})[2]["extension"], "1001")
        self.assertEqual(self.b.ask("user.set", {"name": "eva@acme", "extension": "1001"})[0], 404)
        self.assertEqual(self.b.ask("user.show", {"name": "eva@acme"})[0], 404)
        self.assertEqual(self.a.ask("user.remove", {"name": "eva@acme"})[0], 200)

    def listen(self, who, target="/api/v1/live?topics=calls,registrations"):
        stream = connect(self.server, self.server.web_port)
        self.addCleanup(stream.close)
        stream.sendall((f"GET {target} HTTP/1.1\r\nHost: {self.server.address}:{self.server.web_port}\r\n"
                        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        f"Authorization: Bearer {who.secret}\r\n\r\n").encode())
        return stream, read_head(stream)[0]

    def hear(self, stream):
        head = stream.recv(2)
        size = head[1]
        if size == 126:
            size = int.from_bytes(stream.recv(2), "big")
        text = b""
        while len(text) < size:
            text += stream.recv(size - len(text))
        return json.loads(text)

    def test_whoever_listens_hears_of_the_own_tenant_alone(self):
        deaf = self.listen(self.north)
        self.assertEqual(deaf[1], 422, "a dealer's user says of which tenant")
        self.assertEqual(self.listen(self.a, "/api/v1/live?tenant=umbrella")[1], 404)
        stream, status = self.listen(self.a)
        self.assertEqual(status, 101)
        self.assertEqual(self.hear(stream)["what"], "listening")
        theirs, own = self.phone("umbrella", "1001"), self.phone("acme", "1001")
        self.assertEqual(theirs.register(), 200)
        self.assertEqual(theirs.register(expires=0), 200)
        self.assertEqual(own.register(), 200)
        # In order: the first that is heard is our own, so what came before was not told.
        first = self.hear(stream)
        self.assertEqual((first["what"], first["subject"]), ("registered", "1001"))
        self.assertTrue(first["remote"].endswith(f":{own.port}"), first)


class Calls(Two):
    def test_the_same_number_in_two_tenants_is_two_phones_and_calls_stay_inside(self):
        a1, a2 = self.phone("acme", "1001"), self.phone("acme", "1002")
        b1, b2 = self.phone("umbrella", "1001"), self.phone("umbrella", "770177")
        for phone in (a1, a2, b1, b2):
            self.assertEqual(phone.register(), 200)
        for caller, callee, other in ((a2, a1, b1), (b2, b1, a1)):
            caller.invite("1001")
            invite = callee.hear("INVITE ")
            callee.reply(invite, "486 Busy Here")
            caller.hear("SIP/2.0 486")
            other.socket.settimeout(0.3)
            with self.assertRaises(socket.timeout):
                other.hear("INVITE ")
            other.socket.settimeout(5)
        a2.invite("770177")
        a2.hear("SIP/2.0 404")
        dialled = lambda tenant: [row["dialled"] for row in self.root.ask("cdr.list", {"tenant": tenant})[2]["cdrs"]]
        self.assertTrue(until(lambda: "770177" in dialled("acme")), "it is acme's call, to nobody")
        self.assertNotIn("770177", dialled("umbrella"))

    def test_the_domain_of_another_tenant_is_nobodys_for_whoever_is_not_of_it(self):
        phone = self.phone("acme", "1001")
        for domain, wanted in (("pbx.acme.example", 200), ("PBX.ACME.example", 200), ("pbx.umbrella.example", 404),
                               ("nobodys.example", 404)):
            self.assertEqual(self.register_at(phone, domain), wanted, domain)
        log = self.server.log.read_text
        self.assertTrue(until(lambda: "other_tenant" in log() or "domain of another tenant" in log()))
        self.assertEqual(self.register_at(self.phone("umbrella", "1001"), "pbx.umbrella.example"), 200)

    def register_at(self, phone, domain):
        uri = f"sip:{domain}"
        phone.request("REGISTER", uri, "Expires: 60\r\n")
        challenge = phone.hear("SIP/2.0 ")
        if not challenge.startswith("SIP/2.0 401"):
            return int(challenge[8:11])
        phone.request("REGISTER", uri, "Expires: 60\r\n" + phone.authorization(challenge, "REGISTER", uri))
        return int(phone.hear("SIP/2.0 ")[8:11])

    def test_a_tenant_has_no_more_extensions_than_it_may(self):
        self.server.cli("tenant", "set", "acme", "--extensions", "2")
        status, _, body = self.a.ask("extension.add", {"number": "1003"})
        self.assertEqual((status, body["code"]), (409, "conflict"))
        self.assertIn("ask whoever runs the system", body["remedy"])
        self.assertEqual(self.b.ask("extension.add", {"number": "1003"})[0], 201)
        self.assertEqual(self.b.ask("extension.remove", {"number": "1003"})[0], 200)
        self.assertEqual(self.a.ask("tenant.set", {"name": "acme", "extensions": 9})[0], 403)
        self.server.cli("tenant", "set", "acme", "--extensions", "0")

    def test_limits_of_calls_and_money_are_those_of_its_toll_engine(self):
        row = self.server.json("tenant", "set", "acme", "--calls", "3", "--day", "12.50")
        self.assertEqual((row["calls"], row["day"]), ("3", "12.50"))
        shown, theirs = (str(who.ask("limit.show", {"name": "tenant"})[2]["values"]) for who in (self.a, self.b))
        self.assertIn("12.50", shown)
        self.assertNotIn("12.50", theirs)
        self.assertEqual(self.a.ask("limit.set", {"name": "tenant", "day": "99"})[0], 403)

    def test_the_money_of_all_is_changed_by_nobody_of_a_tenant_not_even_of_the_first(self):
        self.server.cli("user", "add", "first", "--role", ROLE)
        first = self.caller("first")
        for more in ({"currency": "CHF"}, {"reserve_ahead": "5m"}, {"assumed_call": "9m"}):
            status, _, body = first.ask("telephony.set", more)
            self.assertEqual((status, body["field"]), (403, next(iter(more))), body)
        self.assertEqual(first.ask("telephony.set", {"home": "DE"})[0], 200)

    def test_roles_that_are_not_listed_are_not_shown(self):
        self.assertEqual(self.a.ask("role.show", {"name": "site"})[0], 404)
        self.assertEqual(self.a.ask("role.show", {"name": "employee"})[0], 200)
        self.assertEqual(self.root.ask("role.show", {"name": "site"})[0], 200)

    def test_nobody_raises_the_credit_that_others_gave_his_tenant(self):
        for whom, caller, more, wanted in (("tenant", self.a, {}, 403), ("trunk.any", self.a, {}, 403),
                                           ("system", self.a, {}, 403), ("system", self.north, {"tenant": "acme"}, 403),
                                           ("trunk.any", self.north, {"tenant": "acme"}, 403),
                                           ("system", self.root, {"tenant": "acme"}, 422)):
            status, _, body = caller.ask("credit.add", {"whom": whom, "amount": "5", **more})
            self.assertEqual((status, body["field"]), (wanted, "whom"), (whom, body))
        self.server.cli("limit", "set", "tenant", "--prepaid", "--tenant", "acme")
        status, _, body = self.north.ask("credit.add", {"whom": "tenant", "amount": "5", "tenant": "acme"})
        self.assertEqual((status, body["left"]), (201, "5.00"), body)

    def test_a_list_of_one_tenant_forbids_nothing_to_another(self):
        for tenant in ("acme", "umbrella"):
            for command in (("telephony.set", {"home": "DE"}),
                            ("deck.import", {"name": "same", "text": "prefix,rate_per_min\n44,0.01\n"}),
                            ("trunk.add", {"name": "same", "kind": "registers", "user": "u", "deck": "same",
                                           "uri": f"sip:{tenant}.example;transport=tls"}),
                            ("route.add", {"name": "same", "patterns": "+44.", "trunks": "same"}),
                            ("extension.set", {"number": "1001", "reach": "international"})):
                status, _, body = self.root.ask(command[0], {**command[1], "tenant": tenant})
                self.assertLess(status, 300, body)
        self.assertLess(self.root.ask("number-list.import", {"name": "mine", "text": "+442071234567\n",
                                                            "tenant": "umbrella"})[0], 300)
        asked = {"from": "1001", "to": "00442071234567"}
        leaves = self.a.ask("route.test", asked)[2]
        self.assertEqual(leaves["action"], "leave", leaves)
        self.assertEqual(self.b.ask("route.test", asked)[2]["action"], "refuse")

    def test_a_dealer_adds_tenants_of_his_own_within_what_he_was_given_and_gets_nothing_else(self):
        self.server.cli("user", "add", "dealer-west", "--class", "dealer", "--dealer", "west", "--role", "dealer")
        west = self.caller("dealer-west")
        fresh = {"name": "fresh", "extensions": 10, "calls": 5, "day": "50.00", "month": "500.00"}
        self.assertEqual(west.ask("tenant.add", fresh)[0], 409, "nobody said that he may have any")
        self.server.cli("dealer", "set", "west", "--tenants", "2", "--extensions", "60", "--calls", "30", "--day",
                        "300", "--month", "3000")
        status, _, body = west.ask("tenant.add", fresh)
        self.assertEqual((status, body["dealer"], body["day"]), (201, "west", "50.00"), body)
        self.assertEqual(west.ask("extension.add", {"number": "1001", "tenant": "fresh"})[0], 201)
        self.assertEqual(west.ask("user.add", {"name": "boss@fresh", "role": ROLE, "tenant": "fresh"})[0], 201)
        second = {**fresh, "name": "second"}
        for operation, arguments, wanted in (
                ("tenant.add", {**second, "extensions": 51}, 409), ("tenant.add", {**second, "month": "2500.01"}, 409),
                ("tenant.set", {"name": "fresh", "extensions": 61}, 409),
                ("tenant.set", {"name": "fresh", "day": "none"}, 409), ("tenant.add", {"name": "second"}, 409),
                ("tenant.add", {**second, "name": "umbrella"}, 409),
                ("tenant.add", {**second, "domains": "pbx.umbrella.example"}, 409),
                ("tenant.add", {**second, "dealer": "south"}, 403),
                ("tenant.set", {"name": "umbrella", "day": "1.00"}, 404),
                ("tenant.set", {"name": "umbrella", "dealer": "west"}, 404),
                ("tenant.remove", {"name": "umbrella"}, 404),
                ("dealer.set", {"name": "west", "tenants": 99}, 403), ("dealer.remove", {"name": "south"}, 403),
                ("dealer.show", {"name": "south"}, 404),
                ("limit.set", {"name": "tenant", "day": "9999", "tenant": "fresh"}, 403),
                ("user.add", {"name": "evil", "class": "system", "role": "system", "tenant": "fresh"}, 403),
                ("user.add", {"name": "evil", "class": "dealer", "dealer": "south", "role": "dealer",
                              "tenant": "fresh"}, 403),
                ("role.copy", {"name": "evil", "from": "system"}, 403)):
            status, _, body = west.ask(operation, arguments)
            self.assertEqual(status, wanted, f"{operation} {arguments} {body}")
            if "south" not in json.dumps(arguments):
                self.assertNotIn("south", json.dumps(body), operation)
        names = lambda who: [t["name"] for t in who.ask("tenant.list")[2]["tenants"]]
        self.assertEqual((names(west), names(self.south)), (["fresh"], ["umbrella"]))
        self.assertEqual(west.ask("tenant.add", second)[0], 201)
        self.assertEqual(west.ask("tenant.add", {**fresh, "name": "third"})[0], 409)
        self.assertEqual(west.ask("tenant.remove", {"name": "second"})[0], 200)
        self.assertEqual(west.ask("tenant.remove", {"name": "fresh"})[0], 409, "it has people")
        # The dealer goes; what was its own is the system's.
        self.assertEqual(self.server.cli("dealer", "remove", "west", check=False).returncode, 5, "it has a user")
        self.server.cli("user", "remove", "dealer-west")
        self.server.cli("dealer", "remove", "west")
        self.assertEqual(west.ask("tenant.list")[0], 401)
        self.assertEqual(self.server.json("tenant", "show", "fresh")["dealer"], "")
        self.assertEqual(len(self.server.json("extension", "list", "--tenant", "fresh")["extensions"]), 1)

    def test_a_tenant_with_people_in_it_is_not_removed(self):
        self.server.cli("tenant", "add", "shortlived", "--domains", "pbx.shortlived.example")
        self.server.cli("extension", "add", "1001", "--tenant", "shortlived")
        self.assertEqual(self.server.cli("tenant", "remove", "shortlived", check=False).returncode, 5)
        self.assertEqual(self.server.cli("tenant", "remove", "default", check=False).returncode, 5)
        self.server.cli("extension", "remove", "1001", "--tenant", "shortlived")
        self.server.cli("tenant", "remove", "shortlived")
        self.assertEqual(self.server.cli("tenant", "show", "shortlived", check=False).returncode, 3)
        taken = self.server.cli("tenant", "add", "other", "--domains", "pbx.acme.example", check=False)
        self.assertEqual(taken.returncode, 5, "a domain is one tenant's")
        self.assertEqual(self.server.cli("tenant", "show", "other", check=False).returncode, 3, "nothing was half done")


if __name__ == "__main__":
    unittest.main()
