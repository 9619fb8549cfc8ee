import { describe, expect, it } from '@jest/globals';
import { describeWith } from '../services/availability.js';
import { findHelm } from '../services/programs/helm-program.js';
import { INSTALLATION_NAMES, KUBERNETES_VERSIONS, parseManifests, render } from './chart.js';
import { KubernetesSchemas } from './kubernetes-schemas.js';

const describeHelm = await describeWith([], { helm: findHelm });
/** Values that render what no value file does. */
const REST = [
  'grpc.enabled=true,keda.enabled=true,hpa.consumer.enabled=false,restore.postgres.enabled=true,restore.qdrant.enabled=true',
  'redpanda.image.repository=redpandadata/redpanda,redpanda.image.tag=v25.2.9,postgres.tlsSecretName=server-tls',
  'redis.tlsSecretName=redis-tls,qdrant.tlsSecretName=qdrant-tls,grpc.readinessProbe=true',
  'backup.endpoint=http://minio:9000,backup.prefix=eu,restore.qdrant.id=qdrant/x,backup.postgres.programsImage.repository=postgres,backup.postgres.programsImage.tag=19.1-bookworm,backup.pushgatewayUrl=http://push:9091,service.type=LoadBalancer',
  'image.digest=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,imagePullSecrets[0].name=registry',
].flatMap((settings) => ['--set', settings]);

describe.each(KUBERNETES_VERSIONS)('Kubernetes %s', (version) => {
  const schemas = new KubernetesSchemas(version);
  const refused = (text: string): string[] => parseManifests(text).flatMap((manifest) => schemas.problems(manifest));

  it('refuses a field that it does not know, a missing one and a wrong type', () => {
    const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: x}\n';
    expect(refused(`${service}spec: {ports: [{port: 1}]}`)).toEqual([]);
    expect(refused(`${service}spec: {ports: [{port: 1, targtPort: 2}]}`)).toHaveLength(1);
    expect(refused(`${service}spec: {ports: [{targetPort: 2}]}`)).toHaveLength(1);
    expect(refused(`${service}spec: {ports: [{port: '1'}]}`)).toHaveLength(1);
    expect(refused('apiVersion: v1\nkind: Gadget\nmetadata: {name: x}')).toHaveLength(1);
    const rule = 'apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: x}\n';
    expect(refused(`${rule}spec: {groups: [{name: a, rules: [{alert: b, expr: up}]}]}`)).toEqual([]);
    expect(refused(`${rule}spec: {groups: [{name: a, rulez: []}]}`)).toHaveLength(1);
  });

  describeHelm('and the chart', () => {
    it.each(INSTALLATION_NAMES)('accepts everything of %s', async (installation) => {
      const { manifests } = await render(installation, '--kube-version', `${version}.0`);
      expect(manifests.flatMap((manifest) => schemas.problems(manifest))).toEqual([]);
      expect(manifests.length).toBeGreaterThan(5);
    });

    it('accepts what the switches add', async () => {
      const { manifests } = await render('values-production.yaml', '--kube-version', `${version}.0`, ...REST);
      expect(manifests.flatMap((manifest) => schemas.problems(manifest))).toEqual([]);
      expect(manifests.map(({ kind }) => kind)).toContain('ScaledObject');
    });
  });
});
