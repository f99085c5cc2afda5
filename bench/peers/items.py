"""What is measured. Each item starts fresh servers, takes two or three minutes at most, and writes its lines."""
from measure import cost, in_turn, peak
from servers import ACCOUNTS, Kamailio, Ringfence

CALL_RATE = 2_000


class Bench:
    def __init__(self, build, work, load, report, rounds):
        self.build, self.work, self.load, self.report, self.rounds = build, work, load, report, rounds

    def pair(self):
        Kamailio.install()
        return Ringfence(self.build, self.work), Kamailio(self.build, self.work)

    def register(self):
        """CPU of REGISTER, 401, REGISTER with MD5, 200; what SHA-256 instead costs us; the highest rate."""
        ours, peer = self.pair()
        with ours, peer:
            for rate in (1_000, 8_000):
                found = in_turn((ours, peer), self.rounds, lambda server: cost(self.load(
                    server, "register", rate=rate, accounts=10_000, preload=True, warm=1, seconds=3)))
                self.report.line(f"register-cpu-{rate}", found[ours.name], found[peer.name], "us", 0.5)
            sha256 = cost(self.load(ours, "register", rate=8_000, accounts=10_000, preload=True, sha256=True, warm=1,
                                    seconds=3))
            self.report.line("register-cpu-8000-sha256", sha256, None, "us")
            top = {server.name: peak(self.load, server, "register", 12_000, accounts=20_000, preload=True)
                   for server in (ours, peer)}
            self.report.line("register-peak", top[ours.name], top[peer.name], "per_s")

    def flat(self):
        """Memory of a registration, and whether a registration costs the same among 100 and among 100,000."""
        ours, peer = self.pair()
        memory, costs = {}, {}
        for server in (ours, peer):
            with server:
                few, many = [], []
                for turn in range(self.rounds):
                    few.append(cost(self.load(server, "register", rate=4_000, accounts=100, preload=True, warm=0.5,
                                              seconds=3)))
                    if turn == 0:
                        # The first filling: nothing that is measured here has been used before.
                        first = self.load(server, "register", rate=4_000, accounts=ACCOUNTS, preload=True,
                                          preload_rate=8_000, warm=0.5, seconds=3)
                        many.append(cost(first))
                        filled = first["preloaded"]
                        memory[server.name] = (filled["memory_after"] - filled["memory_before"]) / filled["accounts"]
                    else:
                        many.append(cost(self.load(server, "register", rate=4_000, accounts=ACCOUNTS, warm=0.5,
                                                   seconds=3)))
                costs[server.name] = (sorted(few)[len(few) // 2], sorted(many)[len(many) // 2])
        self.report.line("register-memory", memory[ours.name], memory[peer.name], "bytes")
        few, many = costs[ours.name]
        peer_few, peer_many = costs[peer.name]
        self.report.line("register-flat", many, few, "us", 1.3,
                         note=f"100,000 against 100; the peer's: {peer_many / peer_few:.2f}")

    def call(self):
        """CPU of a call from INVITE to BYE, memory of a running one, 10 against 5,000 at once, the highest rate."""
        ours, peer = self.pair()
        common = {"accounts": 12_000, "warm": 1, "seconds": 3}
        with ours, peer:
            found = in_turn((ours, peer), self.rounds, lambda server: cost(self.load(
                server, "call", rate=CALL_RATE, hold=100, **common)))
            self.report.line("call-cpu", found[ours.name], found[peer.name], "us", 0.75)
        # Twice as many calls as are held: the ports of those that ended rest for a while.
        ours = Ringfence(self.build, self.work, calls=10_000)
        with ours, peer:
            memory = {}
            for server in (ours, peer):
                run = self.load(server, "call", rate=1_000, hold=5_000, accounts=12_000, warm=6, seconds=3)
                memory[server.name] = ((run["window"]["memory_at_end"] - run["window"]["memory_before"])
                                       / max(1, run["concurrent_at_end"]))
            self.report.line("call-memory", memory[ours.name], memory[peer.name], "bytes")
            few, many = [], []
            for _ in range(self.rounds):
                few.append(cost(self.load(ours, "call", rate=1_000, hold=10, accounts=12_000, warm=1, seconds=3)))
                many.append(cost(self.load(ours, "call", rate=1_000, hold=5_000, accounts=12_000, warm=6, seconds=3)))
            self.report.line("call-flat", sorted(many)[len(many) // 2], sorted(few)[len(few) // 2], "us", 1.3,
                             note="5,000 at once against 10")
        ours, peer = self.pair()
        with ours, peer:
            top = {server.name: peak(self.load, server, "call", CALL_RATE, accounts=12_000, hold=100)
                   for server in (ours, peer)}
            self.report.line("call-peak", top[ours.name], top[peer.name], "per_s")

    def flood(self):
        """CPU of a stranger's REGISTER at 10,000/s and when the server has no time left, and what stays in memory."""
        ours, peer = self.pair()
        strangers = {"sockets": 64, "spread": True, "local": "127.1.0.1"}
        with ours, peer:
            for name, rate in (("flood-cpu-10000", 10_000), ("flood-cpu-saturated", 0)):
                found = in_turn((ours, peer), self.rounds, lambda server: cost(self.load(
                    server, "flood", rate=rate, warm=0.5, seconds=3, **strangers)))
                self.report.line(name, found[ours.name], found[peer.name], "us", 0.5)
            growth = {}
            for server in (ours, peer):
                window = self.load(server, "flood", rate=0, warm=0.5, seconds=8, **strangers)["window"]
                growth[server.name] = (window["memory_at_end"] - window["memory_before"]) / 1024
            self.report.line("flood-memory", growth[ours.name], None, "KiB", 0,
                             note=f"growth over the last million; the peer's: {growth[peer.name]:.0f}")
