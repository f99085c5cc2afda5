// Why a call or a registration was refused, in words of the catalogue. The server tells strangers nothing on purpose; these
// texts tell whoever has a password of ours what the code means here, and what to do.

import type { Messages } from '../../shared/messages';

type Text = keyof Messages['refusal'];

const texts: Readonly<Record<number, Text>> = {
  401: 'password',
  403: 'forbidden',
  404: 'unknown',
  407: 'password',
  408: 'noAnswer',
  410: 'unknown',
  415: 'media',
  480: 'unavailable',
  484: 'incomplete',
  486: 'busy',
  487: 'cancelled',
  488: 'media',
  500: 'server',
  503: 'overloaded',
  504: 'noAnswer',
  600: 'busy',
  603: 'declined',
  604: 'unknown',
  606: 'media',
  607: 'declined',
  608: 'declined',
};

/** The key of the text for a status code; never nothing. */
export function refusal(code: number | undefined): Text {
  if (code === undefined) return 'other';
  return texts[code] ?? (code >= 500 && code < 600 ? 'server' : 'other');
}
