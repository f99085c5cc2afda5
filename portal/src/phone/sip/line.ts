// The registration and all calls of one signed-in phone, over JsSIP.

import JsSIP from 'jssip';
import type { IncomingRTCSessionEvent, OutgoingRTCSessionEvent, UA } from 'jssip/lib/UA';
import type { IncomingRequest } from 'jssip/lib/SIPMessage';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { Credential, PhoneConfig } from '../../shared/api';
import { callsMax } from '../model/calls';
import { type ConnectionEvent, isWrongPassword } from '../model/connection';
import { fingerprintsOf, isOurServers } from '../model/security';
import { closeStream } from '../sound/devices';
import { Conversation, type World } from './conversation';
import { PhoneSocket } from './socket';

const registerSeconds = 600;
/** How long the server may let it ring. */
const ringSeconds = 600;
/** When a registration is tried again that was refused for a reason that may pass. */
const againMs = 30_000;
const retrySeconds = { min: 1, max: 30 };
/** No STUN: the server has an address of its own to us, and tells it. */
const pcConfig: RTCConfiguration = { iceServers: [], bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' };

export interface LineWorld extends World {
  readonly connection: (event: ConnectionEvent) => void;
  /** Asks the server again which certificates are its own. */
  readonly refresh: () => Promise<void>;
}

export class Line {
  private readonly ua: UA;
  private readonly socket: PhoneSocket;
  private readonly conversations = new Map<string, Conversation>();
  private interrupted = false;
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly config: PhoneConfig,
    credential: Credential,
    instance: string,
    private readonly world: LineWorld,
  ) {
    this.socket = new PhoneSocket(config.wss, (message) => this.gate(message));
    this.ua = new JsSIP.UA({
      sockets: this.socket,
      uri: `sip:${encodeURIComponent(credential.number)}@${config.domain}`,
      authorization_user: credential.authName,
      password: credential.password,
      display_name: credential.displayName,
      instance_id: instance,
      register: true,
      register_expires: registerSeconds,
      no_answer_timeout: ringSeconds,
      connection_recovery_min_interval: retrySeconds.min,
      connection_recovery_max_interval: retrySeconds.max,
      user_agent: 'Ringfence Phone',
    });
    this.ua.on('connecting', ({ attempts }) => world.connection({ type: 'connecting', attempts }));
    this.ua.on('connected', () => world.connection({ type: 'connected' }));
    this.ua.on('disconnected', () => {
      this.interrupted = true;
      world.connection({ type: 'disconnected' });
    });
    this.ua.on('registered', () => this.ready());
    this.ua.on('registrationFailed', ({ response }) => {
      // Without a response it was the connection, which tells of itself.
      if (!response) return;
      world.connection({ type: 'registration_refused', code: response.status_code });
      if (!isWrongPassword(response.status_code)) this.later = setTimeout(() => this.ua.register(), againMs);
    });
    this.ua.on('newRTCSession', (event: IncomingRTCSessionEvent | OutgoingRTCSessionEvent) => {
      if ((event.originator as string) === 'remote') this.ring(event.session, event.request as IncomingRequest);
    });
  }

  start(): void {
    this.ua.start();
  }

  /** Ends all calls and the registration. */
  stop(): void {
    clearTimeout(this.later);
    this.ua.stop();
    for (const conversation of this.conversations.values()) conversation.close();
    this.conversations.clear();
  }

  /** The network is back, the device has woken up, or somebody is tired of waiting. */
  nudge(): void {
    if (this.ua.isConnected()) this.socket.ping();
    else (this.ua as unknown as { transport: { connect: () => void } }).transport.connect();
  }

  call(id: string, number: string, microphone: MediaStream): void {
    const target = `sip:${encodeURIComponent(number)}@${this.config.domain}`;
    try {
      const session = this.ua.call(target, { mediaStream: microphone, pcConfig });
      this.keep(new Conversation(id, 'out', session, this.world)).microphone = microphone;
    } catch {
      // Only a browser without WebRTC gets here.
      closeStream(microphone);
      this.world.tell({ type: 'ended', id, at: Date.now(), ending: { why: 'media' } });
    }
  }

  answer(id: string, microphone: MediaStream): void {
    const conversation = this.conversations.get(id);
    if (!conversation?.session.isInProgress()) return closeStream(microphone);
    conversation.microphone = microphone;
    this.world.tell({ type: 'answering', id });
    conversation.session.answer({ mediaStream: microphone, pcConfig });
  }

  end(id: string): void {
    const session = this.conversations.get(id)?.session;
    if (!session || session.isEnded()) return;
    // RFC 3261 §21.4.18 and §21.6: this phone alone says no.
    const unanswered = session.isInProgress() && (session.direction as string) === 'incoming';
    session.terminate(unanswered ? { status_code: 486 } : {});
  }

  hold(id: string, held: boolean): void {
    const session = this.conversations.get(id)?.session;
    if (held) session?.hold();
    else session?.unhold();
  }

  mute(id: string, muted: boolean): void {
    const session = this.conversations.get(id)?.session;
    if (muted) session?.mute({ audio: true });
    else session?.unmute({ audio: true });
  }

  press(id: string, tone: string): void {
    this.conversations.get(id)?.press(tone);
  }

  transfer(id: string, number: string): void {
    this.refer(id, `sip:${encodeURIComponent(number)}@${this.config.domain}`, undefined);
  }

  /** The two go on without us. */
  connect(id: string, otherId: string): void {
    const other = this.conversations.get(otherId);
    if (other) this.refer(id, other.session.remote_identity.uri.toString(), other);
  }

  microphones(): MediaStream[] {
    return [...this.conversations.values()].flatMap(({ microphone }) => (microphone ? [microphone] : []));
  }

  microphoneOf(id: string): MediaStream | null {
    return this.conversations.get(id)?.microphone ?? null;
  }

  /** Each running call needs a stream of its own, since it ends it. */
  async speakThrough(open: () => Promise<MediaStream>): Promise<void> {
    for (const conversation of this.conversations.values()) await conversation.speakThrough(await open());
  }

  players(): HTMLAudioElement[] {
    return [...this.conversations.values()].map(({ player }) => player);
  }

  private keep(conversation: Conversation): Conversation {
    this.conversations.set(conversation.id, conversation);
    const forget = () => this.conversations.delete(conversation.id);
    conversation.session.on('ended', forget);
    conversation.session.on('failed', forget);
    return conversation;
  }

  private ready(): void {
    this.world.connection({ type: 'registered' });
    if (!this.interrupted) return;
    this.interrupted = false;
    for (const conversation of this.conversations.values()) conversation.recover();
  }

  private ring(session: RTCSession, request: IncomingRequest): void {
    if (this.conversations.size >= callsMax) return session.terminate({ status_code: 486 });
    const { display_name: name, uri } = session.remote_identity;
    const id = crypto.randomUUID();
    this.world.tell({
      type: 'began',
      id,
      direction: 'in',
      number: decodeURIComponent(uri.user),
      name: name ?? '',
      at: Date.now(),
    });
    const conversation = this.keep(new Conversation(id, 'in', session, this.world));
    conversation.hear(request);
    const offer = request.body as string | null;
    if (!offer || isOurServers(offer, this.world.known())) return;
    conversation.refuse({ why: 'intercepted' });
    session.terminate({ status_code: 488 });
  }

  /** A description with a certificate that we have not heard of waits until the server was asked for its present ones. */
  private gate(message: string): Promise<void> | null {
    const known = this.world.known();
    return fingerprintsOf(message).length === 0 || isOurServers(message, known) ? null : this.world.refresh();
  }

  private refer(id: string, target: string, other: Conversation | undefined): void {
    const conversation = this.conversations.get(id);
    if (!conversation) return;
    const transfer = (state: 'asked' | 'failed') => this.world.tell({ type: 'transfer', id, transfer: state });
    transfer('asked');
    conversation.session.refer(target, {
      ...(other ? { replaces: other.session } : {}),
      eventHandlers: {
        requestFailed: () => transfer('failed'),
        failed: () => transfer('failed'),
        accepted: () => {
          conversation.transferred();
          other?.transferred();
        },
      },
    });
  }
}
