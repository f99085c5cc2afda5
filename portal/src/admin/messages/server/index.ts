// What the server says in words, in another language: looked up by its English text, in which {} stands for what varies.
// Everything is compared as text, piece by piece from left to right, so that no text can make a look-up slow, and what
// varies is put in as text.

import { calls } from './calls.de';
import { events } from './events.de';
import { files } from './files.de';
import { forms } from './forms.de';
import { guard } from './guard.de';
import { people } from './people.de';
import { system } from './system.de';

export interface Piece {
  readonly text: string;
  /** Still in English, in a page that is not. */
  readonly foreign: boolean;
}

/** By the English text. In German {} takes what varies in its order, {2} by its place, {w} as a word of ours. */
export const germanServer: Readonly<Record<string, string>> = { ...calls, ...events, ...files, ...forms, ...guard, ...people, ...system };

interface Template {
  readonly parts: readonly string[];
  readonly longest: string;
  readonly weight: number;
  readonly said: string;
}

/** Texts longer than this, such as whole files, are not looked into. */
const longestText = 8_000;
/** Sentences joined in one text, and texts within texts; what is beyond stays as it is. */
const joinsMost = 12;
const depthMost = 3;
/** A text with fewer letters of its own fits nearly anything: it takes single words alone. */
const lettersOfItsOwn = 5;
const keptMost = 1_000;
/** Look-ups that one text may cost, however it is joined. */
const looksMost = 300;

/** What joins sentences, the strongest first. */
const joins = ['; ', ': ', ', '] as const;
const place = /\{(w?)(\d{0,2})\}/;

const lettersIn = (text: string): number => text.replace(/[^A-Za-z]/g, '').length;

function templateOf(english: string, said: string): Template {
  const parts = english.split('{}');
  const longest = parts.reduce((most, each) => (each.length > most.length ? each : most));
  return { parts, longest, weight: lettersIn(parts.join('')), said };
}

/** What stands in the places of a template; null when the text is another one. */
function capturesOf({ parts, longest, weight }: Template, text: string): string[] | null {
  const head = parts[0] ?? '';
  const tail = parts.at(-1) ?? '';
  if (!text.startsWith(head) || !text.endsWith(tail) || !text.includes(longest)) return null;
  const end = text.length - tail.length;
  let at = head.length;
  if (at > end) return null;
  const captures: string[] = [];
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return null;
    captures.push(text.slice(at, found));
    at = found + part.length;
  }
  captures.push(text.slice(at, end));
  return weight < lettersOfItsOwn && captures.some((each) => each.includes(' ')) ? null : captures;
}

function joined(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (last && last.foreign === piece.foreign) out[out.length - 1] = { text: last.text + piece.text, foreign: last.foreign };
    else if (piece.text !== '') out.push(piece);
  }
  return out;
}

/** Whether it reads as English: a name or a number is of no language. */
const isProse = (text: string): boolean => text.split(' ').filter((word) => /^[a-z]{2,}[.,:;]?$/.test(word)).length > 1;

