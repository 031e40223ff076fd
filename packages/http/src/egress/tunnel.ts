import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { HttpError } from '../http-error';

/** Where a tunnel leads. */
export interface TunnelTarget {
  readonly host: string;
  readonly port: number;
}

/**
 * Has a proxy connect to a host (`CONNECT`), for plain HTTP as well: so a proxy sees an address and no more.
 *
 * @throws HttpError when the proxy refuses; what Node says of the connection to the proxy
 */
export function openTunnel(proxy: URL, target: TunnelTarget, signal?: AbortSignal): Promise<Socket> {
  const authority = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
  const secure = proxy.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port === '' ? (secure ? 443 : 80) : Number(proxy.port),
      method: 'CONNECT',
      path: authority,
      headers: { Host: authority, ...proxyAuthorization(proxy) },
      agent: false,
      ...(secure && { rejectUnauthorized: true }),
      signal,
    });
    request.once('error', reject);
    request.once('connect', (answer, socket, head) => {
      if (answer.statusCode === 200 && head.length === 0) return resolve(socket);
      socket.destroy();
      reject(refused(proxy, answer.statusCode ?? 0));
    });
    // An answer to CONNECT that Node does not take for one.
    request.once('response', (answer) => {
      answer.destroy();
      reject(refused(proxy, answer.statusCode ?? 0));
    });
    request.end();
  });
}

function proxyAuthorization({ username, password }: URL): { 'Proxy-Authorization'?: string } {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'Proxy-Authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

function refused(proxy: URL, status: number): HttpError {
  const advice =
    status === 407
      ? 'Set its user name and password in the proxy URL on the worker.'
      : 'Check that it lets the worker reach the API.';
  return new HttpError(
    { type: 'proxy', status },
    `The proxy ${proxy.origin} answered ${status} when it was asked for a connection. ${advice}`,
  );
}
