import type { Session } from './session';

/** What Temporal's UI shows of a workflow, as Markdown. Answered by a query: it costs no history. */
export function details(session: Session): string {
  const { root, status, sources, apiUrl, problem, nextLoadAt } = session;
  const lines = [`**${root.name} ${root.id}** is **${status}**`];
  if (problem !== undefined) lines.push('', `⚠ ${problem}`);
  if (apiUrl !== undefined) lines.push('', `Address: ${apiUrl}`);
  if (sources.size > 0) {
    lines.push(
      '',
      '| source | adapter | last load | checked | changed | error |',
      '|---|---|---|---|---|---|',
    );
    for (const [name, source] of sources) {
      const { adapter, lastOutcome, lastCheckedAt, lastChangedAt, lastError } = source.info;
      const error =
        lastError === undefined ? '' : `${lastError.kind} (${lastError.failures}×): ${lastError.message}`;
      lines.push(
        `| ${[name, adapter, lastOutcome ?? 'none yet', lastCheckedAt ?? '–', lastChangedAt ?? '–', error].map(cell).join(' | ')} |`,
      );
    }
  }
  if (nextLoadAt !== undefined) lines.push('', `Next load: ${new Date(nextLoadAt).toISOString()}`);
  const { count, recent } = session.refusals.report;
  if (count > 0)
    lines.push(
      '',
      `Refused signals: ${count}; the last, \`${recent.at(-1)?.signal ?? ''}\`: ${recent.at(-1)?.reason ?? ''}`,
    );
  return lines.join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
