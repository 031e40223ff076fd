import type { Stage } from '../stage';
import { type Terminal, terminalOf } from 'stateful-workflow/terminal';
import { lines, resultsTable } from './results-table';
import { seconds } from './figures';
import type { Step, StepResult } from './step';

const textWidth = 100;

/** Tells the tour to its audience, and keeps what it told. */
export class Narrator {
  /** Whether the tour got to its end. */
  finished = false;
  readonly #out: NodeJS.WriteStream;
  readonly #terminal: Terminal;
  #printed = '';
  #muted = false;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    this.#terminal = terminalOf(out, process.env);
  }

  /** All that was printed. */
  get printed(): string {
    return this.#printed;
  }

  /** Nothing is printed from now on. */
  mute(): void {
    this.#muted = true;
  }

  opening(): void {
    this.#line(this.#terminal.style('bold', 'Customer 360: a tour of Stateful Workflow'));
  }

  /** What was started, and where. */
  stage(stage: Stage): void {
    const [first, second] = stage.crms;
    const place = (name: string, where: string): void =>
      this.#line(`  ${name.padEnd(12)} ${this.#terminal.style('cyan', where)}`);
    this.#line('');
    place('Temporal', `${stage.temporal.address}  ${stage.uiLink() ?? ''}`.trimEnd());
    place('CRM', `${first?.url}  and a second one: ${second?.url}`);
    place('support desk', stage.desk.url);
    place('billing', `Postgres at ${stage.billing.host}:${stage.billing.port}`);
    place('worker', `process ${stage.worker.pid}`);
  }

  /** Begins a step. */
  step({ name, about }: Step, number: number, of: number): void {
    this.#line('');
    this.#line(this.#terminal.style('bold', `${number}/${of} ${name}`));
    for (const line of lines(about, textWidth)) this.#line(`  ${line}`);
  }

  /** Something that is done, or that was seen on the way. */
  say(text: string): void {
    for (const [i, line] of lines(text, textWidth).entries())
      this.#line(this.#terminal.style('dim', `  ${i === 0 ? '›' : ' '} ${line}`));
  }

  /** Ends a step. */
  result({ ok, expected, seen, ms }: StepResult): void {
    const mark = ok ? this.#terminal.style('green', '✔') : this.#terminal.style('red', '✘');
    const text = ok ? `seen: ${seen}` : `expected: ${expected}\nseen: ${seen}`;
    for (const [i, line] of lines(`${text} (${seconds(ms)})`, textWidth).entries())
      this.#line(`  ${i > 0 ? ' ' : mark} ${line}`);
  }

  /** The table at the end. */
  table(results: readonly StepResult[]): void {
    const held = results.filter(({ ok }) => ok).length;
    const total = seconds(results.reduce((sum, { ms }) => sum + ms, 0));
    const verdict = `${held} of ${results.length} steps held, in ${total}`;
    this.#line('');
    this.#line(resultsTable(results, this.#terminal));
    this.#line(this.#terminal.style(held === results.length ? 'green' : 'red', verdict));
  }

  #line(text: string): void {
    if (this.#muted) return;
    this.#printed += `${text}\n`;
    this.#out.write(`${text}\n`);
  }
}
