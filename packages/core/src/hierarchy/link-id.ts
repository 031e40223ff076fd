/** The id of a link: the first run of the workflow that makes it, and how many links that run made before. */
export const linkId = (runId: string, count: number): string => `${runId}#${count}`;

/** The first run of the workflow that made a link. */
export const runOf = (id: string): string => id.slice(0, id.lastIndexOf('#'));

/** Whether a link was made before another one, by the same run. */
export const isEarlier = (id: string, than: string): boolean =>
  runOf(id) === runOf(than) && countOf(id) < countOf(than);

const countOf = (id: string): number => Number(id.slice(id.lastIndexOf('#') + 1));
