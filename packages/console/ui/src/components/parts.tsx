import { useComputed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { ago, moment, until } from '../format';
import { lookOf } from '../statuses';

/** A status: a colour, and always its name. */
export function Badge({ status }: { readonly status: string }) {
  const { tone, means } = lookOf(status);
  return (
    <span class={`badge ${tone}`} title={means}>
      <span class="dot" aria-hidden="true" />
      {status}
    </span>
  );
}

/** What came of a load. */
export function Outcome({ outcome }: { readonly outcome: string | undefined }) {
  const tone = outcome === 'failed' ? 'bad' : outcome === undefined ? 'wait' : 'good';
  const said = outcome === 'delta' || outcome === 'snapshot' ? 'changed' : outcome;
  return (
    <span class={`badge ${tone}`} title={outcome === said ? undefined : `It came as a ${outcome}`}>
      <span class="dot" aria-hidden="true" />
      {said ?? 'not loaded yet'}
    </span>
  );
}

/** How long ago a time is; it stays true. */
export function Ago({ time }: { readonly time: string | undefined }) {
  const text = useComputed(() => (time === undefined ? '–' : ago(time)));
  return time === undefined ? (
    <span class="dim">–</span>
  ) : (
    <time dateTime={time} title={moment(time)} key={time}>
      {text}
    </time>
  );
}

/** How long until a time; it stays true. */
export function Until({ time }: { readonly time: string | undefined }) {
  const text = useComputed(() => (time === undefined ? '–' : until(time)));
  return time === undefined ? (
    <span class="dim">–</span>
  ) : (
    <time dateTime={time} title={moment(time)} key={time}>
      {text}
    </time>
  );
}

/** What to say, and to do, where there is nothing to show. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Something that a person has to know. */
export function Notice({
  tone,
  title,
  children,
}: {
  readonly tone: 'bad' | 'warn' | 'wait' | 'good';
  readonly title?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div class={`notice ${tone}`}>
      {title && <strong>{title}</strong>}
      <span>{children}</span>
    </div>
  );
}

/** A part of a page. */
export function Section({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="panel">
      <header>
        <h2>{title}</h2>
        {aside && <div class="aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}

/** A JSON value on one line, as short as it takes to know it. */
export function Value({ value }: { readonly value: unknown }) {
  if (value === undefined) return <span class="value none">nothing</span>;
  if (value === null) return <span class="value none">null</span>;
  if (typeof value === 'string') return <span class="value text">{value === '' ? '“”' : value}</span>;
  if (typeof value === 'object') return <code class="value">{JSON.stringify(value)}</code>;
  return <span class="value literal">{JSON.stringify(value)}</span>;
}
