import { flag, integer, oneOf, text, url } from '../kinds/setting-kinds.js';

/** How texts become vectors. */
export const embeddingSettings = {
  embedder: oneOf({
    name: 'SOMA_EMBEDDER',
    values: ['hash', 'openai', 'onnx'],
    fallback: 'hash',
    description:
      'hash: feature hashing, no model and no network. openai: any endpoint that speaks /v1/embeddings. onnx: a local ' +
      'model from a folder you name.',
  }),
  forceHash: flag({
    name: 'SOMA_FORCE_HASH_EMBEDDINGS',
    fallback: false,
    description: 'Use the hash embedder whatever SOMA_EMBEDDER says.',
  }),
  dimension: integer({
    name: 'SOMA_VECTOR_DIM',
    aliases: [{ name: 'MEMORY_VECTOR_DIM', note: 'set SOMA_VECTOR_DIM instead' }],
    fallback: 768,
    min: 8,
    max: 8192,
    unit: 'numbers',
    description: 'Length of an embedding. A model must produce exactly this.',
  }),
  url: url({
    name: 'SOMA_EMBEDDING_URL',
    schemes: ['http', 'https'],
    fallback: undefined,
    description: 'Base URL of the embeddings endpoint, up to and including /v1. Needed by SOMA_EMBEDDER=openai.',
  }),
  apiKey: text({
    name: 'SOMA_EMBEDDING_API_KEY',
    fallback: undefined,
    pattern: /^[\x21-\x7e]{1,4096}$/,
    allowed: '1 to 4096 visible ASCII characters without blanks',
    secret: 'whole',
    description: 'Bearer key of the embeddings endpoint.',
  }),
  model: text({
    name: 'SOMA_EMBEDDING_MODEL',
    aliases: [{ name: 'SOMA_MODEL_NAME', note: 'set SOMA_EMBEDDING_MODEL instead; no model is ever downloaded' }],
    fallback: undefined,
    description:
      'Name of the model, sent to the endpoint and part of the embedding space. Needed by SOMA_EMBEDDER=openai.',
  }),
  modelPath: text({
    name: 'SOMA_EMBEDDING_MODEL_PATH',
    fallback: undefined,
    allowed: 'the path of a folder',
    description: 'Folder of the local ONNX model. Needed by SOMA_EMBEDDER=onnx; nothing is downloaded.',
  }),
  timeoutMs: integer({
    name: 'SOMA_EMBEDDING_TIMEOUT_MS',
    fallback: 10_000,
    min: 50,
    max: 600_000,
    unit: 'ms',
    description:
      'Longest wait for one answer of the endpoint. Up to three more tries follow, after pauses of 20 s at most; an endpoint that is known to hang is not waited for.',
  }),
  batchSize: integer({
    name: 'SOMA_EMBEDDING_BATCH_SIZE',
    fallback: 64,
    min: 1,
    max: 2048,
    unit: 'texts',
    description: 'Texts sent to the embedder at once.',
  }),
};
