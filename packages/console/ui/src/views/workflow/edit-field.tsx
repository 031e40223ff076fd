import { useSignal } from '@preact/signals';
import { ActionDialog } from '../../components/dialog';

/** Lets a person set one field of an entity. */
export function EditField({
  id,
  entityName,
  entityId,
  field,
  value,
}: {
  readonly id: string;
  readonly entityName: string;
  readonly entityId: string;
  readonly field: string;
  readonly value: unknown;
}) {
  const isOpen = useSignal(false);
  // A text is written as it is, everything else as JSON.
  const isText = typeof value === 'string';
  return (
    <>
      <button
        class="plain small"
        aria-label={`Edit ${field} of ${entityName} ${entityId}`}
        onClick={() => (isOpen.value = true)}
      >
        Edit
      </button>
      {isOpen.value && (
        <ActionDialog
          workflowId={id}
          title={`Set ${field} of ${entityName} ${entityId}`}
          submit="Set it"
          onClose={() => (isOpen.value = false)}
          action={({ value: text = '' }) => {
            const parsed = isText ? { value: text } : parse(text);
            if (parsed === undefined)
              return 'That is no JSON. Write a text in double quotes, a number, true, null, or a list.';
            return { do: 'edit', entityName, id: entityId, field, value: parsed.value };
          }}
        >
          <label class="field">
            <span>{isText ? 'Value' : 'Value, as JSON'}</span>
            <textarea
              name="value"
              rows={3}
              spellcheck={false}
              defaultValue={isText ? value : JSON.stringify(value)}
            />
            <small>What a source gives of this field later takes its place.</small>
          </label>
        </ActionDialog>
      )}
    </>
  );
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
