import { ApplicationFailure, Context } from '@temporalio/activity';
import { faultType, type LoadRequest } from '../contract/load';
import { checkActivityOptions, checkRegistry } from './check-options';
import { type ActivityOptions, vaultOf } from './harness';
import { HintHub } from './hint-hub';
import { hierarchyActivities } from './hierarchy-activities';
import { loadActivity } from './load-activity';
import type { Registry } from './registry';
import { searchAttributeActivities } from './search-attribute-activities';
import { memorySnapshots } from './snapshots';
import { watchActivity } from './watch-activity';

const MIB = 1024 * 1024;

/** Activities by name, as `Worker.create` takes them. */
export type Activities = Record<string, (...args: never[]) => Promise<unknown>>;

/**
 * The activities of a registry's adapters (`rest.loadData`, `rest.waitForChange`, …), for workers made
 * without the plugin.
 *
 * Among them is one named `default`, which Temporal runs for a name nobody registered: for a load it fails
 * at once and says which adapters there are; other names go to `fallback`, or fail as Temporal has it.
 *
 * @param fallback the worker's own `default` activity, if it has one
 * @throws InvalidInputError when an option cannot be used
 */
export function registryActivities(
  registry: Registry,
  options: ActivityOptions = {},
  fallback?: Activities[string],
): Activities {
  return activitiesWith(new HintHub(), registry, options, fallback);
}

/** {@link registryActivities} whose waits for hints are in the hands of whoever knows when a worker stops. */
export function activitiesWith(
  hub: HintHub,
  registry: Registry,
  options: ActivityOptions,
  fallback: Activities[string] | undefined,
): Activities {
  checkRegistry(registry, 'registry');
  checkActivityOptions(options);
  const { snapshots = memorySnapshots(), maxResultBytes = MIB, maxLoadBytes = 32 * MIB } = options;
  const harness = { vault: vaultOf(options), snapshots, maxResultBytes, maxLoadBytes };
  const activities: Activities = { ...hierarchyActivities, ...searchAttributeActivities };
  for (const adapter of registry.adapters) {
    activities[`${adapter.name}.loadData`] = loadActivity(adapter, harness);
    activities[`${adapter.name}.waitForChange`] = watchActivity(adapter, harness, hub);
  }
  activities['default'] = async (...args: never[]) => {
    const { activityType } = Context.current().info;
    const adapter = /^(.+)\.(loadData|waitForChange)$/.exec(activityType)?.[1];
    if (adapter !== undefined) throw unknownAdapter(adapter, args[0], registry);
    if (fallback !== undefined) return fallback(...args);
    throw ApplicationFailure.retryable(
      `Activity function ${activityType} is not registered on this Worker`,
      'NotFoundError',
    );
  };
  return activities;
}

function unknownAdapter(
  name: string,
  request: LoadRequest | undefined,
  registry: Registry,
): ApplicationFailure {
  const known = registry.adapters.map((adapter) => adapter.name).join(', ') || 'none';
  const source = request?.source ?? 'unknown';
  const fix =
    request?.package === undefined ? 'Register it' : `Install ${request.package} and add its adapter`;
  return ApplicationFailure.create({
    type: faultType('invalid'),
    message: `Source "${source}" names the adapter "${name}", which this worker does not have; registered: ${known}. ${fix} to createRegistry([…]) on the worker.`,
    nonRetryable: true,
    details: [{ kind: 'invalid', code: 'ADAPTER_UNKNOWN' }],
  });
}
