// Sentences of the sources that need no German of their own.

/** Parts of a sentence, put together at run time: with what it says then. */
export const composed: Readonly<Record<string, readonly string[]>> = {
  '{} {}{} in {} s (limit {}), {} port {}': [
    '40 packet in 2 s (limit 40), UDP port 5071, last "x"',
    '10 different unknown-target in 60 s (limit 10), UDP port 5060, last "1000"',
  ],
  'in line {}': ["mon has its hours by 'mon 08-12' in line 3 already; write all hours of a day into one line"],
  'by its role': ['it is, or may become, a premium number, which the extension may not call by its role clerk'],
  'this is {}, and the extension may {} {}{}': [
    'this is international, and the extension may call nobody outside',
    'this is international, and the extension may forward within its country by its role clerk',
  ],
  '{}, and the extension may {} {}{}': [
    'international, and the extension may call national',
    'international, and the extension may forward international by its role clerk',
  ],
  'it is, or may become, a {} number, which the extension may not call{}': [
    'it is, or may become, a premium number, which the extension may not call',
  ],
  '{}, and it may {} {}': ['national, and it may call international', 'national, and it may forward internal'],
  '{}: {} {} in {} s, {} are allowed': [
    'extension 7: 12 calls in 60 s, 10 are allowed',
    'the tenant: 12 different numbers in 60 s, 10 are allowed',
  ],
  '{} has used {} % of its {}: {} of {} {}': [
    'department 3 has used 80 % of its day: 80 of 100 EUR',
    'department 3 has used 80 % of its month: 80 of 100 EUR',
    'department 3 has used 80 % of its credit: 80 of 100 EUR',
  ],
  '{} has {} {} {} within {} s, told from so many on': [
    'extension 7 has made 12 calls within 60 s, told from so many on',
    'the tenant has brought 12 calls to different numbers within 60 s, told from so many on',
  ],
  '{} is {} by the list {}': ['+4420 is known for fraud by the list bad', '+4420 is blocked by the list bad'],
  'and {} a call': [
    'line as 4420 at 0.02 EUR a minute and 0.1 EUR a call',
    'line at 0.02 EUR a minute and 0.1 EUR a call, then other free of charge',
    'the trunk line takes it, 0.02 EUR a minute and 0.1 EUR a call',
  ],
  'within its country': [
    'this is international, and the extension may call within its country',
    'this is international, and the extension may call within its country by its role clerk',
  ],
  'nobody outside': [
    'this is national, and the extension may forward nobody outside',
    'this is national, and the extension may call nobody outside by its role clerk',
    'this is national, and the extension may forward nobody outside by its role clerk',
  ],
  'Registered phones there keep working.': ['Banned by decoy: 3 decoy in 60 s (limit 1), UDP port 5060, last "1". Registered phones there keep working.'],
  'attempts within a minute; the first': ['12 attempts within a minute; the first: no such number anywhere'],
  '{} was first called {} day{} ago': ['CU was first called 1 day ago', 'CU was first called 3 days ago'],
  '{} has called on {} day{} so far': ['1001 has called on 1 day so far', '1001 has called on 3 days so far'],
  'calls were learned from on {} day{} before today{}': [
    'calls were learned from on 1 day before today: too few to know its hours by',
    'calls were learned from on 9 days before today',
  ],
  '{}{} on {} day{}': ['to GB on 1 day, FR on 3 days'],
  "the mail server's password {} in no file; give it: ringfence mail set --password-stdin": [
    "the mail server's password stands in no file; give it: ringfence mail set --password-stdin",
  ],
  'will be missing: it stands': [
    "the mail server's password will be missing: it stands in no file; give it: ringfence mail set --password-stdin",
  ],
  'is locked': ['the account of its department is locked'],
};

/** Written for machines, terminals, logs, files and letters. */
export const unheard: ReadonlySet<string> = new Set([
  '# Made by commands; entries of the access list that end by themselves are left out.',
  '# Static rules, the first that fits decides; those of the file come after them.',
  '100rel, timer',
  'Contact or Record-Route',
  'Digest realm=',
  'Digest username=',
  'How often each detection rule fired',
  'Events that nobody was told of',
  'Ihr Code zur Anmeldung',
  'Packets that the kernel dropped for us, by rule',
  'PatternLimits says what a subject takes',
  'Rounds has a bit for each',
  'Sources that left the full table for others',
  'Verdicts on messages, before and after parsing, by reason',
  'X-Ringfence-Media: other=',
  'Your code to sign in',
  '[{level}] {title}: {subject}',
  'each permission has its row, at its place',
  'id, kind, name, position, body, token, secret, currency, revision',
  'openid profile email',
  'own extension',
  'rf decoy',
  'ringfence audit checkpoint 1',
  'what came of a command of {} is not on disk',
  'ringfence: invariant broken: %s (%s:%d)',
  'und weitere',
  'weitere stehen nur in der Liste der Ereignisse.',
  'your own address, not to be cut off; else that of your SSH session',
]);
