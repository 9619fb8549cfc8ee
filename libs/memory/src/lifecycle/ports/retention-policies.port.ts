import type { Namespace } from '../../model/namespace.js';
import type { RetentionPolicy, StoredPolicy } from '../rules/retention-policy.js';

/** The policies of namespaces, shared by all processes. */
export abstract class RetentionPolicies {
  /** Undefined for a namespace that never had one. */
  abstract find(namespace: Namespace): Promise<StoredPolicy | undefined>;

  /** Every namespace with a policy that says something, in the order of their names. */
  abstract all(): Promise<readonly StoredPolicy[]>;

  /**
   * Replaces the policy of a namespace, in one transaction with a ledger row `policy_changed` that holds it. The same
   * policy again changes nothing and leaves no row.
   *
   * @param eventId identity of the ledger row
   * @throws StoreUnavailableError; OutcomeUnknownError
   */
  abstract replace(namespace: Namespace, policy: RetentionPolicy, eventId: string): Promise<StoredPolicy>;
}
