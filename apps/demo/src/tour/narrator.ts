import type { Stage } from '../stage';
import { createStyle, type Style, wantsColours } from '../terminal/style';
import { table, wrap } from '../terminal/table';
import type { Step, StepResult } from './step';

const textWidth = 100;

/** Tells the tour to its audience, and keeps what it told. */
export class Narrator {
  /** Whether the tour got to its end. */
  finished = false;
  readonly #out: NodeJS.WriteStream;
  readonly #style: Style;
  #printed = '';
  #muted = false;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    this.#style = createStyle(wantsColours(out));
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
    this.#line(this.#style.bold('Customer 360: a tour of Stateful Workflow'));
  }

  /** What was started, and where. */
  stage(stage: Stage): void {
    const [first, second] = stage.crms;
    const place = (name: string, where: string): void =>
      this.#line(`  ${name.padEnd(12)} ${this.#style.accent(where)}`);
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
    this.#line(this.#style.bold(`${number}/${of} ${name}`));
    for (const line of wrap(about, textWidth)) this.#line(`  ${line}`);
  }

  /** Something that is done, or that was seen on the way. */
  say(text: string): void {
    for (const [i, line] of wrap(text, textWidth).entries())
      this.#line(this.#style.dim(`  ${i === 0 ? '›' : ' '} ${line}`));
  }

  /** Ends a step. */
  result({ ok, expected, seen, ms }: StepResult): void {
    const { good, bad } = this.#style;
    const text = ok ? `seen: ${seen}` : `expected: ${expected}\nseen: ${seen}`;
    for (const [i, line] of wrap(`${text} (${seconds(ms)})`, textWidth).entries())
      this.#line(`  ${i > 0 ? ' ' : ok ? good('✔') : bad('✘')} ${line}`);
  }

  /** The table at the end. */
  table(results: readonly StepResult[]): void {
    const { good, bad } = this.#style;
    const columns = [
      { title: '', max: 4 },
      { title: 'step', max: 22 },
      { title: 'expected', max: 38 },
      { title: 'seen', max: 38 },
      { title: 'time', align: 'right' },
    ] as const;
    const rows = results.map(({ ok, name, expected, seen, ms }) => [
      ok ? good('✔') : bad('✘'),
      name,
      expected,
      seen,
      seconds(ms),
    ]);
    const held = results.filter(({ ok }) => ok).length;
    const total = seconds(results.reduce((sum, { ms }) => sum + ms, 0));
    const verdict = `${held} of ${results.length} steps held, in ${total}`;
    this.#line('');
    this.#line(table(columns, rows));
    this.#line(held === results.length ? good(verdict) : bad(verdict));
  }

  #line(text: string): void {
    if (this.#muted) return;
    this.#printed += `${text}\n`;
    this.#out.write(`${text}\n`);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
