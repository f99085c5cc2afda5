import { describe, expect, it } from 'vitest';
import DigestAuthentication from 'jssip/lib/DigestAuthentication.js';
import { algorithmOf, keysOf, respond, strengthenDigest, strongestChallenge } from '../../src/phone/sip/digest';

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
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  nc: '00000001',
};

const keys = keysOf('Mufasa', challenge.realm, 'Circle of Life');
const make = (credentials: object) =>
  new (DigestAuthentication as unknown as new (credentials: object) => DigestAuthentication)(credentials);

describe('digest', () => {
  it('answers the RFC’s SHA-256 challenge', () => {
    expect(respond('SHA-256', keys, challenge.nonce, answer)).toBe(
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    );
  });

  it('answers SHA-512-256 as OpenSSL would', () => {
    expect(respond('SHA-512-256', keys, challenge.nonce, answer)).toBe(
      '430d05014cecc49cab6fbe03176d41a1da86cbfe24a16580e22aaad928d960d0',
    );
  });

  it('answers the RFC’s MD5 challenge, and knows nothing weaker', () => {
    expect(respond('MD5', keys, challenge.nonce, answer)).toBe('8ca523f5e9506fed4657c9700eebdbec');
    expect(
      ['MD5', 'sha-512-256', undefined, 'SHA-1', 'SHA-256-sess'].map((algorithm) =>
        algorithmOf(algorithm ? { algorithm } : {}),
      ),
    ).toEqual(['MD5', 'SHA-512-256', 'MD5', undefined, undefined]);
  });

  it('shows JsSIP the strongest of several challenges alone', () => {
    const line = (algorithm: string) =>
      `WWW-Authenticate: Digest realm="r", nonce="n", algorithm=${algorithm}, qop="auth"`;
    const response = (...lines: string[]) =>
      ['SIP/2.0 401 Unauthorized', ...lines, 'Content-Length: 0', '', ''].join('\r\n');
    const all = response(line('MD5'), line('SHA-512-256'), line('SHA-256'));
    expect(strongestChallenge(all)).toBe(response(line('SHA-512-256')));
    expect(strongestChallenge(response(line('SHA-1'), 'WWW-Authenticate: Digest realm="r", nonce="n"'))).toBe(
      response('WWW-Authenticate: Digest realm="r", nonce="n"'),
    );
    const other = all.replace('401 Unauthorized', '200 OK');
    expect(strongestChallenge(other)).toBe(other);
  });

  it('works within JsSIP, which afterwards needs the password no more, whatever algorithm comes next', () => {
    strengthenDigest();
    const first = make({ username: 'Mufasa', password: 'Circle of Life' });
    expect(first.authenticate({ method: 'GET', ruri: answer.uri }, challenge, answer.cnonce)).toBe(true);
    expect(String(first)).toContain('response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"');
    expect(String(first)).toContain('algorithm=SHA-256');
    expect(String(first) + first._ha1).not.toContain('Circle of Life');
    const second = make({ username: 'Mufasa', password: null, realm: challenge.realm, ha1: first._ha1 });
    expect(
      second.authenticate({ method: 'GET', ruri: answer.uri }, { ...challenge, algorithm: 'MD5' }, answer.cnonce),
    ).toBe(true);
    expect(String(second)).toContain('response="8ca523f5e9506fed4657c9700eebdbec"');
  });

  it('answers no other realm with the keys of one, and nothing without qop=auth', () => {
    const auth = make({ username: 'Mufasa', password: null, realm: challenge.realm, ha1: JSON.stringify(keys) });
    expect(auth.authenticate({ method: 'GET', ruri: '/' }, { ...challenge, realm: 'elsewhere' })).toBe(false);
    expect(
      auth.authenticate({ method: 'GET', ruri: '/' }, { algorithm: 'MD5', realm: challenge.realm, nonce: 'n' }),
    ).toBe(false);
  });
});
