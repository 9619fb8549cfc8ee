import { Gauge, Pushgateway, Registry } from 'prom-client';

/** One number of a process that is gone before anybody scrapes it. */
export interface PushedGauge {
  readonly name: string;
  readonly help: string;
  readonly value: number;
}

/** Replaces a group of metrics at a Prometheus Pushgateway. @throws when it does not take them */
export async function pushGauges(
  url: string,
  group: { readonly job: string; readonly groupings: Readonly<Record<string, string>> },
  gauges: readonly PushedGauge[],
): Promise<void> {
  const registry = new Registry();
  for (const { name, help, value } of gauges) new Gauge({ name, help, registers: [registry] }).set(value);
  const gateway = new Pushgateway(url, { timeout: 10_000 }, registry);
  await gateway.push({ jobName: group.job, groupings: { ...group.groupings } });
}
