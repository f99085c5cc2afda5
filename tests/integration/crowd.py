"""Honest people who go on with their day whatever else is on the street: phones that register again and again, talk,
move, have an old password stored. They repeat what gets no answer, as RFC 3261 has it, and nothing of theirs may fail."""
import asyncio
import collections
import re
import ssl
import threading

from phone import Phone, rtp_packet, token

GIVE_UP_S = 32


class Failed(Exception):
    pass


class Handset(Phone):
    """A phone whose waiting takes nobody else's time. It answers every call, and says again what it hears."""

    def __init__(self, *words, **named):
        super().__init__(*words, **named)
        self.waiting, self.answered, self.ack, self.heard, self.echo = {}, {}, None, 0, None
        for one, on_packet in ((self.socket, self.on_message), (self.rtp, self.on_audio)):
            one.setblocking(False)
            asyncio.get_running_loop().add_reader(one, self.read, one, on_packet)

    def close(self):
        for one in (self.socket, self.rtp):
            asyncio.get_running_loop().remove_reader(one)
        super().close()

    def send(self, text):
        self.last = text
        self.put(self.socket, text.encode(), self.server.sip_port)

    def put(self, one, packet, port):
        try:
            one.sendto(packet, (self.server.address, port))
        except BlockingIOError:
            pass  # like a packet that was lost on its way

    @staticmethod
    def read(one, on_packet):
        try:
            while True:
                on_packet(one.recv(65535))
        except (BlockingIOError, ConnectionRefusedError):
            pass

    def on_audio(self, packet):
        self.heard += 1
        if self.echo:
            self.put(self.rtp, packet, self.echo)

    def on_message(self, packet):
        text = packet.decode(errors="replace")
        branch = re.search(r"\nVia:[^\r]*;branch=([^;\r]+)", text)
        if not branch:
            return
        key = branch[1]
        if not text.startswith("SIP/2.0 "):
            return self.on_request(key, text)
        if key in self.waiting:
            self.waiting[key].put_nowait(text)
        elif self.ack and self.ack[0] == key and text.startswith("SIP/2.0 2"):
            self.put(self.socket, self.ack[1].encode(), self.server.sip_port)

    def on_request(self, key, text):
        method = text.split(" ")[0]
        if method == "ACK":
            return
        if (key, method) not in self.answered:
            known = method in ("INVITE", "BYE", "OPTIONS")
            if method == "INVITE":
                self.echo = int(re.search(r"m=audio (\d+)", text)[1])
            # What is forged in our name gets answers that we know nothing of; requests come from the server alone.
            self.reply(text, "200 OK" if known else "501 Not Implemented", self.sdp() if method == "INVITE" else "")
            self.answered[key, method] = self.last
        self.put(self.socket, self.answered[key, method].encode(), self.server.sip_port)

    async def answer(self):
        """The final response to the request that was sent last."""
        text, heard = self.last, asyncio.Queue()
        self.waiting[self.branch] = heard
        try:
            pause, waited, provisional = 0.5, 0, False
            while waited < GIVE_UP_S:
                try:
                    response = await asyncio.wait_for(heard.get(), pause)
                except TimeoutError:
                    waited += pause
                    pause = min(2 * pause, 4)
                    if not provisional:
                        self.put(self.socket, text.encode(), self.server.sip_port)
                    continue
                if not response.startswith("SIP/2.0 1"):
                    return response
                provisional = True
            raise Failed(f"{text.split(' ')[0]}: no answer in {GIVE_UP_S} s")
        finally:
            del self.waiting[self.branch]

    async def register(self, expires=600):
        """The status that the server gives in the end."""
        uri = f"sip:{self.server.address}"
        self.call_id, self.tag = token(), token()
        extra = f"Expires: {expires}\r\nUser-Agent: Yealink SIP-T46U 108.86.0.20\r\n"
        self.request("REGISTER", uri, extra)
        response = await self.answer()
        if response.startswith("SIP/2.0 401"):
            self.request("REGISTER", uri, extra + self.authorization(response, "REGISTER", uri))
            response = await self.answer()
        return int(response[8:11])

    async def call(self, number, packets=40):
        """From INVITE to BYE, with audio that comes back. Errors: Failed, with what went wrong."""
        self.call_id, self.tag, self.routes, self.heard = token(), token(), [], 0
        self.uri = f"sip:{number}@{self.server.address}"
        self.request("INVITE", self.uri, body=self.sdp())
        challenge = await self.answer()
        self.expect(challenge, 401, "INVITE")
        to_tag = re.search(r"\nTo:.*tag=([^\r;]+)", challenge)[1]
        self.request("ACK", self.uri, to_tag=to_tag, branch=self.branch, cseq=self.cseq)
        self.request("INVITE", self.uri, self.authorization(challenge, "INVITE", self.uri), body=self.sdp())
        branch, ok = self.branch, await self.answer()
        self.expect(ok, 200, "INVITE")
        relay = self.established(ok)
        self.ack = (branch, self.last)
        for sequence in range(packets):
            self.put(self.rtp, rtp_packet(sequence), relay)
            await asyncio.sleep(0.02)
        self.ask("BYE")
        self.expect(await self.answer(), 200, "BYE")
        # The relay opens the way a moment after the phones know of it; a busy machine is late with some.
        if self.heard < packets // 4:
            raise Failed(f"heard {self.heard} of {packets} packets of audio")

    @staticmethod
    def expect(response, status, what):
        if not response.startswith(f"SIP/2.0 {status}"):
            raise Failed(f"{what}: {response.splitlines()[0]}")


