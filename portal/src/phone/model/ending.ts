// From what JsSIP says at the end of a call to why it ended.

import type { Direction, Ending } from './calls';

export interface End {
  readonly direction: Direction;
  readonly answered: boolean;
  readonly originator: 'local' | 'remote' | 'system';
  /** One of JsSIP's causes. */
  readonly cause: string;
  /** Of the response that ended it. */
  readonly code?: number | undefined;
  /** The Reason header of the CANCEL or BYE (RFC 3326). */
  readonly reason?: string | undefined;
}

const media = ['WebRTC Error', 'Bad Media Description', 'Incompatible SDP', 'Missing SDP', 'RTP Timeout'];
const away = ['Connection Error', 'Dialog Error'];

function withCode(why: Ending['why'], code: number | undefined): Ending {
  return code === undefined ? { why } : { why, code };
}

export function explain(end: End): Ending {
  if (end.originator !== 'remote' && media.includes(end.cause)) return { why: 'media' };
  if (away.includes(end.cause)) return { why: 'connection' };
  if (end.answered) return { why: end.originator === 'local' ? 'hung_up' : 'hung_up_there' };
  if (end.direction === 'in') {
    if (end.originator === 'local') return { why: 'rejected' };
    return { why: /cause\s*=\s*200|elsewhere/i.test(end.reason ?? '') ? 'elsewhere' : 'missed' };
  }
  if (end.originator === 'local') return { why: 'cancelled' };
  return withCode('refused', end.code ?? (end.cause === 'Request Timeout' ? 408 : undefined));
}
