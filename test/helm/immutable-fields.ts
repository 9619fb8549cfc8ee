import type { Manifest } from './manifest.js';

/** The fields that Kubernetes refuses to change, by object; an upgrade that changes one fails half-way. */
export type ImmutableFields = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Takes the objects that an upgrade patches: hooks are made anew each time. */
export function immutableFields(manifests: readonly Manifest[]): ImmutableFields {
  const standing = manifests.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === undefined);
  const entries = standing.flatMap((manifest) => {
    const fields = fieldsOf(manifest);
    return fields === undefined ? [] : [[`${manifest.kind}/${manifest.metadata.name}`, fields] as const];
  });
  return Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** What an upgrade from `before` to `after` would be refused for, or would lose; empty when nothing. */
export function refusals(before: ImmutableFields, after: ImmutableFields): string[] {
  return Object.entries(before).flatMap(([object, fields]) => {
    const now = after[object];
    if (now === undefined)
      return object.startsWith('PersistentVolumeClaim/') ? [`${object} is gone, with its data`] : [];
    return Object.entries(fields).flatMap(([field, value]) => {
      if (JSON.stringify(now[field]) === JSON.stringify(value)) return [];
      return [`${object} ${field}: ${JSON.stringify(value)} became ${JSON.stringify(now[field])}`];
    });
  });
}

function fieldsOf({ kind, spec, metadata }: Manifest): Record<string, unknown> | undefined {
  switch (kind) {
    case 'Deployment':
      return { selector: spec?.selector };
    case 'Job':
      return { template: spec?.template };
    case 'PersistentVolumeClaim':
      // Growing is allowed, and StorageClasses that allow it are common; shrinking never is.
      return {
        accessModes: spec?.accessModes,
        storageClassName: spec?.storageClassName ?? null,
        size: spec?.resources,
      };
    case 'Service':
      // A Service may change its type, never between headless and not.
      return { headless: spec !== undefined && 'clusterIP' in spec };
    case 'Secret':
      return { name: metadata.name };
    default:
      return undefined;
  }
}