export function translator(texts: Readonly<Record<string, string>>, wordOf: (word: string) => string | undefined) {
  const fixed = new Map<string, string>();
  const templates: Template[] = [];
  for (const [english, said] of Object.entries(texts))
    if (english.includes('{}')) templates.push(templateOf(english, said));
    else fixed.set(english, said);
  templates.sort((a, b) => b.weight - a.weight);
  const kept = new Map<string, readonly Piece[]>();

  /** "trunk line" has its first word translated, the name stays. */
  const inWords = (text: string): string => {
    const [first = '', ...rest] = text.split(' ');
    return wordOf(text) ?? [wordOf(first) ?? first, ...rest].join(' ');
  };

  const filled = (template: Template, captures: readonly string[], depth: number): Piece[] => {
    const out: Piece[] = [];
    let rest = template.said;
    for (let next = 0; ; ++next) {
      const found = place.exec(rest);
      const before = found ? rest.slice(0, found.index) : rest;
      out.push({ text: before, foreign: false });
      if (!found) return out;
      rest = rest.slice(found.index + found[0].length);
      const capture = captures[found[2] ? Number(found[2]) - 1 : next] ?? '';
      // What stands in quotes is somebody's own.
      if (before.endsWith('„')) out.push({ text: capture, foreign: false });
      else if (capture.includes(' ') && depth < depthMost) {
        out.push(...(compose(capture, depth + 1, joinsMost) ?? [{ text: found[1] ? inWords(capture) : capture, foreign: false }]));
      } else out.push({ text: found[1] ? inWords(capture) : capture, foreign: false });
    }
  };

  let looksLeft = looksMost;
  const whole = (text: string, depth: number): Piece[] | null => {
    if (--looksLeft < 0) return null;
    const said = fixed.get(text);
    if (said !== undefined) return [{ text: said, foreign: false }];
    for (const template of templates) {
      const captures = capturesOf(template, text);
      if (captures) return filled(template, captures, depth);
    }
    return null;
  };

  /** "trunk line leads to no trunk": what is said of something named before it. */
  const behindAName = (text: string, depth: number): Piece[] | null => {
    const [first = '', second = ''] = text.split(' ', 2);
    if (wordOf(first) === undefined) return null;
    for (const name of [first, `${first} ${second}`]) {
      const said = whole(text.slice(name.length + 1), depth);
      if (said) return [{ text: `${inWords(name)} `, foreign: false }, ...said];
    }
    return null;
  };

  const unknown = (text: string): Piece => (isProse(text) ? { text, foreign: true } : { text: inWords(text), foreign: false });
  const rest = (text: string, depth: number, joinsLeft: number): Piece[] => compose(text, depth, joinsLeft) ?? [unknown(text)];

  /** Sentences that stand one behind another, each by itself; null when none is known. */
  const compose = (text: string, depth: number, joinsLeft: number): Piece[] | null => {
    const all = whole(text, depth) ?? behindAName(text, depth);
    if (all || joinsLeft <= 0) return all;
    for (const join of joins) {
      let at = text.indexOf(join);
      for (let looked = 0; at >= 0 && looked < joinsMost; ++looked, at = text.indexOf(join, at + join.length)) {
        const before = text.slice(0, at);
        const head = before.includes(' ') ? whole(before, depth) : [unknown(before)];
        if (head) return [...head, { text: join, foreign: false }, ...rest(text.slice(at + join.length), depth, joinsLeft - 1)];
      }
    }
    const join = joins.find((each) => text.includes(each));
    if (join === undefined) return null;
    const at = text.indexOf(join);
    const head = compose(text.slice(0, at), depth, joinsLeft - 1);
    const tail = compose(text.slice(at + join.length), depth, joinsLeft - 1);
    if (!head && !tail) return null;
    return [
      ...(head ?? [unknown(text.slice(0, at))]),
      { text: join, foreign: false },
      ...(tail ?? [unknown(text.slice(at + join.length))]),
    ];
  };

  const ofLine = (line: string): Piece[] => {
    const text = line.trimStart();
    return [{ text: line.slice(0, line.length - text.length), foreign: false }, ...rest(text, 0, joinsMost)];
  };

  return (said: string): readonly Piece[] => {
    if (said.length > longestText) return [{ text: said, foreign: true }];
    const before = kept.get(said);
    if (before) return before;
    looksLeft = looksMost;
    const lines = said.split('\n').map(ofLine);
    const pieces = joined(lines.flatMap((line, i) => (i === 0 ? line : [{ text: '\n', foreign: false }, ...line])));
    if (kept.size >= keptMost) kept.clear();
    kept.set(said, pieces);
    return pieces;
  };
}

/** As one text, for where no markup can stand: titles, search, sorting. */
export const plainly = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join('');
