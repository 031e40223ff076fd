import { computed, signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

const url = signal(new URL(location.href));
addEventListener('popstate', () => (url.value = new URL(location.href)));

/** Where the page is, and what its query says. */
export const path = computed(() => url.value.pathname);
export const query = computed(() => url.value.searchParams);

/** Goes somewhere. @param replace takes the place of what is there, as while somebody types */
export function go(to: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  const isOther = new URL(location.href).pathname !== url.value.pathname;
  url.value = new URL(location.href);
  if (isOther) scrollTo(0, 0);
}

/** The current address with other values in its query; `undefined` takes one out. */
export function withQuery(values: Readonly<Record<string, string | undefined>>): string {
  const params = new URLSearchParams(query.value);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === '') params.delete(name);
    else params.set(name, value);
  }
  const text = params.toString();
  return text === '' ? path.value : `${path.value}?${text}`;
}

export const workflowPath = (id: string): string => `/workflows/${encodeURIComponent(id)}`;

interface LinkProps {
  readonly to: string;
  readonly class?: string;
  readonly title?: string | undefined;
  readonly 'aria-label'?: string;
  readonly 'aria-current'?: 'page' | 'true' | undefined;
  readonly children?: ComponentChildren;
}

/** A link within the console: it loads nothing anew. */
export function Link({ to, children, ...rest }: LinkProps) {
  return (
    <a
      {...rest}
      href={to}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
