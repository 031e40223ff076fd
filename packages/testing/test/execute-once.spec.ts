import { describe, expect, it } from 'vitest';
import { executeOnce } from '../src/index';
import { BrokenCustomerWorkflow, CustomerWorkflow } from './workflows';

const was = { id: 'c_42', plan: 'free', plans: ['free'], contacts: [{ id: 'k_1', name: 'Grace' }] };

describe('one execute()', () => {
  it('is told what changed, and writes', async () => {
    const { data, wrote, ...rest } = await executeOnce(CustomerWorkflow, {
      id: 'c_42',
      before: was,
      data: { ...was, plan: 'pro', contacts: [] },
    });
    expect(data).toMatchObject({ plan: 'pro', plans: ['free', 'pro'], contacts: [] });
    expect(wrote).toMatchObject({ upserts: { Customer: { c_42: { plans: ['free', 'pro'] } } }, deletes: [] });
    expect(rest).toEqual({ isCompleted: false, requestedCycle: 'none', startedChildren: [] });
  });

  it('writes nothing where nothing changed that concerns it', async () => {
    const { wrote } = await executeOnce(CustomerWorkflow, { id: 'c_42', before: was, data: was });
    expect(wrote).toMatchObject({ upserts: {}, deletes: [] });
  });

  it('throws what the class throws', async () => {
    const input = { id: 'c_42', entityName: 'Customer', data: was };
    await expect(executeOnce(BrokenCustomerWorkflow, input)).rejects.toThrow('plan is not a function');
  });

  it('is of a workflow', async () => {
    const none = async (): Promise<object> => ({});
    await expect(executeOnce(none, { id: 'c_42', data: {} })).rejects.toThrow('none that defineWorkflow');
  });
});
