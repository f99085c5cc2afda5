// The sentences of the server, out of its sources: every literal of two small words or more, in every room but those that
// no page hears of.

import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The build tests a copy of the pages, and says where the sources are. */
const root = process.env['RINGFENCE_SOURCE'] ?? join(process.cwd(), '..');

const rooms = ['core', 'app', 'shell/store', 'shell/web', 'shell/zones', 'shell/geo', 'shell/fetch', 'shell/tls'];

/** What they say goes onto the wire, into files and terminals, or to somebody who starts the server. */
const silent: readonly string[] = [
  'core/acme/',
  'core/fence/',
  'core/rtpengine/',
  'core/sdp/',
  'core/sip/',
  'core/srtp/',
  'core/stun/',
  'core/trace/',
  'core/txn/',
  'core/websocket/',
  // Made of the same list as api/openapi.yaml, whose texts help.de.ts has.
  'core/api/contract.cpp',
  'core/api/operation.cpp',
  'core/api/shapes.cpp',
  'core/command/event_specs.hpp',
  'core/command/people_specs.hpp',
  'core/command/tenant_specs.hpp',
  'core/document/schema.cpp',
  'core/document/schema_limits.hpp',
  'core/document/schema_rights.hpp',
  // Read by itself: titles in both languages, and what events mean.
  'core/event/catalog.cpp',
  // Texts of letters, in both languages by themselves.
  'core/event/spoken.cpp',
  // Held by the reasons of said.de.ts.
  'core/effect/reasons.cpp',
  // Read by itself: what the built-in roles are called.
  'core/access/role.cpp',
  // Lists that are part of the program, and roles and rules as files have them.
  'core/access/common.cpp',
  'core/document/roles.cpp',
  'core/guard/rules.cpp',
  // For whoever starts, sets up or measures the server.
  'app/data_dir.cpp',
  'app/fence_commands.cpp',
  'app/host.cpp',
  'app/main.cpp',
  'app/place.cpp',
  'app/server_bounds.cpp',
  'app/server_numbers.cpp',
  'app/setup.cpp',
  // Ways in which its own bookkeeping could be wrong, for tests.
  'core/toll/lines.cpp',
  // Faults of the database, of keys and of the disk, which stand in the log.
  'shell/store/acme.cpp',
  'shell/store/answers.cpp',
  'shell/store/binding_journal.cpp',
  'shell/store/connection.cpp',
  'shell/store/desk.cpp',
  'shell/store/extension_credentials.cpp',
  'shell/store/ledger.cpp',
  'shell/store/retention.cpp',
  'shell/store/rows.cpp',
  'shell/store/schema.cpp',
  'shell/store/store.cpp',
  'shell/store/write_group.cpp',
  'shell/store/writer.cpp',
  'shell/tls/certificates.cpp',
  'shell/tls/challenges.cpp',
  'shell/tls/context.cpp',
  'shell/tls/openssl.cpp',
  'shell/tls/request.cpp',
];

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .sort()
    .flatMap((name) => {
      const path = `${folder}/${name}`;
      if (statSync(join(root, path)).isDirectory()) return filesIn(path);
      return /\.[ch]pp$/.test(name) && !silent.some((each) => path.startsWith(each)) ? [path] : [];
    });
}

const token = /\/\/[^\n]*|\/\*[^]*?\*\/|R"(\w*)\([^]*?\)\1"|"((?:\\.|[^"\\\n])*)"|'(?:\\.|[^'\\\n])+'|^[ \t]*#[^\n]*|\s+|\w+|[^]/gm;
const meant: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** Literals that stand one behind another are one. */
export function literalsOf(source: string): string[] {
  const out: string[] = [];
  let open: string | null = null;
  for (const [text, , literal] of source.matchAll(token)) {
    if (literal !== undefined) open = (open ?? '') + literal.replace(/\\(.)/g, (_, of: string) => meant[of] ?? of);
    else if (open !== null && !/^(\s|\/\/|\/\*)/.test(text)) {
      out.push(open);
      open = null;
    }
  }
  return open === null ? out : [...out, open];
}

/** As a key has it: what fmt puts in is {}. */
export const keyOf = (literal: string): string =>
  literal
    .replace(/\{\d*(:[^{}]*)?\}/g, '{}')
    .replaceAll('{{', '{')
    .replaceAll('}}', '}')
    .replace(/^[\s;:,.]+(?=[\w"'({])/, '')
    .replace(/[\s;:,]+$/, '');

/** Several lines are a file or a letter. */
const isSentence = (text: string): boolean => !text.trim().includes('\n') && /[a-z]{2}[^ ]* +([^]*[^a-z])?[a-z]{2}/.test(text);
const isForMachines = (text: string): boolean =>
  /\b(WHERE|SELECT|CASE|ORDER BY|VALUES|LIMIT|INDEXED BY)\b|= :|< :|\r|Path=\/|'none'|max-age|_ms,|=\(self\)|-> |auth_name, |=\{\} \w+=|\[event@/.test(text);

export interface Sentence {
  readonly file: string;
  readonly text: string;
  readonly key: string;
}

/** Every literal, as a key has it. */
export const literals = (): Sentence[] =>
  rooms
    .flatMap(filesIn)
    .flatMap((file) => literalsOf(readFileSync(join(root, file), 'utf8')).map((text) => ({ file, text, key: keyOf(text) })));

export const sentencesAmong = (all: readonly Sentence[]): Sentence[] => [
  ...new Map(all.filter(({ text }) => isSentence(text) && !isForMachines(text)).map((each) => [each.key, each])).values(),
];

/** What the detection rules say that are built in. */
export function rulesOfTheGuard(): string[] {
  const folder = 'core/guard/rules';
  return readdirSync(join(root, folder))
    .filter((name) => statSync(join(root, folder, name)).isDirectory())
    .map((name) => /^about = (.+)$/m.exec(readFileSync(join(root, folder, name, 'rule.txt'), 'utf8'))?.[1] ?? name);
}

export interface EventKind {
  readonly name: string;
  readonly title: string;
  readonly titleGerman: string;
  readonly meaning: string;
}

/** Every kind of event: its name, its title in both languages and what it means stand one behind another. */
export function kindsOfEvents(): EventKind[] {
  const source = readFileSync(join(root, 'core/event/catalog.cpp'), 'utf8');
  const [, list = ''] = /constexpr auto kinds = ([^]*?)\n\}\);/.exec(source) ?? [];
  const texts = literalsOf(list);
  return texts.flatMap((name, at) =>
    at % 4 === 0 ? [{ name, title: texts[at + 1] ?? '', titleGerman: texts[at + 2] ?? '', meaning: texts[at + 3] ?? '' }] : [],
  );
}

/** What the built-in roles are called, by their names. */
export function titlesOfRoles(): Record<string, string> {
  const source = readFileSync(join(root, 'core/access/role.cpp'), 'utf8');
  return Object.fromEntries([...source.matchAll(/role\("([\w-]+)", "([^"]+)"/g)].map(([, name = '', title = '']) => [name, title]));
}
