// What a record says of how a call sounded.

import { describe, expect, it } from 'vitest';
import { soundOf } from '../../../src/admin/view/sound';

const lost = (count: string) => `${count} lost`;

describe('a side of a call', () => {
  it('tells its encryption with the suite, and how it sounded', () => {
    expect(soundOf({ encryption: 'sdes', suite: 'AEAD_AES_256_GCM', mos: 4.37, lost: 0 }, lost)).toBe('sdes AEAD_AES_256_GCM, MOS 4.4, 0 lost');
  });

  it('does not call bad what nobody measured', () => {
    expect(soundOf({ encryption: 'none', suite: '', mos: null, lost: null }, lost)).toBe('none, MOS -, - lost');
  });
});
