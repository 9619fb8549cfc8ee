import { describe, expect, it } from '@jest/globals';
import { linearTicks, lineChart, type Series } from '../../bench/line-chart.mjs';

const chart = (...series: Series[]): string =>
  lineChart({ title: 'Latency', xLabel: 'calls', yLabel: 'milliseconds', series });

const linesOf = (svg: string): { x: number; y: number }[][] =>
  [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, places = '']) =>
    places.split(' ').map((place) => {
      const [x, y] = place.split(',').map(Number);
      return { x: x ?? NaN, y: y ?? NaN };
    }),
  );

const labelsOf = (svg: string, axis: 'x-tick' | 'y-tick'): (string | undefined)[] =>
  [...svg.matchAll(new RegExp(`class="${axis}"[^>]*>([^<]*)<`, 'g'))].map(([, label]) => label);

describe('lineChart', () => {
  it('places x by its logarithm and y from 0 upwards', () => {
    const svg = chart({
      name: 'p50',
      points: [
        [100, 0],
        [1000, 5],
        [10_000, 10],
      ],
    });
    const [first, second, third] = linesOf(svg)[0] ?? [];
    expect(second?.x).toBeCloseTo(((first?.x ?? NaN) + (third?.x ?? NaN)) / 2, 1);
    expect(second?.y).toBeCloseTo(((first?.y ?? NaN) + (third?.y ?? NaN)) / 2, 1);
    expect(third?.y).toBeLessThan(first?.y ?? NaN);
    expect(labelsOf(svg, 'x-tick')).toEqual(['100', '1,000', '10,000']);
    expect(labelsOf(svg, 'y-tick')).toEqual(['0', '2', '4', '6', '8', '10']);
  });

  it('names the axes and every series, whatever signs their names have', () => {
    const svg = chart({ name: 'a<b & "c"', points: [[1, 1]] }, { name: 'p99', points: [[1, 2]] });
    for (const text of ['Latency', 'calls', 'milliseconds', 'p99', 'a&#60;b &#38; &#34;c&#34;']) {
      expect(svg).toContain(`>${text}</text>`);
    }
  });

  it('leaves a gap where there is no value', () => {
    const points: Series['points'] = [
      [1, 1],
      [10, 2],
      [100, null],
      [1000, 3],
    ];
    expect(linesOf(chart({ name: 'p50', points })).map((line) => line.length)).toEqual([2, 1]);
  });

  it('draws one step alone, and values that are all 0, at places that exist', () => {
    const lines = linesOf(chart({ name: 'p50', points: [[100, 0]] }));
    expect(lines).toEqual([[{ x: expect.any(Number), y: expect.any(Number) }]]);
    expect(chart({ name: 'p50', points: [[100, 0]] })).not.toMatch(/NaN|Infinity/);
    expect(chart()).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('leaves out labels that would run into each other', () => {
    const points = Array.from({ length: 50 }, (_, index): [number, number] => [index + 1, 1]);
    const labels = labelsOf(chart({ name: 'p50', points }), 'x-tick');
    expect(labels.length).toBeLessThan(15);
    expect(labels).toEqual(expect.arrayContaining(['1', '2']));
  });

  it('refuses an x that has no logarithm', () => {
    expect(() => chart({ name: 'p50', points: [[0, 1]] })).toThrow(RangeError);
  });
});

describe('linearTicks', () => {
  it.each([
    [10, [0, 2, 4, 6, 8, 10]],
    [0.3, [0, 0.1, 0.2, 0.3]],
    [1234, [0, 500, 1000, 1500]],
    [1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0, [0, 1]],
  ])('reaches %d in round steps', (highest, ticks) => {
    expect(linearTicks(highest)).toEqual(ticks);
  });
});
