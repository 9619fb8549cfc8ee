// Writes test/helm/schemas: what Kubernetes and the operators accept, as strict JSON Schema of the kinds that the chart and
// k8s/ use, and of those of the operators in helm/examples. Needs Go and its module proxy, and for Strimzi Maven and a JDK; run it
// after a change of the versions or kinds below, with the names of the files to write or without for all.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const KUBERNETES = {
  1.29: 'v1.29.6',
  '1.30': 'v1.30.14',
  1.31: 'v1.31.14',
  1.32: 'v1.32.13',
  1.33: 'v1.33.13',
};
const KINDS = [
  ...['ConfigMap', 'Namespace', 'PersistentVolume', 'PersistentVolumeClaim', 'Pod', 'Secret', 'Service'].map(core),
  core('ServiceAccount'),
  'io.k8s.api.apps.v1.Deployment',
  'io.k8s.api.apps.v1.StatefulSet',
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  'io.k8s.api.batch.v1.CronJob',
  'io.k8s.api.batch.v1.Job',
  'io.k8s.api.networking.v1.Ingress',
  'io.k8s.api.networking.v1.NetworkPolicy',
  'io.k8s.api.policy.v1.PodDisruptionBudget',
];
const CUSTOM = [
  ['github.com/external-secrets/external-secrets@v1.3.2', 'config/crds/bases/external-secrets.io_externalsecrets.yaml'],
  ...['scaledobjects', 'triggerauthentications'].map((plural) => [
    'github.com/kedacore/keda/v2@v2.17.0',
    `config/crd/bases/keda.sh_${plural}.yaml`,
  ]),
  ...['servicemonitors', 'prometheusrules'].map((plural) => [
    'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    `example/prometheus-operator-crd/monitoring.coreos.com_${plural}.yaml`,
  ]),
];
const OPERATORS = [
  ...['clusters', 'scheduledbackups'].map((plural) => [
    'github.com/cloudnative-pg/cloudnative-pg@v1.30.0',
    `config/crd/bases/postgresql.cnpg.io_${plural}.yaml`,
  ]),
  ['github.com/cloudnative-pg/plugin-barman-cloud@v0.15.0', 'config/crd/bases/barmancloud.cnpg.io_objectstores.yaml'],
  ['github.com/zalando/postgres-operator@v1.15.0', 'manifests/postgresql.crd.yaml'],
  ...['certificates', 'issuers'].map((plural) => [
    'github.com/cert-manager/cert-manager@v1.19.2',
    `deploy/crds/cert-manager.io_${plural}.yaml`,
  ]),
];
/** Strimzi's CRDs are in no registry; the classes that it reads its resources into are, in the version of the pom.xml. */
const STRIMZI = ['kafka.Kafka', 'nodepool.KafkaNodePool', 'topic.KafkaTopic', 'user.KafkaUser'];
const INT_OR_STRING = { type: ['integer', 'string'] };

