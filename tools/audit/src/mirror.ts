import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Tokens that the mirror gives out for a client's secret, one after the other. */
export interface MirrorTokens {
  readonly first: string;
  readonly renewed: string;
}

/** APIs that give back what they were sent, or gave out, in the places where real ones do. */
export interface Mirror {
  /** Takes a bearer token, and repeats it in links, cursors, validators, records and values. */
  readonly bearer: string;
  /** Takes `user:password`, and repeats the password in errors. */
  readonly basic: string;
  /** Gives tokens for a client's secret, refuses the first one, and repeats the next in errors. */
  readonly oauth: string;
  /** What came in: `Authorization` headers, and the tokens that links carried. */
  readonly seen: Set<string>;
  /** How many of the requests for a second page were let wait; the first one is. */
  readonly waiting: Promise<void>;
  stop(): Promise<void>;
}

/** How a link to the next page carries a token, by the path that is asked for. */
const LINKS: Readonly<Record<string, (origin: string, path: string, token: string) => string>> = {
  '/link': (origin, path, token) => `${origin}${path}?page=2&access_token=${encodeURIComponent(token)}`,
  '/link-python': (origin, path, token) =>
    `${origin}${path}?page=2&access_token=${encodeURIComponent(token).replaceAll('%2F', '/')}`,
  '/link-mixed': (origin, path, token) =>
    `${origin}${path}?page=2&access_token=${mixed(encodeURIComponent(token))}`,
  '/link-path': (origin, path, token) => `${origin}${path}/${encodeURIComponent(token)}?page=2`,
  '/link-nested': (origin, path, token) =>
    `${origin}${path}?page=2&return=${encodeURIComponent(`${origin}/?access_token=${encodeURIComponent(token)}`)}`,
};

/** Escapes whose letters are now small, now large. */
const mixed = (escaped: string): string =>
  escaped.replace(/%(.)(.)/g, (_, a: string, b: string) => `%${a.toLowerCase()}${b.toUpperCase()}`);

export async function startMirror(tokens: MirrorTokens): Promise<Mirror> {
  const seen = new Set<string>();
  let onWaiting = (): void => {};
  const waiting = new Promise<void>((resolve) => (onWaiting = resolve));
  let held = false;

  const bearer = await serve(({ url = '/', headers }, response) => {
    const token = (headers.authorization ?? '').replace('Bearer ', '');
    seen.add(token);
    const origin = `http://${headers.host}`;
    const { pathname, searchParams } = new URL(url, origin);
    const path = `/${pathname.split('/')[1] ?? ''}`;
    const items = [{ id: `${path.slice(1)}-${searchParams.get('page') ?? '1'}` }];
    if (path === '/etag') return json(response, { items }, { etag: `"v1-${token}"` });
    if (path === '/cursor')
      return json(
        response,
        searchParams.has('after') ? { items, next: null } : { items, next: `${token}:2` },
      );
    if (path === '/since') return json(response, { items: [{ id: 's', at: `at-${token}` }] });
    if (path === '/record')
      return json(response, {
        items: [{ id: 'r', self: `${origin}/r?access_token=${encodeURIComponent(token)}` }],
      });
    if (path === '/records')
      return json(response, { items: [{ id: 'r', [`of ${token}`]: { token: [token] } }] });
    if (!searchParams.has('page'))
      return json(response, { items, next: LINKS[path]?.(origin, path, token) ?? null });
    // What a link carries has to be as it was given when it is used.
    if (url.includes(token) || decoded(url).includes(token)) seen.add(`link ${path} ${token}`);
    if (path === '/link' && !held) {
      held = true;
      onWaiting();
      return;
    }
    json(response, { items, next: null });
  });

  const basic = await serve(({ headers }, response) => {
    const pair = Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();
    seen.add(pair);
    const password = pair.slice(pair.indexOf(':') + 1);
    json(response, failing(`no such user, or its password ${password} is wrong`, password));
  });

  let given = 0;
  const oauth = await serve((request, response) => {
    const { url, headers } = request;
    if (url === '/token') {
      const secret = Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();
      // As RFC 6749 has it, both are written as in a form.
      seen.add(new URLSearchParams(`v=${secret.slice(secret.indexOf(':') + 1)}`).get('v') ?? '');
      const access_token = given++ === 0 ? tokens.first : tokens.renewed;
      return json(response, { access_token, token_type: 'Bearer', expires_in: 3600 });
    }
    const token = (headers.authorization ?? '').replace('Bearer ', '');
    seen.add(token);
    if (token === tokens.first) return json(response, { error: `expired: ${token}` }, {}, 401);
    json(response, failing(`${'x'.repeat(280)} ${token}`, token));
  });

  const servers = [bearer, basic, oauth];
  const [bearerUrl = '', basicUrl = '', oauthUrl = ''] = servers.map(({ origin }) => origin);
  return {
    bearer: bearerUrl,
    basic: basicUrl,
    oauth: oauthUrl,
    seen,
    waiting,
    stop: async () => void (await Promise.all(servers.map(({ stop }) => stop()))),
  };
}

/** An answer of GraphQL that repeats a secret in its message, its path and its code. */
const failing = (message: string, secret: string): object => ({
  data: null,
  errors: [{ message, path: ['items', secret], extensions: { code: secret.toUpperCase(), at: secret } }],
});

/** A URL with what is escaped in it read, twice. */
function decoded(url: string): string {
  return decodeURIComponent(decodeURIComponent(url).replace(/%(?![0-9a-f]{2})/gi, '%25'));
}

function json(response: ServerResponse, body: object, headers: object = {}, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly origin: string; readonly stop: () => Promise<void> }> {
  const server = createServer((request, response) => {
    void text(request).then(() => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
