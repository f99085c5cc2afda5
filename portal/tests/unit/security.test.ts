import { describe, expect, it } from 'vitest';
import { fingerprint, grade, isOurServers, readOtherLeg } from '../../src/phone/model/security';
import { readTransport } from '../../src/phone/sip/measure';

const print = (byte: string) => Array<string>(32).fill(byte).join(':');
const ours = `sha-256 ${print('AB')}`;
const sdp = (...prints: string[]) =>
  ['v=0', 'm=audio 9 UDP/TLS/RTP/SAVPF 0', ...prints.map((text) => `a=fingerprint:${text}`), ''].join('\r\n');

describe('a description', () => {
  it('of the server has its certificate, in whatever spelling', () => {
    expect(isOurServers(sdp(`SHA-256 ${print('ab')}`), [ours])).toBe(true);
  });

  it('with another certificate is not the server’s', () => {
    expect(isOurServers(sdp(`sha-256 ${print('CD')}`), [ours])).toBe(false);
  });

  it('with the server’s certificate beside another is not the server’s', () => {
    expect(isOurServers(sdp(ours, `sha-256 ${print('CD')}`), [ours])).toBe(false);
    expect(isOurServers(sdp(ours, `sha-1 ${print('AB')}`), [ours])).toBe(false);
  });

  it('without a certificate is not the server’s, nor is any while none is known', () => {
    expect(isOurServers(sdp(), [ours])).toBe(false);
    expect(isOurServers(sdp(ours), [])).toBe(false);
    expect(isOurServers('', [ours])).toBe(false);
  });

  it('with a fingerprint cut short is not the server’s', () => {
    expect(isOurServers(sdp(ours.slice(0, -3)), [ours])).toBe(false);
  });

  it('in lines that end with LF alone is read all the same', () => {
    expect(isOurServers(sdp(`sha-256 ${print('CD')}`).replaceAll('\r', ''), [ours])).toBe(false);
  });
});

describe('a fingerprint', () => {
  it('is SHA-256 of 32 bytes, or none', () => {
    expect(fingerprint(`sha-256 ${print('0f')}`)).toBe(`sha-256 ${print('0F')}`);
    expect(fingerprint(`sha-1 ${print('0f')}`)).toBeNull();
    expect(fingerprint('sha-256 AB:CD')).toBeNull();
    expect(fingerprint('')).toBeNull();
  });
});

describe('the other leg', () => {
  it('is what the server says in its header', () => {
    expect(readOtherLeg('other=sdes AES_256_CM_HMAC_SHA1_80')).toEqual({
      protection: 'sdes',
      suite: 'AES_256_CM_HMAC_SHA1_80',
    });
    expect(readOtherLeg('other=none')).toEqual({ protection: 'none', suite: '' });
    expect(readOtherLeg('other=quantum X')).toEqual({ protection: 'unknown', suite: 'X' });
  });

  it('is unknown when the header is missing or strange', () => {
    for (const header of [undefined, '', 'other=', 'dtls', 'other=dtls A B', 'other=dtls <b>'])
      expect(readOtherLeg(header)).toBeNull();
  });
});

describe('the grade', () => {
  const own = { verified: true, tls: 'DTLS 1.2', cipher: 'AEAD_AES_256_GCM' };
  it('is encrypted only with both legs', () => {
    expect(grade(own, { protection: 'dtls', suite: '' })).toBe('encrypted');
    expect(grade(own, { protection: 'none', suite: '' })).toBe('half');
    expect(grade(own, null)).toBe('half');
  });

  it('is open until our own leg is known', () => {
    expect(grade(null, { protection: 'dtls', suite: '' })).toBe('pending');
    expect(grade({ ...own, verified: false }, null)).toBe('pending');
  });
});

describe('the browser’s measure', () => {
  const transport = {
    type: 'transport',
    dtlsState: 'connected',
    tlsVersion: 'FEFD',
    srtpCipher: 'AEAD_AES_256_GCM',
    remoteCertificateId: 'C',
  };
  it('gives version, cipher and the certificate of the other end', () => {
    const reports = new Map<string, Record<string, unknown>>([
      ['T', transport],
      ['C', { type: 'certificate', fingerprintAlgorithm: 'sha-256', fingerprint: print('AB') }],
    ]);
    expect(readTransport(reports)).toEqual({ tls: 'DTLS 1.2', cipher: 'AEAD_AES_256_GCM', certificate: ours });
  });

  it('gives nothing before the handshake is over', () => {
    expect(readTransport(new Map([['T', { ...transport, dtlsState: 'connecting' }]]))).toBeNull();
  });

  it('says so when a browser shows no certificate', () => {
    expect(readTransport(new Map([['T', transport]]))?.certificate).toBeNull();
  });
});
