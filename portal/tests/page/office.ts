// A stand-in for the server of the administration pages: an office that answers as the contract says, and remembers what it was asked.

import { readFile } from 'node:fs/promises';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import operations from '../../src/admin/contract/operations.json';
import { policy } from './site';

export interface Asked {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly tag: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export type Answers = Record<string, (asked: Asked) => Answer | object>;

interface Said {
  readonly verb: string;
  readonly path: string;
  readonly fields: readonly { readonly name: string; readonly help: string }[];
}

const table = Object.entries(operations as unknown as Record<string, Said>).map(([name, { verb, path, fields }]) => ({
  name,
  verb,
  /** The server cuts the list that such a command gives whole. */
  cut: fields.some((field) => field.name === 'offset' && field.help === 'how many rows to pass over'),
  names: [...path.matchAll(/\{(\w+)\}/g)].map(([, each]) => each ?? ''),
  shape: new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`),
}));

const rowsStanding = 1000;

/** The part of a list that was asked for, and how many there are in all. */
function partOf(answer: object, { values }: Asked): { body: object; total: number } {
  const [list, rows] = Object.entries(answer).find((each): each is [string, unknown[]] => Array.isArray(each[1])) ?? ['', []];
  const from = Number(values['offset'] ?? 0);
  return { body: { ...answer, [list]: rows.slice(from, from + Number(values['limit'] ?? rowsStanding)) }, total: rows.length };
}

const types: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

export class Office {
  readonly heard: Asked[] = [];
  signedIn = false;
  private readonly server: Server;

  constructor(
    private readonly folder: string,
    readonly answers: Answers,
  ) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  last(name: string): Asked | undefined {
    return this.heard.findLast((asked) => asked.name === name);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://office');
    response.setHeader('Content-Security-Policy', policy);
    if (url.pathname.startsWith('/api/')) return this.operation(request, response, url);
    const page = ['/', '/login'].includes(url.pathname) ? '/index.html' : url.pathname;
    try {
      const content = await readFile(join(this.folder, normalize(page)));
      response.setHeader('Content-Type', types[extname(page)] ?? 'application/octet-stream');
      response.end(content);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  }

  private async operation(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    let text = '';
    for await (const part of request) text += String(part);
    const found = table.find(({ verb, shape }) => verb === request.method && shape.test(url.pathname));
    if (!found) return this.say(response, 404, { title: 'Not Found', status: 404 });
    const inPath = found.shape.exec(url.pathname)?.slice(1).map(decodeURIComponent) ?? [];
    const values = {
      ...Object.fromEntries(url.searchParams),
      ...(text === '' ? {} : (JSON.parse(text) as object)),
      ...Object.fromEntries(found.names.map((name, at) => [name, inPath[at]])),
    };
    const asked = { name: found.name, values, tag: String(request.headers['if-match'] ?? '') };
    this.heard.push(asked);
    const open = /^(session|account\.first|account\.password\.check)/.test(found.name);
    if (!this.signedIn && !open) return this.say(response, 401, { title: 'Unauthorized', status: 401, detail: 'sign in first' });
    const answer = this.answers[found.name]?.(asked) ?? { status: 404, body: { title: 'Not Found', status: 404, detail: `no ${found.name}` } };
    if ('status' in answer && 'body' in answer) return this.say(response, Number(answer.status), answer.body);
    if (!found.cut) return this.say(response, 200, answer);
    const { body, total } = partOf(answer, asked);
    response.setHeader('Total-Count', String(total));
    return this.say(response, 200, body);
  }

  private say(response: ServerResponse, status: number, body: unknown): void {
    response.statusCode = status;
    response.setHeader('Content-Type', status < 400 ? 'application/json' : 'application/problem+json');
    response.setHeader('ETag', '"tag-1"');
    response.end(status === 204 ? '' : JSON.stringify(body));
  }
}
