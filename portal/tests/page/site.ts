// The built pages over HTTP on loopback, which browsers take for secure, under the same rules as Ringfence serves them.

import { readFile } from 'node:fs/promises';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' blob: mediastream:",
  "connect-src 'self' wss://phone.test:5065",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface Api {
  config: () => object;
  link: (token: string) => { status: number; body: object };
  signOut: (name: string, password: string) => number;
}

export class Site {
  private readonly server: Server;

  constructor(
    private readonly folder: string,
    private readonly api: Api,
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

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (path === '/api/v1/phone/config') return this.json(response, 200, this.api.config());
    if (path.startsWith('/api/v1/phone/')) {
      let text = '';
      for await (const part of request) text += String(part);
      const said = JSON.parse(text) as Record<string, string>;
      if (path === '/api/v1/phone/sign-out')
        return this.json(response, this.api.signOut(said['auth_name'] ?? '', said['password'] ?? ''), {});
      const { status, body } = this.api.link(said['token'] ?? '');
      return this.json(response, status, body);
    }
    try {
      const file = join(this.folder, normalize(path === '/phone' ? '/phone.html' : path));
      const content = await readFile(file);
      response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
      response.end(content);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  }

  private json(response: ServerResponse, status: number, body: object): void {
    response.statusCode = status;
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(body));
  }
}
