/** An item of a shop. */
export interface Item {
  readonly id: string;
  readonly name: string;
}

/** A server that others wrote, with a list of items that a test changes. */
export interface Shop {
  /** Where its API is. */
  readonly url: string;
  /** Adds an item, or gives the one that has this id another name. */
  put(item: Item): Promise<void>;
  remove(id: string): Promise<void>;
  stop(): Promise<void>;
}

/** Sends a change to a server. @throws Error when it refuses */
export async function send(method: string, url: string, body?: object): Promise<Response> {
  const response = await fetch(url, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${await response.text()}`);
  return response;
}
