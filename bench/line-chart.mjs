// Line charts as SVG: a logarithmic x axis, a linear y axis from 0. They need no script and no font of their own.

const WIDTH = 760;
const HEIGHT = 420;
const PLOT = { left: 72, right: 736, top: 84, bottom: 356 };
const LABEL_WIDTH = 48;
const LEGEND_COLUMN = 150;
/** Told apart by people who see no colours, too: each line has its own dashes. */
const STYLES = [
  { color: '#0b5fa5', dashes: 'none' },
  { color: '#c2410c', dashes: '8 4' },
  { color: '#15803d', dashes: '2 4' },
  { color: '#7e22ce', dashes: '10 3 2 3' },
];

/**
 * A chart of some series of points `[x, y]`, as the text of an SVG file. Points are drawn in the order given; a `y` of null
 * leaves a gap in the line. Throws RangeError when an `x` is not above 0, which has no place on a logarithmic axis.
 */
export function lineChart({ title, xLabel, yLabel, series }) {
  const points = series.flatMap((line) => line.points);
  const outside = points.find(([x]) => !(x > 0));
  if (outside) throw new RangeError(`x must be above 0 on a logarithmic axis, not ${outside[0]}`);
  const xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
  const ticks = linearTicks(Math.max(0, ...points.map(([, y]) => y ?? 0)));
  const toX = logarithmic(xs);
  const toY = (y) => round(PLOT.bottom - (y / ticks.at(-1)) * (PLOT.bottom - PLOT.top));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${WIDTH / 2}" y="28" text-anchor="middle" font-size="16">${escaped(title)}</text>`,
    ...ticks.flatMap((tick) => yTick(tick, toY(tick))),
    ...apart(xs, toX).flatMap((x) => xTick(x, toX(x))),
    `<path d="M${PLOT.left} ${PLOT.top}V${PLOT.bottom}H${PLOT.right}" fill="none" stroke="#333333"/>`,
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 16}" text-anchor="middle">${escaped(xLabel)}</text>`,
    `<text transform="translate(18 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>`,
    ...series.flatMap((line, index) => drawnSeries(line, index, ([x, y]) => [toX(x), toY(y)])),
    '</svg>',
    '',
  ].join('\n');
}

/** From 0 to at least `highest` in about five steps of 1, 2 or 5 times a power of ten. */
export function linearTicks(highest) {
  if (highest <= 0) return [0, 1];
  const least = highest / 5;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least * (1 - 1e-9)) ?? 10 * power;
  const count = Math.ceil(highest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Places of x values; a single one stands in the middle. */
function logarithmic(xs) {
  const first = Math.log10(xs[0] ?? 1);
  const span = Math.log10(xs.at(-1) ?? 1) - first;
  const width = PLOT.right - PLOT.left;
  return (x) => round(PLOT.left + (span === 0 ? width / 2 : ((Math.log10(x) - first) / span) * width));
}

/** The x values whose labels do not run into each other. */
function apart(xs, toX) {
  const kept = [];
  for (const x of xs) {
    if (kept.length === 0 || toX(x) - toX(kept.at(-1)) >= LABEL_WIDTH) kept.push(x);
  }
  return kept;
}

function yTick(value, y) {
  return [
    `<path d="M${PLOT.left} ${y}H${PLOT.right}" stroke="#dddddd"/>`,
    `<text class="y-tick" x="${PLOT.left - 8}" y="${y + 4}" text-anchor="end">${number(value)}</text>`,
  ];
}

function xTick(value, x) {
  return [
    `<path d="M${x} ${PLOT.bottom}v5" stroke="#333333"/>`,
    `<text class="x-tick" x="${x}" y="${PLOT.bottom + 20}" text-anchor="middle">${number(value)}</text>`,
  ];
}

function drawnSeries({ name, points }, index, place) {
  const { color, dashes } = STYLES[index % STYLES.length];
  const stroke = `stroke="${color}" stroke-width="2" stroke-dasharray="${dashes}" fill="none"`;
  const legendX = PLOT.left + index * LEGEND_COLUMN;
  return [
    `<path d="M${legendX} 56h28" ${stroke}/>`,
    `<text x="${legendX + 36}" y="60">${escaped(name)}</text>`,
    ...unbroken(points).flatMap((part) => {
      const places = part.map(place);
      return [
        `<polyline points="${places.map(([x, y]) => `${x},${y}`).join(' ')}" ${stroke}/>`,
        ...places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3.5" fill="${color}"/>`),
      ];
    }),
  ];
}

/** The runs of points between the gaps. */
function unbroken(points) {
  const parts = [[]];
  for (const point of points) {
    if (point[1] === null) parts.push([]);
    else parts.at(-1).push(point);
  }
  return parts.filter((part) => part.length > 0);
}

const round = (value) => Math.round(value * 100) / 100;
const number = (value) => value.toLocaleString('en-US', { maximumFractionDigits: 6 });

function escaped(text) {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
