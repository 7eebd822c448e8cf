import { z } from 'zod';
import { settingsSchema } from './schema';

/** The JSON Schema of the settings file, as text: what dcs.config.schema.json holds. Generated, so that it cannot say anything else. */
export function settingsJsonSchema(): string {
  const schema = z.toJSONSchema(settingsSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
