import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import { ValueError } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { hasInstance } from '../contract/brand';
import { decrypt, encrypt } from './cipher';
import type { Keyring } from './keyring';

const PURPOSE = 'payload';
const ENCODING = 'binary/encrypted';
const FIELDS = {
  encoding: 'encoding',
  cipher: 'encryption-cipher',
  key: 'encryption-key-id',
  namespace: 'encryption-namespace',
} as const;
const CIPHER = 'AES-256-GCM';

/** How {@link encryptionCodec} works. */
export interface EncryptionCodecOptions {
  /** The namespace where Temporal does not say which: a codec server has to be told. @default none */
  readonly namespace?: string;
}

/**
 * A Temporal payload codec that encrypts every payload as a whole: arguments, results, signals, queries, memos,
 * heartbeats and failures. AES-256-GCM under the primary key of the keyring, from which each namespace has a key of its
 * own; the id of the key and the namespace stand in the metadata, and are authenticated.
 *
 * ## Rules
 * - What was written before, or by a client without it, is read as it is: it can be switched on at any time.
 * - A payload of another namespace is refused, also under the same keyring.
 * - Search attributes, workflow ids and types, and the names of signals are not payloads: they stay readable.
 *
 * The plugin sets it up, with failures: `statefulWorkflow({ registry, encryption: { keyring, payloads: true } })`.
 *
 * @example
 * const client = new Client({ dataConverter: { payloadCodecs: [encryptionCodec(keyring)] } });
 */
export function encryptionCodec(keyring: Keyring, options: EncryptionCodecOptions = {}): PayloadCodec {
  return new EncryptionCodec(keyring, options.namespace ?? '');
}

/** Knows its own, also from another copy of this package, where a codec was given twice. */
export const isEncryptionCodec = (codec: PayloadCodec): boolean => hasInstance(EncryptionCodec, codec);

class EncryptionCodec implements PayloadCodec {
  static readonly brand: string = '@stateful-workflow/core.EncryptionCodec';
  readonly #keyring: Keyring;
  readonly #namespace: string;

  constructor(keyring: Keyring, namespace: string) {
    this.#keyring = keyring;
    this.#namespace = namespace;
  }

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    const namespace = context?.namespace ?? this.#namespace;
    const id = this.#keyring.primary;
    const key = this.#keyring.derive(id, PURPOSE, namespace);
    return payloads.map((payload) => ({
      metadata: {
        [FIELDS.encoding]: Buffer.from(ENCODING),
        [FIELDS.cipher]: Buffer.from(CIPHER),
        [FIELDS.key]: Buffer.from(id),
        [FIELDS.namespace]: Buffer.from(namespace),
      },
      data: encrypt(key, encodePayload(payload), aboutOf(id, namespace)),
    }));
  }

  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    const here = context?.namespace ?? this.#namespace;
    return payloads.map((payload) =>
      textOf(payload, 'encoding') === ENCODING ? this.#open(payload, here) : payload,
    );
  }

  #open(payload: Payload, here: string): Payload {
    const id = textOf(payload, 'key');
    const namespace = textOf(payload, 'namespace');
    if (!this.#keyring.has(id))
      throw new ValueError(
        `A payload is encrypted with the key "${id.slice(0, 64)}", which the keyring does not have. Add that key to the keyring of this worker or client.`,
      );
    if (namespace !== here && namespace !== '' && here !== '')
      throw new ValueError(
        `A payload is encrypted for the namespace "${namespace}" and this is "${here}": it was copied from another namespace, and is refused.`,
      );
    const key = this.#keyring.derive(id, PURPOSE, namespace);
    const plain = decrypt(key, payload.data ?? new Uint8Array(), aboutOf(id, namespace));
    if (plain === undefined)
      throw new ValueError(
        `A payload does not open with the key "${id}": it was changed, or encrypted with another key of that id. Give every worker and client the same keyring.`,
      );
    return decodePayload(plain);
  }
}

const { Payload: proto } = temporal.api.common.v1;

const encodePayload = (payload: Payload): Uint8Array => proto.encode(payload).finish();

function decodePayload(bytes: Uint8Array): Payload {
  const { metadata, data } = proto.decode(bytes);
  return { metadata, data };
}

/** What is authenticated with a payload. */
const aboutOf = (id: string, namespace: string): Uint8Array =>
  Buffer.from(JSON.stringify([CIPHER, id, namespace]));

const textOf = ({ metadata }: Payload, field: keyof typeof FIELDS): string =>
  Buffer.from(metadata?.[FIELDS[field]] ?? []).toString('utf8');
