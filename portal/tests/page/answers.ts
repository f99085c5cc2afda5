// What the office of the page tests has: three extensions, a trunk, an attack, a day of calls.

import operations from '../../src/admin/contract/operations.json';
import type { Answers } from './office';

/** Those that operations ask for, and the one for what a trace shows besides, which is of values and of no operation. */
const permissions = [
  ...new Set(Object.values(operations as unknown as Record<string, { permission: string }>).map(({ permission }) => permission)),
  'trace-number.read',
].filter((each) => each !== '');

export const anna = {
  step: 'none',
  name: 'anna',
  display: 'Anna Berg',
  class: 'system',
  role: 'system',
  email: 'anna@example.com',
  second_factor: false,
  factor_way: '',
  email_codes: true,
  permissions,
  recovery_codes_left: 0,
};

const extension = (number: string, name: string, more: object = {}) => ({
  number,
  name,
  auth_name: `r${number}x7`,
  enabled: true,
  remote: false,
  md5: false,
  registrations: 1,
  newcomer: 'replace',
  calls: 4,
  encrypted: true,
  agent: '',
  permitted: [],
  countries: '',
  ...more,
});

export const extensions = [
  extension('1001', 'Alice Abel'),
  extension('1002', 'Bob Brandt', { remote: true }),
  extension('1010', 'Carla Conti', { enabled: false }),
];

const leg = { packets: 3000, bytes: 516000, lost: 2, jitter_ms: 1.2, mos: 4.4, events: 0, refused_source: 0, refused_shape: 0, refused_proof: 0, refused_replay: 0, encryption: 'SDES', suite: 'AEAD_AES_256_GCM' };
const record = (id: string, more: object) => ({
  id,
  caller: '1001',
  dialled: '1002',
  callee: '1002',
  started: '2026-11-23T08:00:00.000Z',
  answered: '2026-11-23T08:00:04.000Z',
  ended: '2026-11-23T08:01:09.000Z',
  started_ms: 1795420800000,
  answered_ms: 1795420804000,
  ended_ms: 1795420869000,
  talked_s: 65,
  result: 'answered',
  ended_by: 'caller',
  sip_status: 200,
  reason: '',
  attempts: 1,
  route: '',
  trunk_in: '',
  trunk_out: '',
  called: '',
  price: '',
  currency: 'EUR',
  reserved: '',
  cost: '',
  payer: '',
  cut_reason: '',
  account: '',
  via: '',
  caller_transport: 'tls',
  callee_transport: 'wss',
  caller_address: '192.0.2.10:51200',
  media: [leg, leg],
  ...more,
});

const said = (at: number, from: number, to: number, label: string, more: object = {}) => ({
  at: `2026-11-23T08:00:00.${at}Z`,
  at_ms: 1795420800000 + at,
  direction: from === 1 ? 'out' : 'in',
  transport: 'udp',
  from,
  to,
  label,
  stranger: false,
  call: 'c2',
  text: `${label}\nCall-ID: leg-${at}\n`,
  ...more,
});
export const trace = {
  numbers: false,
  more: false,
  participants: [
    { name: '1001', address: '192.0.2.10:5060 udp', ours: false },
    { name: 'Ringfence', address: '', ours: true },
    { name: '1002', address: '192.0.2.11:5060 udp', ours: false },
  ],
  messages: [
    said(100, 0, 1, 'INVITE (SDP)'),
    said(101, 0, 0, 'call_started: A call began: 1002', { direction: 'note' }),
    said(102, 1, 2, 'INVITE (SDP)'),
    said(103, 2, 1, '200 OK (SDP)'),
    said(104, 1, 0, '200 OK (SDP)'),
  ],
  ladder: '',
};

export const records = [
  record('c1', {}),
  record('c2', { dialled: '0044900123', result: 'refused', reason: 'the number costs more than its route allows', talked_s: 0, sip_status: 403, answered: '', media: [] }),
  record('c3', { dialled: '+493012345', trunk_out: 'provider', cost: '0.42', talked_s: 1261, price: '0.02' }),
];

