import { describe, expect, it } from 'vitest';
import { UsageError } from './errors';
import { parseReference } from './reference';

describe('parseReference', () => {
  it.each(['secret:CRM_TOKEN', 'secret:crm/eu.1', 'sealed:v1.k1.abcdefghijklmnop'])('takes %s', (text) => {
    expect(parseReference(text)).toBe(text);
  });

  it.each(['hunter2', 'secret:', 'secret:hunter2 x', 'Bearer hunter2', '-hunter2', 'SECRET:hunter2', ''])(
    'refuses %j without repeating it',
    (text) => {
      expect(() => parseReference(text)).toThrow(UsageError);
      expect(() => parseReference(text)).toThrow(/^(?!.*hunter2).*takes a reference such as secret:NAME/);
    },
  );
});
