/**
 * True for an end where the link `t` of the ledger can lead to. Where it was made in a life, that life has to go on. And no life
 * may have ended there since: a deletion or an expiry may have been taken back, and what lived at a bare coordinate may be gone
 * again.
 *
 * @param living SQL of the memories that are not deleted
 */
export const lifeGoesOn = (
  end: 'from' | 'to',
  living: string,
) => `(t.${end}_life IS NULL OR EXISTS (SELECT FROM ${living} m
      WHERE m.namespace = t.namespace AND m.coordinate_key = t.${end}_key AND m.created_version = t.${end}_life))
    AND NOT EXISTS (SELECT FROM memory_events e
      WHERE e.namespace = t.namespace AND e.coordinate_key = t.${end}_key AND e.version > t.${end}_version
        AND (e.type = 'deleted' OR EXISTS (SELECT FROM memory_events b
          WHERE b.namespace = e.namespace AND b.coordinate_key = e.coordinate_key AND b.version = e.version - 1
            AND b.type <> 'deleted' AND (e.type = 'created' OR b.expires_at <= e.updated_at))))`;