const folder = fileURLToPath(new URL('../test/helm/schemas/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [version, release] of Object.entries(KUBERNETES)) {
  write(`kubernetes-${version}.json`, () => {
    const source = join(download(`k8s.io/kubernetes@${release}`), 'api/openapi-spec/swagger.json');
    return kubernetesSchemas(JSON.parse(readFileSync(source, 'utf8')).definitions);
  });
}
write('custom-resources.json', () => ({ kinds: customSchemas(CUSTOM), definitions: {} }));
write('operator-resources.json', () => ({
  kinds: { ...customSchemas(OPERATORS), ...strimziSchemas() },
  definitions: {},
}));

function core(kind) {
  return `io.k8s.api.core.v1.${kind}`;
}

function download(module) {
  const printed = execFileSync('go', ['mod', 'download', '-json', module], { cwd: folder, encoding: 'utf8' });
  return JSON.parse(printed).Dir;
}

function write(name, make) {
  const wanted = process.argv.slice(2);
  if (wanted.length > 0 && !wanted.includes(name)) return;
  const schemas = make();
  writeFileSync(join(folder, name), `${JSON.stringify(schemas)}\n`);
  console.log(`${name}: ${Object.keys(schemas.kinds).length} kinds`);
}

/** The kinds and everything they refer to. */
function kubernetesSchemas(all) {
  const definitions = {};
  const kinds = {};
  const visit = (name) => {
    if (name in definitions) return;
    definitions[name] = undefined;
    definitions[name] = strict(all[name], name, visit);
  };
  for (const name of KINDS) {
    visit(name);
    for (const { group, version, kind } of all[name]['x-kubernetes-group-version-kind']) {
      const apiVersion = group ? `${group}/${version}` : version;
      kinds[`${apiVersion}/${kind}`] = { $ref: `#/definitions/${name}` };
      // The model leaves these optional; without them nothing can be applied.
      definitions[name] = {
        ...definitions[name],
        required: [...new Set(['apiVersion', 'kind', 'metadata', ...(definitions[name].required ?? [])])],
      };
    }
  }
  return { kinds, definitions };
}

function customSchemas(sources) {
  const kinds = {};
  for (const [module, file] of sources) {
    const { spec } = parse(readFileSync(join(download(module), file), 'utf8'));
    for (const { name, schema } of spec.versions) {
      const model = strict(schema.openAPIV3Schema, '', () => {});
      model.properties.metadata = { type: 'object' };
      // Written by the operator, and by nobody else.
      delete model.properties.status;
      kinds[`${spec.group}/${name}/${spec.names.kind}`] = model;
    }
  }
  return kinds;
}

function strimziSchemas() {
  const source = fileURLToPath(new URL('strimzi-schemas/', import.meta.url));
  const made = mkdtempSync(join(tmpdir(), 'strimzi-schemas-'));
  try {
    const run = (command, ...args) => execFileSync(command, args, { cwd: source, encoding: 'utf8' });
    run('mvn', '-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${join(made, 'lib')}`);
    const libraries = join(made, 'lib', '*');
    const annotations = ['PresentInVersions', 'RequiredInVersions'].map(
      (name) => `io/strimzi/crdgenerator/annotations/${name}.java`,
    );
    run('javac', '-cp', libraries, '-d', made, 'StrimziSchemas.java', ...annotations);
    const classes = STRIMZI.map((name) => `io.strimzi.api.kafka.model.${name}`);
    return JSON.parse(run('java', '-cp', [made, libraries].join(delimiter), 'StrimziSchemas', ...classes));
  } finally {
    rmSync(made, { recursive: true });
  }
}

/** A model as JSON Schema: without texts, and refusing fields that it does not name. */
function strict(model, name, visit) {
  if (name.endsWith('.IntOrString') || model['x-kubernetes-int-or-string']) return INT_OR_STRING;
  if (name.endsWith('.Quantity')) return { type: ['string', 'number'] };
  if (model.$ref) {
    const target = model.$ref.replace('#/definitions/', '');
    visit(target);
    return { $ref: model.$ref };
  }
  const schema = {};
  for (const key of [
    'type',
    'enum',
    'required',
    'pattern',
    'minimum',
    'maximum',
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
  ]) {
    if (model[key] !== undefined) schema[key] = model[key];
  }
  if (schema.pattern !== undefined && !isPattern(schema.pattern)) delete schema.pattern;
  for (const key of ['oneOf', 'anyOf', 'allOf']) {
    if (model[key]) schema[key] = model[key].map((part) => ({ ...(part.required && { required: part.required }) }));
  }
  if (model.items) schema.items = strict(model.items, '', visit);
  if (model.properties) {
    schema.properties = Object.fromEntries(
      Object.entries(model.properties).map(([key, value]) => [key, strict(value, '', visit)]),
    );
    if (!model['x-kubernetes-preserve-unknown-fields']) schema.additionalProperties = false;
  }
  if (typeof model.additionalProperties === 'object') {
    schema.additionalProperties = strict(model.additionalProperties, '', visit);
  }
  return schema;
}

/** Patterns are written for Go; those that mean nothing to JavaScript are left out. */
function isPattern(pattern) {
  try {
    RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}
