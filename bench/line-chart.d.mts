export interface Series {
  name: string;
  points: [x: number, y: number | null][];
}

export function lineChart(chart: { title: string; xLabel: string; yLabel: string; series: Series[] }): string;

export function linearTicks(highest: number): number[];
