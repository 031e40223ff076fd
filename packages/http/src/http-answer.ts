import type { IncomingHttpHeaders } from 'node:http';

/** The head of an answer. */
export interface HttpAnswerHead {
  /** 200 or 203 with a body, 304 without, or what `accept` takes. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names the request in errors, as redirected: `GET https://…`. */
  readonly request: string;
  /** Where it came from, as redirected: what links in it are relative to. */
  readonly url: URL;
}

/** A usable answer. */
export interface HttpAnswer extends HttpAnswerHead {
  readonly body: string;
  /** How long the body is, unpacked. */
  readonly bytes: number;
}
