import { historyOf, loadAttempts } from '../look';
import type { Step } from '../step';

const reloads = 3;
const sources = 2;
/** The most that a reload of both sources may add, everything that Temporal itself writes included. */
const mostBytes = 4_500;

/** A reload that finds nothing new leaves next to nothing in the history. */
export const unchangedReload: Step = {
  name: 'an unchanged reload',
  about:
    'A load that finds nothing new says so in a few bytes: the CRM answers 304 to the ETag of the load before, or a digest tells. Hand-written, each reload would write all the data into the history again.',
  async run({ stage, say, customer }) {
    const workflow = customer('c_2');
    const size = JSON.stringify(await workflow.state()).length;
    const loadsBefore = await loadAttempts(workflow);
    const before = await historyOf(workflow);
    const requests = stage.crm.requests.length;
    say(`c_2 holds ${size} bytes; ${reloads} × refresh()`);
    const outcomes: string[] = [];
    for (let i = 0; i < reloads; i += 1) outcomes.push((await workflow.refresh()).outcome);
    const after = await historyOf(workflow);
    // The interval may have brought a reload of its own in between.
    const cycles = ((await loadAttempts(workflow)).length - loadsBefore.length) / sources;
    const perReload = Math.round((after.bytes - before.bytes) / cycles);
    const notModified = stage.crm.requests.slice(requests).filter(({ status }) => status === 304).length;
    say(
      `history: ${before.bytes} bytes before, ${after.bytes} after ${cycles} reloads; ${notModified} requests answered 304`,
    );
    return {
      expected: `unchanged, under ${mostBytes} bytes of history each`,
      seen: `${outcomes.join(', ')}; ${perReload} bytes each, where the data has ${size}`,
      ok: outcomes.every((outcome) => outcome === 'unchanged') && perReload < mostBytes && notModified > 0,
    };
  },
};
