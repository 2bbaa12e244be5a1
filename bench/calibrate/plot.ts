/** A reliability diagram as SVG: what was said along, what was so up; on the diagonal words mean what they say. Pure. */
import type { Bin } from './reliability.ts';

const SIDE = 320;
const MARGIN = 44;
const SIZE = SIDE + 2 * MARGIN;

export interface Series {
  readonly name: string;
  readonly colour: string;
  readonly bins: readonly Bin[];
}

export function reliabilityPlot(title: string, series: readonly Series[]): string {
  const most = Math.max(1, ...series.flatMap(({ bins }) => bins.map(({ count }) => count)));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE + 24}" font-family="sans-serif" font-size="12" fill="#333">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${SIZE / 2}" y="20" text-anchor="middle" font-size="14">${title}</text>
${[0, 0.2, 0.4, 0.6, 0.8, 1].map(tick).join('\n')}
<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="#999" stroke-dasharray="4 4"/>
${series.map((one) => drawn(one, most)).join('\n')}
${series.map(({ name, colour }, i) => `<circle cx="${x(0.04)}" cy="${y(0.96) + i * 18}" r="5" fill="${colour}" fill-opacity="0.7"/><text x="${x(0.08)}" y="${y(0.96) + 4 + i * 18}">${name}</text>`).join('\n')}
<text x="${SIZE / 2}" y="${SIZE - 6}" text-anchor="middle">what was said (mean of a tenth)</text>
<text x="14" y="${SIZE / 2}" text-anchor="middle" transform="rotate(-90 14 ${SIZE / 2})">share that was there</text>
<text x="${SIZE / 2}" y="${SIZE + 14}" text-anchor="middle" fill="#777">area of a dot: how often it was said</text>
</svg>
`;
}

/** Areas, not widths, follow the counts; the smallest is still seen. */
const drawn = ({ colour, bins }: Series, most: number): string => `<polyline points="${bins.map(({ said, was }) => `${x(said)},${y(was)}`).join(' ')}" fill="none" stroke="${colour}" stroke-opacity="0.5"/>
${bins.map(({ said, was, count }) => `<circle cx="${x(said)}" cy="${y(was)}" r="${Math.max(2, 14 * Math.sqrt(count / most)).toFixed(1)}" fill="${colour}" fill-opacity="0.6"/>`).join('\n')}`;

const tick = (share: number): string => `<line x1="${x(share)}" y1="${y(0)}" x2="${x(share)}" y2="${y(1)}" stroke="#eee"/><line x1="${x(0)}" y1="${y(share)}" x2="${x(1)}" y2="${y(share)}" stroke="#eee"/>
<text x="${x(share)}" y="${y(0) + 16}" text-anchor="middle">${share}</text><text x="${x(0) - 8}" y="${y(share) + 4}" text-anchor="end">${share}</text>`;

const x = (share: number): number => Number((MARGIN + share * SIDE).toFixed(1));
const y = (share: number): number => Number((MARGIN + (1 - share) * SIDE).toFixed(1));
