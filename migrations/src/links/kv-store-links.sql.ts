/**
 * The links of a memory as the Python service kept them in its payload: `links`, a list of `{to, type, timestamp, weight}` in the
 * order in which they were made. Links of what has expired are left out. A field `links` of the caller's own wins.
 */
const LINKS = `coalesce((
      SELECT jsonb_build_object('links', jsonb_agg(jsonb_build_object(
          'to', to_jsonb(string_to_array(l.to_key, ',')::double precision[]), 'type', l.link_type,
          'timestamp', extract(epoch FROM l.created_at)::double precision, 'weight', l.weight) ORDER BY l.id))
      FROM memory_links l
      WHERE l.namespace = m.namespace AND l.from_key = m.coordinate_key AND NOT EXISTS (SELECT FROM memories o
        WHERE o.namespace = l.namespace AND o.coordinate_key = l.to_key AND o.deleted_at IS NULL AND o.expires_at <= now()
          AND (l.to_life IS NOT NULL OR l.updated_at < o.expires_at))
      HAVING count(*) > 0), '{}'::jsonb)`;

const view = (links: string) => `CREATE OR REPLACE VIEW kv_store (key, value, payload_text) AS
  SELECT
    namespace || ':' || soma_python_tuple(coordinate_key) || ':data',
    CASE WHEN type = 'episodic'
      THEN jsonb_build_object('timestamp', extract(epoch FROM updated_at)::double precision)
      ELSE '{}'::jsonb
    END
    ${links} || payload
    || jsonb_build_object('memory_type', type, 'coordinate', to_jsonb(coordinate), 'importance_norm', importance_norm),
    CASE WHEN payload_text_version = version THEN payload_text END
  FROM memories m
  WHERE deleted_at IS NULL AND (expires_at IS NULL OR expires_at > now())`;

export const KV_STORE_WITH_LINKS = view(`|| ${LINKS}`);
export const KV_STORE_WITHOUT_LINKS = view('');
