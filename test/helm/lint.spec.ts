import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { describeWith } from '../services/availability.js';
import { findHelm } from '../services/programs/helm-program.js';
import { REPOSITORY } from '../services/repository.js';
import { CHART, helm, INSTALLATION_NAMES, template, valueArguments } from './chart.js';

const describeHelm = await describeWith([], { helm: findHelm });

describeHelm('the chart', () => {
  it.each(INSTALLATION_NAMES)('passes helm lint --strict with %s', async (installation) => {
    const arguments_ = [CHART, ...valueArguments(installation), '--kube-version', '1.29.0'];
    const { status, output } = await helm('lint', '--strict', ...arguments_);
    expect({ status, output }).toEqual({ status: 0, output });
    expect(output).not.toMatch(/WARNING|ERROR/);
  });

  it.each([
    ['a misspelt value', 'postgress.enabled=true', /additional properties? 'postgress' not allowed/i],
    ['a port that is none', 'service.port=70000', /service.port/],
    ['a node port below the range', 'service.nodePort=80', /service.nodePort/],
    ['a word for a number', 'replicaCount=many', /replicaCount/],
    ['an unknown kind of Service', 'service.type=Ingress', /service.type/],
    ['a size that is none', 'postgres.persistence.size=large', /postgres.persistence.size/],
    ['two scalers of the consumer', 'hpa.consumer.enabled=true,keda.enabled=true', /switch one of them off/],
    ['less time to end than draining takes', 'terminationGracePeriodSeconds=20', /must be longer than draining/],
    ['no database', 'postgres.enabled=false', /POSTGRES_URL is missing/],
    ['a consumer without a broker', 'redpanda.enabled=false', /the consumer has no broker/],
    ['a consumer without Qdrant', 'qdrant.enabled=false', /the consumer has no Qdrant/],
    ['a consumer without events', 'env.EVENTING_ENABLED=false', /nothing for the consumer to do/],
    ['no Secret at all', 'secret.enabled=false', /no token and no database/],
  ])('refuses %s and says which', async (_, setting, message) => {
    const { status, output } = await template('values.yaml', '--set', setting);
    expect(output).toMatch(message);
    expect(status).not.toBe(0);
  });

  it.each(['1', 'yes', 'on', 'TRUE'])('takes %s for on, as the service does', async (word) => {
    const on = ['--set-string', `env.EVENTING_ENABLED=${word}`];
    expect(await template('values.yaml', ...on)).toMatchObject({ status: 0 });
    const { output } = await template('values.yaml', ...on, '--set', 'redpanda.enabled=false');
    expect(output).toMatch(/the consumer has no broker/);
  });

  it('installs without broker and consumer when events are switched off', async () => {
    const off = 'env.EVENTING_ENABLED=false,redpanda.enabled=false,consumer.enabled=false';
    expect(await template('values.yaml', '--set', off)).toMatchObject({ status: 0 });
  });

  it('carries the version of the service', () => {
    const chart: { appVersion: string; name: string } = parse(readFileSync(path.join(CHART, 'Chart.yaml'), 'utf8'));
    const service: { version: string } = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8'));
    expect(chart).toMatchObject({ name: 'somafractalmemory', appVersion: service.version });
  });

  it('starts a Kind cluster of the documented name with the node port on this machine', () => {
    const config: unknown = parse(readFileSync(path.join(CHART, 'kind-config.yaml'), 'utf8'));
    expect(config).toMatchObject({
      kind: 'Cluster',
      name: 'soma-fractal-memory',
      nodes: [{ extraPortMappings: [{ containerPort: 30797, hostPort: 30797, listenAddress: '127.0.0.1' }] }],
    });
    expect(JSON.stringify(config)).toContain('evictionHard');
  });
});
