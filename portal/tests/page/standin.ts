// Plays the server for one page: SIP over its WebSocket, and a second page of the same browser as the media's other end.

import type { BrowserContext, Page, WebSocketRoute } from 'playwright-core';

export interface Message {
  readonly start: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export function read(text: string): Message {
  const [head = '', body = ''] = text.split(/\r\n\r\n/, 2);
  const [start = '', ...lines] = head.split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [name = '', value = ''] = line.split(/:\s*/, 1).concat(line.replace(/^[^:]*:\s*/, ''));
    headers.set(name.toLowerCase(), value);
  }
  return { start, headers, body };
}

/** An RTCPeerConnection that plays a tone; its descriptions are what the server would send. */
export class Peer {
  private constructor(private readonly page: Page) {}

  static async make(context: BrowserContext, url: string): Promise<Peer> {
    const page = await context.newPage();
    await page.goto(`${url}/icon.svg`);
    await page.evaluate(async () => {
      const audio = new AudioContext();
      const tone = audio.createOscillator();
      const out = audio.createMediaStreamDestination();
      tone.connect(out);
      tone.start();
      const certificate = await RTCPeerConnection.generateCertificate({
        name: 'ECDSA',
        namedCurve: 'P-256',
      } as EcKeyGenParams);
      Object.assign(window, {
        make: () => {
          const peer = new RTCPeerConnection({ certificates: [certificate] });
          peer.addTrack(out.stream.getAudioTracks()[0]!, out.stream);
          Object.assign(window, { peer });
          return peer;
        },
      });
    });
    return new Peer(page);
  }

  /** The description of a new call: an offer, or the answer to one. */
  async describe(offer?: string): Promise<string> {
    return this.page.evaluate(async (sdp) => {
      const peer = (window as unknown as { make: () => RTCPeerConnection }).make();
      if (sdp !== undefined) await peer.setRemoteDescription({ type: 'offer', sdp });
      await peer.setLocalDescription();
      while (peer.iceGatheringState !== 'complete')
        await new Promise((done) => peer.addEventListener('icegatheringstatechange', done, { once: true }));
      return peer.localDescription!.sdp;
    }, offer);
  }

  /** The other side's later offer, or the answer to ours. */
  async take(type: 'offer' | 'answer', sdp: string): Promise<string> {
    return this.page.evaluate(
      async ([kind, text]) => {
        const { peer } = window as unknown as { peer: RTCPeerConnection };
        await peer.setRemoteDescription({ type: kind as RTCSdpType, sdp: text! });
        if (kind === 'answer') return '';
        await peer.setLocalDescription();
        return peer.localDescription!.sdp;
      },
      [type, sdp],
    );
  }
}

type Invite = (invite: Message, standin: Standin) => Promise<void> | void;

export class Standin {
  readonly requests: Message[] = [];
  /** What becomes of the page's calls; a re-INVITE is answered by the peer. */
  onInvite: Invite = (invite, standin) => standin.reply(invite, '404 Not Found');
  /** What a REGISTER with credentials is answered. */
  registration = '200 OK';
  private socket: WebSocketRoute | null = null;
  private waiting: (() => void)[] = [];

  constructor(private readonly peer: Peer) {}

  async attach(page: Page): Promise<void> {
    await page.routeWebSocket(/^wss:/, (socket) => {
      this.socket = socket;
      socket.onMessage((data) => void this.hear(String(data)));
    });
  }

  /** Cuts the connection as a network would. */
  async cut(): Promise<void> {
    await this.socket?.close({ code: 1001 });
  }

