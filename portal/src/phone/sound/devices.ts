// Microphones and loudspeakers, as far as the browser lets a page have them.

import type { Messages } from '../../shared/messages';

export interface Devices {
  readonly microphones: readonly MediaDeviceInfo[];
  /** Empty where the browser plays everything on the system's device. */
  readonly speakers: readonly MediaDeviceInfo[];
}

export interface Choice {
  /** Ids of devices; empty for the system's standard. */
  readonly microphone: string;
  readonly speaker: string;
  readonly ringer: string;
  /** Whether the browser works on echo and noise. */
  readonly processing: boolean;
}

export const standardChoice: Choice = { microphone: '', speaker: '', ringer: '', processing: true };

export const canChooseSpeaker = (): boolean => 'setSinkId' in HTMLMediaElement.prototype;

export async function listDevices(): Promise<Devices> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const of = (kind: MediaDeviceKind) => all.filter((device) => device.kind === kind && device.deviceId !== '');
  return { microphones: of('audioinput'), speakers: canChooseSpeaker() ? of('audiooutput') : [] };
}

/** Opens the chosen microphone, or the standard one when it has gone. Rejects with what `trouble` explains. */
export async function openMicrophone(choice: Choice): Promise<MediaStream> {
  const sound = {
    echoCancellation: choice.processing,
    noiseSuppression: choice.processing,
    autoGainControl: choice.processing,
  };
  if (!navigator.mediaDevices) throw new DOMException('not a secure page', 'SecurityError');
  const open = (audio: MediaTrackConstraints) => navigator.mediaDevices.getUserMedia({ audio });
  if (!choice.microphone) return open(sound);
  try {
    return await open({ ...sound, deviceId: { exact: choice.microphone } });
  } catch (error) {
    const gone =
      error instanceof DOMException && (error.name === 'OverconstrainedError' || error.name === 'NotFoundError');
    if (!gone) throw error;
    return open(sound);
  }
}

export function closeStream(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** The text for what opening a microphone failed with. */
export function trouble(error: unknown): keyof Messages['trouble'] {
  const name = error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'NotFoundError':
    case 'NotReadableError':
    case 'OverconstrainedError':
    case 'SecurityError':
      return name;
    default:
      return 'other';
  }
}

/** Plays on that device; on the standard one when it has gone. */
export async function playOn(element: HTMLMediaElement, device: string): Promise<void> {
  if (!canChooseSpeaker()) return;
  await element.setSinkId(device).catch(() => element.setSinkId(''));
}
