import { Client, Connection, ServiceError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { describe, expect, it, vi } from 'vitest';
import { StatefulWorkflowError } from '../contract/errors';
import { retried } from './retried';
import { explained } from './explained';

/** What the server answers for the updates of a workflow task that was thrown away. */
const thrownAway = (code = 9): ServiceError =>
  new ServiceError('Workflow Update failed', {
    cause: Object.assign(new Error('the server'), { code, details: '', metadata: {} }),
  });

describe('an update', () => {
  it('is sent again, under its id, where nothing of it was applied', async () => {
    const send = vi.fn<(id: string) => Promise<string>>();
    send
      .mockRejectedValueOnce(thrownAway())
      .mockRejectedValueOnce(thrownAway())
      .mockResolvedValueOnce('done');
    expect(await retried(send)).toBe('done');
    expect(send).toHaveBeenCalledTimes(3);
    expect(new Set(send.mock.calls.flat()).size).toBe(1);
  });

  it('is not sent again where it may have been applied', async () => {
    for (const error of [thrownAway(14), thrownAway(5), new Error('anything else')]) {
      const send = vi.fn(() => Promise.reject(error));
      await expect(retried(send)).rejects.toBe(error);
      expect(send).toHaveBeenCalledTimes(1);
    }
  });

  it('is sent again where it went with a start, of which the client gives the words of the server alone', async () => {
    const error = new Error(
      'Unable to perform workflow execution update due to unexpected workflow task failure.',
    );
    const send = vi.fn<() => Promise<string>>().mockRejectedValueOnce(error).mockResolvedValueOnce('done');
    expect(await retried(send)).toBe('done');
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('is sent again where the run that it came to had closed, if the workflow goes on in another', async () => {
    const tooLate = new WorkflowNotFoundError(
      'workflow execution already completed',
      'Customer-c_1',
      undefined,
    );
    const none = new WorkflowNotFoundError('workflow not found for ID', 'Customer-c_1', undefined);
    const runs = (isRunning: boolean) => (): Promise<boolean> => Promise.resolve(isRunning);
    const send = vi.fn<() => Promise<string>>().mockRejectedValueOnce(tooLate).mockResolvedValueOnce('done');
    expect(await retried(send, runs(true))).toBe('done');
    await expect(retried(() => Promise.reject(tooLate), runs(false))).rejects.toBe(tooLate);
    await expect(retried(() => Promise.reject(none), runs(true))).rejects.toBe(none);
  });

  it('that a workflow never takes fails with what to do, after some attempts', async () => {
    const send = vi.fn(() => Promise.reject(thrownAway()));
    // It is not connected to: what the server answered says that the workflow is there.
    const handle = new Client({ connection: Connection.lazy() }).workflow.getHandle('Customer-c_1');
    const error: unknown = await explained(handle, () => retried(send)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StatefulWorkflowError);
    expect(error).toMatchObject({
      code: 'WORKFLOW_BUSY',
      retryable: true,
      message: expect.stringContaining('Customer-c_1'),
    });
    expect(send).toHaveBeenCalledTimes(12);
  }, 20_000);
});
