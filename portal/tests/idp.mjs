// A provider of OpenID Connect for tests in other languages: npm's oidc-provider, with pages where people sign in. One JSON object a
// line comes in, one goes out: what people there are, and new keys.

import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const { address, port, certificate, key, client, secret, redirect } = JSON.parse(process.argv[2]);
const issuer = `https://${address}:${port}`;
let people = {};
let generation = 0;
let handle;

/** A provider with keys that nobody saw before; what it gave out earlier is forgotten. */
function renew(algorithm) {
  const pair = algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
  generation += 1;
  const jwk = { ...pair.privateKey.export({ format: 'jwk' }), kid: `key-${generation}`, alg: algorithm, use: 'sig' };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client,
        client_secret: secret,
        redirect_uris: [redirect],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        id_token_signed_response_alg: algorithm,
      },
    ],
    jwks: { keys: [jwk] },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    pkce: { methods: ['S256'], required: () => true },
    cookies: { keys: ['of a test'] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  });
  handle = provider.callback();
}

const commands = {
  people: (wish) => void (people = wish.people),
  renew: ({ algorithm }) => renew(algorithm),
};

renew('RS256');
const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => handle(request, response));
server.listen(port, address, () => process.stdout.write('{"ok":true}\n'));
for await (const line of createInterface({ input: process.stdin })) {
  const wish = JSON.parse(line);
  commands[wish.do](wish);
  process.stdout.write('{"ok":true}\n');
}
process.exit(0);
