import { iso } from './iso';
import type { Session } from './session';

const HEADER = '| source | adapter | last load | checked | changed | error |\n|---|---|---|---|---|---|';

/** What Temporal's UI shows of a workflow, as Markdown. Answered by a query: it costs no history. */
export function details(session: Session): string {
  const { root, status, sources, apiUrl, problem, nextLoadAt, hierarchy } = session;
  const problems = [problem, hierarchy.parents.problem];
  const { count, recent } = session.refusals.report;
  const last = recent.at(-1);
  const rows = sources.map(({ name, info }) => {
    const { adapter, lastOutcome = 'none yet', lastCheckedAt = '–', lastChangedAt = '–', lastError } = info;
    const error = lastError ? `${lastError.kind} (${lastError.failures}×): ${lastError.message}` : '';
    return `| ${[name, adapter, lastOutcome, lastCheckedAt, lastChangedAt, error].map(cell).join(' | ')} |`;
  });
  const parts = [
    `**${root.name} ${root.id}** is **${status}**`,
    ...problems.map((wrong) => wrong && `⚠ ${wrong}`),
    apiUrl && `Address: ${apiUrl}`,
    rows.length > 0 && [HEADER, ...rows].join('\n'),
    nextLoadAt && `Next load: ${iso(nextLoadAt)}`,
    last && `Refused signals: ${count}; the last, \`${last.signal}\`: ${last.reason}`,
  ];
  return parts.filter(Boolean).join('\n\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
