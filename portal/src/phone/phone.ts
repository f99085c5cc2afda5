// The phone behind the page: what people want of it comes in as methods, what it knows stands in its stores.

import { ApiError, type Credential, type PhoneConfig, fetchPhoneConfig, removeDevice, spendLink } from '../shared/api';
import type { Messages } from '../shared/messages';
import { Store } from '../shared/store';
import { type Claim, claim } from './keep/claim';
import { eraseDevice, eraseHistory, loadDevice, loadHistory, saveDevice, saveHistory } from './keep/database';
import { type Preferences, instanceId, loadPreferences, savePreferences } from './keep/preferences';
import { type Call, type CallEvent, type Calls, callsMax, current, melody, running, step } from './model/calls';
import { type Connection, type ConnectionEvent, connect, isWrongPassword } from './model/connection';
import { type History, entryOf, redial, remember, seen } from './model/history';
import { fingerprint } from './model/security';
import { Line } from './sip/line';
import { closeStream, openMicrophone, playOn, trouble } from './sound/devices';
import { Notices } from './sound/notices';
import { Ringer } from './sound/ringer';

const retryMaxSeconds = 30;

/** A password that was typed is the extension's; a link made one for this device alone, which this browser may keep. */
export type SignInWay = 'typed' | 'link' | 'kept';
export type Account = Credential & { readonly way: SignInWay };
export type SignInProblem =
  | 'wrong'
  | 'wrongKept'
  | 'serverAway'
  | 'linkUsed'
  | 'linkThrottled'
  | 'openElsewhere'
  | 'notRemoved';
export type Trouble = keyof Messages['trouble'];

export class Phone {
  readonly calls = new Store<Calls>([]);
  readonly connection = new Store<Connection>({ state: 'signed_out' });
  readonly account = new Store<Account | null>(null);
  readonly history = new Store<History>([]);
  readonly preferences = new Store<Preferences>(loadPreferences());
  /** Why signing in did not work; null while nothing is wrong. */
  readonly problem = new Store<SignInProblem | null>(null);
  readonly trouble = new Store<Trouble | null>(null);
  /** Whether it is known yet if this browser keeps a sign-in. */
  readonly ready = new Store(false);

