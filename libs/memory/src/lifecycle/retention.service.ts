import { v7 as uuidv7 } from 'uuid';
import { toTheEnd } from '../attempts/bounded-wait.js';
import type { Namespace } from '../model/namespace.js';
import type { RetentionPolicies } from './ports/retention-policies.port.js';
import { checkPolicy, inForce, NO_POLICY, type RetentionPolicy, type StoredPolicy } from './rules/retention-policy.js';

/** What a namespace asks for, and what it gets. */
export interface NamespaceRetention {
  /** Undefined for a namespace that never had a policy. */
  readonly stored: StoredPolicy | undefined;
  readonly inForce: RetentionPolicy;
}

/** Reads and changes the policies of namespaces. */
export class RetentionService {
  /**
   * @param cap most memories of a namespace without a number of its own; 0 for any number
   * @param onChanged told of a namespace whose policy was replaced
   */
  constructor(
    private readonly policies: RetentionPolicies,
    readonly cap: number,
    private readonly onChanged: (namespace: Namespace) => void = () => undefined,
  ) {}

  /** The rules of a namespace without a policy. */
  get defaults(): RetentionPolicy {
    return inForce(NO_POLICY, this.cap);
  }

  async read(namespace: Namespace): Promise<NamespaceRetention> {
    const stored = await this.policies.find(namespace);
    return { stored, inForce: inForce(stored ?? NO_POLICY, this.cap) };
  }

  /** The rules that apply to the namespace now. */
  async inForce(namespace: Namespace): Promise<RetentionPolicy> {
    return (await this.read(namespace)).inForce;
  }

  /** Every namespace that has a policy of its own, with the rules that apply to it. */
  async own(): Promise<ReadonlyMap<Namespace, RetentionPolicy>> {
    const all = await this.policies.all();
    return new Map(all.map((policy) => [policy.namespace, inForce(policy, this.cap)]));
  }

  /**
   * Replaces the policy of a namespace; the next run follows it, in whichever process.
   *
   * @throws InvalidRequestError naming the field; StoreUnavailableError; OutcomeUnknownError
   */
  async replace(namespace: Namespace, policy: RetentionPolicy): Promise<NamespaceRetention> {
    checkPolicy(policy);
    const stored = await toTheEnd(() => this.policies.replace(namespace, policy, uuidv7()));
    this.onChanged(namespace);
    return { stored, inForce: inForce(stored, this.cap) };
  }
}
