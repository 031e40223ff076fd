import { StatefulWorkflowError } from '@stateful-workflow/core';
import { expect, it } from 'vitest';
import { CliError } from './errors';
import { explained } from './explain';

const target = { address: '127.0.0.1:7233', namespace: 'default' };

it('ends with the code, by which the page of errors is searched', () => {
  const busy = new StatefulWorkflowError('WORKFLOW_BUSY', 'It is too busy.');
  expect(explained(busy, target).message).toBe('It is too busy. [WORKFLOW_BUSY]');
});

it('leaves the word of a command as it is', () => {
  const error = new CliError('There is no such file.');
  expect(explained(error, target)).toBe(error);
});