  private readonly ringer = new Ringer();
  private readonly notices = new Notices();
  private line: Line | null = null;
  private config: PhoneConfig | null = null;
  private claimed: Claim | null = null;
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.calls.subscribe(() => this.sound());
    this.preferences.subscribe(() => savePreferences(this.preferences.get()));
    window.addEventListener('pagehide', () => this.line?.stop());
    window.addEventListener('online', () => this.line?.nudge());
    document.addEventListener('visibilitychange', () => document.hidden || this.line?.nudge());
    window.addEventListener('beforeunload', (event) => running(this.calls.get()).length > 0 && event.preventDefault());
  }

  /** Goes on with the sign-in that this browser keeps, unless a link is to replace it. */
  async resume(hasLink: boolean): Promise<void> {
    const kept = hasLink ? null : await loadDevice();
    if (kept) await this.signIn(kept, 'kept');
    this.ready.set(true);
  }

  async signInByLink(token: string, keep: boolean, take = false): Promise<boolean> {
    if (!(await this.take(take))) return false;
    try {
      const credential = await spendLink(token);
      if (keep) await saveDevice(credential);
      return await this.signIn(credential, keep ? 'kept' : 'link', take);
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      this.problem.set(status === 429 ? 'linkThrottled' : status === 0 || status >= 500 ? 'serverAway' : 'linkUsed');
      return false;
    }
  }

  async signIn(credential: Credential, way: SignInWay, take = false): Promise<boolean> {
    if (!(await this.take(take))) return false;
    this.problem.set(null);
    this.account.set({ ...credential, way });
    this.connection.set({ state: 'connecting', attempts: 0 });
    this.history.set(await loadHistory(credential.number));
    await this.begin(credential);
    return true;
  }

  /** For whom leaves on purpose: this browser keeps no sign-in any more, and the server takes none from it. */
  async leave(): Promise<void> {
    const account = this.account.get();
    this.signOut(null);
    await eraseDevice();
    if (!account || account.way === 'typed') return;
    await removeDevice(account).catch((error: unknown) => {
      const gone = error instanceof ApiError && error.status === 403;
      if (!gone && !this.account.get()) this.problem.set('notRemoved');
    });
  }

  private signOut(problem: SignInProblem | null): void {
    clearTimeout(this.later);
    this.line?.stop();
    this.line = null;
    this.claimed?.release();
    this.claimed = null;
    this.account.set(null);
    this.calls.set([]);
    this.history.set([]);
    this.connection.set({ state: 'signed_out' });
    this.problem.set(problem);
  }

  retry(): void {
    const account = this.account.get();
    if (this.line) this.line.nudge();
    else if (account) void this.begin(account);
  }

  /** Calls; false when it cannot be done now, which is told where it has to be. */
  async call(number: string): Promise<boolean> {
    const line = this.line;
    if (!line || running(this.calls.get()).length >= callsMax) return false;
    const microphone = await this.open();
    if (!microphone) return false;
    this.holdOthers('');
    const id = crypto.randomUUID();
    this.tell({ type: 'began', id, direction: 'out', number, name: this.nameOf(number), at: Date.now() });
    line.call(id, number, microphone);
    return true;
  }

  async answer(id: string): Promise<void> {
    const microphone = await this.open();
    if (!microphone || !this.line) return closeStream(microphone);
    this.holdOthers(id);
    this.line.answer(id, microphone);
  }

  end(id: string): void {
    this.line?.end(id);
  }

  hold(id: string, held: boolean): void {
    if (!held) this.holdOthers(id);
    this.line?.hold(id, held);
  }

  mute(id: string, muted: boolean): void {
    this.line?.mute(id, muted);
  }

  press(id: string, tone: string): void {
    this.ringer.press(tone);
    this.line?.press(id, tone);
  }

  /** A key that only dials makes its sound all the same. */
  click(key: string): void {
    this.ringer.press(key);
  }

  transfer(id: string, number: string): void {
    this.line?.transfer(id, number);
  }

  connectWith(id: string, other: string): void {
    this.line?.connect(id, other);
  }

  dismiss(id: string): void {
    this.tell({ type: 'dismissed', id });
  }

  redialNumber(): string {
    return redial(this.history.get());
  }

  seenMissed(): void {
    this.keepHistory(seen(this.history.get()));
  }

  forget(id: string): void {
    this.keepHistory(this.history.get().filter((entry) => entry.id !== id));
  }

  eraseHistory(): void {
    this.history.set([]);
    const account = this.account.get();
    if (account) void eraseHistory(account.number);
  }

  /** What is chosen holds at once, also for calls that run. */
  async prefer(change: Partial<Preferences>): Promise<void> {
    const before = this.preferences.get();
    const after = { ...before, ...change };
    this.preferences.set(after);
    if (after.sound.speaker !== before.sound.speaker)
      for (const player of this.line?.players() ?? []) void playOn(player, after.sound.speaker);
    const sameVoice =
      after.sound.microphone === before.sound.microphone && after.sound.processing === before.sound.processing;
    if (sameVoice || !this.line) return;
    await this.line
      .speakThrough(() => openMicrophone(after.sound))
      .catch((error: unknown) => this.trouble.set(trouble(error)));
  }

  microphoneOf(id: string): MediaStream | null {
    return this.line?.microphoneOf(id) ?? null;
  }

  playRing(): () => void {
    this.ringer.play('ring', this.preferences.get().sound.ringer);
    return () => this.sound();
  }

  private async take(force: boolean): Promise<boolean> {
    this.claimed ??= await claim(force, () => this.signOut('openElsewhere'));
    if (!this.claimed) this.problem.set('openElsewhere');
    return this.claimed !== null;
  }

  /** Once the server has said where it can be called; asked again, ever more slowly, until it has. */
  private async begin(credential: Credential, attempts = 0): Promise<void> {
    clearTimeout(this.later);
    await this.refresh();
    if (!this.account.get() || this.line) return;
    if (!this.config) {
      attempts += 1;
      this.tellConnection({ type: 'connecting', attempts });
      this.later = setTimeout(
        () => void this.begin(credential, attempts),
        Math.min(2 ** attempts, retryMaxSeconds) * 1000,
      );
      return;
    }
    this.line = new Line(this.config, credential, instanceId(), {
      tell: (event) => this.tell(event),
      connection: (event) => this.tellConnection(event),
      known: () => this.config?.fingerprints ?? [],
      refresh: () => this.refresh(),
      speaker: () => this.preferences.get().sound.speaker,
    });
    this.line.start();
  }

  /** The server's certificate is renewed from day to day; what was known stays when it cannot be asked. */
  private async refresh(): Promise<void> {
    this.config = await fetchPhoneConfig(fingerprint).catch(() => this.config);
  }

  private async open(): Promise<MediaStream | null> {
    try {
      const stream = await openMicrophone(this.preferences.get().sound);
      this.trouble.set(null);
      return stream;
    } catch (error) {
      this.trouble.set(trouble(error));
      return null;
    }
  }

  private holdOthers(id: string): void {
    const talking = current(this.calls.get());
    if (talking && talking.id !== id) this.line?.hold(talking.id, true);
  }

  private nameOf(number: string): string {
    return this.history.get().find((entry) => entry.number === number && entry.name !== '')?.name ?? '';
  }

  private tell(event: CallEvent): void {
    const before = this.find(event.id);
    this.calls.update((calls) => step(calls, event));
    const after = this.find(event.id);
    if (event.type === 'ended' && before?.phase !== 'ended' && after) this.record(after);
  }

  private record(call: Call): void {
    const entry = entryOf(call);
    if (entry) this.keepHistory(remember(this.history.get(), entry));
  }

  private keepHistory(history: History): void {
    this.history.set(history);
    const account = this.account.get();
    if (account) void saveHistory(account.number, history);
  }

  private find(id: string): Call | undefined {
    return this.calls.get().find((call) => call.id === id);
  }

  private tellConnection(event: ConnectionEvent): void {
    this.connection.update((connection) => connect(connection, event));
    const account = this.account.get();
    if (event.type === 'registration_refused' && isWrongPassword(event.code) && account)
      this.signOut(account.way === 'typed' ? 'wrong' : 'wrongKept');
  }

  private sound(): void {
    const calls = this.calls.get();
    const { sound, notifications } = this.preferences.get();
    const tune = melody(calls);
    this.ringer.play(tune, tune === 'ringback' ? sound.speaker : sound.ringer);
    this.notices.show(calls, notifications);
  }
}
