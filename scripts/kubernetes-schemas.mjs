// Writes test/helm/schemas: what Kubernetes and the operators accept, as strict JSON Schema of the kinds that the chart and
// k8s/ use. Needs Go and its module proxy; run it after a change of the versions or kinds below.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
const INT_OR_STRING = { type: ['integer', 'string'] };

const folder = fileURLToPath(new URL('../test/helm/schemas/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [version, release] of Object.entries(KUBERNETES)) {
  const source = join(download(`k8s.io/kubernetes@${release}`), 'api/openapi-spec/swagger.json');
  write(`kubernetes-${version}.json`, kubernetesSchemas(JSON.parse(readFileSync(source, 'utf8')).definitions));
}
write('custom-resources.json', customSchemas());

function core(kind) {
  return `io.k8s.api.core.v1.${kind}`;
}

function download(module) {
  const printed = execFileSync('go', ['mod', 'download', '-json', module], { cwd: folder, encoding: 'utf8' });
  return JSON.parse(printed).Dir;
}

function write(name, schemas) {
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

function customSchemas() {
  const kinds = {};
  for (const [module, file] of CUSTOM) {
    const { spec } = parse(readFileSync(join(download(module), file), 'utf8'));
    for (const { name, schema } of spec.versions) {
      const model = strict(schema.openAPIV3Schema, '', () => {});
      model.properties.metadata = { type: 'object' };
      kinds[`${spec.group}/${name}/${spec.names.kind}`] = model;
    }
  }
  return { kinds, definitions: {} };
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
