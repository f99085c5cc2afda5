// The WebSocket under JsSIP: keeps the way through NATs open, notices when it is dead, and lets no description with an unknown
// certificate by before the page has asked again which certificates are the server's.

import type { Socket } from 'jssip/lib/Socket';
import { strongestChallenge } from './digest';

/** How often a CRLF pair goes out, and how long its answer may take (RFC 5626 §4.4.1). */
const keepaliveMs = 25_000;
const pongMs = 10_000;

export class PhoneSocket implements Socket {
  via_transport = 'WSS';
  readonly sip_uri: string;
  private socket: WebSocket | null = null;
  private beat: ReturnType<typeof setInterval> | undefined;
  private overdue: ReturnType<typeof setTimeout> | undefined;
  /** What was received goes on in its order, also when one message has to wait. */
  private line: Promise<void> | null = null;

  onconnect: () => void = () => {};
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => {};
  ondata: (data: unknown) => void = () => {};

  /** `check` gives a promise when a message has to wait for it. */
  constructor(
    readonly url: string,
    private readonly check: (message: string) => Promise<void> | null,
  ) {
    const { protocol, host } = new URL(url);
    if (protocol === 'ws:') this.via_transport = 'WS';
    this.sip_uri = `sip:${host};transport=ws`;
  }

  connect(): void {
    if (this.isConnected() || this.isConnecting()) return;
    this.disconnect();
    const socket = new WebSocket(this.url, 'sip');
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    socket.onopen = () => {
      this.beat = setInterval(() => this.ping(), keepaliveMs);
      this.onconnect();
    };
    socket.onclose = ({ wasClean, code, reason }) => this.lose(socket, !wasClean, code, reason);
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
      this.receive(socket, typeof data === 'string' ? data : new TextDecoder().decode(data));
  }

  disconnect(): void {
    const socket = this.socket;
    if (!socket) return;
    this.forget();
    socket.close();
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    if (!this.isConnected()) return false;
    this.socket?.send(message as string);
    return true;
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING;
  }

  /** Asks now whether the connection lives, for instance when the device has woken up. */
  ping(): void {
    if (!this.isConnected() || this.overdue !== undefined) return;
    const socket = this.socket;
    this.send('\r\n\r\n');
    this.overdue = setTimeout(() => {
      if (!socket || this.socket !== socket) return;
      socket.close();
      this.lose(socket, true, 1006, 'no answer to a keepalive');
    }, pongMs);
  }

  private lose(socket: WebSocket, error: boolean, code: number, reason: string): void {
    if (this.socket !== socket) return;
    this.forget();
    this.ondisconnect(error, code, reason);
  }

  private forget(): void {
    clearInterval(this.beat);
    clearTimeout(this.overdue);
    this.overdue = undefined;
    const socket = this.socket;
    this.socket = null;
    this.line = null;
    if (socket) socket.onopen = socket.onclose = socket.onmessage = null;
  }

  private receive(socket: WebSocket, data: string): void {
    clearTimeout(this.overdue);
    this.overdue = undefined;
    const wait = this.check(data);
    if (!wait && !this.line) {
      this.ondata(strongestChallenge(data));
      return;
    }
    const line: Promise<void> = (this.line ?? Promise.resolve())
      .then(() => wait ?? undefined)
      .then(() => {
        if (this.socket === socket) this.ondata(strongestChallenge(data));
        if (this.line === line) this.line = null;
      });
    this.line = line;
  }
}
