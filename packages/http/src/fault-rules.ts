import type { IncomingHttpHeaders } from 'node:http';
import type { FaultKind } from '@stateful-workflow/core';
import { HttpError } from './http-error';
import { networkCode } from './network-error';

/**
 * What an answer or an error of an API is, where the standard table is not right for it. Every condition that is
 * given has to hold; of several rules the first that fits counts, before the table.
 *
 * @example
 * // Answers 200 when it is asked too often, and 403 for a record that is not there.
 * faults: [
 *   { body: (body) => (body as { error?: string }).error === 'ratelimited', kind: 'throttled', retryAfterMs: 30_000 },
 *   { status: 403, origin: 'https://legacy.example.com', kind: 'gone' },
 *   { headers: (headers) => headers['x-app-quota'] === 'spent', kind: 'throttled' },
 * ]
 */
export interface FaultRule {
  /** The status, or several. */
  readonly status?: number | readonly number[];
  /** The code of a network error: `ECONNREFUSED`. */
  readonly code?: string;
  /** Looks at the body: parsed if it is JSON, else its text. What it throws counts as no. */
  readonly body?: (body: unknown) => boolean;
  /** Looks at the headers, whose names are in small letters. What it throws counts as no. */
  readonly headers?: (headers: IncomingHttpHeaders) => boolean;
  /** Only for this origin. */
  readonly origin?: string;
  readonly kind: FaultKind;
  /** How long to wait, in milliseconds. @default what the answer says in `Retry-After` */
  readonly retryAfterMs?: number;
}

/** What a rule can look at. */
export interface Judged {
  readonly origin: string;
  readonly status?: number;
  readonly error?: unknown;
  readonly headers?: IncomingHttpHeaders;
  /** Read only when a rule asks for it. */
  readonly body?: string;
}

/** The first rule that fits. */
export function fittingRule(rules: readonly FaultRule[], judged: Judged): FaultRule | undefined {
  let parsed: unknown;
  const body = (): unknown => (parsed ??= parse(judged.body ?? ''));
  return rules.find((rule) => {
    if (rule.origin !== undefined && rule.origin !== judged.origin) return false;
    if (rule.status !== undefined && ![rule.status].flat().includes(judged.status ?? 0)) return false;
    if (rule.code !== undefined && rule.code !== networkCode(judged.error)) return false;
    const { headers } = judged;
    if (rule.headers !== undefined && (headers === undefined || !holds(rule.headers, headers))) return false;
    if (rule.body !== undefined) return judged.body !== undefined && holds(rule.body, body());
    return rule.status !== undefined || rule.code !== undefined || rule.headers !== undefined;
  });
}

/** The error for an answer that a rule fits. */
export function ruleError(rule: FaultRule, message: string, retryAfterMs: number | undefined): HttpError {
  return new HttpError(
    { type: 'rule', kind: rule.kind, retryAfterMs: rule.retryAfterMs ?? retryAfterMs },
    message,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function holds<T>(test: (given: T) => boolean, given: T): boolean {
  try {
    return test(given);
  } catch {
    // Written for another answer of the same API.
    return false;
  }
}
