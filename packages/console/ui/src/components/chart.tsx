import { useSignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { hour, number } from '../format';

/** One line, or one layer of bars. */
export interface Series {
  readonly name: string;
  /** Which colour, from 1 to 6. */
  readonly colour: number;
  /** A value for each moment; `undefined` where none is known. */
  readonly values: readonly (number | undefined)[];
}

const HEIGHT = 168;
const PAD = { top: 10, right: 8, bottom: 22, left: 44 };

/** A chart of values over time, with the same as a table for who does not see it. */
export function Chart({
  title,
  about,
  times,
  series,
  kind,
  unit = '',
}: {
  readonly title: string;
  /** What the numbers are, in a sentence. */
  readonly about: string;
  /** ISO 8601, oldest first. */
  readonly times: readonly string[];
  readonly series: readonly Series[];
  readonly kind: 'bars' | 'lines';
  readonly unit?: string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(480);
  const at = useSignal<number | undefined>(undefined);
  useEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 480));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const inner = { width: Math.max(40, width - PAD.left - PAD.right), height: HEIGHT - PAD.top - PAD.bottom };
  const sums = times.map((_, i) =>
    kind === 'bars'
      ? series.reduce((sum, { values }) => sum + (values[i] ?? 0), 0)
      : Math.max(0, ...series.map(({ values }) => values[i] ?? 0)),
  );
  const most = nice(Math.max(1, ...sums));
  const step = inner.width / Math.max(1, times.length);
  const x = (i: number): number => PAD.left + i * step;
  const y = (value: number): number => PAD.top + inner.height * (1 - value / most);
  const index = at.value;
  const last = (values: Series['values']): string => {
    const value = values[index ?? values.length - 1];
    return value === undefined ? '–' : `${number(value)}${unit}`;
  };
  const summary = series.map(({ name, values }) => `${name} ${number(values.at(-1) ?? 0)}${unit}`).join(', ');
  const labelled = times.flatMap((_, i) =>
    i % Math.ceil(times.length / Math.max(2, width / 110)) === 0 ? [i] : [],
  );

  return (
    <figure class="chart">
      <figcaption>
        <h2>{title}</h2>
        <p>{about}</p>
        <ul class="legend">
          {series.map(({ name, colour, values }) => (
            <li key={name}>
              <span class={`swatch c${colour}`} aria-hidden="true" />
              {name} <b>{last(values)}</b>
            </li>
          ))}
          <li class="dim at">{index === undefined ? 'this minute' : hour(times[index] ?? '')}</li>
        </ul>
      </figcaption>
      <div ref={box}>
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`${title}: ${summary} in the last minute`}
          onPointerMove={({ offsetX }) => {
            const i = Math.floor((offsetX - PAD.left) / step);
            at.value = i >= 0 && i < times.length ? i : undefined;
          }}
          onPointerLeave={() => (at.value = undefined)}
        >
          {[0, 0.5, 1].map((part) => (
            <g key={part} class="grid">
              <line x1={PAD.left} x2={width - PAD.right} y1={y(most * part)} y2={y(most * part)} />
              <text x={PAD.left - 6} y={y(most * part) + 4} text-anchor="end">
                {short(most * part)}
              </text>
            </g>
          ))}
          {labelled.map((i) => (
            <text key={i} class="tick" x={x(i) + step / 2} y={HEIGHT - 6} text-anchor="middle">
              {hour(times[i] ?? '')}
            </text>
          ))}
          {kind === 'bars' ? bars() : lines()}
          {index !== undefined && (
            <line
              class="cursor"
              x1={x(index) + step / 2}
              x2={x(index) + step / 2}
              y1={PAD.top}
              y2={PAD.top + inner.height}
            />
          )}
        </svg>
      </div>
      <details>
        <summary>As a table</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
          <table>
            <thead>
              <tr>
                <th>Minute</th>
                {series.map(({ name }) => (
                  <th key={name}>{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times
                .map((time, i) => (
                  <tr key={time}>
                    <th scope="row">{hour(time)}</th>
                    {series.map(({ name, values }) => (
                      <td key={name}>{values[i] === undefined ? '–' : `${number(values[i])}${unit}`}</td>
                    ))}
                  </tr>
                ))
                .toReversed()}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );

  function bars() {
    const wide = Math.max(1, Math.min(step * 0.72, 18));
    return times.map((time, i) => {
      let below = 0;
      return (
        <g key={time}>
          {series.map(({ name, colour, values }) => {
            const value = values[i] ?? 0;
            if (value === 0) return null;
            const top = y(below + value);
            const height = y(below) - top;
            below += value;
            return (
              <rect
                key={name}
                class={`c${colour}`}
                x={x(i) + (step - wide) / 2}
                y={top}
                width={wide}
                height={height}
              />
            );
          })}
        </g>
      );
    });
  }

  function lines() {
    return series.map(({ name, colour, values }) => {
      const points = values.flatMap((value, i) =>
        value === undefined ? [] : [`${x(i) + step / 2},${y(value)}`],
      );
      return points.length === 1 ? (
        <circle
          key={name}
          class={`c${colour}`}
          cx={points[0]?.split(',')[0]}
          cy={points[0]?.split(',')[1]}
          r={3}
        />
      ) : (
        <polyline key={name} class={`c${colour}`} points={points.join(' ')} />
      );
    });
  }
}

/** The next round number. */
function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 10].find((factor) => factor * power >= value) ?? 10) * power;
}

const short = (value: number): string =>
  value >= 1_000_000 ? `${value / 1_000_000}M` : value >= 1_000 ? `${value / 1_000}k` : String(value);
