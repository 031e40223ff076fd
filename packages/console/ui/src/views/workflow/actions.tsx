import { useSignal } from '@preact/signals';
import type { Action, Detail } from '../../../../src/api/types';
import { act, session } from '../../api';
import { ActionDialog, Field } from '../../components/dialog';
import { say } from '../../components/toasts';

type Asked = 'rotate' | 'address' | 'child' | 'cancel' | undefined;

/** What can be asked of a workflow. */
export function Actions({ detail }: { readonly detail: Detail }) {
  const { id, status, closedAt, said } = detail;
  const busy = useSignal<string | undefined>(undefined);
  const asked = useSignal<Asked>(undefined);
  const about = session.value?.about;
  if (about?.readOnly || closedAt !== undefined || said === undefined) return null;
  const run = async (action: Action): Promise<void> => {
    busy.value = action.do;
    const { ok, said: answer } = await act(id, action);
    busy.value = undefined;
    say(ok, answer);
  };
  const close = (): void => void (asked.value = undefined);
  const paths = Object.keys(said.managedPaths);
  const isPaused = status === 'paused';
  return (
    <div class="actions" role="group" aria-label="Actions">
      <button class="primary" disabled={busy.value !== undefined} onClick={() => void run({ do: 'refresh' })}>
        {busy.value === 'refresh' ? 'Loading…' : 'Refresh'}
      </button>
      <button
        disabled={busy.value !== undefined}
        onClick={() => void run({ do: isPaused ? 'resume' : 'pause' })}
      >
        {isPaused ? 'Resume' : 'Pause'}
      </button>
      <button onClick={() => (asked.value = 'rotate')}>Rotate token</button>
      <button onClick={() => (asked.value = 'address')}>Set address</button>
      {paths.length > 0 && <button onClick={() => (asked.value = 'child')}>Start a child</button>}
      <button disabled={busy.value !== undefined} onClick={() => void run({ do: 'roll' })}>
        {busy.value === 'roll' ? 'Rolling…' : 'Roll'}
      </button>
      <button class="danger" onClick={() => (asked.value = 'cancel')}>
        Cancel
      </button>
      {asked.value === 'rotate' && <Rotate detail={detail} close={close} />}
      {asked.value === 'address' && (
        <ActionDialog
          workflowId={id}
          title="Set the address of its sources"
          submit="Set it"
          onClose={close}
          action={({ url = '' }) => ({ do: 'setApiUrl', url })}
        >
          <Field
            name="url"
            title="Base address"
            type="url"
            value={said.apiUrl ?? ''}
            hint="Absolute, http or https. The worker reaches only origins that it was given; a load follows."
          />
        </ActionDialog>
      )}
      {asked.value === 'child' && (
        <ActionDialog
          workflowId={id}
          title="Start a child"
          submit="Add the item"
          onClose={close}
          action={({ path = '', id: child = '' }) => ({ do: 'startChild', path, id: child })}
        >
          <p>
            An item is added to a managed path, and gets a workflow of its own. A source that does not know it
            may take it away again.
          </p>
          <label class="field">
            <span>Managed path</span>
            <select name="path">
              {paths.map((path) => (
                <option key={path}>{path}</option>
              ))}
            </select>
          </label>
          <Field name="id" title="Id of the item" />
        </ActionDialog>
      )}
      {asked.value === 'cancel' && (
        <ActionDialog
          workflowId={id}
          title={`Cancel ${id}?`}
          submit="Cancel the workflow"
          isDanger
          onClose={close}
          action={() => ({ do: 'cancel' })}
        >
          <p>
            It ends, and its {said.children.length > 0 ? `${said.children.length} children` : 'children'} with
            it. What it holds stays in its history only.
          </p>
        </ActionDialog>
      )}
    </div>
  );
}

function Rotate({ detail: { id, said }, close }: { readonly detail: Detail; readonly close: () => void }) {
  const canSeal = session.value?.about?.canSeal === true;
  const isValue = useSignal(false);
  const origin = said?.apiUrl === undefined ? '' : new URL(said.apiUrl).origin;
  return (
    <ActionDialog
      workflowId={id}
      title="Rotate the token"
      submit="Rotate, and load"
      onClose={close}
      action={({ value = '', origins = '', reference = '' }) =>
        isValue.value
          ? { do: 'sealToken', value, origins: origins.split(/[\s,]+/).filter(Boolean) }
          : { do: 'rotateToken', reference }
      }
    >
      {canSeal && (
        <div class="switch" role="group" aria-label="What is given">
          <button type="button" aria-pressed={!isValue.value} onClick={() => (isValue.value = false)}>
            A reference
          </button>
          <button type="button" aria-pressed={isValue.value} onClick={() => (isValue.value = true)}>
            The token itself
          </button>
        </div>
      )}
      {isValue.value ? (
        <>
          <Field
            name="value"
            title="Token"
            type="password"
            hint="It is sealed by the console with the keyring, and kept nowhere: the workflow gets what is sealed."
          />
          <Field
            name="origins"
            title="For these origins"
            value={origin}
            hint="Separated by spaces; it is sent to no other."
          />
        </>
      ) : (
        <Field
          name="reference"
          title="Reference"
          value={said?.token?.reference.startsWith('secret:') ? said.token.reference : 'secret:'}
          hint={
            canSeal
              ? 'The name of a secret that the workers have: secret:NAME.'
              : 'The name of a secret that the workers have: secret:NAME. A token itself is taken only by a console that has the keyring.'
          }
        />
      )}
    </ActionDialog>
  );
}
