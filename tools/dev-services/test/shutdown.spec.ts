import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type NodeProcess, startNode } from './support/processes';

const child = join(__dirname, 'fixtures', 'shutdown-child.mjs');
const start = (...args: readonly string[]): NodeProcess => startNode([child, ...args]);
const lines = (node: NodeProcess): string[] => node.output().stdout.trim().split('\n');

describe('listenForShutdown', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'stops the last first on %s, and exits with 0',
    async (signal) => {
      const node = start('wait');
      await node.matches(/ready/);
      node.child.kill(signal);
      expect(await node.ended).toBe(0);
      expect(lines(node)).toEqual(['ready', 'stop last', 'stop first']);
      expect(node.output().stderr).toBe('');
    },
  );

  it.each([
    ['throw', 'report: Error: a bug'],
    ['reject', 'report: Error: a forgotten promise'],
  ])('stops everything and exits with 1 after an error: %s', async (how, report) => {
    const node = start(how);
    expect(await node.ended).toBe(1);
    expect(lines(node)).toEqual(['ready', report, 'stop last', 'stop first']);
  });

  it('exits with the code that it is given', async () => {
    const node = start('now');
    expect(await node.ended).toBe(3);
    expect(lines(node)).toEqual(['ready', 'stop last', 'stop first']);
  });

  it('reports a stop that fails and runs the others', async () => {
    const node = start('broken');
    await node.matches(/ready/);
    node.child.kill('SIGTERM');
    expect(await node.ended).toBe(1);
    expect(lines(node)).toEqual([
      'ready',
      'stop last',
      'report: broken could not be stopped: Error: stuck',
      'stop first',
    ]);
  });

  it('stops at once what is registered when the shutdown has begun', async () => {
    const node = start('late');
    await node.matches(/ready/);
    node.child.kill('SIGTERM');
    expect(await node.ended).toBe(0);
    expect(lines(node)).toEqual(['ready', 'stop last', 'stop late', 'stop first']);
  });

  it('exits at once on a second signal', async () => {
    const node = start('hang');
    await node.matches(/ready/);
    node.child.kill('SIGINT');
    await node.matches(/hanging/);
    node.child.kill('SIGINT');
    expect(await node.ended).toBe(130);
    expect(lines(node)).toEqual(['ready', 'stop last', 'hanging']);
  });

  it('does not wait for ever for a stop that hangs', async () => {
    const node = start('hang', '100');
    await node.matches(/ready/);
    node.child.kill('SIGTERM');
    expect(await node.ended).toBe(1);
    expect(lines(node)).toEqual(['ready', 'stop last', 'hanging', 'report: Stopping took too long.']);
  });
});
