import { Injectable } from '@nestjs/common';
import { Authenticator, InvalidTokenError, resolveNamespace, type Principal } from '@sfm/memory';
import { AuthOptions } from '../options/auth.options.js';
import { CredentialVerifier } from './credential-verifier.js';

/** Authenticates tokens against a list that does not change while the service runs. */
@Injectable()
export class StaticTokenAuthenticator extends Authenticator {
  constructor(
    private readonly verifier: CredentialVerifier,
    private readonly options: AuthOptions,
  ) {
    super();
  }

  async authenticate(token: string, namespace: string | undefined): Promise<Principal> {
    const grant = this.verifier.verify(token);
    if (grant === undefined) throw new InvalidTokenError();
    return { ...grant, namespace: resolveNamespace(grant.namespaces, namespace, this.options.defaultNamespace) };
  }
}
