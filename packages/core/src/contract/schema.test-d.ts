import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import {
  type DataOf,
  defineSchema,
  type GivenOf,
  type JsonOf,
  many,
  recordSchemas,
  type StoredOf,
  typed,
} from '../index';

interface Contact {
  readonly id: string;
  readonly email?: string | undefined;
  readonly since?: string | undefined;
}

const schema = defineSchema({
  Zod: { fields: z.object({ id: z.string(), email: z.email().optional(), since: z.coerce.date() }) },
  Valibot: {
    fields: v.object({
      id: v.string(),
      email: v.optional(v.string()),
      since: v.pipe(
        v.string(),
        v.transform((text) => new Date(text)),
      ),
    }),
  },
  Arktype: { fields: type({ id: 'string', 'email?': 'string', since: 'string.date.parse' }) },
  Type: { fields: typed<{ id: string; email?: string; since: Date }>() },
  Untold: { relations: { contacts: many('Zod') } },
});
type S = typeof schema;

describe('fields', () => {
  it('are declared by any library that keeps to Standard Schema, and by type alone', () => {
    expectTypeOf<DataOf<S, 'Zod'>>().branded.toEqualTypeOf<Partial<Contact>>();
    expectTypeOf<DataOf<S, 'Valibot'>>().branded.toEqualTypeOf<Partial<Contact>>();
    expectTypeOf<DataOf<S, 'Arktype'>>().branded.toEqualTypeOf<Partial<Contact>>();
    expectTypeOf<DataOf<S, 'Type'>>().branded.toEqualTypeOf<Partial<Contact>>();
  });

  it('are stored with ids, and given with entities or ids', () => {
    expectTypeOf<StoredOf<S, 'Untold'>['contacts']>().toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf<GivenOf<S, 'Untold'>['contacts']>().toEqualTypeOf<
      readonly (string | GivenOf<S, 'Zod'>)[] | undefined
    >();
  });

  it('of Standard Schemas give record schemas', () => {
    const schemas = recordSchemas(schema);
    expectTypeOf<keyof typeof schemas>().toEqualTypeOf<'Zod' | 'Valibot' | 'Arktype'>();
    expectTypeOf<StandardSchemaV1.InferOutput<(typeof schemas)['Zod']>>().toEqualTypeOf<GivenOf<S, 'Zod'>>();
  });
});

describe('JsonOf', () => {
  it('is the JSON that travels', () => {
    expectTypeOf<JsonOf<Date>>().toEqualTypeOf<string>();
    expectTypeOf<JsonOf<Date | null>>().toEqualTypeOf<string | null>();
    expectTypeOf<JsonOf<{ at: Date; tags: Date[]; ask(): void; n?: number }>>().toEqualTypeOf<{
      readonly at: string;
      readonly tags: readonly string[];
      readonly n?: number;
    }>();
    expectTypeOf<JsonOf<[a: Date, b: 1]>>().toEqualTypeOf<readonly [a: string, b: 1]>();
    expectTypeOf<JsonOf<unknown>>().toEqualTypeOf<unknown>();
    expectTypeOf<JsonOf<{ total: bigint }>['total']>().toEqualTypeOf<never>();
    interface Tree {
      readonly at: Date;
      readonly children: readonly Tree[];
    }
    expectTypeOf<JsonOf<Tree>['children'][number]['children'][number]['at']>().toEqualTypeOf<string>();
  });
});
