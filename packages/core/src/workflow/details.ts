import { iso } from '../base/iso';
import type { Session } from './session';
import type { SourceState } from './source-state';

const HEADER = '| source | adapter | last load | checked | changed | error |\n|---|---|---|---|---|---|';

/** What Temporal's UI shows of a workflow, as Markdown. Answered by a query: an Action, and no history. */
export function details(session: Session): string {
  const { root, status, loading, apiUrl, problems, loads, hooksSince } = session;
  const { count, recent } = session.refusals.report;
  const last = recent.at(-1);
  const rows = loading.map(({ name, info }) => {
    const { adapter, lastOutcome = 'none yet', lastCheckedAt = '–', lastChangedAt = '–', lastError } = info;
    const error = lastError ? `${lastError.kind} (${lastError.failures}×): ${lastError.message}` : '';
    return `| ${[name, adapter, lastOutcome, lastCheckedAt, lastChangedAt, error].map(cell).join(' | ')} |`;
  });
  const parts = [
    `**${root.name} ${root.id}** is **${status}**`,
    ...problems.map((problem) => `⚠ ${problem}`),
    apiUrl && `Address: ${apiUrl}`,
    ...loading.filter(({ isAwaited }) => isAwaited).map(awaited),
    rows.length > 0 && [HEADER, ...rows].join('\n'),
    hooksSince &&
      `\`execute()\` has been under way since ${iso(hooksSince)}; nothing is loaded meanwhile, unless somebody waits for it.`,
    loads.nextAt && `Next load: ${iso(loads.nextAt)}`,
    last && `Refused signals: ${count}; the last, \`${last.signal}\`: ${last.reason}`,
  ];
  return parts.filter(Boolean).join('\n\n');
}

/** What to look at when a first load does not come: the workflow cannot see whether a worker is there. */
const awaited = ({ name, definition: { adapter, taskQueue }, loadingSince }: SourceState): string =>
  `Source "${name}" is being loaded for the first time, since ${iso(loadingSince)}. If that lasts, see whether a worker of ${
    taskQueue === undefined ? 'its task queue' : `task queue "${taskQueue}"`
  } runs with the adapter "${adapter}": statefulWorkflow({ registry }) among its plugins.`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