const value = (key: string, held: string | string[], from = 'own') => ({ key, value: held, from, help: `what ${key} means` });
const held = (amount: string | null) => ({ amount, rule: 'limit', level: 'extension', text: 'the month of the extension' });
const hoursAgo = (hours: number) => Date.now() - hours * 3_600_000;
const ban = (block: string, rule: string, hours: number, evidence: string) => ({
  block,
  rule,
  evidence,
  since: new Date(hoursAgo(hours)).toISOString(),
  since_ms: hoursAgo(hours),
  until: new Date(hoursAgo(hours - 24)).toISOString(),
  until_ms: hoursAgo(hours - 24),
  active: hours < 20,
  proven: true,
  bans_before: 0,
});
export const bans = [
  ban('203.0.113.7', 'failed_passwords', 1, '52 wrong passwords in 60 s at 1001'),
  ban('198.51.100.0/24', 'unanswered_challenges', 3, '50 challenges without an answer'),
  ban('203.0.113.99', 'scanner', 3.5, 'asked for 31 extensions that there are not'),
  ban('192.0.2.200', 'scanner', 22, 'calls itself friendly-scanner'),
];
const object = (kind: string, name: string, values: Record<string, string | string[]>, now?: object) => ({ kind, name, values, ...(now ? { now } : {}) });
const trunkNow = { health: 'up', since: '2026-11-23T06:00:00Z', answered: '2026-11-23T08:20:00Z', registration: 'registered', registered_until: '2026-11-23T09:00:00Z', trouble: '', calls_in: 1, calls_out: 2 };
export const objects: Record<string, ReturnType<typeof object>[]> = {
  trunk: [object('trunk', 'provider', { kind: 'registers', uri: 'sip:provider.example;transport=tls', deck: 'provider-2026' }, trunkNow)],
  route: [
    object('route', 'national', { patterns: ['+49X.'], trunks: ['provider'], hours: 'office' }),
    object('route', 'europe', { patterns: ['+43X.', '+41X.'], trunks: ['provider'], pins: 'abroad' }),
  ],
};
const period = (spent: string, limit: string) => ({ spent, reserved: '0.40', limit, left: '1', until: '2026-11-24T00:00:00Z' });
const account = (level: string, id: number, name: string, spent: string, limit: string) => ({ level, id, name, today: period(spent, limit), month: period((Number(spent) * 9).toFixed(2), (Number(limit) * 10).toFixed(2)), credit: '', locked: false, calls: 1 });

const status = {
  version: '0.9.0',
  pid: 4711,
  started: '2026-11-23T06:00:00Z',
  started_ms: 1795413600000,
  uptime_s: 8000,
  realm: 'pbx.example.com',
  data_dir: '/var/lib/ringfence',
  config: '/etc/ringfence.toml',
  extensions: 3,
  enforcement: { means: 'nftables', why: 'XDP is not permitted here', dropped: {} },
  listeners: [
    { transport: 'tls', address: '0.0.0.0:5061', state: 'open' },
    { transport: 'wss', address: '0.0.0.0:5065', state: 'open' },
  ],
  limits: [
    { name: 'calls', used: 3, limit: 1000 },
    { name: 'registrations', used: 9000, limit: 10000 },
    { name: 'bans', used: 3, limit: 100000 },
  ],
};

