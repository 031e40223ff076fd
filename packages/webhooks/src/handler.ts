import { InvalidInputError } from '@stateful-workflow/core';
import { Authenticity } from './authenticity';
import { checkForm, parseBody, readBody } from './body';
import { Gatherer } from './gatherer';
import {
  type CheckedOptions,
  checkOptions,
  type WebhookEvent,
  type WebhookHandlerOptions,
  type WebhookTarget,
} from './options';
import { keyOf, Remembered } from './remembered';
import { answerOf, busy, failed, Turned, type Verdict } from './report';
import { Sender, type Sent } from './sender';
import { type CheckedTarget, sourcesOf, Targets } from './target';

/** Answers a webhook. It never throws. */
export type WebhookHandler = (request: Request) => Promise<Response>;

/**
 * Receives the webhooks of one sender, and has the workflows of the entities that they are about load: `refresh`, since events
 * come late, twice and out of order, and what is true only the source can tell. Mount it in whatever takes a `Request` and
 * gives a `Response`, or in Node's http with {@link toNodeListener}.
 *
 * ## Rules
 * - It answers 2xx once Temporal has the signal, or there is nobody to tell; else the sender tries again.
 * - It has to get the body unread: see "Body parsers" in the guide.
 * - Each process remembers doubles and gathers events for itself; where that is not enough, a workflow loads once more than it
 *   need have.
 * - Keep polling, rarely: a webhook may be lost.
 *
 * ## Answers
 * 200 `accepted`, `duplicate`, `ignored`, `unknown` · 400, 405, 408, 413, 415 `invalid` · 401 `refused` · 500 `failed` · 503
 * with `Retry-After` `busy`, `unavailable`.
 *
 * @typeParam Body what the sender puts into a body, which nobody checks
 * @throws InvalidInputError when an option cannot be used
 * @example
 * const crm = 'https://crm.example.com';
 * export const POST = createWebhookHandler<CrmEvent>({
 *   client,
 *   workflow: CustomerWorkflow,
 *   taskQueue: 'crm',
 *   scheme: standardWebhooks(),
 *   from: crm,
 *   secret: 'secret:CRM_HOOK',
 *   secrets: [environmentSecrets({ CRM_HOOK: { origins: [crm] } })],
 *   target: ({ type, body }) => (type?.startsWith('customer.') ? { id: body.data.id } : undefined),
 * });
 */
export function createWebhookHandler<Body = unknown>(options: WebhookHandlerOptions<Body>): WebhookHandler {
  const receiver = new Receiver(checkOptions(options));
  return (request) => receiver.answer(request);
}

class Receiver {
  readonly #options: CheckedOptions;
  readonly #authenticity: Authenticity;
  readonly #remembered: Remembered;
  readonly #sender: Sender;
  readonly #targets: Targets;
  readonly #gatherer: Gatherer<WebhookTarget, Sent>;
  #requests = 0;

  constructor(options: CheckedOptions) {
    this.#options = options;
    this.#authenticity = new Authenticity(options);
    this.#remembered = new Remembered(options);
    this.#sender = new Sender(options);
    this.#targets = new Targets(options);
    this.#gatherer = new Gatherer((workflowId, target) => this.#sender.send(workflowId, target), {
      ...options,
      join: joined,
    });
  }

  async answer(request: Request): Promise<Response> {
    const startedAt = performance.now();
    this.#requests++;
    let verdict: Verdict;
    try {
      verdict = await this.#receive(request);
    } catch (error) {
      verdict = (error instanceof Turned ? error : failed(wordsOf(error))).verdict;
    } finally {
      this.#requests--;
    }
    this.#tell(verdict, Math.round(performance.now() - startedAt));
    return answerOf(verdict);
  }

  async #receive(request: Request): Promise<Verdict> {
    if (this.#requests > this.#options.maxRequests) throw busy();
    checkForm(request, this.#options);
    const { headers } = request;
    const claim = this.#authenticity.claim(headers);
    const body = await readBody(request, this.#options);
    await this.#authenticity.check({ headers, body });

    const content = parseBody(body);
    const described = this.#options.scheme.describe?.(content);
    const isIdSigned = described?.id !== undefined || claim.isIdSigned;
    const id = described?.id ?? claim.id;
    const type = described?.type ?? claim.type;
    const known = { ...(id !== undefined && { id }), ...(type !== undefined && { type }) };
    const key = keyOf({ id, isIdSigned }, body);
    if (this.#remembered.has(key)) return { outcome: 'duplicate', status: 200, ...known };
    try {
      const verdict = await this.#deliver({ ...known, body: content, headers });
      // Only now: one that was not accepted comes again by the same id.
      if (verdict.outcome === 'accepted') this.#remembered.add(key);
      return { ...verdict, ...known };
    } catch (error) {
      if (error instanceof Turned) throw new Turned({ ...error.verdict, ...known });
      throw error;
    }
  }

  async #deliver(event: WebhookEvent): Promise<Verdict> {
    const targets = await this.#targetsOf(event);
    if (targets.length === 0) return { outcome: 'ignored', status: 200 };
    const usable = targets.filter(({ reason }) => reason === undefined).map(({ target }) => target);
    const workflowIds = usable.map(({ id }) => this.#sender.workflowId(id));
    const sent = await Promise.all(
      usable.map((target) => this.#gatherer.add(this.#sender.workflowId(target.id), target)),
    );
    if (sent.includes('accepted')) return { outcome: 'accepted', status: 200, workflowIds };
    const reason = targets.find((one) => one.reason)?.reason ?? 'there is no workflow that could take it';
    return { outcome: 'unknown', status: 200, workflowIds, reason };
  }

  /** @throws Turned where `target` fails, or gives what is no target */
  async #targetsOf(event: WebhookEvent): Promise<readonly CheckedTarget[]> {
    try {
      const named = (await this.#options.target(event)) ?? [];
      return (Array.isArray(named) ? (named as unknown[]) : [named]).map((one) => this.#targets.check(one));
    } catch (error) {
      throw failed(`target: ${wordsOf(error)}`);
    }
  }

  #tell(verdict: Verdict, durationMs: number): void {
    const { log, onEvent, from } = this.#options;
    const { outcome, status, id, type, workflowIds, reason } = verdict;
    const line = `A webhook from ${from} was answered ${status} ${outcome}${reason ? `: ${reason}` : ''}`;
    const attributes = { id, type, workflowIds, durationMs };
    if (outcome === 'failed') log.error(line, attributes);
    else if (status >= 400) log.warn(line, attributes);
    else log.debug(line, attributes);
    try {
      onEvent({
        outcome,
        status,
        from,
        durationMs,
        ...(id !== undefined && { id }),
        ...(type !== undefined && { type }),
        ...(workflowIds && { workflowIds }),
        ...(reason && { reason }),
      });
    } catch (error) {
      log.error(`onEvent threw: ${wordsOf(error)}`);
    }
  }
}

/** What is sent of two events of an entity: the newer record, or the request to ask their sources, which know of both. */
function joined(waiting: WebhookTarget, coming: WebhookTarget): WebhookTarget {
  const { record: earlier } = waiting;
  const { record: later } = coming;
  const record =
    earlier && later && earlier.source === later.source
      ? earlier.version > later.version
        ? earlier
        : later
      : undefined;
  const [of, and] = [sourcesOf(waiting), sourcesOf(coming)];
  return { ...waiting, ...coming, record, sources: of && and && [...new Set([...of, ...and])] };
}

/** An error for the log. */
function wordsOf(error: unknown): string {
  if (error instanceof InvalidInputError) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