  /** Waits for a request that the page sends now or has sent. */
  async heard(fits: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.requests.find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  reply(request: Message, status: string, more: string[] = [], body = ''): void {
    const to = request.headers.get('to') ?? '';
    this.send(
      [
        `SIP/2.0 ${status}`,
        ...['via', 'from', 'call-id', 'cseq'].map((name) => `${name}: ${request.headers.get(name) ?? ''}`),
        `To: ${to.includes(';tag=') ? to : `${to};tag=standin`}`,
        ...more,
      ],
      body,
    );
  }

  async answer(invite: Message, media = 'other=dtls AEAD_AES_256_GCM', change = (sdp: string) => sdp): Promise<void> {
    const sdp = change(await this.peer.describe(invite.body));
    this.reply(
      invite,
      '200 OK',
      ['Contact: <sip:there@server.invalid;transport=ws>', `X-Ringfence-Media: ${media}`],
      sdp,
    );
  }

  /** Somebody calls the page. Gives the INVITE's Call-ID. */
  async ring(number: string, name: string, change = (sdp: string) => sdp): Promise<string> {
    await this.heard((message) => message.start.startsWith('REGISTER'));
    const uri = this.contact();
    const call = `call-${number}-${Date.now()}`;
    const sdp = change(await this.peer.describe());
    this.send(
      [
        `INVITE ${uri} SIP/2.0`,
        `Via: SIP/2.0/WSS server.invalid;branch=z9hG4bK${call}`,
        'Max-Forwards: 70',
        `From: "${name}" <sip:${number}@phone.test>;tag=from-${call}`,
        'To: <sip:1001@phone.test>',
        `Call-ID: ${call}`,
        'CSeq: 1 INVITE',
        'Contact: <sip:there@server.invalid;transport=ws>',
        'X-Ringfence-Media: other=none',
      ],
      sdp,
    );
    return call;
  }

  /** Where the page can be called now. */
  private contact(): string {
    const register = this.requests.findLast((message) => message.start.startsWith('REGISTER'));
    return /<([^>]+)>/.exec(register?.headers.get('contact') ?? '')?.[1] ?? '';
  }

  cancel(call: string, from: string): void {
    this.send([
      `CANCEL ${this.contact()} SIP/2.0`,
      `Via: SIP/2.0/WSS server.invalid;branch=z9hG4bK${call}`,
      'Max-Forwards: 70',
      `From: ${from}`,
      'To: <sip:1001@phone.test>',
      `Call-ID: ${call}`,
      'CSeq: 1 CANCEL',
    ]);
  }

  private send(lines: string[], body = ''): void {
    const type = body ? ['Content-Type: application/sdp'] : [];
    this.socket?.send([...lines, ...type, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'));
  }

  private async hear(text: string): Promise<void> {
    if (text === '\r\n\r\n') return this.socket?.send('\r\n');
    const message = read(text);
    this.requests.push(message);
    for (const wake of this.waiting.splice(0)) wake();
    const method = message.start.split(' ')[0] ?? '';
    if (method === 'REGISTER') this.register(message);
    else if (method === 'INVITE' && /;tag=/.test(message.headers.get('to') ?? '')) await this.renew(message);
    else if (method === 'INVITE') await this.onInvite(message, this);
    else if (method === 'SIP/2.0') await this.answered(message);
    else if (method !== 'ACK') this.reply(message, method === 'REFER' ? '202 Accepted' : '200 OK');
  }

  private register(message: Message): void {
    if (!message.headers.has('authorization'))
      return this.reply(message, '401 Unauthorized', [
        'WWW-Authenticate: Digest realm="phone.test", nonce="n1", algorithm=SHA-512-256, qop="auth"',
        'WWW-Authenticate: Digest realm="phone.test", nonce="n2", algorithm=MD5, qop="auth"',
      ]);
    this.reply(
      message,
      this.registration,
      this.registration === '200 OK' ? [`Contact: ${message.headers.get('contact') ?? ''}`] : [],
    );
  }

  private async renew(message: Message): Promise<void> {
    const sdp = await this.peer.take('offer', message.body);
    this.reply(message, '200 OK', ['Contact: <sip:there@server.invalid;transport=ws>'], sdp);
  }

  private async answered(message: Message): Promise<void> {
    if (!message.start.includes(' 200 ') || !message.headers.get('cseq')?.includes('INVITE')) return;
    await this.peer.take('answer', message.body);
    const contact = /<([^>]+)>/.exec(message.headers.get('contact') ?? '')?.[1] ?? '';
    this.send([
      `ACK ${contact} SIP/2.0`,
      'Via: SIP/2.0/WSS server.invalid;branch=z9hG4bKack',
      'Max-Forwards: 70',
      `From: ${message.headers.get('from') ?? ''}`,
      `To: ${message.headers.get('to') ?? ''}`,
      `Call-ID: ${message.headers.get('call-id') ?? ''}`,
      'CSeq: 1 ACK',
    ]);
  }
}
