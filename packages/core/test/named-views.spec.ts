import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StatefulHandle } from '../src/client';
import { TestEnvironment } from './support/environment';
import { eventuallyEqual } from './support/eventually';
import { TestOffice } from './support/office';

describe('named views', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const started = async (): Promise<{ readonly id: string; readonly desk: StatefulHandle }> => {
    const id = `d_${randomUUID().slice(0, 8)}`;
    const data = { tickets: [{ id: 't_1', title: 'a', comments: [{ id: 'k_1', text: 'x' }] }] };
    await env.startRaw({ id, entityName: 'Desk', data }, 'ViewingDeskWorkflow', `Desk-${id}`);
    return { id, desk: new StatefulHandle(env.client, `Desk-${id}`) };
  };
  const ticket = { id: 't_1', title: 'a', comments: [{ id: 'k_1', text: 'x' }] };

  it('dataOf gives any entity with its relations filled in, to code and to clients', async () => {
    const { id, desk } = await started();
    expect(await desk.dataOf('Ticket', 't_1')).toEqual(ticket);
    expect(await desk.dataOf('Desk', id)).toEqual(await desk.data());
    expect(await desk.dataOf('Ticket', 't_none')).toBeNull();
    expect(await desk.temporal.query('seen', 'Ticket', 't_1')).toEqual({ seen: ticket, isData: false });
    expect(await desk.temporal.query('seen', 'Desk', id)).toMatchObject({ isData: true });
    await desk.update({ entityName: 'Comment', data: { id: 'k_1', text: 'y' } });
    expect(await desk.dataOf('Ticket', 't_1')).toMatchObject({ comments: [{ text: 'y' }] });
  });

  it.each<readonly [string, readonly unknown[]]>([
    ['entityName: "Invoice" is not an entity of this workflow. Use one of Desk, Ticket', ['Invoice', 'i_1']],
    ['entityName: is not a name', [undefined, 't_1']],
    ['id: is not a text', ['Ticket']],
  ])('dataOf says what is wrong with what is asked: %s', async (message, args) => {
    const { desk } = await started();
    await expect(desk.temporal.query('dataOf', ...args)).rejects.toThrow(message);
    await env.expectNeverWedged(desk.workflowId);
  });

  it('the typed client refuses what no entity can be called', async () => {
    const nobody = new StatefulHandle(env.client, 'Desk-nobody');
    await expect(async () => nobody.dataOf('no name', 't_1')).rejects.toThrow('entityName: is not a name');
    await expect(async () => nobody.dataOf('Ticket', ' ')).rejects.toThrow('id: is not a text');
  });

  it('ancestors gives the line from the top down to the parent', async () => {
    const office = new TestOffice(env);
    const ticket = { id: office.id('t') };
    const data = { desks: [{ id: office.id('d'), tickets: [ticket] }] };
    const top = await office.start('HeadOfficeWorkflow', 'Office', 'o', { data });
    await office.parents('Office', 'o', office.of('Desk', 'd').workflowId);
    await office.parents('Desk', 'd', office.of('Ticket', 't').workflowId);
    const line = [
      { workflowId: top.workflowId, entityName: 'Office', id: office.id('o') },
      { workflowId: office.of('Desk', 'd').workflowId, entityName: 'Desk', id: office.id('d') },
    ];
    expect(await top.ancestors()).toEqual([]);
    expect(await office.of('Desk', 'd').ancestors()).toEqual(line.slice(0, 1));
    await eventuallyEqual(() => office.of('Ticket', 't').ancestors(), line);
  });
});
