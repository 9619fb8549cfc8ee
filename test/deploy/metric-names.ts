import { collectDefaultMetrics, Registry } from 'prom-client';
import { ServiceMetrics } from '@sfm/observability';
import { ConsumerMetrics } from '../../apps/consumer/src/metrics/consumer-metrics.js';

/** What Kubernetes, kube-state-metrics and Prometheus themselves measure. */
const OF_THE_CLUSTER = [
  ...['kubelet_volume_stats_used_bytes', 'kubelet_volume_stats_capacity_bytes', 'up'],
  ...['kube_deployment_status_replicas_available', 'kube_deployment_spec_replicas'],
  ...['kube_cronjob_status_last_successful_time', 'kube_cronjob_created'],
];

/** What the usual exporters of PostgreSQL, Redis and Kafka say about their server. */
const OF_EXPORTERS = ['pg_up', 'redis_up', 'kafka_brokers'];

/** What a backup tells a Pushgateway when it is finished. */
const OF_BACKUPS = [
  'soma_backup_last_success_timestamp_seconds',
  'soma_backup_size_bytes',
  'soma_backup_duration_seconds',
];

/** The names under which api and consumer, Node and the cluster publish; a histogram with its three suffixes. */
export async function publishedMetrics(): Promise<ReadonlySet<string>> {
  const api = new Registry();
  const consumer = new Registry();
  for (const registry of [api, consumer]) collectDefaultMetrics({ register: registry });
  new ServiceMetrics(api);
  new ConsumerMetrics(consumer, 'memory.events').registerGauges({
    lag: () => Promise.resolve(new Map([[0, 0]])),
    oldestEventAgeSeconds: () => 0,
    deadLetterCount: () => Promise.resolve(0),
    partitions: () => 0,
  });
  const names = new Set([...OF_THE_CLUSTER, ...OF_EXPORTERS, ...OF_BACKUPS]);
  for (const metric of [...(await api.getMetricsAsJSON()), ...(await consumer.getMetricsAsJSON())]) {
    names.add(metric.name);
    if (String(metric.type) === 'histogram') {
      for (const suffix of ['bucket', 'sum', 'count']) names.add(`${metric.name}_${suffix}`);
    }
  }
  return names;
}

/** The metrics that an expression of PromQL selects; each of ours is written with its labels. */
export function metricsIn(expression: string): string[] {
  const selected = [...expression.matchAll(/(?<![a-z0-9_])([a-z_][a-z0-9_]*)\s*\{/g)].map(([, name = '']) => name);
  if (selected.length === 0) throw new Error(`no metric in ${expression}`);
  return selected;
}
