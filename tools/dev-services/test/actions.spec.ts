import { describe, expect, it } from 'vitest';
import { actionsBetween, actionsOf, readActions, shownActions, totalOf } from '../src/temporal/actions';

const exposed = (retries: number): string => `# HELP action action counter
# TYPE action counter
action{action_type="activity_retry",namespace="default",service_name="history"} ${retries}
action{action_type="activity_retry",namespace="default",service_name="frontend"} 1
action{namespace="default",action_type="command_StartTimer"} 1e+03
action{action_type="activity_retry",namespace="temporal_system"} 9
action_other{action_type="activity_retry",namespace="default"} 5
`;

describe('the Actions that a server counts', () => {
  it('are read by type, of one namespace', () => {
    expect([...readActions(exposed(2), 'default')]).toEqual([
      ['activity_retry', 3],
      ['command_StartTimer', 1_000],
    ]);
  });

  it('are told between two readings', () => {
    const between = actionsBetween(readActions(exposed(2), 'default'), readActions(exposed(7), 'default'));
    expect(totalOf(between)).toBe(5);
    expect(shownActions(between)).toBe('activity_retry 5');
    expect(shownActions(new Map())).toBe('none');
  });

  it('are not told by a server that was not asked to count', async () => {
    await expect(actionsOf({ metricsUrl: undefined, namespace: 'default' })).rejects.toThrow(
      /TEMPORAL_ADDRESS/,
    );
  });
});
