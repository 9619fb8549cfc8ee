import { Ajv, type ValidateFunction } from 'ajv';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { REPOSITORY } from '../services/repository.js';
import type { Manifest } from './manifest.js';

interface SchemaFile {
  readonly kinds: Readonly<Record<string, object>>;
  readonly definitions: Readonly<Record<string, object>>;
}

/**
 * The objects that one version of Kubernetes accepts, with the operators that chart and examples know: unknown fields, missing
 * ones and wrong types are refused.
 */
export class KubernetesSchemas {
  private readonly validators = new Map<string, () => ValidateFunction>();

  constructor(version: string) {
    for (const name of [`kubernetes-${version}.json`, 'custom-resources.json', 'operator-resources.json']) {
      const file = path.join(REPOSITORY, 'test', 'helm', 'schemas', name);
      const { kinds, definitions }: SchemaFile = JSON.parse(readFileSync(file, 'utf8'));
      const ajv = new Ajv({ allErrors: true, strict: false, allowUnionTypes: true });
      ajv.addSchema({ $id: name, definitions });
      for (const [kind, schema] of Object.entries(kinds)) {
        let compiled: ValidateFunction | undefined;
        this.validators.set(kind, () => (compiled ??= ajv.compile({ ...schema, definitions })));
      }
    }
  }

  /** What is wrong, one line each; empty when nothing is. */
  problems(manifest: Manifest): string[] {
    const what = `${manifest.apiVersion}/${manifest.kind}`;
    const validate = this.validators.get(what)?.();
    if (validate === undefined) return [`${what}: there is no schema of this kind`];
    const { name } = manifest.metadata;
    if (validate(manifest)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${what} ${name}${instancePath}: ${message ?? ''} ${JSON.stringify(params)}`,
    );
  }
}
