import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server has to give: by path. */
export interface LiveSite {
  /** what is there at a path, such as `/report.html`; undefined where there is nothing */
  page(path: string): Promise<{ readonly type: string; readonly content: string | Uint8Array } | undefined>;
  /** somebody asks for something to be done, such as `/stop` */
  order(path: string): void;
}

/** Milliseconds from one telling of news to the next. */
const EVERY = 250;
/** Seconds that viewers are waited for at the end. */
const FAREWELL = 3;

/**
 * Serves a site to browsers on this machine alone, and tells them news as server-sent events (HTML standard, section 9.2). Whoever asks
 * under another name than this machine's, as a stranger's page does that had its name lead here, gets nothing.
 */
export class LiveServer {
  readonly #site: LiveSite;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #viewers = new Set<ServerResponse>();
  #news = '';
  #timer: NodeJS.Timeout | undefined;
  #pages = 0;

  constructor(site: LiveSite) {
    this.#site = site;
  }

  /** @returns its address */
  async open(): Promise<string> {
    await new Promise<void>((open, failed) => {
      this.#server.once('error', failed);
      this.#server.listen(0, '127.0.0.1', open);
    });
    return `http://${this.#host}/`;
  }

  /** Tells all viewers what is the case now: at once, or with what else comes in the next moment. */
  tell(news: string, { isUrgent = false } = {}): void {
    this.#news = news;
    if (isUrgent) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), EVERY);
  }

  /** Tells the last news, waits until viewers have seen the page that it leads them to, and ends. */
  async close(): Promise<void> {
    this.#send();
    const viewers = this.#viewers.size;
    const seen = this.#pages + viewers;
    for (let waited = 0; viewers > 0 && this.#pages < seen && waited < FAREWELL * 10; waited++) {
      await new Promise((later) => setTimeout(later, 100));
    }
    for (const viewer of this.#viewers) viewer.end();
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  get #host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const viewer of this.#viewers) viewer.write(`data: ${this.#news}\n\n`);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    const names = [this.#host, this.#host.replace('127.0.0.1', 'localhost')];
    const isOwn = headers.origin === undefined || names.some((name) => headers.origin === `http://${name}`);
    if (!names.includes(headers.host ?? '') || !isOwn) return end(response, 403);
    const { pathname } = new URL(request.url ?? '/', `http://${this.#host}`);
    if (method === 'POST') {
      // A form of another page has no origin of ours.
      if (headers.origin === undefined) return end(response, 403);
      this.#site.order(pathname);
      return end(response, 204);
    }
    if (method !== 'GET') return end(response, 405);
    if (pathname === '/events') return this.#view(response);
    const page = await this.#site.page(pathname).catch(() => undefined);
    if (page === undefined) return end(response, 404);
    if (pathname.endsWith('.html')) this.#pages += 1;
    response.writeHead(200, {
      'content-type': page.type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(page.content);
  }

  #view(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`data: ${this.#news}\n\n`);
    this.#viewers.add(response);
    response.on('close', () => this.#viewers.delete(response));
  }
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status);
  response.end();
}
