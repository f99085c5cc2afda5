// A mail server for one test, of npm's smtp-server: says each letter that it takes as a line of JSON, and does what its
// first argument (a JSON object) says: cert, key (files), secure (TLS from the first byte), plain (no STARTTLS), user
// and password (who may sign in), later (so many receivers get 451 first), refuse (550 for all).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { SMTPServer } = createRequire(process.env.MODULES)('smtp-server');
const wish = JSON.parse(process.argv[2] ?? '{}');
let later = wish.later ?? 0;
const say = (what) => console.log(JSON.stringify(what));
const fault = (code, text) => Object.assign(new Error(text), { responseCode: code });

const server = new SMTPServer({
  cert: wish.cert && readFileSync(wish.cert),
  key: wish.key && readFileSync(wish.key),
  secure: wish.secure ?? false,
  disabledCommands: wish.plain ? ['STARTTLS'] : [],
  authOptional: !wish.user,
  allowInsecureAuth: false,
  logger: false,
  onAuth({ username, password }, _session, done) {
    const fine = username === wish.user && password === wish.password;
    done(fine ? null : fault(535, 'no'), fine ? { user: username } : undefined);
  },
  onRcptTo(_address, _session, done) {
    if (wish.refuse) return done(fault(550, 'no such mailbox'));
    if (later > 0) {
      later -= 1;
      say({ later: true });
      return done(fault(451, 'another time'));
    }
    done();
  },
  onData(stream, session, done) {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => {
      say({
        from: session.envelope.mailFrom.address,
        to: session.envelope.rcptTo.map(({ address }) => address),
        secure: session.secure,
        user: session.user ?? '',
        letter: Buffer.concat(parts).toString('utf8'),
      });
      done();
    });
  },
});
server.on('error', ({ message }) => say({ trouble: message }));
server.listen(0, '127.0.0.1', () => say({ port: server.server.address().port }));
