// Asks the server by the contract. What it refuses comes as a Problem, with the field and the remedy that it names.

import { type AnswerOf, type OperationName, operation } from '../contract/contract';
import { tenant } from '../tenant';

export type Value = string | number | boolean;
export type Values = Readonly<Record<string, Value | undefined>>;

export interface PasswordFault {
  readonly fault: string;
  readonly text: string;
}

export class Problem extends Error {
  constructor(
    /** The HTTP status; 0 when the server was not reached. */
    readonly status: number,
    detail: string,
    readonly remedy = '',
    readonly field = '',
    readonly faults: readonly PasswordFault[] = [],
  ) {
    super(detail);
  }
}

export interface Told<Answer> {
  readonly value: Answer;
  readonly tag: string;
  /** Rows in all, of a list that was cut; null when the answer does not say. */
  readonly total: number | null;
  /** Whether the list goes on. */
  readonly more: boolean;
}

export interface Wish {
  /** The tag of what is to be changed: refused when somebody else was faster. */
  readonly tag?: string;
  readonly signal?: AbortSignal;
}

const timeoutMs = 30_000;

interface Request {
  readonly url: string;
  readonly body: string | undefined;
}

/** Where and what to ask; values that the operation does not know are a fault of ours and are left to the server to refuse. */
export function requestOf(name: OperationName, values: Values): Request {
  const { path, verb, fields } = operation(name);
  const query = new URLSearchParams();
  const body: Record<string, Value> = {};
  let url = path;
  const chosen = tenant.get();
  if (chosen !== '' && fields.some((field) => field.name === 'tenant')) query.set('tenant', chosen);
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const place = fields.find((field) => field.name === key)?.in ?? (verb === 'GET' ? 'query' : 'body');
    if (place === 'path') url = url.replace(`{${key}}`, encodeURIComponent(String(value)));
    else if (place === 'query') query.set(key, String(value));
    else body[key] = value;
  }
  const asked = query.size > 0 ? `${url}?${query}` : url;
  return { url: asked, body: verb === 'GET' || verb === 'DELETE' ? undefined : JSON.stringify(body) };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

export function problemOf(status: number, body: unknown): Problem {
  const said = record(body);
  const text = (key: string) => (typeof said[key] === 'string' ? said[key] : '');
  const faults = Array.isArray(said['faults'])
    ? said['faults'].map(record).map((each) => ({ fault: String(each['fault']), text: String(each['text']) }))
    : [];
  return new Problem(status, text('detail') || text('title') || `HTTP ${status}`, text('remedy'), text('field'), faults);
}

let lost: () => void = () => undefined;
/** Says what happens when the server no longer knows who we are. */
export function onLost(handle: () => void): void {
  lost = handle;
}

export async function ask<Name extends OperationName>(
  name: Name,
  values: Values = {},
  wish: Wish = {},
): Promise<Told<AnswerOf<Name>>> {
  const { url, body } = requestOf(name, values);
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (wish.tag) headers['If-Match'] = wish.tag;
  const limit = AbortSignal.timeout(timeoutMs);
  let response: Response;
  try {
    response = await fetch(url, {
      method: operation(name).verb,
      headers,
      body: body ?? null,
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
      signal: wish.signal ? AbortSignal.any([wish.signal, limit]) : limit,
    });
  } catch {
    throw new Problem(0, '');
  }
  const value: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.status === 401 && !name.startsWith('session.')) lost();
  if (!response.ok) throw problemOf(response.status, value);
  const total = response.headers.get('Total-Count');
  return {
    value: value as AnswerOf<Name>,
    tag: response.headers.get('ETag') ?? '',
    total: total === null ? null : Number(total),
    more: response.headers.has('Link'),
  };
}

export async function call<Name extends OperationName>(name: Name, values: Values = {}, wish: Wish = {}) {
  return (await ask(name, values, wish)).value;
}
