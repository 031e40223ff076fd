import { signal } from '@preact/signals';

interface Toast {
  readonly key: number;
  readonly ok: boolean;
  readonly said: string;
}

const toasts = signal<readonly Toast[]>([]);
let next = 0;

/** Says for a while what came of something. */
export function say(ok: boolean, said: string): void {
  const toast = { key: next++, ok, said };
  toasts.value = [...toasts.value, toast].slice(-4);
  setTimeout(() => drop(toast.key), ok ? 8_000 : 20_000);
}

const drop = (key: number): void => void (toasts.value = toasts.value.filter((toast) => toast.key !== key));

/** What came of what was done lately. */
export function Toasts() {
  return (
    <div class="toasts" role="log" aria-live="polite" aria-label="What came of it">
      {toasts.value.map(({ key, ok, said }) => (
        <div key={key} class={`toast ${ok ? 'good' : 'bad'}`}>
          <span class="dot" aria-hidden="true" />
          <p>{said}</p>
          <button class="plain" aria-label="Dismiss" onClick={() => drop(key)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
