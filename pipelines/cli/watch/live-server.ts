import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InputError } from '@etude/engine';

/** What a server has to give. */
export interface LiveSite {
  /** what is there at an address, such as `/report.html`; undefined where there is nothing */
  page(url: URL): Promise<Page | undefined>;
  /** what is the case now of what is told at a path, such as `/events`, as JSON; undefined where nothing is told */
  news(path: string): string | undefined;
  /** somebody asks for something to be done, such as `/stop` */
  order(path: string): void;
}

export interface Page {
  readonly type: string;
  readonly content: string | Uint8Array;
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
  /** by the path at which they are told */
  readonly #viewers = new Map<ServerResponse, { readonly path: string; told: string }>();
  #timer: NodeJS.Timeout | undefined;
  #pages = 0;

  constructor(site: LiveSite) {
    this.#site = site;
  }

  /**
   * @param port any one that is free where it is 0
   * @returns its address
   * @throws {InputError} where another program listens there
   */
  async open(port = 0): Promise<string> {
    await new Promise<void>((open, failed) => {
      this.#server.once('error', failed);
      this.#server.listen(port, '127.0.0.1', open);
    }).catch((error: NodeJS.ErrnoException) => {
      const message = { EADDRINUSE: 'another program listens there', EACCES: 'it needs more rights' }[error.code ?? ''];
      throw message ? new InputError([{ place: `port ${port}`, message }]) : error;
    });
    return `http://${this.#host}/`;
  }

  /** How many look. */
  get viewers(): number {
    return this.#viewers.size;
  }

  /** Tells all viewers what is the case now, where that is something else: at once, or with what else comes in the next moment. */
  tell({ isUrgent = false } = {}): void {
    if (isUrgent) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), EVERY);
  }

  /** Tells the last news, waits until viewers have seen the page that it leads them to, and ends. */
  async close({ isWaiting }: { isWaiting: boolean }): Promise<void> {
    this.#send();
    const viewers = this.#viewers.size;
    const seen = this.#pages + viewers;
    for (let waited = 0; isWaiting && viewers > 0 && this.#pages < seen && waited < FAREWELL * 10; waited++) {
      await new Promise((later) => setTimeout(later, 100));
    }
    for (const response of this.#viewers.keys()) response.end();
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  get #host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [response, viewer] of this.#viewers) {
      const news = this.#site.news(viewer.path);
      if (news === undefined || news === viewer.told) continue;
      viewer.told = news;
      response.write(`data: ${news}\n\n`);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    const names = [this.#host, this.#host.replace('127.0.0.1', 'localhost')];
    const isOwn = headers.origin === undefined || names.some((name) => headers.origin === `http://${name}`);
    if (!names.includes(headers.host ?? '') || !isOwn) return end(response, 403);
    const [address = '/', base] = [request.url, `http://${this.#host}`];
    if (!URL.canParse(address, base)) return end(response, 404);
    const url = new URL(address, base);
    if (method === 'POST') {
      // A form of another page has no origin of ours.
      if (headers.origin === undefined) return end(response, 403);
      this.#site.order(url.pathname);
      return end(response, 204);
    }
    if (method !== 'GET') return end(response, 405);
    const news = this.#site.news(url.pathname);
    if (news !== undefined) return this.#view(response, url.pathname, news);
    const page = await this.#site.page(url).catch(() => undefined);
    if (page === undefined) return end(response, 404);
    if (url.pathname.endsWith('.html')) this.#pages += 1;
    response.writeHead(200, {
      'content-type': page.type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(page.content);
  }

  #view(response: ServerResponse, path: string, news: string): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`data: ${news}\n\n`);
    this.#viewers.set(response, { path, told: news });
    response.on('close', () => this.#viewers.delete(response));
  }
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status);
  response.end();
}
