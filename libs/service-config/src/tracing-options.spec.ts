import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig, type Environment } from '@sfm/config';
import { tracingOptions } from './tracing-options.js';

const options = (environment: Environment) =>
  tracingOptions(loadConfig(environment), { name: 'soma-test', version: '1.2.3' });

describe('the traces of the configuration', () => {
  it.each<Environment>([
    {},
    { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' },
    { OTEL_SERVICE_NAME: 'alone', OTEL_TRACES_SAMPLER: 'always_on' },
  ])('are off with %j', (environment) => {
    expect(options(environment)).toBeUndefined();
  });

  it('are on with nothing but an endpoint', () => {
    expect(options({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' })).toMatchObject({
      serviceName: 'soma-test',
      serviceVersion: '1.2.3',
      exporter: { kind: 'otlp', protocol: 'http/protobuf', url: 'http://collector:4318/v1/traces', headers: {} },
      sampler: 'parentbased_always_on',
      ratio: 1,
    });
  });

  it.each<[Environment, string]>([
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'http://localhost:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://host/otlp/' }, 'https://host/otlp/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://host/ingest' }, 'http://host/ingest'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://other', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://host/' },
      'http://host/',
    ],
  ])('with %j go to %s', (environment, url) => {
    expect(options(environment)?.exporter).toMatchObject({ kind: 'otlp', url });
  });

  it('are as the variables of the standard say', () => {
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20t=, x=%',
      OTEL_SERVICE_NAME: 'named',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '.25',
    };
    expect(options(environment)).toMatchObject({
      serviceName: 'named',
      resourceAttributes: { 'deployment.environment.name': 'test' },
      exporter: { protocol: 'http/json', headers: { authorization: 'Bearer t=', x: '%' } },
      sampler: 'parentbased_traceidratio',
      ratio: 0.25,
    });
  });

  it.each<Environment>([
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' },
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    { OTEL_EXPORTER_OTLP_HEADERS: 'token' },
    { OTEL_TRACES_SAMPLER_ARG: '1.5' },
    { OTEL_TRACES_SAMPLER: 'sometimes' },
  ])('are refused with %j', (environment) => {
    expect(() => options(environment)).toThrow(ConfigError);
  });

  it('warn of the port of gRPC', () => {
    const { warnings } = loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://jaeger:4317' });
    expect(warnings).toMatchObject([{ variable: 'OTEL_EXPORTER_OTLP_ENDPOINT' }]);
  });
});
