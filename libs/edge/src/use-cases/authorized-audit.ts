import { exportAudit, type AuditLog, type Principal } from '@sfm/memory';
import { admitEverywhere } from './admission.js';

/** The audit log, for principals with the scope `admin` in every namespace. */
export class AuthorizedAudit {
  constructor(private readonly log: AuditLog) {}

  /** See `exportAudit`. */
  async exportAudit(
    principal: Principal,
    { after }: { readonly after: number },
  ): Promise<AsyncGenerator<string, void>> {
    admitEverywhere(principal, 'exportAudit');
    return exportAudit(this.log, after);
  }
}
