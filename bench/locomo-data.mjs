// Conversations in the format of the LoCoMo data set (github.com/snap-research/locomo; Maharana et al., ACL 2024).
// The data is licensed for non-commercial use and is not shipped: the user names a file.
import { readFile } from 'node:fs/promises';

/** The conversations of a file: turns as payloads in their order, questions with the ids of the turns that answer them. */
export async function readConversations(file) {
  return JSON.parse(await readFile(file, 'utf8')).map(({ sample_id: id, conversation, qa }) => {
    const turns = turnsOf(conversation);
    const known = new Set(turns.map(({ dia_id }) => dia_id));
    const questions = qa
      .map(({ question, category, evidence = [] }) => ({ question, category, evidence: evidenceOf(evidence, known) }))
      .filter(({ evidence }) => evidence.size > 0);
    return { id, turns, questions };
  });
}

function turnsOf(conversation) {
  const sessions = Object.keys(conversation).flatMap((name) => {
    const number = /^session_(\d+)$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
  sessions.sort((a, b) => a - b);
  return sessions.flatMap((session) =>
    conversation[`session_${session}`].map(({ speaker, dia_id, text, blip_caption: caption }) => ({
      text: `${speaker}: ${text}${caption ? ` [shares ${caption}]` : ''}`,
      dia_id,
      session,
      date: conversation[`session_${session}_date_time`],
      speaker,
    })),
  );
}

/** Some entries hold several ids, some ids have leading zeros, some name no turn. */
function evidenceOf(entries, known) {
  const ids = entries.flatMap((entry) =>
    [...String(entry).matchAll(/D(\d+):(\d+)/g)].map(([, session, turn]) => `D${Number(session)}:${Number(turn)}`),
  );
  return new Set(ids.filter((id) => known.has(id)));
}
