// One call as JsSIP has it: its events become events of the model, its sound is played, its certificate is held against the
// server's.

import type { NameAddrHeader } from 'jssip/lib/NameAddrHeader';
import type { IncomingRequest, IncomingResponse } from 'jssip/lib/SIPMessage';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { CallEvent, Direction, Ending } from '../model/calls';
import { explain } from '../model/ending';
import { fingerprint, isOurServers, readOtherLeg } from '../model/security';
import { closeStream, playOn } from '../sound/devices';
import { measure } from './measure';

/** How long candidates are gathered after the first: there are only those of this host. */
const gatherMs = 300;
/** How long JsSIP has to end a call by itself whose description it was not given. */
const refuseMs = 3_000;
const digitMs = 160;
const gapMs = 60;

export interface World {
  readonly tell: (event: CallEvent) => void;
  /** The certificates that are the server's now. */
  readonly known: () => readonly string[];
  readonly speaker: () => string;
}

type Said = IncomingRequest | IncomingResponse | null | undefined;

export class Conversation {
  readonly player = new Audio();
  microphone: MediaStream | null = null;
  /** Set before the end when this page knows better than JsSIP why. */
  private verdict: Ending | null = null;
  private answered = false;
  private over = false;

  constructor(
    readonly id: string,
    readonly direction: Direction,
    readonly session: RTCSession,
    private readonly world: World,
  ) {
    if (session.connection) this.attach(session.connection);
    session.on('peerconnection', ({ peerconnection }) => this.attach(peerconnection));
    session.on('icecandidate', ({ ready }) => setTimeout(ready, gatherMs));
    session.on('sdp', (description) => {
      if (description.originator !== 'remote' || isOurServers(description.sdp, world.known())) return;
      // What the browser is not given, it does not speak with.
      description.sdp = '';
      this.refuse({ why: 'intercepted' });
    });
    session.on('progress', (event: { response?: IncomingResponse }) => {
      if (this.direction === 'out') world.tell({ type: 'rings', id, early: Boolean(event.response?.body) });
    });
    session.on('accepted', (event: { response?: IncomingResponse }) => this.accept(event.response));
    session.on('hold', ({ originator }) => this.hold(originator, true));
    session.on('unhold', ({ originator }) => this.hold(originator, false));
    session.on('muted', () => world.tell({ type: 'muted', id, muted: true }));
    session.on('unmuted', () => world.tell({ type: 'muted', id, muted: false }));
    session.on('reinvite', ({ request }) => this.hear(request));
    session.on('update', ({ request }) => this.hear(request));
    session.on('failed', ({ originator, cause, message }) => this.end(originator, cause, message));
    session.on('ended', ({ originator, cause, message }) => this.end(originator, cause, message));
  }

  /** Ends the call for a reason of this page's own. */
  refuse(verdict: Ending): void {
    this.verdict ??= verdict;
    const ringing = this.session.status === this.session.C.STATUS_1XX_RECEIVED;
    // JsSIP acknowledges and ends by itself what was answered so.
    setTimeout(() => !this.session.isEnded() && this.session.terminate({ status_code: 488 }), ringing ? 0 : refuseMs);
  }

  /** A key of the keypad: as RFC 4733 events in the sound, or by INFO where those were not agreed on. */
  press(tone: string): void {
    const sender = this.sender()?.dtmf;
    if (sender?.canInsertDTMF) sender.insertDTMF(sender.toneBuffer + tone, digitMs, gapMs);
    else this.session.sendDTMF(tone, { duration: digitMs });
    this.world.tell({ type: 'tone', id: this.id, tone });
  }

  /** Goes on with another microphone. */
  async speakThrough(stream: MediaStream): Promise<void> {
    const track = stream.getAudioTracks()[0];
    const sender = this.sender();
    if (!track || !sender) return closeStream(stream);
    track.enabled = sender.track?.enabled ?? true;
    await sender.replaceTrack(track);
    closeStream(this.microphone);
    this.microphone = stream;
  }

  /** After the connection was lost: shows our password on the new one, and finds a new way for the sound when that has gone, too. */
  recover(): void {
    if (!this.session.isEstablished()) return;
    const state = this.session.connection.iceConnectionState;
    const moved = state === 'disconnected' || state === 'failed';
    this.session.renegotiate(moved ? { rtcOfferConstraints: { iceRestart: true } } : {});
  }

  /** JsSIP tells of no end when its page goes; whoever has the microphone gives it back here. */
  close(): void {
    this.over = true;
    closeStream(this.microphone);
    this.microphone = null;
    this.player.srcObject = null;
  }

  private sender(): RTCRtpSender | undefined {
    return this.session.connection?.getSenders().find((one) => one.track?.kind === 'audio');
  }

  private attach(connection: RTCPeerConnection): void {
    connection.addEventListener('track', ({ track, streams }) => {
      this.player.srcObject = streams[0] ?? new MediaStream([track]);
      void playOn(this.player, this.world.speaker()).then(() => this.player.play().catch(() => {}));
    });
    connection.addEventListener('connectionstatechange', () => {
      if (connection.connectionState === 'connected') void this.inspect(connection);
    });
  }

  /** What really protects our leg, once it does. */
  private async inspect(connection: RTCPeerConnection): Promise<void> {
    const found = await measure(connection);
    if (!found || this.over) return;
    const shown = found.certificate === null ? null : fingerprint(found.certificate);
    // Browsers that show no certificate have held it against the description, which we have checked.
    const verified = found.certificate === null || (shown !== null && this.world.known().includes(shown));
    if (verified)
      this.world.tell({ type: 'own_leg', id: this.id, own: { verified, tls: found.tls, cipher: found.cipher } });
    else this.refuse({ why: 'intercepted' });
  }

  private accept(response: IncomingResponse | undefined): void {
    this.answered = true;
    this.world.tell({ type: 'answered', id: this.id, at: Date.now() });
    this.hear(response);
  }

  /** What the server says beside: how the other leg is protected, and who is there now. */
  hear(said: Said): void {
    const other = readOtherLeg(said?.getHeader('X-Ringfence-Media'));
    if (other) this.world.tell({ type: 'other_leg', id: this.id, other });
    const asserted = said?.hasHeader('P-Asserted-Identity')
      ? (said.parseHeader('P-Asserted-Identity') as NameAddrHeader | undefined)
      : undefined;
    const number = asserted?.uri.user;
    if (number) this.world.tell({ type: 'named', id: this.id, number, name: asserted.display_name ?? '' });
  }

  private hold(originator: string, held: boolean): void {
    if (originator === 'local') this.world.tell({ type: 'held', id: this.id, held });
    else this.world.tell({ type: 'held_there', id: this.id, held });
  }

  private end(originator: string, cause: string, message: Said): void {
    if (this.over) return;
    const code = message && 'status_code' in message ? message.status_code : undefined;
    const ending =
      this.verdict ??
      explain({
        direction: this.direction,
        answered: this.answered,
        originator: originator as 'local' | 'remote' | 'system',
        cause,
        code,
        reason: message?.getHeader('Reason'),
      });
    this.close();
    this.world.tell({ type: 'ended', id: this.id, at: Date.now(), ending });
  }

  /** For whom hangs up because the call has gone to somebody else. */
  transferred(): void {
    this.verdict ??= { why: 'transferred' };
    if (!this.session.isEnded()) this.session.terminate();
  }
}
