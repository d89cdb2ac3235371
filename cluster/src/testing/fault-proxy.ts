import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of a request. */
type Fault =
  /** it never gets to the store, which is said to have answered so */
  | { readonly status: number; readonly code?: string }
  /** no answer */
  | 'silent'
  /** the answer stops half-way, and the connection stays open */
  | 'stalled'
  /** the answer stops half-way, and the connection is closed */
  | 'truncated'
  /** the store does what it is asked to, and its answer is lost */
  | 'lost'
  /** a bit of the answer's body is another */
  | 'flipped answer'
  /** a bit of the request's body is another */
  | 'flipped request'
  /** nothing happens to it */
  | 'none';

export interface FaultProxy {
  readonly endpoint: string;
  /** of each request in turn */
  faults: Fault[];
  /** of all requests after these */
  lasting: Fault;
  /** since it was last set to 0 */
  requests: number;
  close(): void;
}

/** An HTTP proxy in front of a store, which does to requests what a network or a bad day does. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const server = createServer((incoming, outgoing) => {
    proxy.requests += 1;
    handle(target, proxy.faults.shift() ?? proxy.lasting, incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: FaultProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ faults: [], lasting: 'none', requests: 0 },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return proxy;
}

async function handle(
  target: string,
  fault: Fault,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await bodyOf(incoming);
  if (fault === 'silent') return;
  if (typeof fault === 'object') {
    const { status, code = 'InternalError' } = fault;
    outgoing.writeHead(status, { 'content-type': 'application/xml' });
    outgoing.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>a fault of the test</Message></Error>`);
    return;
  }
  if (fault === 'flipped request') flip(body);
  const { method = 'GET', url = '/', headers } = incoming;
  // The signature covers the host that the client has addressed.
  const forwarded = request(new URL(url, target), { method, headers });
  forwarded.end(body);
  const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
  const answered = await bodyOf(answer);
  if (fault === 'lost') {
    outgoing.destroy();
    return;
  }
  if (fault === 'flipped answer') flip(answered);
  outgoing.writeHead(answer.statusCode!, answer.headers);
  if (fault !== 'truncated' && fault !== 'stalled') {
    outgoing.end(answered);
    return;
  }
  outgoing.write(answered.subarray(0, answered.length / 2), () => {
    if (fault === 'truncated') outgoing.destroy();
  });
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function flip(body: Buffer): void {
  const middle = body.length >> 1;
  body[middle] = body[middle]! ^ 1;
}
