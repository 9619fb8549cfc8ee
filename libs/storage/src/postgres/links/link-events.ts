import { epochMs } from '../rows/epoch-ms.js';

/**
 * Common table expressions that tell of changed links in ledger and outbox. They read `entries`, which has an `event_id`
 * and the columns of a link as the change left it, or as it was before it went.
 *
 * A row of the ledger is filed under the coordinate that the link leads from. It creates no version of the memory there,
 * so its `version` is null; that of the link is in the payload, with all that the link is made of.
 *
 * What a replay needs is with it: `link_id`, the place in the order of links; `at`, the server's time of the change, which
 * orders the changes of one link; and of a link that was made the versions that its ends had, so that it can be told what
 * ended there since.
 *
 * @param traceparent SQL of the trace context
 */
export function linkEvents(type: 'linked' | 'unlinked', traceparent: string): string {
  const versions = type === 'linked' ? `, 'from_version', from_version, 'to_version', to_version` : '';
  return `, told AS MATERIALIZED (
  SELECT e.*, jsonb_build_object('from', ${numbers('from_key')}, 'to', ${numbers('to_key')}, 'link_type', link_type,
    'weight', weight, 'version', version, 'from_life', from_life, 'to_life', to_life,
    'created_at', ${epochMs('created_at')}, 'updated_at', ${epochMs('updated_at')}, 'link_id', id,
    'at', ${epochMs('at')}${versions}) AS facts
  FROM entries e
), ledger AS (
  INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload, payload_text, payload_form, announced,
    coordinate_key, coordinate)
  SELECT event_id, event_id, namespace, '${type}', extract(epoch FROM at)::double precision,
    facts || jsonb_build_object('metadata', metadata),
    CASE WHEN metadata_text IS NOT NULL THEN rtrim(facts::text, '}') || ', "metadata": ' || metadata_text || '}' END,
    'sent', false, from_key, ${numbers('from_key')}
  FROM told
  ORDER BY from_key, link_type, to_key
  RETURNING id, namespace, coordinate_key
), queued AS (
  INSERT INTO outbox (event_id, namespace, coordinate_key, traceparent)
  SELECT id, namespace, coordinate_key, ${traceparent} FROM ledger
  RETURNING event_id
)`;
}

function numbers(key: string): string {
  return `string_to_array(${key}, ',')::double precision[]`;
}
