// Ringing, the tone of a call that rings elsewhere, a second call's knock, and the keys' own sounds: made, not played from files.

import type { Melody } from '../model/calls';
import { audio, wakeAudio } from './context';
import { playOn } from './devices';

interface Cadence {
  readonly hertz: readonly number[];
  readonly gain: number;
  /** Seconds of sound, of silence, of sound, …; then from the beginning. */
  readonly pattern: readonly number[];
}

/** ITU-T E.180 supplement 2: 425 Hz, one second in five, is ringing in most of Europe. */
const cadences = {
  ring: { hertz: [520, 660], gain: 0.25, pattern: [0.4, 0.2, 0.4, 2] },
  ringback: { hertz: [425], gain: 0.08, pattern: [1, 4] },
  waiting: { hertz: [425], gain: 0.1, pattern: [0.2, 0.2, 0.2, 5] },
} satisfies Record<Melody, Cadence>;

const columns = [1209, 1336, 1477];
const rows = [697, 770, 852, 941];

export class Ringer {
  private playing: Melody | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private gain: GainNode | null = null;
  private voices: OscillatorNode[] = [];
  private readonly element = new Audio();
  private out: MediaStreamAudioDestinationNode | null = null;

  /** Plays that melody from now on, or nothing. */
  play(melody: Melody | null, device: string): void {
    if (melody === this.playing) return;
    this.stop();
    if (!melody) return;
    this.playing = melody;
    const { hertz, gain, pattern }: Cadence = cadences[melody];
    this.start(hertz, device);
    const beat = (index: number) => {
      this.gain?.gain.setTargetAtTime(index % 2 === 0 ? gain : 0, audio().currentTime, 0.01);
      this.timer = setTimeout(() => beat((index + 1) % pattern.length), (pattern[index] ?? 1) * 1000);
    };
    beat(0);
  }

  /** The short sound of a key. */
  press(key: string): void {
    const index = '123456789*0#'.indexOf(key);
    if (index < 0 || audio().state !== 'running') return;
    const gain = audio().createGain();
    gain.gain.value = 0.05;
    gain.connect(audio().destination);
    for (const hertz of [columns[index % 3], rows[Math.floor(index / 3)]]) {
      const voice = audio().createOscillator();
      voice.frequency.value = hertz ?? 0;
      voice.connect(gain);
      voice.start();
      voice.stop(audio().currentTime + 0.1);
    }
  }

  private start(hertz: readonly number[], device: string): void {
    wakeAudio();
    this.out ??= audio().createMediaStreamDestination();
    this.gain = audio().createGain();
    this.gain.gain.value = 0;
    this.gain.connect(this.out);
    this.voices = hertz.map((frequency) => {
      const voice = audio().createOscillator();
      voice.frequency.value = frequency;
      voice.connect(this.gain as GainNode);
      voice.start();
      return voice;
    });
    this.element.srcObject = this.out.stream;
    // Refused before the first click; the page shows the call all the same.
    void playOn(this.element, device).then(() => this.element.play().catch(() => {}));
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.playing = null;
    this.element.pause();
    for (const voice of this.voices) voice.stop();
    this.gain?.disconnect();
    this.voices = [];
    this.gain = null;
  }
}
