import { describe, expect, it } from 'vitest';
import DigestAuthentication from 'jssip/lib/DigestAuthentication.js';
import { answers, respond, strengthenDigest } from '../../src/phone/sip/digest';

// RFC 7616 §3.9.1 (SHA-256).
const challenge = {
  algorithm: 'SHA-256',
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
  qop: ['auth', 'auth-int'],
};
const answer = {
  uri: '/dir/index.html',
  method: 'GET',
  username: 'Mufasa',
  password: 'Circle of Life',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  nc: '00000001',
};

describe('digest', () => {
  it('answers the RFC’s SHA-256 challenge', () => {
    expect(respond(challenge, answer)).toBe('753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1');
  });

  it('answers SHA-512-256 as OpenSSL would', () => {
    expect(respond({ ...challenge, algorithm: 'SHA-512-256' }, answer)).toBe('430d05014cecc49cab6fbe03176d41a1da86cbfe24a16580e22aaad928d960d0');
  });

  it('leaves MD5 to JsSIP, and knows nothing else', () => {
    expect([answers('SHA-256'), answers('sha-512-256'), answers('MD5'), answers(undefined), answers('SHA-1')]).toEqual([true, true, false, false, false]);
  });

  it('works within JsSIP', () => {
    strengthenDigest();
    const auth = new (DigestAuthentication as unknown as new (credentials: object) => DigestAuthentication)({ username: answer.username, password: answer.password });
    expect(auth.authenticate({ method: 'GET', ruri: answer.uri }, challenge, answer.cnonce)).toBe(true);
    expect(String(auth)).toContain('response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"');
    expect(String(auth)).toContain('algorithm=SHA-256');
    expect(String(auth)).not.toContain(answer.password);
  });

  it('refuses a challenge without qop=auth, which would be answered without our own random', () => {
    const auth = new (DigestAuthentication as unknown as new (credentials: object) => DigestAuthentication)({ username: 'a', password: 'b' });
    expect(auth.authenticate({ method: 'GET', ruri: '/' }, { algorithm: 'SHA-256', realm: 'r', nonce: 'n' })).toBe(false);
  });
});
