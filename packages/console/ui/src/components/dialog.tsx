import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Action, ActionResult } from '../../../src/api/types';
import { act } from '../api';
import { say } from './toasts';

/** What was filled in, by the name of the field. */
export type Given = Readonly<Record<string, string>>;

/** Reads what was filled into a form. */
export const givenIn = (form: HTMLFormElement): Given =>
  Object.fromEntries(
    [...new FormData(form)].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );

/** A question that has to be answered before something is done. What the workflow answered is said in it, and after it. */
export function ActionDialog({
  workflowId,
  title,
  submit,
  isDanger = false,
  action,
  onClose,
  children,
}: {
  readonly workflowId: string;
  readonly title: string;
  /** What the button says. */
  readonly submit: string;
  readonly isDanger?: boolean;
  /** Makes the action of what was filled in, or says what is wrong with that. */
  readonly action: (given: Given) => Action | string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const trouble = useSignal('');
  const busy = useSignal(false);
  useEffect(() => dialog.current?.showModal(), []);
  const onSubmit = async (form: HTMLFormElement): Promise<void> => {
    const asked = action(givenIn(form));
    if (typeof asked === 'string') return void (trouble.value = asked);
    busy.value = true;
    trouble.value = '';
    const { ok, said }: ActionResult = await act(workflowId, asked);
    busy.value = false;
    if (!ok) return void (trouble.value = said);
    say(ok, said);
    dialog.current?.close();
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-label={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void onSubmit(event.currentTarget);
        }}
      >
        <h2>{title}</h2>
        {children}
        <p class="trouble" role="alert">
          {trouble}
        </p>
        <footer>
          <button type="button" onClick={() => dialog.current?.close()}>
            Back
          </button>
          <button class={isDanger ? 'danger' : 'primary'} disabled={busy}>
            {busy.value ? 'Asking the workflow…' : submit}
          </button>
        </footer>
      </form>
    </dialog>
  );
}

/** A field to fill in. */
export function Field({
  name,
  title,
  hint,
  value = '',
  type = 'text',
}: {
  readonly name: string;
  readonly title: string;
  readonly hint?: string;
  readonly value?: string;
  readonly type?: 'text' | 'password' | 'url';
}) {
  const input = {
    name,
    defaultValue: value,
    required: true,
    autocomplete: 'off',
    spellcheck: false,
  } as const;
  return (
    <label class="field">
      <span>{title}</span>
      {type === 'password' ? (
        <input {...input} type="password" />
      ) : type === 'url' ? (
        <input {...input} type="url" />
      ) : (
        <input {...input} />
      )}
      {hint && <small>{hint}</small>}
    </label>
  );
}