class TlsHandset(Handset):
    """The same over one TLS connection after the other."""

    async def connect(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            self.reader, self.writer = await asyncio.wait_for(asyncio.open_connection(
                self.server.address, self.server.tls_port, ssl=context, local_addr=(self.address, 0)), GIVE_UP_S)
        except (OSError, TimeoutError) as problem:
            raise Failed(f"no TLS connection: {problem!r}") from problem
        self.port = self.writer.get_extra_info("sockname")[1]

    async def leave(self):
        self.writer.close()
        try:
            await asyncio.wait_for(self.writer.wait_closed(), 5)
        except (OSError, TimeoutError):
            pass

    def send(self, text):
        self.last = text
        self.writer.write(text.replace("SIP/2.0/UDP", "SIP/2.0/TLS").encode())

    async def answer(self):
        try:
            while True:
                head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), GIVE_UP_S)).decode()
                await self.reader.readexactly(int(re.search(r"\nContent-Length: *(\d+)", head)[1]))
                if head.lstrip().startswith("SIP/2.0 "):
                    return head.lstrip()
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as problem:
            raise Failed(f"the TLS connection gave no answer: {problem!r}") from problem


class Crowd:
    """with Crowd(server, office, homes, roads) as crowd: …; 20 phones behind the address `office`, one at each of
    `homes`, two of them over TLS, and one that moves along `roads`. `done` counts by kind, `failed` says what and who."""

    def __init__(self, server, office, homes, roads):
        self.server, self.office, self.homes, self.roads = server, office, homes, roads
        self.done, self.failed, self.refused = collections.Counter(), [], 0
        self.over, self.ready = False, threading.Event()
        self.office_phones = []
        self.accounts = {number: server.add(number) for number in map(str, range(1001, 1021))}
        remote = [*(str(2001 + i) for i in range(len(homes))), "2100"]
        self.accounts.update({number: server.add(number, "--remote") for number in remote})
        self.thread = threading.Thread(target=lambda: asyncio.run(self.live()))

    def __enter__(self):
        self.thread.start()
        if not self.ready.wait(60) or self.failed:
            self.__exit__(None, None, None)
            raise AssertionError(f"not everybody came: {self.failed}")
        return self

    def __exit__(self, kind, value, trace):
        self.over = True
        self.thread.join()

    def phone(self, number, address, kind=Handset, password=None):
        name, own = self.accounts[number]
        return kind(self.server, number, name, password or own, address=address)

    async def live(self):
        try:
            office = self.office_phones = [self.phone(str(1001 + i), self.office) for i in range(18)]
            home = self.home_phones = [self.phone(str(2001 + i), a) for i, a in enumerate(self.homes[:-2])]
            for phone in office + home:
                await self.try_it(phone, "registered", self.register)
            callers, rest = office[:2] + home[:1], office[2:] + home[1:]
            tasks = [self.refresh(rest), self.old_password(), self.reboot(), self.roam(office[3].number),
                     *(self.talk(phone, other.number) for phone, other in zip(callers, rest[-3:])),
                     *(self.over_tls(str(2001 + len(home) + i), a) for i, a in enumerate(self.homes[-2:]))]
            self.ready.set()
            await asyncio.gather(*tasks)
        except BaseException as problem:  # a fault of this file must not look like a quiet day
            self.failed.append(f"the crowd itself: {problem!r}")
            raise
        finally:
            self.ready.set()

    async def try_it(self, phone, kind, what):
        try:
            await what(phone)
            self.done[kind] += 1
            return True
        except Failed as problem:
            self.failed.append(f"{phone.number} at {phone.address}:{phone.port}: {kind}: {problem}")
            return False

    @staticmethod
    async def register(phone):
        status = await phone.register()
        if status != 200:
            raise Failed(f"REGISTER: {status}")

    async def refresh(self, phones):
        while not self.over:
            for phone in phones:
                await self.try_it(phone, "registered", self.register)
                await asyncio.sleep(0.05)

    async def talk(self, phone, number):
        while not self.over:
            await self.try_it(phone, "called", lambda caller: caller.call(number))
            await self.try_it(phone, "registered", self.register)
            await asyncio.sleep(0.3)

    async def old_password(self):
        """Real ones wait for half a minute between two attempts; this one is short of time."""
        phone = self.phone("1019", self.office, password="the-one-before")
        while not self.over:
            try:
                self.refused += await phone.register() == 401
            except Failed:
                pass  # nobody owes it an answer
            await asyncio.sleep(3)
        phone.close()

    async def reboot(self):
        """Behind the office's address, each time at another port."""
        while not self.over:
            phone = self.phone("1020", self.office)
            await self.try_it(phone, "rebooted", self.register)
            await asyncio.sleep(1)
            phone.close()

    async def roam(self, number):
        while not self.over:
            for road in self.roads:
                phone = self.phone("2100", road)
                if await self.try_it(phone, "moved", self.register):
                    await self.try_it(phone, "called", lambda caller: caller.call(number, packets=20))
                await asyncio.sleep(0.3)
                phone.close()

    async def over_tls(self, number, address):
        while not self.over:
            phone = self.phone(number, address, TlsHandset)

            async def come(handset):
                await handset.connect()
                await self.register(handset)
                await handset.leave()
            await self.try_it(phone, "over TLS", come)
            await asyncio.sleep(0.5)
            phone.close()
