import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';

export const GreetingSchema = apiSchema(
  'Greeting',
  z
    .object({
      message: z.string().describe('Says that the service runs.'),
      metrics: z.string().describe('Path of the metrics.'),
    })
    .describe('The service runs.')
    .meta({ examples: [{ message: 'SomaFractalMemory API is running', metrics: '/metrics' }] }),
);

export const PongSchema = apiSchema(
  'Pong',
  z.object({ ping: z.literal('pong').describe('Always `pong`.') }).describe('The process answers.'),
);

export const StatsSchema = apiSchema(
  'Stats',
  z
    .object({
      total_memories: z.int().describe('Memories that can be recalled.'),
      episodic: z.int().describe('Episodic ones among them.'),
      semantic: z.int().describe('Semantic ones among them.'),
      links: z.int().describe('Links between memories.'),
    })
    .describe('How many memories and links there are.')
    .meta({ examples: [{ total_memories: 3, episodic: 2, semantic: 1, links: 4 }] }),
);

const booleans = {
  kv_store: z.boolean().describe('The truth store answers.'),
  vector_store: z.boolean().describe('The vector index answers.'),
  graph_store: z.boolean().describe('The store of links answers.'),
  prediction_provider: z.boolean().describe('The embedder answers.'),
};

export const LivenessSchema = apiSchema('Liveness', z.object(booleans).describe('State of the parts.'));

export const UnreadinessSchema = apiSchema(
  'Unreadiness',
  z
    .object({ ...booleans, reason: z.string().describe('Why requests cannot be served now.') })
    .describe('State of the parts, and what keeps the service from serving.'),
);

const ComponentSchema = apiSchema(
  'ServiceHealth',
  z
    .object({
      name: z.string().describe('Technology of the part, e.g. `postgresql`.'),
      healthy: z.boolean().describe('The part answers.'),
      latency_ms: z.number().describe('Milliseconds its check took.'),
      details: z.record(z.string(), z.unknown()).describe('What else the part says about itself.'),
    })
    .describe('State of one part.'),
);

export const HealthSchema = apiSchema(
  'Health',
  z
    .object({
      ...booleans,
      healthy: z.boolean().describe('Every part answers.'),
      status: z
        .enum(['healthy', 'degraded', 'unhealthy'])
        .describe('`degraded`: some part is down, memories are safe.'),
      version: z.string().describe('Version of the service.'),
      uptime_seconds: z.number().describe('Seconds from the start of the process until then.'),
      timestamp: z.string().describe('When this was found out, ISO 8601.'),
      services: z.array(ComponentSchema).describe('Each part by itself.'),
    })
    .describe('State of the service and its parts.'),
);
