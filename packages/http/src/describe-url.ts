/**
 * Names a URL in a message: origin, path and the names of its query parameters. Values of parameters, user
 * names, passwords and fragments are left out, since they may be secret.
 *
 * @example
 * describeUrl(new URL('https://me:pw@crm.example.com/customers?key=s3cret')); // https://crm.example.com/customers?key=…
 */
export function describeUrl(url: URL): string {
  const names = [...new Set(url.searchParams.keys())];
  const query = names.map((name) => `${encodeURIComponent(name)}=…`).join('&');
  return `${url.origin}${url.pathname}${query === '' ? '' : `?${query}`}`;
}

/** Names a request in a message: `GET https://…`. See {@link describeUrl}. */
export const describeRequest = (method: string, url: URL): string => `${method} ${describeUrl(url)}`;
