import type { RefreshCost } from './measure';

const left = 320;
const full = 330;
const rowHeight = 34;
const panelGap = 54;

/** Draws the costs: bytes and events of history for each look, one bar a policy. Readable on light and on dark. */
export function chart(costs: readonly RefreshCost[]): string {
  const panel = costs.length * rowHeight + panelGap;
  const height = panel * 2 + 8;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + full + 120} ${height}" font-family="system-ui, sans-serif" font-size="14" role="img">`,
    `<title>What looking at an unchanged source costs in history</title>`,
    `<style>text { fill: #57606a } .bar { fill: #2f81f7 } .head { font-weight: 600 } @media (prefers-color-scheme: dark) { text { fill: #9da7b3 } }</style>`,
    ...bars(
      costs,
      0,
      'Bytes of history for each look (logarithmic)',
      ({ bytes, looks }) => bytes / looks,
      logarithmic,
    ),
    ...bars(
      costs,
      panel,
      'Events of history in 20 seconds',
      ({ events }) => events,
      (value, most) => value / most,
    ),
    `</svg>`,
    ``,
  ].join('\n');
}

function bars(
  costs: readonly RefreshCost[],
  top: number,
  title: string,
  valueOf: (cost: RefreshCost) => number,
  scale: (value: number, most: number) => number,
): string[] {
  const most = Math.max(...costs.map(valueOf));
  return [
    `<text class="head" x="8" y="${top + 24}">${title}</text>`,
    ...costs.flatMap((cost, i) => {
      const value = valueOf(cost);
      const y = top + 40 + i * rowHeight;
      const width = Math.round(scale(value, most) * full);
      return [
        `<text x="8" y="${y + 15}">${escape(cost.policy)}</text>`,
        `<rect class="bar" x="${left}" y="${y}" width="${Math.max(width, 1)}" height="20" rx="3"/>`,
        `<text x="${left + width + 8}" y="${y + 15}">${number(value)}</text>`,
      ];
    }),
  ];
}

/** 0 stays 0; the rest spreads over the powers of ten. */
const logarithmic = (value: number, most: number): number =>
  value < 1 ? 0 : Math.log10(value) / Math.log10(most);

/** A number as the guide writes it: `175,431`, `10.9`, `0`. */
export const number = (value: number): string =>
  (value >= 100 || Number.isInteger(value) ? Math.round(value) : Number(value.toFixed(1))).toLocaleString(
    'en-US',
  );

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