const openPath = { country: 'CU', class: 'mobile', inbound: 'main', trunk_in: 'provider', hops: ['1001'], when: 'always', number: '+53555', trunk: 'provider', per_min: '0.95', payer: '1001', text: 'a call to 1001 is forwarded to +53555' };
const plan = {
  changes: [
    { what: 'change', kind: 'extension', name: '1001', values: [{ key: 'reach', before: 'national', after: 'international' }], comments: false, moved: false },
    { what: 'add', kind: 'extension', name: '1003', values: [], comments: false, moved: false },
    { what: 'remove', kind: 'route', name: 'europe', values: [], comments: false, moved: false },
  ],
  replay: {
    since: '2026-10-23T00:00:00Z', calls: 40, unchanged: 37, refused: 2, allowed: 1, moved: 0, further: 0, cut: false, currency: 'EUR',
    findings: [{ what: 'refused', rule: 'route', who: '1002', calls: 2, examples: [{ id: 'c9', dialled: '+43123', why: 'no route', at: '2026-11-01T08:00:00Z' }] }],
    cost: { before: '12.00', after: '11.20' }, by_caller: [], by_trunk: [],
  },
  exposures: { extensions: [{ number: '1001', hour: { before: '12.00', after: '30.00' }, day: { before: '20.00', after: null }, month: { before: '200.00', after: '400.00' } }], further: 0 },
  reach: [{ extensions: ['1001'], destinations: [{ country: 'GB', class: 'mobile' }] }],
  open_paths: [openPath],
  warnings: ['calls abroad were never made by 1001'],
};

const signIn = {
  name: 'corporate',
  title: 'Example GmbH',
  kind: 'oidc',
  enabled: true,
  required: true,
  trusted_factor: false,
  url: 'https://login.example.com',
  client: 'ringfence',
  has_secret: false,
  has_ca: false,
  scopes: 'openid profile email',
  networks: '',
  base: '',
  filter: '',
  group_base: '',
  group_filter: '',
  login: 'preferred_username',
  groups: 'groups',
  roles: 'pbx-admins=system; staff=employee',
  people: 12,
  people_of: '',
  redirect: 'https://pbx.example.com:8443/login',
};

const rules = [
  { name: 'scanner-agent', about: 'Calls itself like a scanner.', signals: 'agent', distinct: false, threshold: 1, period_s: 60, then: 'ban', duration_s: 86400, enabled: true, by_command: [] as string[] },
  { name: 'options-sweep', about: 'Asks again and again.', signals: 'options', distinct: false, threshold: 20, period_s: 60, then: 'throttle', duration_s: 600, enabled: false, by_command: ['enabled'] },
];
const handwritings = [
  { name: 'sipvicious', enabled: true, by_command: [] },
  { name: 'sipp', enabled: false, by_command: [] },
];
const line = (at: number, more: object) => ({ at: `2026-11-23T08:00:00.${at}Z`, at_ms: 1795420800000 + at, direction: 'in', transport: 'udp', remote: '192.0.2.10:5060', label: 'INVITE (SDP)', from: '1001', to: '1002', cseq: '1 INVITE', call_id: `leg-${at}`, call: 'c2', stranger: false, line: '', ...more });
const unusual = { at: '2026-11-22T03:10:00Z', extension: '1001', number: '+5355512345', action: 'told', score: 92, text: 'CU was never called before, at night' };

