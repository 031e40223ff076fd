import { getProxyForUrl } from 'proxy-from-env';
import { addressKind } from './address';

/** Through which proxy requests go. */
export interface ProxyOptions {
  /**
   * The proxy's URL, a user name and a password in it if it wants them; or where to find it: `'environment'` reads
   * `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, but never for the worker's own machine; `'none'` goes
   * without.
   * @default 'environment'
   */
  readonly url?: string;
  /**
   * Who looks up the name of an API. `'worker'`: the worker does, checks the address and has the proxy connect to
   * that very address. `'proxy'`: for networks where only the proxy knows names; then it is for the proxy to
   * refuse private addresses, as the worker does not see them.
   * @default 'worker'
   */
  readonly resolve?: 'worker' | 'proxy';
}

/** The proxy for a URL, or `undefined` for a direct connection. */
export function proxyFor(url: URL, { url: proxy = 'environment' }: ProxyOptions): URL | undefined {
  if (proxy === 'none' || (proxy === 'environment' && isLocal(url))) return undefined;
  const found = proxy === 'environment' ? getProxyForUrl(url.href) : proxy;
  return found === '' ? undefined : new URL(found);
}

const isLocal = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname.endsWith('.localhost') || addressKind(hostname) === 'loopback';

/** Says what is wrong with a proxy that a person set, or `undefined`. Never repeats it: it may hold a password. */
export function proxyProblem(proxy: string): string | undefined {
  if (proxy === 'environment' || proxy === 'none') return undefined;
  if (URL.canParse(proxy) && /^https?:$/.test(new URL(proxy).protocol)) return undefined;
  return 'is not an http or https URL. Write one such as http://proxy.example.com:3128, "environment" or "none"';
}
