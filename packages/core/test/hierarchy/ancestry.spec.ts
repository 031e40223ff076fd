import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { TestOffice } from '../support/office';
import { signalsOf } from '../support/signals';

describe('ancestry', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const neverWedged = async (office: TestOffice, ...of: (readonly [string, string])[]): Promise<void> => {
    for (const [entityName, name] of of) await env.expectNeverWedged(office.of(entityName, name).workflowId);
  };

  describe('a path that leads back to an ancestor', () => {
    /** An office, its desk and its ticket, which leads back to both. */
    const circle = async (): Promise<TestOffice> => {
      const office = new TestOffice(env);
      await office.start('HeadOfficeWorkflow', 'Office', 'o', {
        data: {
          name: 'o',
          desks: [
            {
              id: office.id('d'),
              name: 'd',
              office: office.id('o'),
              tickets: [{ id: office.id('t'), desk: office.id('d'), office: office.id('o') }],
            },
          ],
        },
      });
      await office.parents('Office', 'o', office.of('Desk', 'd').workflowId);
      await office.parents('Desk', 'd', office.of('Ticket', 't').workflowId);
      return office;
    };

    it('starts nothing', async () => {
      const office = await circle();
      await office.parents('Ticket', 't');
      expect(await office.of('Ticket', 't').managedPaths()).toMatchObject({
        desk: { items: 1, children: 0 },
        office: { items: 1, children: 0 },
      });
      const { runId } = await office.of('Office', 'o').temporal.describe();
      await office
        .of('Desk', 'd')
        .update({ entityName: 'Desk', data: { office: { id: office.id('o'), name: 'O' } } });
      await office.holds('Office', 'o', { name: 'O' });
      expect((await office.of('Office', 'o').temporal.describe()).runId).toBe(runId);
      await neverWedged(office, ['Office', 'o'], ['Desk', 'd'], ['Ticket', 't']);
    });

    it('hands the change to the direct parent, once', async () => {
      const office = await circle();
      await office
        .of('Ticket', 't')
        .update({ entityName: 'Ticket', data: { desk: { id: office.id('d'), name: 'by the ticket' } } });
      await office.holds('Desk', 'd', { name: 'by the ticket' });
      // The desk is an item of the office, which hears of it in turn.
      await office.holds('Office', 'o', { name: 'o' });
      await eventually(async () =>
        expect((await office.of('Office', 'o').state())['Desk']?.[office.id('d')]).toMatchObject({
          name: 'by the ticket',
        }),
      );
      expect(await office.signals(['Ticket', 't'], ['Desk', 'd'])).toHaveLength(1);
      expect(await office.signals(['Desk', 'd'], ['Ticket', 't'])).toEqual([]);
      expect(await office.signals(['Office', 'o'], ['Desk', 'd'])).toEqual([]);
      await neverWedged(office, ['Office', 'o'], ['Desk', 'd'], ['Ticket', 't']);
    });

    it('hands the change to an ancestor two levels up', async () => {
      const office = await circle();
      await office
        .of('Ticket', 't')
        .update({ entityName: 'Ticket', data: { office: { id: office.id('o'), name: 'by the ticket' } } });
      await office.holds('Office', 'o', { name: 'by the ticket' });
      await office
        .of('Ticket', 't')
        .update({ entityName: 'Office', data: { id: office.id('o'), name: 'again' } });
      await office.holds('Office', 'o', { name: 'again' });
      const ancestor = await signalsOf(env.client, office.of('Office', 'o').workflowId);
      expect(ancestor.filter(({ name }) => name === 'update').length).toBeLessThanOrEqual(4);
      await neverWedged(office, ['Office', 'o'], ['Desk', 'd'], ['Ticket', 't']);
    });

    it('a path that leads to the workflow itself starts nothing', async () => {
      const office = new TestOffice(env);
      await office.start('LinkedTicketWorkflow', 'Ticket', 't', {
        data: { title: 't', related: [office.id('t'), { id: office.id('u'), related: [office.id('u')] }] },
      });
      await office.parents('Ticket', 't', office.of('Ticket', 'u').workflowId);
      await office.parents('Ticket', 'u');
      await office.holds('Ticket', 'u', { related: [office.id('u')] });
      await office.of('Ticket', 'u').update({ entityName: 'Ticket', data: { title: 'u' } });
      await eventually(async () =>
        expect((await office.of('Ticket', 't').state())['Ticket']?.[office.id('u')]).toMatchObject({
          title: 'u',
        }),
      );
      await neverWedged(office, ['Ticket', 't'], ['Ticket', 'u']);
    });

    it('tickets that relate to each other are each told of themselves alone', async () => {
      const office = new TestOffice(env);
      const ticket = (name: string, other: string) => ({
        id: office.id(name),
        title: name,
        related: [office.id(other)],
      });
      await office.start('TeamDeskWorkflow', 'Desk', 'd', {
        data: { tickets: [ticket('a', 'b'), ticket('b', 'a')] },
      });
      const [a, b] = [office.of('Ticket', 'a').workflowId, office.of('Ticket', 'b').workflowId];
      await office.parents('Desk', 'd', a, b);
      // One of them is the other's child, too: whoever of the two asks second finds an ancestor.
      await eventually(async () => {
        const children = [
          await office.of('Ticket', 'a').children(),
          await office.of('Ticket', 'b').children(),
        ];
        expect(children.flat().every(({ status }) => status === 'running')).toBe(true);
      });
      await office.of('Desk', 'd').update({ entityName: 'Ticket', data: { id: office.id('b'), title: 'B' } });
      await office.holds('Ticket', 'b', { title: 'B' });
      expect(await office.signals(['Desk', 'd'], ['Ticket', 'b'])).toHaveLength(1);
      expect(await office.signals(['Desk', 'd'], ['Ticket', 'a'])).toEqual([]);
      await neverWedged(office, ['Desk', 'd'], ['Ticket', 'a'], ['Ticket', 'b']);
    });
  });

  it('a token goes once round a circle of workflows that adopted each other, and stops', async () => {
    const office = new TestOffice(env);
    const related = (next: string) => ({ data: { related: [{ id: office.id(next) }] } });
    const circle = ['a', 'b', 'c'] as const;
    // Started by clients, each: so none of them is the ancestor of another, at first.
    await env.stopWorkers();
    await office.start('LinkedTicketWorkflow', 'Ticket', 'a', related('b'));
    await office.start('LinkedTicketWorkflow', 'Ticket', 'b', related('c'));
    await office.start('LinkedTicketWorkflow', 'Ticket', 'c', related('a'));
    await env.startWorker();
    for (const [i, name] of circle.entries())
      await office.parents('Ticket', name, office.of('Ticket', circle[(i + 1) % 3] ?? 'a').workflowId);
    await office.of('Ticket', 'a').rotateToken('secret:FIRST');
    for (const name of circle)
      await eventually(async () =>
        expect(await office.of('Ticket', name).apiToken()).toMatchObject({ reference: 'secret:FIRST' }),
      );
    await office.of('Ticket', 'b').rotateToken('secret:SECOND');
    for (const name of circle)
      await eventually(async () =>
        expect(await office.of('Ticket', name).apiToken()).toMatchObject({ reference: 'secret:SECOND' }),
      );
    // A change goes round as well, and stops where it is known already.
    await office.of('Ticket', 'c').update({ entityName: 'Ticket', data: { title: 'C' } });
    await eventually(async () =>
      expect((await office.of('Ticket', 'b').state())['Ticket']?.[office.id('c')]).toMatchObject({
        title: 'C',
      }),
    );
    for (const name of circle) {
      const signals = await signalsOf(env.client, office.of('Ticket', name).workflowId);
      expect(signals.filter(({ name: signal }) => signal === 'apiToken').length).toBeLessThanOrEqual(2);
      expect(signals.length).toBeLessThan(20);
    }
    await neverWedged(office, ['Ticket', 'a'], ['Ticket', 'b'], ['Ticket', 'c']);
  });
});