export function office(): Answers {
  const out: Answers = {
    'account.show': () => anna,
    'account.passkeys': () => ({ passkeys: [] }),
    'account.extension': () => ({ number: '1001', name: 'Alice Abel', auth_name: 'r1001x7', realm: 'pbx.example.com', enabled: true }),
    'account.sessions': () => ({
      sessions: [
        { id: '1', this: true, address: '192.0.2.9', browser: 'Firefox 140 on Linux', begun: '2026-11-23T08:00:00Z', used: '2026-11-23T08:30:00Z', ends: '2026-11-23T20:00:00Z' },
        { id: '2', this: false, address: '192.0.2.77', browser: 'Chrome on Android', begun: '2026-11-22T08:00:00Z', used: '2026-11-22T08:30:00Z', ends: '2026-11-23T20:00:00Z' },
      ],
    }),
    'account.password.check': ({ values }) => {
      const good = String(values['password']).length >= 12;
      return { good, faults: good ? [] : [{ fault: 'too_short', text: 'it is shorter than 12 characters' }] };
    },
    'account.factor.begin': () => ({ secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Ringfence:anna?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Ringfence' }),
    'account.factor.email': () => ({ good_s: 600 }),
    'account.factor.email.confirm': ({ values }) =>
      values['code'] === '12345678'
        ? { ...anna, second_factor: true, factor_way: 'email', recovery_codes: ['AAAA-BBBB-CCCC', 'DDDD-EEEE-FFFF'] }
        : { status: 400, body: { status: 400, detail: 'the code is not right' } },
    'session.second-factor.email': () => ({ good_s: 600 }),
    'account.factor.confirm': ({ values }) =>
      values['code'] === '123456'
        ? { ...anna, second_factor: true, recovery_codes: ['AAAA-BBBB-CCCC', 'DDDD-EEEE-FFFF'] }
        : { status: 400, body: { title: 'Bad Request', status: 400, detail: 'the code is not right; check the clock of your phone' } },
    'session.providers': () => ({
      providers: [
        { name: 'corporate', title: 'Example GmbH', kind: 'oidc' },
        { name: 'directory', title: 'Directory', kind: 'ldap' },
      ],
    }),
    'sign-in.list': () => ({ sign_ins: [signIn] }),
    'sign-in.show': () => signIn,
    'extension.list': () => ({ extensions }),
    'extension.show': ({ values }) => ({
      ...(extensions.find(({ number }) => number === values['number']) ?? extension(String(values['number']), '')),
      calls_out: [value('reach', 'national'), value('forward_busy', '', 'standing'), value('transfers', 'true', 'standing')],
    }),
    'extension.add': ({ values }) =>
      values['number'] === '1001'
        ? { status: 409, body: { title: 'Conflict', status: 409, detail: 'extension 1001 exists already', remedy: 'choose another number', field: 'number' } }
        : { status: 201, body: { number: String(values['number']), auth_name: 'q8f3k2', realm: 'pbx.example.com', password: 'Vuk7-pelo-Wim3-garo' } },
    'extension.set': ({ values }) => ({ ...extensions[0], ...values }),
    'extension.remove': () => ({ message: 'extension removed', number: '1001' }),
    'extension.reset-password': () => ({ number: '1001', auth_name: 'r1001x7', realm: 'pbx.example.com', password: 'Neu9-pelo-Wim3-garo', calls_ended: 0 }),
    'extension.devices': () => ({ number: '1001', devices: [] }),
    'extension.link': () => ({ status: 201, body: { number: '1001', link: `https://pbx.example.com:8443/phone#${'T'.repeat(43)}`, expires: '2026-11-23T09:00:00Z', expires_in_s: 900, qr: false } }),
    'registration.list': () => ({
      registrations: [
        { number: '1001', key: 'k1', contact: 'sip:1001@192.0.2.10', transport: 'tls', remote: '192.0.2.10:51200', user_agent: 'Yealink SIP-T46U', registered: '2026-11-23T08:00:00Z', expires: '2026-11-23T09:00:00Z', expires_in_s: 3000, connected: true },
        { number: '1002', key: 'k2', contact: 'sip:1002@192.0.2.11', transport: 'udp', remote: '192.0.2.11:5060', user_agent: 'baresip', registered: '2026-11-23T08:00:00Z', expires: '2026-11-23T09:00:00Z', expires_in_s: 3000, connected: true },
      ],
    }),
    'exposure': ({ values }) => ({
      currency: 'EUR',
      extensions: extensions.filter(({ number }) => !values['number'] || number === values['number']).map(({ number }) => ({ number, hour: held('12.00'), day: held('20.00'), month: held(number === '1010' ? null : '200.00'), why: 'the month of the extension', dearest: null, halving: null, asks_for_pin: false })),
    }),
    'call.list': () => ({ calls: [record('now', { state: 'talking', duration_s: 95, dialled: '+493012345', trunk_out: 'provider', reserved: '0.40', ended: '', result: 'open' })] }),
    'call.hangup': () => ({ message: 'the call has ended', count: 1 }),
    'cdr.list': ({ values }) => ({ cdrs: records.filter(({ result }) => !values['result'] || result === values['result']) }),
    'cdr.show': ({ values }) => ({
      ...records.find(({ id }) => id === values['id']),
      decision: [
        { rule: 'meaning', passed: true, text: 'premium of DE' },
        ...(values['id'] === 'c2' ? [{ rule: 'kind', passed: false, text: 'it is a premium number' }] : []),
      ],
    }),
    'trace.call': () => trace,
    'trace.extension': () => trace,
    'trace.source': () => ({ ...trace, messages: [] }),
    'trace.export': ({ values }) => ({ format: values['format'], name: 'call-c2.pcap', more: false, messages: 4, base64: '1MOyoQ==' }),
    'guard.bans': ({ values }) => ({ bans: bans.filter(({ active, rule }) => (active || values['ended'] === 'true') && (!values['rule'] || rule === values['rule'])) }),
    'guard.release': ({ values }) => ({ message: `${values['block']} is released`, was_held_back: true, allowed_minutes: 60 }),
    'guard.access': () => ({ access: [{ block: '192.0.2.0/24', action: 'allow', forced: false, note: 'office', until: '', until_ms: 0 }] }),
    'guard.country.list': () => ({ mode: 'none', countries: '', of_the_file: '', of_commands: '', unknown_allowed: true, forced: false, state: 'off', database: { file: '', type: 'DBIP', built: '2026-11-01', ranges: 1, problem: '' } }),
    'guard.explain': ({ values }) => ({
      address: values['address'], state: 'banned', protected_as: '', country: 'ZZ', known: true, proven: true, last_heard: '', throttled_since: '', throttled_until: '', credentials_work_until: '', last_rule: 'failed_passwords', last_rule_about: 'somebody guesses passwords', spares_phones: false, registered_ports: 0, blocked_ports: 0, locked_accounts: 1, counts: [{ rule: 'failed_passwords', seen: 52, limit: 50, period_s: 60 }], ban: bans[0], enforced_in: 'nftables',
    }),
    'spend.list': ({ values }) => ({ currency: 'EUR', accounts: [account('system', 0, 'system', '31.20', '500.00'), account('extension', 1, '1001', '17.10', '20.00')].filter(({ level }) => !values['level'] || level === values['level']) }),
    'status': () => status,
    'certificate.show': () => ({
      file: '/var/lib/ringfence/tls/server.pem', source: 'own authority', subject: 'Ringfence, pbx.example.com', issuer: 'Ringfence, Ringfence local authority', names: ['pbx.example.com'],
      begins: '2026-11-01T08:00:00Z', ends: '2027-12-03T08:00:00Z', ends_ms: Date.now() + 3 * 86_400_000 + 1_000, acme: { directory: 'https://acme.example/directory', next: '2027-08-01T08:00:00Z', failures: 2, trouble: 'the authority does not reach pbx.example.com' },
    }),
    'certificate.authority': () => ({ text: '-----BEGIN CERTIFICATE-----\nOURS\n-----END CERTIFICATE-----\n', subject: 'Ringfence local authority', ends: '2036-11-01T08:00:00Z' }),
    'media.list': () => ({ engine: 'own', servers: [{ address: '192.0.2.50:2223', weight: 1, state: 'up', why: '', calls: 4, ready: 0 }] }),
    'ports': () => ({ ports: [{ service: 'sip', protocol: 'tls', address: '0.0.0.0', port: '5061', state: 'open' }] }),
    'firewall.show': () => ({ format: 'nft', text: 'table inet ringfence {\n  chain input { }\n}' }),
    'route.test': ({ values }) => ({
      from: values['from'], to: values['to'], at: '2026-11-23T08:30:00Z', action: 'refuse', why: 'the kind of number is not allowed', number: '+44900123', country: 'GB', class: 'premium', role: '', pins: '', route: '', trunks: [],
      steps: [
        { rule: 'number', passed: true, text: 'read as +44900123' },
        { rule: 'class', passed: false, text: 'premium numbers are refused unless the extension allows them' },
      ],
    }),
    'inbound.test': ({ values }) => ({
      trunk: values['trunk'], to: values['to'], from: values['from'] ?? '', at: '2026-11-23T08:30:00Z', action: 'ring', why: 'by the inbound route reception', called: '+4930123', caller: values['from'] ?? 'anonymous',
      route: 'reception', hours: '', target: 'extension', extension: '1001', ring_group: '', members: [], announcement: '', ways: ['1001'],
      passed_over: [{ route: 'pests', why: 'it is for other callers' }], further: 0,
      steps: [
        { rule: 'route', passed: true, text: 'by the inbound route reception' },
        { rule: 'pace', passed: true, text: '' },
      ],
    }),
    'event.list': () => ({
      events: [
        { id: 8, kind: 'trunk.down', level: 'warning', subject: 'provider', text: 'provider: no answer', count: 3, first: '2026-11-23T08:20:00Z', first_ms: 2, last: '2026-11-23T08:30:00Z', last_ms: 3, acknowledged_by: '', acknowledged: '' },
        { id: 7, kind: 'call.emergency', level: 'critical', subject: '1001', text: '112 by the trunk provider', count: 1, first: '2026-11-23T08:10:00Z', first_ms: 1, last: '2026-11-23T08:10:00Z', last_ms: 1, acknowledged_by: 'user anna', acknowledged: '2026-11-23T08:12:00Z' },
      ],
    }),
    'event.acknowledge': () => ({ count: 1, message: 'Event 8 is acknowledged.' }),
    'event-contact.list': () => ({
      contacts: [
        { name: 'chat', way: 'webhook', target: 'https://hooks.example.com/pbx', language: 'en', enabled: true, digest: 0, quiet: '22:00-06:00', networks: '', ca: false, now: { taken: '2026-11-23T08:30:00Z', failed: '', trouble: 'hooks.example.com answers 503', waiting: 1, dropped: 0 } },
      ],
    }),
    'event-contact.add': ({ values }) => ({ status: 201, body: { name: values['name'], way: 'webhook', target: values['target'], language: 'en', enabled: true, digest: 0, quiet: '', networks: '', ca: false, secret: 'hook-secret-1' } }),
    'event-route.list': () => ({ routes: [{ name: 'all', contact: 'chat', events: '*', level: 'warning', enabled: true }] }),
    'event-template.list': () => ({ templates: [{ name: 'trunk.down', language: 'de', subject: '{subject} ist weg', text: '{text}', own: true }] }),
    'mail.show': () => ({ server: 'mail.example.com', port: 587, tls: 'starttls', user: 'pbx', from: 'pbx@example.com', ca: false, password: true }),
    'audit-log.list': () => ({
      entries: [
        { number: 3, at: '2026-11-23T08:30:00Z', actor: 'user anna', kind: 'command', action: 'extension.add number=1002', outcome: 'done', hash: 'a' },
        { number: 2, at: '2026-11-23T08:20:00Z', actor: 'user bob', kind: 'login', action: 'sign in from 192.0.2.7', outcome: 'refused', hash: 'b' },
      ],
    }),
    'audit-log.verify': () => ({ entries: 3, first: 1, last: 3, hash: 'a', key: 'k', key_known: true, signed: true, message: 'the log is whole' }),
    'user.list': () => ({ users: [{ ...anna, extension: '1001', enabled: true, must_change: false, password: true, created: '', signed_in: '2026-11-23T08:00:00Z', signed_in_ms: 1 }] }),
    'user.show': () => ({ ...anna, extension: '1001', enabled: true, must_change: false, password: true, created: '', signed_in: '', signed_in_ms: 1 }),
    'user.add': ({ values }) => ({ status: 201, body: { name: values['name'], link: 'https://pbx.example.com:8443/login#XYZ', expires: '2026-11-24T08:00:00Z', expires_in_s: 86400, message: '' } }),
    'tenant.list': () => ({
      tenants: [
        { name: 'default', dealer: '', domains: [], extensions: 0, extensions_now: 3, calls: '', day: '200.00', month: '2000.00' },
        { name: 'acme', dealer: 'north', domains: ['pbx.acme.example'], extensions: 50, extensions_now: 1, calls: '20', day: '100.00', month: '1000.00' },
      ],
    }),
    'tenant.show': ({ values }) => ({ name: values['name'], dealer: 'north', domains: ['pbx.acme.example'], extensions: 50, extensions_now: 1, calls: '20', day: '100.00', month: '1000.00' }),
    'tenant.set': ({ values }) => values,
    'dealer.list': () => ({ dealers: [{ name: 'north', tenants: 10, tenants_now: 1, extensions: 500, calls: 100, day: '1000.00', month: '10000.00' }] }),
    'dealer.show': ({ values }) => ({ name: values['name'], tenants: 10, tenants_now: 1, extensions: 500, calls: 100, day: '1000.00', month: '10000.00' }),
    'dealer.set': ({ values }) => values,
    'role.list': () => ({ roles: [{ name: 'system', title: 'System', realm: 'system', built_in: true, copied_from: '', permissions }] }),
    'token.list': () => ({ tokens: [] }),
    'session.list': () => ({ sessions: [] }),
    'login.held': () => ({ held: [] }),
    'pattern.list': () => ({ subjects: [], told: [] }),
    'guard.stats': () => ({ verdicts: { passed: 812, banned: 77, counted: 0 }, fired: { 'scanner-agent': 3 }, sources: 14, sources_room: 262144, sources_forgotten: 0, ports: 0, pairs: 0, accounts: 0, bans: 3, bans_room: 65536, events_lost: 0, bytes_when_full: 1 }),
    'guard.geo': ({ values }) => ({ address: values['address'], country: String(values['address']).startsWith('203.') ? 'BR' : 'VN', passes: true, why: '', database: { file: '', type: 'DBIP', built: '', ranges: 1, problem: '' } }),
    'guard.rules': () => ({
      enabled: true,
      strict: true,
      rules,
      fingerprints: handwritings,
      defence: ['accept from 10.0.0.0/8 # private', 'drop agent contains evil'],
      resolved: {},
    }),
    'guard.rule.show': ({ values }) => [...rules, ...handwritings].find(({ name }) => name === values['name']) ?? { status: 404, body: { status: 404, detail: 'there is no such rule' } },
    'setting.list': () => ({
      settings: [
        { name: 'login.second_factor', section: 'login', meaning: 'who has to have a second factor, and sets one up when signing in the next time', type: 'list', unit: '', words: ['system', 'dealer', 'tenant'], standing: '', file: '', value: '', source: 'standing', restart: false, waits: false },
        { name: 'login.idle_s', section: 'login', meaning: 'so long after its last use somebody is signed out', type: 'number', unit: 's', words: [], least: 60, most: 86400, standing: '1800', file: '1800', value: '900', source: 'command', restart: false, waits: false },
        { name: 'web.permitted', section: 'web', meaning: 'from where pages and API may be asked, such as 192.0.2.0/24; empty: from anywhere', type: 'list', unit: '', words: [], standing: '', file: '192.0.2.0/24', value: '192.0.2.0/24', source: 'file', restart: false, waits: false },
        { name: 'media.transcode', section: 'media', meaning: 'whether calls are transcoded whose sides share no codec', type: 'switch', unit: '', words: [], standing: 'true', file: 'true', value: 'false', source: 'command', restart: true, waits: true },
      ],
    }),
    'setting.set': ({ values }) => ({ message: `${values['name']} is set.` }),
    'setting.remove': ({ values }) => ({ message: `${values['name']} goes by the file.` }),
    'guard.rule.set': ({ values }) => ({ message: `${values['name']} is changed.` }),
    'guard.rule.remove': ({ values }) => ({ message: `${values['name']} is as in the file.` }),
    'trace.log': () => ({ numbers: false, more: true, lines: [line(100, {}), line(101, { direction: 'note', remote: '', label: 'call_started: A call began: 1002' }), line(102, { remote: '203.0.113.7:5060', label: 'OPTIONS', call: '', stranger: true })] }),
    'pattern.show': () => ({ subjects: [{ level: 'extension', name: '1001', days: 12, calls_today: 3, lines: ['calls DE on working days from 8 to 18'] }, { level: 'tenant', name: '', days: 40, calls_today: 17, lines: [] }], told: [unusual] }),
    'event.kinds': () => ({ kinds: [{ name: 'trunk.down', level: 'warning', title: 'A trunk does not answer', title_de: 'Eine Leitung antwortet nicht', meaning: 'No call can leave by it.' }, { name: 'guard.ban', level: 'notice', title: 'A source is banned', title_de: 'Eine Quelle ist gesperrt', meaning: 'A rule caught it.' }] }),
    'extension.unlink': () => ({ message: '1 link is worthless', number: '1001', removed: 1 }),
    'stop': () => ({ message: 'The server is stopping.' }),
    'guard.agents': () => ({ agents: [{ name: 'friendly-scanner', where: 'prefix' }, { name: 'scanner', where: 'anywhere' }] }),
    'guard.decoys': () => ({ decoys: ['3822', '9142'] }),
    'guard.export': () => ({ text: '# Made by commands\nblock 198.51.100.0/24\n' }),
    'guard.import': () => ({ message: '2 entries were taken' }),
    'guard.test': () => ({ action: 'drop', reason: 'scanner', text: 'it calls itself like a scanner', rule: 'scanner-agent' }),
    'reach': () => ({ currency: 'EUR', cut: false, callers: [{ extensions: ['1001', '1002'], ways: [{ country: 'GB', class: 'mobile', trunk: 'provider', prefix: '447', per_min: '0.19', fee: '' }] }], paths: [openPath] }),
    'emergency.test': ({ values }) => ({ from: values['from'], number: values['number'], emergency: true, country: 'DE', own_numbers: [], number_for_tests: '', why: 'an emergency number of DE', trunks: [{ trunk: 'provider', called: '112', priority: 0, from: '+4930123', asserted: '', calls_back: true, calls_most: 4 }] }),
    'policy.export': () => ({ text: 'extension 1001 {\n  reach national\n}\n' }),
    'policy.plan': ({ values }) => (String(values['text']).includes('wrong') ? { status: 400, body: { status: 400, title: 'Bad Request', detail: 'line 2: no such key', remedy: 'see: ringfence policy export' } } : plan),
    'policy.apply': () => ({ changes: plan.changes, accounts: [{ number: '1003', auth_name: 'a1b2', realm: 'pbx.example.com', password: 'Neu9-pelo-Wim3-garo' }], secrets: [{ name: 'chat', secret: 'mQ4x-only-once' }] }),
    'country.list': ({ values }) => ({
      of: values['of'], home: 'DE',
      levels: [{ of: 'system', only: [], denied: ['KP'] }, { of: 'tenant', only: [], denied: [] }],
      countries: [{ country: 'AT', state: 'allowed', why: '' }, { country: 'DE', state: 'home', why: '' }, { country: 'KP', state: 'denied', why: 'KP is denied by limit.system' }],
    }),
    'telephony.show': () => ({ kind: 'telephony', name: '', values: [value('company', 'Miller & Sons'), value('home', 'DE'), value('currency', 'EUR', 'standing')] }),
    'trunk.show': () => ({ kind: 'trunk', name: 'provider', values: [value('kind', 'registers'), value('uri', 'sip:provider.example;transport=tls'), value('md5', 'true', 'standing')], password: true, now: trunkNow }),
    'trunk.set': () => ({ kind: 'trunk', name: 'provider', values: [] }),
  };
  for (const kind of ['trunk', 'inbound', 'route', 'ring-group', 'department', 'schedule', 'limit', 'deck', 'number-list', 'pin-list', 'calling-role'])
    out[`${kind}.list`] = () => ({ kind, objects: objects[kind] ?? [] });
  return out;
}
