import { actEntry, type AuditLog, type JsonObject, type Principal } from '@sfm/memory';
import { admit, SCOPE_OF, type UseCase } from './admission.js';

/** Use cases of administrators that change nothing. */
const ONLY_LOOKING: readonly UseCase[] = ['readRetention', 'previewRemoval', 'listKeys'];
/** Noted with the change, in its transaction. */
const NOTED_WITH_IT: readonly UseCase[] = ['createKey', 'rotateKey', 'revokeKey'];
const MAX_DETAILS = 2000;

/**
 * The same use cases, with every act of an administrator noted in the audit log before it begins: what cannot be noted is not
 * done. By the table of scopes, so that a use case that is added is noted too. Whether the act succeeds is not noted.
 */
export function audited<T extends object>(useCases: T, log: Pick<AuditLog, 'append'> | undefined): T {
  if (!log) return useCases;
  return new Proxy(useCases, {
    get(target, name, receiver): unknown {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function' || !isNoted(name)) return member;
      return async (principal: Principal, request?: unknown): Promise<unknown> => {
        admit(principal, name);
        if (!isDryRun(request)) await log.append([entryOf(principal, name, request)]);
        return (await Reflect.apply(member, target, [principal, request])) as unknown;
      };
    },
  });
}

function isNoted(name: string | symbol): name is UseCase {
  if (typeof name !== 'string' || !Object.hasOwn(SCOPE_OF, name)) return false;
  const useCase = name as UseCase;
  return SCOPE_OF[useCase] === 'admin' && !ONLY_LOOKING.includes(useCase) && !NOTED_WITH_IT.includes(useCase);
}

function isDryRun(request: unknown): boolean {
  return typeof request === 'object' && request !== null && 'isDryRun' in request && request.isDryRun === true;
}

function entryOf({ credentialId, namespace }: Principal, action: UseCase, request: unknown) {
  return actEntry({ actor: credentialId ?? null, action, namespace, details: detailsOf(request) }, new Date());
}

/** What was asked for, as JSON; not of what is too long to be a name or a number. */
function detailsOf(request: unknown): JsonObject {
  const text = JSON.stringify(request) ?? '{}';
  if (text.length > MAX_DETAILS) return { too_long: true };
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
