import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatefulHandle } from '../../src/client';
import { TestDesk } from '../support/desk';
import { TestEnvironment, type WorkflowName } from '../support/environment';
import { eventually, eventuallyEqual } from '../support/eventually';
import { eventsOf, textOf } from '../support/history';
import { CRM, CRM_TWO, testSecrets, TOKENS } from '../support/secrets';
import { TestTree } from '../support/tree';

const INPUT = { apiUrl: CRM, apiToken: 'secret:FIRST' };

describe('what goes down a hierarchy', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [testSecrets()] });
  });
  afterAll(() => env.stop());

  /** Three levels, all running, that have each loaded once. */
  const loadedTree = async (input: Readonly<Record<string, unknown>> = INPUT): Promise<TestTree> => {
    const tree = await new TestTree(env, [1, 1]).start('LoadingNodeWorkflow', input);
    await tree.eventually(async (_, level) => tree.source(level).looks.length, 1);
    return tree;
  };
  const status = (node: StatefulHandle): Promise<unknown> => node.temporal.query('status');
  const reference = async (node: StatefulHandle): Promise<unknown> => (await node.apiToken())?.reference;
  /** A desk with the ticket `a`, which has loaded. */
  const loadedDesk = async (type: WorkflowName): Promise<TestDesk> => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start(type, INPUT);
    await desk.settled('a');
    await eventually(() => expect(looks(desk)).toHaveLength(1));
    return desk;
  };
  const looks = (desk: TestDesk) => env.sources.of(desk.idOf('a'), 'ticket').looks;

  describe('a token', () => {
    it('is there at the start, at every level, and opens the sources', async () => {
      const tree = await loadedTree();
      for (const level of tree.levels.keys())
        expect(tree.source(level).looks).toMatchObject([{ apiUrl: CRM, token: TOKENS.FIRST }]);
      await tree.eventually(reference, 'secret:FIRST');
    });

    it.each([
      ['the signal', (top: StatefulHandle) => top.temporal.signal('apiToken', 'secret:SECOND')],
      ['rotateToken', (top: StatefulHandle) => top.rotateToken('secret:SECOND')],
    ])('that is rotated by %s reaches every level, and each loads with it once', async (_, rotate) => {
      const tree = await loadedTree();
      await rotate(tree.at(0));
      await tree.eventually(reference, 'secret:SECOND');
      await tree.eventually(
        async (_node, level) => tree.source(level).looks.map(({ token }) => token),
        [TOKENS.FIRST, TOKENS.SECOND],
      );
    });

    it('that is given to one in the middle goes down, not up', async () => {
      const tree = await loadedTree();
      await tree.at(1).rotateToken('secret:SECOND');
      await eventuallyEqual(() => reference(tree.at(2)), 'secret:SECOND');
      expect(await reference(tree.at(0))).toBe('secret:FIRST');
    });

    it("does not go along a path that says credentials: 'none'", async () => {
      const desk = await loadedDesk('BareDeskWorkflow');
      expect(looks(desk)).toMatchObject([{ apiUrl: CRM, token: undefined }]);
      await desk.handle.rotateToken('secret:SECOND');
      desk.source.records = [desk.record('a', { title: 'afterwards' })];
      await desk.handle.refresh();
      await desk.holds('a', { title: 'afterwards' });
      expect(await desk.ticket('a').apiToken()).toBeNull();
      expect(await desk.handle.managedPaths()).toMatchObject({ tickets: { credentials: 'none' } });
    });

    it('does not go along a path that names a credential of its own', async () => {
      const desk = await loadedDesk('FixedDeskWorkflow');
      expect(looks(desk)).toMatchObject([{ apiUrl: CRM, token: TOKENS.SECOND }]);
      await desk.handle.rotateToken('secret:FIRST');
      desk.source.records = [desk.record('a', { title: 'afterwards' })];
      await desk.handle.refresh();
      await desk.holds('a', { title: 'afterwards' });
      expect(await reference(desk.ticket('a'))).toBe('secret:SECOND');
    });

    it('reaches a child that starts later, and one that is started again', async () => {
      const desk = await loadedDesk('LoadingDeskWorkflow');
      await desk.handle.rotateToken('secret:SECOND');
      desk.source.records = [desk.record('a'), desk.record('b')];
      await desk.handle.refresh();
      await desk.settled('a', 'b');
      expect(await reference(desk.ticket('b'))).toBe('secret:SECOND');
      const run = await desk.runOf('a');
      await desk.ticket('a').temporal.terminate();
      await eventually(async () => expect(await desk.runOf('a')).not.toBe(run));
      await eventuallyEqual(() => reference(desk.ticket('a')), 'secret:SECOND');
    });

    it('is a reference everywhere: no history of the hierarchy holds a secret', async () => {
      const tree = await loadedTree();
      await tree.at(0).rotateToken('secret:SECOND');
      await tree.eventually(async (_, level) => tree.source(level).looks.length, 2);
      await tree.at(0).complete();
      for (const id of tree.ids) {
        await tree.node(id).result();
        const text = textOf(await eventsOf(env.client, `Node-${id}`));
        expect(text).toContain('secret:FIRST');
        expect(text).toContain('secret:SECOND');
        for (const secret of Object.values(TOKENS)) expect(text).not.toContain(secret);
      }
    });

    it('in plaintext goes nowhere', async () => {
      const tree = await loadedTree();
      await tree.at(0).temporal.signal('apiToken', TOKENS.SECOND);
      await eventually(async () =>
        expect(await tree.at(0).rejectedSignals()).toMatchObject({ recent: [{ signal: 'apiToken' }] }),
      );
      await tree.eventually(reference, 'secret:FIRST');
      const below = textOf(await eventsOf(env.client, tree.at(1).workflowId));
      expect(below).not.toContain(TOKENS.SECOND);
    });
  });

  describe('an address', () => {
    it("is given at the start; later changes go only along apiUrl: 'inherit'", async () => {
      const own = await loadedDesk('LoadingDeskWorkflow');
      const inheriting = await loadedDesk('MovingDeskWorkflow');
      for (const desk of [own, inheriting]) {
        expect(looks(desk)).toMatchObject([{ apiUrl: CRM }]);
        await desk.handle.setApiUrl(CRM_TWO);
      }
      await eventually(() => expect(looks(inheriting)).toMatchObject([{ apiUrl: CRM }, { apiUrl: CRM_TWO }]));
      // What is sent afterwards has arrived, so nothing before it is still on its way.
      own.source.records = [own.record('a', { title: 'afterwards' })];
      await own.handle.refresh();
      await own.holds('a', { title: 'afterwards' });
      expect(await own.ticket('a').apiUrl()).toBe(CRM);
      expect(await own.handle.managedPaths()).toMatchObject({ tickets: { apiUrl: 'own' } });
      expect(await inheriting.handle.managedPaths()).toMatchObject({ tickets: { apiUrl: 'inherit' } });
    });
  });

  describe('pause, resume and the end', () => {
    it('pause and resume reach every level; nobody loads meanwhile', async () => {
      const tree = await loadedTree();
      await tree.at(0).pause();
      await tree.eventually(status, 'paused');
      await tree.at(2).temporal.signal('refresh');
      await tree.at(0).resume();
      await tree.eventually(status, 'running');
      await tree.eventually(async (_, level) => tree.source(level).looks.length, 2);
    });

    it('children that start while their parent is paused are paused, and theirs', async () => {
      const tree = await loadedTree();
      await tree.at(0).pause();
      const [b, c] = [`${tree.ids[0]}-b`, `${tree.ids[0]}-c`];
      await tree.at(0).update({
        entityName: 'Node',
        data: { id: tree.ids[0], nodes: [{ id: tree.levels[1]?.[0] }, { id: b, nodes: [{ id: c }] }] },
      });
      for (const id of [b, c]) {
        await eventuallyEqual(() => status(tree.node(id)), 'paused');
        expect(env.sources.of(id, 'ticket').looks).toEqual([]);
      }
      await tree.at(0).resume();
      for (const id of [b, c]) {
        await eventuallyEqual(() => status(tree.node(id)), 'running');
        await eventually(() => expect(env.sources.of(id, 'ticket').looks).toHaveLength(1));
      }
    });

    it.each<readonly [string, string, (top: StatefulHandle) => Promise<void>]>([
      ['cancel, as Temporal does', 'cancelled', (top) => top.cancel()],
      ['the signal cancel', 'cancelled', (top) => top.temporal.signal('cancel')],
      ['the status completed', 'completed', (top) => top.complete()],
    ])('%s ends every level', async (_, expected, end) => {
      const tree = await loadedTree();
      await end(tree.at(0));
      await tree.eventually(async (node) => (await node.temporal.describe()).status.name !== 'RUNNING', true);
      await tree.eventually(status, expected);
    });

    it('a paused hierarchy can be ended, too', async () => {
      const tree = await loadedTree();
      await tree.at(0).pause();
      await tree.eventually(status, 'paused');
      await tree.at(0).complete();
      await tree.eventually(status, 'completed');
    });
  });
});
