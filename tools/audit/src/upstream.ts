import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the API answers: well, or in a way that could carry a token on. */
export type Mode = 'ok' | 'echo 401' | 'echo 500' | 'redirect' | 'reset' | 'hang';

/** An API that repeats the token that it was sent wherever it can. */
export interface Upstream {
  readonly url: string;
  mode: Mode;
  /** Every `Authorization` that came in, to see that tokens were sent at all. */
  readonly seen: Set<string>;
  /** Resolves when a request hangs. */
  hanging(): Promise<void>;
  stop(): Promise<void>;
}

export async function startUpstream(): Promise<Upstream> {
  let onHang = (): void => {};
  const server = createServer((request, response) => answer(upstream, request, response, () => onHang()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream: Upstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mode: 'ok',
    seen: new Set(),
    hanging: () => new Promise((resolve) => (onHang = resolve)),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return upstream;
}

function answer(
  upstream: Upstream,
  { url = '/', headers }: IncomingMessage,
  response: ServerResponse,
  onHang: () => void,
): void {
  const token = headers.authorization ?? '';
  upstream.seen.add(token);
  const echo = { 'content-type': 'application/json', 'x-echo': token.replace(/[^ -~]/g, '') };
  switch (upstream.mode) {
    case 'ok':
      response.writeHead(200, echo);
      response.end(JSON.stringify({ id: url.split('/').at(-1), name: 'Ada', at: upstream.seen.size }));
      return;
    case 'echo 401':
    case 'echo 500':
      response.writeHead(upstream.mode === 'echo 401' ? 401 : 500, {
        ...echo,
        'www-authenticate': `Bearer error="${encodeURIComponent(token)}"`,
      });
      response.end(JSON.stringify({ error: `refused: ${token}`, headers }));
      return;
    case 'redirect':
      response.writeHead(302, { location: `http://127.0.0.1:1/?token=${encodeURIComponent(token)}` });
      response.end(token);
      return;
    case 'reset':
      response.destroy();
      return;
    case 'hang':
      onHang();
      return;
  }
}
