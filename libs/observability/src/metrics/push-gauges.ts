import { Gauge, Pushgateway, Registry } from 'prom-client';

/** A metric of a process that ends before it can be scraped. */
export interface PushedGauge {
  readonly name: string;
  readonly help: string;
  readonly value: number;
}

/** Replaces a group of metrics at a Prometheus Pushgateway. @throws when it does not accept them */
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
