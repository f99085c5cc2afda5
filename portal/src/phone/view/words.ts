// What the page says about a call.

import type { Messages } from '../../shared/messages';
import type { Call, Ending } from '../model/calls';
import { refusal } from '../model/refusal';

export function nameOf(text: Messages, { name, number }: { name: string; number: string }): string {
  return name || number || text.call.unknown;
}

export function phaseText(text: Messages, call: Call): string {
  switch (call.phase) {
    case 'dialling':
      return text.call.dialling;
    case 'ringing':
      return text.call.ringing;
    case 'incoming':
      return text.call.calls;
    case 'connecting':
      return text.call.connecting;
    case 'talking':
      if (call.transfer === 'asked') return text.transfer.asked;
      if (call.held) return call.heldThere ? text.call.heldBoth : text.call.held;
      return call.heldThere ? text.call.heldThere : text.call.talking;
    case 'ended':
      return outcome(text, call);
  }
}

/** Why it ended: for a refusal what its code means. */
export function outcome(text: Messages, { ending }: { ending: Ending | null }): string {
  if (!ending) return '';
  if (ending.why !== 'refused') return text.ended[ending.why];
  return text.refusal[refusal(ending.code)];
}

/** 65 s as "1:05", 3661 s as "1:01:01". */
export function clock(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const head = minutes < 60 ? String(minutes) : `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
  return `${head}:${two(Math.floor(seconds) % 60)}`;
}
